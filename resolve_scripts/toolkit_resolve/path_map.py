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


def translate_path(path, path_map):
    """Return the path here of a path there, by the longest folder that contains it; empty if none does."""
    plain = path.replace("\\", "/")
    holders = [there for there in path_map if _starts_with(plain, there + "/")]
    if not holders:
        return ""
    there = max(holders, key=len)
    return os.path.normpath(path_map[there] + plain[len(there):])


def _starts_with(path, folder):
    """Windows, whose paths begin with a drive or two slashes, does not distinguish upper and lower case."""
    if re.match(r"[A-Za-z]:|//", path):
        path, folder = path.lower(), folder.lower()
    return path.startswith(folder)


def add_to_path_map(there, here):
    """Store that the folder ``there`` is ``here``, without what both paths end with. Raises HostError."""
    one, other = _plain(there).split("/"), _plain(here).split("/")
    while len(one) > 2 and len(other) > 2 and one[-1] == other[-1]:
        one.pop()
        other.pop()
    path_map = read_path_map()
    path_map["/".join(one)] = "/".join(other)
    try:
        write_json(state_path(PATH_MAP_FILE), path_map)
    except OSError as error:
        raise HostError("cannot write %s: %s" % (state_path(PATH_MAP_FILE), error))
