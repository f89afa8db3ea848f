"""Plates that are not where the delivery says: look where this machine has them, and ask the editor."""

import os
import re

from toolkit_resolve.delivery import find_files
from toolkit_resolve.host import HostError
from toolkit_resolve.path_map import add_to_path_map, read_path_map


def require_plates(delivery, root, ask_folder):
    """Raise HostError if a plate is missing, which a new timeline needs; a duplicate already has them.

    ``ask_folder``, if not None, asks the editor for the folder here of a folder of plates that is missing.
    """
    for clip in [clip for track in delivery["tracks"] for clip in track["clips"]]:
        if clip["offline"]:
            _find_plate(clip, root, ask_folder)


def _find_plate(clip, root, ask_folder):
    """Look for a plate in the folders given before, else ask for its folder and keep the answer. Raises HostError."""
    where = root, clip, False
    clip["folder"], clip["names"], clip["offline"] = find_files(*where, path_map=read_path_map())
    if not clip["offline"]:
        return
    there = re.sub(r"[/\\][^/\\]*$", "", clip["path"])  # as the delivery says it, perhaps on another system
    here = ask_folder(there) if ask_folder is not None else ""
    if not here:
        raise HostError("%s. If this machine sees them elsewhere: toolkit conform OUT --map FROM=TO" % clip["offline"])
    if not os.path.isfile(os.path.join(here, clip["names"][0])):
        raise HostError("'%s' is not in the folder you chose, %s" % (clip["names"][0], here))
    add_to_path_map(there, here)
    clip["folder"], clip["names"], clip["offline"] = find_files(*where, path_map=read_path_map())
    if clip["offline"]:
        raise HostError(clip["offline"])
