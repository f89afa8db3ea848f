"""Where this machine has the plates of a delivery: pairs of folders in ~/.toolkit/path_map.json, for both hosts."""

import os
import re

from toolkit_resolve.files import read_json, state_path, write_json
from toolkit_resolve.host import HostError

PATH_MAP_FILE = "path_map.json"


def read_path_map():
    """Return {folder there: folder here}. Raises HostError for a file that is not such a map."""
    path = state_path(PATH_MAP_FILE)
    found = read_json(path) if os.path.isfile(path) else {}
    if not isinstance(found, dict) or not all(isinstance(here, str) for here in found.values()):
        raise HostError("%s is not a map of folders; correct or delete it" % path)
    return {_plain(there): _plain(here) for there, here in found.items() if _plain(there) and _plain(here)}


def _plain(folder):
    return str(folder).replace("\\", "/").rstrip("/")


def translations(path, path_map):
    """Return the paths here that a path there may have, by the folders that contain it, the longest first."""
    plain = path.replace("\\", "/")
    holders = sorted((there for there in path_map if _starts_with(plain, there + "/")), key=len, reverse=True)
    return [os.path.normpath(path_map[there] + plain[len(there):]) for there in holders]


def _starts_with(path, folder):
    """Windows, whose paths begin with a drive or two slashes, does not distinguish upper and lower case."""
    if re.match(r"[A-Za-z]:|//", path):
        path, folder = path.lower(), folder.lower()
    return path.startswith(folder)


def add_to_path_map(there, here, path_map):
    """Add to ``path_map`` that the folder ``there`` is ``here``, and store it. Raises HostError if it is not stored.

    It is added without what both paths end with, so that neighbours are found as well, but never in place of an answer
    that holds. Answers for the same folder that do not hold are removed.
    """
    one, other = _plain(there).split("/"), _plain(here).split("/")
    while len(one) > 2 and len(other) > 2 and one[-1] == other[-1] and not _is_taken(one[:-1], other[:-1], path_map):
        one.pop()
        other.pop()
    start = "/".join(one)
    for known in list(path_map):
        is_between = _starts_with(_plain(there) + "/", known + "/") and _starts_with(known + "/", start + "/")
        if is_between and (len(known) == len(start) or not os.path.isdir(path_map[known])):
            del path_map[known]
    path_map[start] = "/".join(other)
    try:
        write_json(state_path(PATH_MAP_FILE), path_map)
    except OSError as error:
        raise HostError("cannot write %s: %s" % (state_path(PATH_MAP_FILE), error))


def _is_taken(there, here, path_map):
    """Return whether the map says that a folder is another one, and that one is still there."""
    there, here = "/".join(there), "/".join(here)
    same = [known for known in path_map if len(known) == len(there) and _starts_with(known, there)]
    return any(path_map[known] != here and os.path.isdir(path_map[known]) for known in same)
