"""Which clip of a delivery an older layer belongs to: several uses of the same frames have media of the same name."""

from toolkit_resolve.bins import media_path
from toolkit_resolve.delivery import media_count
from toolkit_resolve.host import ask, ask_optional
from toolkit_resolve.old_layers import retime_of
from toolkit_resolve.resolve_values import frames_between, is_same_value, parse_layer_name

IN_SYNC, SAME_FRAMES, OVER, ELSEWHERE = 3, 2, 1, 0
"""How an item is to a use: it shows the frames of the use where that is; the same frames at another place; other
frames there; or nothing of it."""


def layer_of_files(clip):
    """Return the (shot, pass) in the names of a clip's files; None for a plate. Uses of the same frames share them."""
    found = parse_layer_name(clip["names"][0]) if parse_layer_name(clip["name"]) else None
    return found[:2] if found else None


class Uses:
    """The layers of a delivery. ``start`` is the timeline's first frame; ``times`` are those of its clips."""

    def __init__(self, clips, start, fps, times):
        self.start, self.fps, self.times, self.by_layer = start, fps, times, {}
        for clip in clips:
            self.by_layer.setdefault(layer_of_files(clip), []).append(clip)

    def assign(self, items):
        """Return the clip of each of ``items``, (item, path, layer), or None if the delivery has none for it."""
        found, groups = [None] * len(items), {}
        for at, (_, _, layer) in enumerate(items):
            uses = self.by_layer.get(layer[:2], []) if layer else []
            if len(uses) == 1:
                found[at] = uses[0]
            elif uses:
                groups.setdefault(layer[:2], []).append(at)
        for layer, places in groups.items():
            self._assign_group(items, places, self.by_layer[layer], found)
        return found

    def _assign_group(self, items, places, uses, found):
        """Give items of several uses theirs: the surest first, and of equally good uses one that has none yet.

        An item that is nothing of any use, when all have theirs, is left of a use that is no more.
        """
        ranks = {at: [self._compare(items[at][0], items[at][1], clip) for clip in uses] for at in places}
        taken = set()
        for at in sorted(places, key=lambda at: max(ranks[at]), reverse=True):
            free = [one not in taken for one in range(len(uses))]
            best = max(range(len(uses)), key=lambda one: (ranks[at][one][0], free[one], ranks[at][one][1:], -one))
            if ranks[at][best][0] == ELSEWHERE and not free[best]:
                continue
            taken.add(best)
            found[at] = uses[best]

    def _compare(self, item, path, clip):
        """Return how an item is to a use, how many frames of it it is over, and how near its first frame is."""
        first, count = ask(item, "GetStart") - self.start, ask(item, "GetDuration")
        over = min(first + count, clip["record_first"] + clip["record_count"]) - max(first, clip["record_first"])
        away = self._frames_away(item, clip) if retime_of(path) == retime_of(media_path(clip)) else None
        is_at_speed = media_count(clip) == 1 or self.times.has_speed(item, clip["speed"]) is not False
        rank = OVER if over > 0 else ELSEWHERE
        if away is not None and is_at_speed:
            if over > 0 and self._is_in_sync(away, first, count, clip):
                rank = IN_SYNC
            elif abs(away) < 1 and count == clip["record_count"]:
                rank = SAME_FRAMES
        return rank, max(over, 0), -abs(away or 0)

    def _is_in_sync(self, away, first, count, clip):
        if clip["speed"] == 1 and is_same_value(clip["fps"], self.fps):
            return abs(away - (first - clip["record_first"])) < 1
        return abs(away) < 1 and (first, count) == (clip["record_first"], clip["record_count"])

    def _frames_away(self, item, clip):
        """Return how many source frames an item starts after a use of the same shot; None if that cannot be known."""
        is_plain = clip["speed"] == 1 and is_same_value(clip["fps"], self.fps)
        head = ask_optional(item, "GetLeftOffset") if is_plain else self.times.head(item, clip["fps"])
        if head is None:
            return None
        timecode = ask_optional(ask_optional(item, "GetMediaPoolItem"), "GetClipProperty", "Start TC")
        shift = frames_between(clip.get("timecode"), timecode, clip["fps"])  # media of versions may start elsewhere
        return head + (shift or 0) - clip["in_position"]
