"""The bins of an import and the media in them. Everything created or changed here can be rolled back."""

import os

from toolkit_resolve.delivery import is_sequence, media_count
from toolkit_resolve.host import HostError, call, call_list, require, require_ids, require_list, unique_id
from toolkit_resolve.resolve_values import is_same_value, rate_text, sequence_name


class Bins:
    """One bin for the delivery, with one bin per shot inside it."""

    def __init__(self, session, by_hand):
        self.session, self.pool, self.by_hand = session, session.pool, by_hand
        self.root = require(call(self.pool, "GetRootFolder"), "the media pool is not available in Resolve")
        self.attempted, self.created, self.imported, self.changed, self.items = [], [], [], [], {}

    def open_bin(self, *names):
        """Open the bin at path ``names`` below the root bin, creating missing bins."""
        folder = self.root
        for name in names:
            found = find_bin(folder, name)
            if found is None:
                self.attempted.append("the bin '%s'" % name)
                call(self.pool, "AddSubFolder", folder, name)
                found = require(find_bin(folder, name), "Resolve did not create the bin '%s'" % name)
                self.created.append((name, unique_id(found)))
            folder = found
        self.session.open_folder(folder)
        return folder

    def find_or_import(self, clip, *names):
        """Return a clip's media pool item: from the bin ``names``, imported into it, or wherever the pool has it."""
        first = os.path.join(clip["folder"], clip["names"][0])
        if first not in self.items:
            import_spec, path = first, first
            if is_sequence(clip):
                pattern = os.path.join(clip["folder"], clip["pattern"])
                import_spec = {"FilePath": pattern, "StartIndex": clip["start_index"], "EndIndex": clip["end_index"]}
                span = sequence_name(clip["pattern"], clip["start_index"], clip["end_index"])
                path = os.path.join(clip["folder"], span)
            item = self._find_or_import(import_spec, path, names)
            self._apply_attributes(item, clip)
            self.items[first] = item
        return self.items[first]

    def _find_or_import(self, import_spec, path, names):
        folder = self.open_bin(*names)
        before = call_list(folder, "GetClipList")
        found = [item for item in before if has_path(item, path)]
        if found:
            return found[0]
        call(self.pool, "ImportMedia", [import_spec])
        known = [unique_id(item) for item in before]
        new = [item for item in call_list(folder, "GetClipList") if unique_id(item) not in known]
        self.imported += [(unique_id(folder), unique_id(item), call(item, "GetName")) for item in new]
        if len(new) > 1:
            raise HostError("Resolve imported %s as %d clips instead of one" % (path, len(new)))
        item = new[0] if new else find_in_tree(self.root, path)  # re-importing may do nothing
        return require(item, "Resolve did not import %s" % path)

    def _apply_attributes(self, item, clip):
        count = media_count(clip)
        frames = call(item, "GetClipProperty", "Frames") or count
        if is_sequence(clip) and not is_same_value(frames, count):
            raise HostError("Resolve imported %s frames of '%s' instead of %d" % (frames, clip["name"], count))
        has_rate = is_sequence(clip) and call(item, "GetClipProperty", "FPS")
        attributes = [("FPS", rate_text(clip["fps"]))] if has_rate else []
        attributes += [("Alpha mode", "Premultiplied")] if clip["alpha"] == "premultiplied" else []
        attributes += [("Input Color Space", clip["input_colour_space"])] if clip["input_colour_space"] else []
        is_imported = unique_id(item) in [item_id for _, item_id, _ in self.imported]
        may_change = clip.get("version") is not None or is_imported  # never the editor's own plates
        for key, value in attributes:
            found = call(item, "GetClipProperty", key)
            if may_change and not is_same_value(found, value):
                self.changed += [(item, key, found)] if not is_imported else []
                call(item, "SetClipProperty", key, value)
                found = call(item, "GetClipProperty", key)
            if not is_same_value(found, value):
                self.by_hand.append("'%s': %s is %s; set %s in Clip Attributes"
                                    % (clip["name"], key, found or "not set", value))

    def describe_created(self):
        """Describe what may have been created, for a message."""
        return self.attempted or (["the imported media"] if self.imported else [])

    def roll_back(self):
        """Restore properties, delete imported media and created bins; return what remains. HostError if unanswered.

        Bins are looked up from the root bin each time, since the handle of a deleted bin does not answer.
        """
        for item, key, value in self.changed:
            if value and not is_same_value(call(item, "GetClipProperty", key), value):
                call(item, "SetClipProperty", key, value)
        left, folders = [], {unique_id(folder): folder for folder in list_bins(self.root)}
        for folder_id, item_id, name in self.imported:
            if folder_id not in folders:
                continue  # deleted in an earlier round, with its media
            matches = [item for item in require_list(folders[folder_id], "GetClipList") if unique_id(item) == item_id]
            if matches:
                call(self.pool, "DeleteClips", matches)
            if item_id in require_ids(require_list(folders[folder_id], "GetClipList")):
                left.append("'%s' in the media pool" % name)
        for name, bin_id in reversed(self.created):
            matches = [folder for folder in list_bins(self.root) if unique_id(folder) == bin_id]
            if matches:
                call(self.pool, "DeleteFolders", matches)
            if bin_id in require_ids(list_bins(self.root)):
                left.append("the bin '%s'" % name)
        return left


def list_bins(folder):
    """Return ``folder`` and all bins inside it. Raises HostError if one does not answer."""
    return [folder] + [one for inner in require_list(folder, "GetSubFolderList") for one in list_bins(inner)]


def find_bin(folder, name):
    """Return the bin of that name directly inside ``folder``, or None."""
    return next((one for one in call_list(folder, "GetSubFolderList") if call(one, "GetName") == name), None)


def has_path(item, path):
    """Return whether a media pool item has this path, in the media pool's notation."""
    found = str(call(item, "GetClipProperty", "File Path"))
    return os.path.normcase(os.path.normpath(found)) == os.path.normcase(os.path.normpath(path))


def find_in_tree(folder, path):
    """Return the item with this path anywhere in ``folder`` or its subfolders, or None."""
    for item in call_list(folder, "GetClipList"):
        if has_path(item, path):
            return item
    found = (find_in_tree(one, path) for one in call_list(folder, "GetSubFolderList"))
    return next((item for item in found if item is not None), None)
