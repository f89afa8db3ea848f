"""The name of the cut on a timeline, which a stack of it has with a version: ``scene_04 v002``."""

import glob
import os

from toolkit_resolve.files import read_json
from toolkit_resolve.host import ask, ask_list
from toolkit_resolve.layout import item_path, track_items, track_numbers
from toolkit_resolve.resolve_values import is_layer, parse_stack_name


def cut_name(session, timeline):
    """Return the name of the cut on a timeline: that of ``scene_04 v002``, if it is a stack of ours, is ``scene_04``.

    A cut may have a version in its name as well, and an editor may name a stack as they like. So the version is left
    out only where the layers on the timeline are of the cut without it: the delivery beside them tells. Where that
    cannot be read, the bin of the cut does.
    """
    name = str(ask(timeline, "GetName"))
    found = parse_stack_name(name)
    paths = [path for number in track_numbers(timeline) for item in track_items(timeline, number)
             for path in [item_path(item)] if is_layer(path)] if found else []
    if not paths:
        return name
    folders = {_output_folder(one) for one in paths}
    deliveries = [read_json(path) for folder in folders
                  for path in glob.glob(os.path.join(glob.escape(folder), "delivery*.json"))]  # one for each cut
    cuts = [delivery.get("name") for delivery in deliveries if isinstance(delivery, dict)]
    if not cuts:
        cuts = [ask(folder, "GetName") for folder in ask_list(ask(session.pool, "GetRootFolder"), "GetSubFolderList")]
    return found[0] if found[0] in cuts else name


def _output_folder(path):
    """Return the folder of the delivery that a layer is in: OUT/shot/pass/version/file."""
    for _ in range(4):
        path = os.path.dirname(path)
    return path
