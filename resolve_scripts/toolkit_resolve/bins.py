"""Bins of ours and the media in them. What is made or changed here can be taken back."""

import os

from toolkit_resolve.delivery import is_sequence, media_count
from toolkit_resolve.host import Trouble, ask, ask_all, ask_surely, identity, known_of, must
from toolkit_resolve.spelling import rate_text, same, spanned


class Bins:
    """One bin for the delivery and one in it for each shot."""

    def __init__(self, session, by_hand):
        self.session, self.pool, self.by_hand = session, session.pool, by_hand
        self.root = must(ask(self.pool, "GetRootFolder"), "Resolve shows no media pool")
        self.tried, self.made, self.imported, self.changed, self.media = [], [], [], [], {}

    def open(self, *names):
        """The bin at ``names`` below the root, made where it is not there, and open."""
        folder = self.root
        for name in names:
            there = bin_named(folder, name)
            if there is None:
                self.tried.append("the bin '%s'" % name)
                ask(self.pool, "AddSubFolder", folder, name)
                there = must(bin_named(folder, name), "Resolve makes no bin called '%s'" % name)
                self.made.append((name, folder, identity(there)))
            folder = there
        self.session.open_folder(folder)
        return folder

    def item(self, clip, *names):
        """The media pool item of a clip: from the bin at ``names``, imported into it, or from where it is already."""
        first = os.path.join(clip["folder"], clip["names"][0])
        if first not in self.media:
            what, path = first, first
            if is_sequence(clip):
                pattern = os.path.join(clip["folder"], clip["pattern"])
                what = {"FilePath": pattern, "StartIndex": clip["start_index"], "EndIndex": clip["end_index"]}
                span = spanned(clip["pattern"], clip["start_index"], clip["end_index"])
                path = os.path.join(clip["folder"], span)
            item = self._found_or_imported(what, path, names)
            self._check(item, clip)
            self.media[first] = item
        return self.media[first]

    def _found_or_imported(self, what, path, names):
        folder = self.open(*names)
        before = ask_all(folder, "GetClipList")
        found = [item for item in before if lies_at(item, path)]
        if found:
            return found[0]
        ask(self.pool, "ImportMedia", [what])
        known = [identity(item) for item in before]
        new = [item for item in ask_all(folder, "GetClipList") if identity(item) not in known]
        self.imported += [(folder, identity(item), ask(item, "GetName")) for item in new]
        if len(new) > 1:
            raise Trouble("Resolve sees %d clips in %s, not one" % (len(new), path))
        item = new[0] if new else find_below(self.root, path)  # importing what the pool has may do nothing
        return must(item, "Resolve does not import %s" % path)

    def _check(self, item, clip):
        count = media_count(clip)
        frames = ask(item, "GetClipProperty", "Frames") or count
        if is_sequence(clip) and not same(frames, count):
            raise Trouble("Resolve sees %s frames of '%s', not %d" % (frames, clip["name"], count))
        wanted = [("FPS", rate_text(clip["fps"]))] if is_sequence(clip) and ask(item, "GetClipProperty", "FPS") else []
        wanted += [("Alpha mode", "Premultiplied")] if clip["alpha"] == "premultiplied" else []
        wanted += [("Input Color Space", clip["input_colour_space"])] if clip["input_colour_space"] else []
        imported = [known for _, known, _ in self.imported]
        may_change = clip.get("version") is not None or identity(item) in imported  # not the editor's own plates
        for key, value in wanted:
            found = ask(item, "GetClipProperty", key)
            if may_change and not same(found, value):
                self.changed += [(item, key, found)] if identity(item) not in imported else []
                ask(item, "SetClipProperty", key, value)
                found = ask(item, "GetClipProperty", key)
            if not same(found, value):
                self.by_hand.append("'%s': %s is %s; set %s in Clip Attributes"
                                    % (clip["name"], key, found or "not said", value))

    def names(self):
        """What may have been made, in words."""
        return self.tried or (["what was imported last"] if self.imported else [])

    def take_back(self):
        """Remove what was imported and made, put properties back; what is left, in words. Trouble without an answer."""
        left = []
        for item, key, value in self.changed:
            if value and not same(ask(item, "GetClipProperty", key), value):
                ask(item, "SetClipProperty", key, value)
        for folder, known, name in self.imported:
            ours = [item for item in ask_surely(folder, "GetClipList") if identity(item) == known]
            if ours:
                ask(self.pool, "DeleteClips", ours)
            if known in known_of(ask_surely(folder, "GetClipList")):
                left.append("'%s' in the media pool" % name)
        for name, parent, known in reversed(self.made):
            ours = [folder for folder in ask_surely(parent, "GetSubFolderList") if identity(folder) == known]
            if ours:
                ask(self.pool, "DeleteFolders", ours)
            if known in known_of(ask_surely(parent, "GetSubFolderList")):
                left.append("the bin '%s'" % name)
        return left


def bin_named(folder, name):
    """The bin of that name right in ``folder``, or None."""
    return next((one for one in ask_all(folder, "GetSubFolderList") if ask(one, "GetName") == name), None)


def lies_at(item, path):
    """Whether a media pool item is the media at ``path``, as the pool spells it."""
    found = str(ask(item, "GetClipProperty", "File Path"))
    return os.path.normcase(os.path.normpath(found)) == os.path.normcase(os.path.normpath(path))


def find_below(folder, path):
    """The item of a file anywhere below ``folder``."""
    for item in ask_all(folder, "GetClipList"):
        if lies_at(item, path):
            return item
    found = (find_below(one, path) for one in ask_all(folder, "GetSubFolderList"))
    return next((item for item in found if item is not None), None)
