"""Layers and other items that are on a timeline before an import."""

import collections
import os

from toolkit_resolve.bins import path_key
from toolkit_resolve.host import ask_id, ask_optional
from toolkit_resolve.layout import item_placement

Other = collections.namedtuple("Other", "number start duration name layer is_shown")
"""An item that stays: of the editor's, or a layer, (shot, pass, version), that the delivery does not replace."""


class OldLayer:
    """An item of an earlier version: its track, what it shows and where. ``is_shown``: whether it and its track are on.

    ``is_aside``: whether its track is off while another version of its pass is on, as by Compare Versions or --beside.
    """

    def __init__(self, number, item, layer, is_track_on, is_family_shown):
        self.number, self.item, self.layer, self.id = number, item, layer, ask_id(item)
        self.is_shown = is_track_on and ask_optional(item, "GetClipEnabled") is not False
        self.is_aside = is_family_shown and not is_track_on
        self.start, self.duration, self.media_id = self.placement = item_placement(item)
        self.head = ask_optional(item, "GetLeftOffset")

    @property
    def name(self):
        """Its name as in the delivery, ``sh010_FACE_v001``."""
        return "%s_%s_v%03d" % self.layer


def output_folder(path):
    """Return the output folder of a layer, which is in OUT/shot/pass/version, or in a folder of its retime there."""
    for _ in range(5 if retime_of(path) else 4):
        path = os.path.dirname(path)
    return path_key(path)


def retime_of(path):
    """Return the folder that names the retime which is in the files of a layer; empty if none is."""
    folder = os.path.basename(os.path.dirname(path.replace("\\", "/")))
    return folder if folder.startswith("retime_") else ""
