"""The bins of an import and the media in them. Everything created here can be rolled back; nothing else is changed."""

import os

from toolkit_resolve.delivery import is_sequence, media_count
from toolkit_resolve.host import HostError, ask, ask_id, ask_list, ask_optional, call, find_new, require
from toolkit_resolve.resolve_values import is_media_of_clip, is_same_value, parse_layer_name, rate_text, sequence_name


class Bins:
    """One bin for the delivery, with one bin per shot inside it."""

    def __init__(self, session, by_hand):
        self.session, self.pool, self.by_hand = session, session.pool, by_hand
        self.root = ask(self.pool, "GetRootFolder")
        self.below, self.ids = {}, {}
        """By path, the bins inside an opened bin by name, and their ids."""
        self.in_pool = None
        """Every item of the media pool by its path, read when it is first needed."""
        self.created, self.imported, self.items, self.known, self.older = [], [], {}, set(), set()
        """``known``: the names of the clips whose layer was in the pool before, in this version or another; ``older``:
        the first files of those."""
        self.unsure = []
        """(description, bin, method that lists its contents, ids before) of what is being created."""

    def open_bin(self, *names):
        """Open the bin at path ``names`` below the root bin, creating missing bins."""
        folder = self.root
        for depth, name in enumerate(names):
            path = names[:depth]
            if path not in self.below:
                inside = ask_list(folder, "GetSubFolderList")
                self.below[path] = {ask(one, "GetName"): one for one in inside}
                self.ids[path] = [ask_id(one) for one in inside]
            if name not in self.below[path]:
                self.below[path][name] = self._create_bin(folder, name, self.ids[path])
            folder = self.below[path][name]
        self.session.open_folder(folder)
        return folder

    def _create_bin(self, parent, name, known):
        made = self._create("the bin '%s'" % name, parent, "GetSubFolderList", known,
                            lambda: call(self.pool, "AddSubFolder", parent, name))
        if len(made) != 1 or ask(made[0], "GetName") != name:
            raise HostError("Resolve did not create the bin '%s'" % name)
        self.created.append((name, ask_id(made[0])))
        known.append(self.created[-1][1])
        self.unsure.pop()
        return made[0]

    def _create(self, what, folder, getter, known, create):
        """Call ``create`` and return what it added to ``folder``; again if it was not answered and added nothing.

        ``known`` are the ids of what is in the folder. Until the caller has the ids of what was added, it is listed in
        ``unsure``.
        """
        self.unsure.append((what, ask_id(folder), getter, list(known)))
        for _ in range(2):
            answer = create()
            new = find_new(ask_list(folder, getter), known)
            if new or answer is not None:
                break
        return new

    def find_or_import(self, clip, *names):
        """Return a clip's media pool item: from the bin ``names``, imported into it, or wherever the pool has it."""
        first = os.path.join(clip["folder"], clip["names"][0])
        if first not in self.items:
            import_spec = first
            if is_sequence(clip):
                pattern = os.path.join(clip["folder"], clip["pattern"])
                import_spec = {"FilePath": pattern, "StartIndex": clip["start_index"], "EndIndex": clip["end_index"]}
            item = self._find_or_import(import_spec, media_path(clip), clip, names)
            self._apply_attributes(item, clip)
            self.items[first] = item
        if first in self.older:
            self.known.add(clip["name"])
        return self.items[first]

    def _find_or_import(self, import_spec, path, clip, names):
        folder = self.open_bin(*names)
        inside = ask_list(folder, "GetClipList")
        paths, layer = [pool_path(item) for item in inside], parse_layer_name(clip["names"][0])
        if layer and layer[:2] in [(parse_layer_name(os.path.basename(one)) or ())[:2] for one in paths]:
            self.older.add(os.path.join(clip["folder"], clip["names"][0]))
        found = [item for item, one in zip(inside, paths) if path_key(path) == path_key(one)]
        if found:
            return found[0]
        new = self._create("'%s' in the bin '%s'" % (os.path.basename(path), names[-1]), folder, "GetClipList",
                           [ask_id(item) for item in inside], lambda: call(self.pool, "ImportMedia", [import_spec]))
        made = [item for item in new if is_media_of_clip(pool_path(item), clip)
                and path_key(os.path.dirname(pool_path(item))) == path_key(os.path.dirname(path))]
        if len(made) < len(new):  # the list before it was too short: nothing here is known to be new
            raise HostError("Resolve did not list the bin '%s' reliably: import again" % names[-1])
        self.imported += [(ask_id(folder), ask_id(item), ask(item, "GetName")) for item in new]
        self.unsure.pop()
        if len(new) > 1:
            raise HostError("Resolve imported %s as %d clips instead of one" % (path, len(new)))
        item = new[0] if new else self._find_in_pool(path)  # re-importing may do nothing
        return require(item, "Resolve did not import %s" % path)

    def _find_in_pool(self, path):
        """Return the item with this path anywhere in the media pool, as it was before the import; or None."""
        if self.in_pool is None:
            self.in_pool = {path_key(pool_path(item)): item for folder in list_bins(self.root)
                            for item in ask_list(folder, "GetClipList")}
        return self.in_pool.get(path_key(path))

    def _apply_attributes(self, item, clip):
        count = media_count(clip)
        frames = ask_optional(item, "GetClipProperty", "Frames") or count
        if is_sequence(clip) and not is_same_value(frames, count):
            raise HostError("Resolve imported %s frames of '%s' instead of %d" % (frames, clip["name"], count))
        has_rate = is_sequence(clip) and ask_optional(item, "GetClipProperty", "FPS")
        attributes = [("FPS", rate_text(clip["fps"]))] if has_rate else []
        attributes += [("Alpha mode", "Premultiplied")] if clip["alpha"] == "premultiplied" else []
        attributes += [("Input Color Space", clip["input_colour_space"])] if clip["input_colour_space"] else []
        is_imported = ask_id(item) in [item_id for _, item_id, _ in self.imported]
        for key, value in attributes:
            found = ask_optional(item, "GetClipProperty", key)
            if is_imported and not is_same_value(found, value):  # other media may be on the editor's timelines
                found = set_and_read(item, "ClipProperty", key, value)
            if not is_same_value(found, value):
                self.by_hand.append("'%s': %s is %s; set %s in Clip Attributes" % (
                    clip["name"], "Video Frame Rate" if key == "FPS" else key, found or "not set", value))

    def describe_created(self):
        """Describe what was created, or may have been, for a message."""
        return (["the bin '%s'" % name for name, _ in self.created[:1]] or ["the imported media"] * bool(self.imported)
                ) + [what for what, _, _, _ in self.unsure]

    def roll_back(self):
        """Delete the created bins and the imported media; return what remains.

        Only what this import has created is deleted, by the id it had right after it was created, and a bin only if
        nothing else is in it. Raises NotAnswering. Bins are looked up from the root bin each time, since the handle of
        a deleted bin does not answer.
        """
        folders = {ask_id(folder): folder for folder in list_bins(self.root)}
        left = [what for what, folder_id, getter, known in self.unsure if folder_id in folders
                and set(map(ask_id, ask_list(folders[folder_id], getter))) - set(known)]
        left += ["the bin '%s'" % name for name, bin_id in self.created if not self._delete_bin(bin_id)]
        folders = {ask_id(folder): folder for folder in list_bins(self.root)}
        return left + ["'%s' in the media pool" % name for folder_id, item_id, name in self.imported
                       if folder_id in folders and not self._delete_item(folders[folder_id], item_id)]

    def _delete_bin(self, bin_id):
        """Delete a created bin, unless something else is in it; return whether it is gone."""
        own = {one for _, one in self.created} | {item_id for _, item_id, _ in self.imported}
        for _ in range(3):
            found = [folder for folder in list_bins(self.root) if ask_id(folder) == bin_id]
            if not found:
                return True
            inside = [one for folder in list_bins(found[0])
                      for one in ask_list(folder, "GetClipList") + ask_list(folder, "GetSubFolderList")]
            if not all(ask_id(one) in own for one in inside):
                return False
            call(self.pool, "DeleteFolders", found)
        return bin_id not in [ask_id(folder) for folder in list_bins(self.root)]

    def _delete_item(self, folder, item_id):
        """Delete an imported item; return whether it is gone."""
        for _ in range(3):
            found = [item for item in ask_list(folder, "GetClipList") if ask_id(item) == item_id]
            if not found:
                return True
            call(self.pool, "DeleteClips", found)
        return item_id not in [ask_id(item) for item in ask_list(folder, "GetClipList")]


def list_bins(folder):
    """Return ``folder`` and all bins inside it. Raises HostError if one does not answer."""
    return [folder] + [one for inner in ask_list(folder, "GetSubFolderList") for one in list_bins(inner)]


def set_and_read(target, kind, key, value):
    """Set a property, again if Resolve does not answer, and return its value afterwards."""
    for _ in range(2):
        answer = call(target, "Set" + kind, key, value)
        found = ask_optional(target, "Get" + kind, key)
        if answer is not None or is_same_value(found, value):
            break
    return found


def media_path(clip):
    """Return the path that the media of a delivery's clip has in the media pool."""
    name = clip["names"][0]
    if is_sequence(clip):
        name = sequence_name(clip["pattern"], clip["start_index"], clip["end_index"])
    return os.path.join(clip["folder"], name)


def pool_path(item):
    """Return the path of a media pool item, in the media pool's notation."""
    return str(ask_optional(item, "GetClipProperty", "File Path"))


def path_key(path):
    """Return a path in a form that is the same for all spellings of it."""
    return os.path.normcase(os.path.normpath(path))
