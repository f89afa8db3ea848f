"""Plates that are not where the delivery says: look where this machine has them, and ask the editor."""

import os
import re

from toolkit_resolve.delivery import find_files
from toolkit_resolve.host import HostError
from toolkit_resolve.path_map import add_to_path_map, read_path_map


def require_plates(delivery, root, ask_folder, notes):
    """Raise HostError if a plate is missing, which a new timeline needs; a duplicate already has them.

    ``ask_folder``, if not None, asks the editor where a plate is, once for each folder; an answer that cannot be kept
    for the next import is used all the same, and a note says so.
    """
    path_map, answers = read_path_map(), {}
    for clip in [clip for track in delivery["tracks"] for clip in track["clips"] if clip["offline"]]:
        _look_again(clip, root, path_map)
        there = re.sub(r"[/\\][^/\\]*$", "", clip["path"])  # as the delivery says it, perhaps on another system
        if clip["offline"] and there not in answers:
            answers[there] = _ask_for_plate(clip, there, ask_folder)
            _keep_answer(there, answers[there], path_map, notes)
            _look_again(clip, root, path_map)
        if clip["offline"]:
            _require_first_file(clip, answers[there])
            raise HostError(clip["offline"])


def _look_again(clip, root, path_map):
    clip["folder"], clip["names"], clip["offline"] = find_files(root, clip, False, path_map)


def _ask_for_plate(clip, there, ask_folder):
    """Return the folder here of a plate. Raises HostError if there is no answer or the plate is not in it."""
    here = ask_folder(clip["names"][0], there) if ask_folder is not None else ""
    if not here:
        raise HostError("%s. If this machine sees them elsewhere: toolkit conform OUT --map FROM=TO" % clip["offline"])
    _require_first_file(clip, here)
    return here


def _require_first_file(clip, folder):
    if not os.path.isfile(os.path.join(folder, clip["names"][0])):
        raise HostError("'%s' is not in the folder you chose, %s" % (clip["names"][0], folder))


def _keep_answer(there, here, path_map, notes):
    try:
        add_to_path_map(there, here, path_map)
    except HostError as error:
        note = "the folder of the plates was not kept for the next import: %s" % error
        notes.extend([note] if note not in notes else [])
