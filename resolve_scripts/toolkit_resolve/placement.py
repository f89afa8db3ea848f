"""Place a clip on its frame: append it, measure the result, and if it is wrong delete it and try another variant."""

import collections
import math

from toolkit_resolve.delivery import count_frames_to_place, media_count
from toolkit_resolve.files import read_json, state_path, write_json
from toolkit_resolve.host import HostError, ask, ask_id, ask_optional, call, find_new, unique_id
from toolkit_resolve.layout import item_placement, track_items, track_numbers
from toolkit_resolve.resolve_values import is_same_value

APPEND_HISTORY_FILE = "resolve_habits.json"
SUBFRAME_TOLERANCE = 0.01
"""Of a source frame: Resolve 19.0.3 and later place between frames, and round there."""

AppendVariant = collections.namedtuple("AppendVariant", "by_file_number end_offset")
"""One way to write a clip's range: startFrame as a file number or counted from 0, and an offset added to endFrame."""


class Unplaceable(HostError):
    """This version of Resolve cannot place the clip on its exact frames."""


class AppendHistory:
    """The variant that worked, per Resolve version and kind of media. It only decides which variant is tried first."""

    def __init__(self, version):
        found = read_json(state_path(APPEND_HISTORY_FILE))
        self.all = found if isinstance(found, dict) else {}
        self.version, known = str(version), self.all.get(str(version))
        known = known if isinstance(known, dict) else {}
        self.variants = {kind: tuple(variant) for kind, variant in known.items() if isinstance(variant, list)}

    def sort_variants(self, kind, variants):
        """Return ``variants`` with the one that worked before in front."""
        return sorted(variants, key=lambda variant: variant != self.variants.get(kind))

    def record(self, kind, variant, notes):
        """Store a variant that worked."""
        if self.variants.get(kind) == variant:
            return
        self.variants[kind] = variant
        self.all[self.version] = {kind: list(variant) for kind, variant in self.variants.items()}
        try:
            write_json(state_path(APPEND_HISTORY_FILE), self.all)
        except OSError as error:
            notes.append("the measured frame counting is not saved for the next run: %s" % error)


def append_variants(clip, fps):
    """Return the variants to try. Resolve versions differ in whether a sequence counts from 0 or by file number, and
    in whether endFrame is inclusive; only measuring shows which applies."""
    step = max(1, int(math.ceil(clip["fps"] / fps)))
    bases = (False,) if clip["kind"] == "movie" else (False, True)
    return [AppendVariant(by_file_number, end_offset) for by_file_number in bases
            for end_offset in (0, -1, 1, -step, step)]


class Placer:
    """Appends clips to one timeline and to no other. New items are found by comparison, whatever Resolve returns."""

    def __init__(self, session, timeline, fps, report):
        self.session, self.timeline, self.fps, self.notes = session, timeline, fps, report["notes"]
        self.history = AppendHistory(report["resolve"])
        self.occupied = {}
        """By track number, (start, duration, name) of what is on it."""
        self.is_doubtful = False
        """Whether Resolve reported a failure for a clip that it placed: such a clip may vanish at the next save."""
        self.known = [{ask_id(item) for item in track_items(timeline, number)} for number in track_numbers(timeline)]

    def find_occupant(self, number, clip):
        """Return the name of what already is where a clip is to be placed; empty if nothing is."""
        first = ask(self.timeline, "GetStartFrame") + clip["record_first"]
        if number not in self.occupied:
            self.occupied[number] = [item_placement(item)[:2] + (ask(item, "GetName"),)
                                     for item in track_items(self.timeline, number)]
        return next((name for start, duration, name in self.occupied[number]
                     if start < first + clip["record_count"] and first < start + duration), "")

    def place(self, number, clip, item):
        """Place a clip on video track ``number`` and verify it; return the timeline item. Raises HostError."""
        record = ask(self.timeline, "GetStartFrame") + clip["record_first"]
        count = count_frames_to_place(clip, self.fps)
        faults, lengths = [], set()
        for variant in self.history.sort_variants(clip["kind"], append_variants(clip, self.fps)):
            first = start_of(clip) + (clip["start_index"] if variant.by_file_number else 0)
            new = self._append({
                "mediaPoolItem": item, "startFrame": first, "endFrame": first + count + variant.end_offset,
                "mediaType": 1, "trackIndex": number, "recordFrame": record})
            if not new:
                self._check_placed_items(number)
                continue
            fault = self._describe_fault(number, record, clip, item, new)
            if not fault:
                self.history.record(clip["kind"], variant, self.notes)
                self.known[number - 1].add(ask_id(new[0][1]))
                self.occupied.setdefault(number, []).append((record, clip["record_count"], clip["name"]))
                return new[0][1]
            faults.append(fault)
            lengths.add(self._get_placed_duration(number, record, item, new))
            self._delete_items([one for _, one in new], fault)
        if lengths and not lengths & {None, clip["record_count"]} and not is_same_value(clip["fps"], self.fps):
            durations = " or ".join(str(length) for length in sorted(lengths))
            raise Unplaceable("at %g fps no whole number of source frames fills %d timeline frames (possible: %s). "
                              "Import return.otio for this clip; a layer fits with delivery.bake=retimed"
                              % (clip["fps"], clip["record_count"], durations))
        if clip["off_by_one"]:
            raise Unplaceable("it starts between two frames of its media (at %.3f), and this Resolve places only whole "
                              "frames: %d of its %d frames would be one off. Import return.otio for this clip"
                              % (clip["in_position"], clip["off_by_one"], clip["record_count"]))
        raise HostError((faults or ["Resolve placed no clip"])[0])

    def _append(self, clip_info):
        """Append a clip, again if Resolve does not answer and nothing is new; return the new (track number, item)."""
        for _ in range(2):
            self.session.select_timeline(self.timeline)
            answer = call(self.session.pool, "AppendToTimeline", [clip_info])
            self.session.select_timeline(self.timeline)  # item handles expire when another timeline becomes current
            new = self._find_new_items()
            if new or answer is not None:
                break
        returned = answer if isinstance(answer, (list, tuple)) else []
        ids = [unique_id(item) for item in returned if item is not None]
        self.is_doubtful = self.is_doubtful or any(ask_id(item) not in ids for _, item in new)
        return new

    def _get_placed_duration(self, number, record, item, new):
        """Return the duration of a single new item in the right place; None if anything else is wrong."""
        start, length, media = item_placement(new[0][1])
        is_right = (len(new), new[0][0], start, media) == (1, number, record, ask_id(item))
        return length if is_right else None

    def _find_new_items(self):
        """Return (track number, item) of every new item."""
        found = []
        for number, known in enumerate(self.known, 1):
            found += [(number, one) for one in find_new(track_items(self.timeline, number), known)]
        return found

    def _check_placed_items(self, number):
        """Raise HostError if a clip placed earlier has disappeared."""
        if self.known[number - 1] - {ask_id(one) for one in track_items(self.timeline, number)}:
            raise HostError("a clip placed there earlier has disappeared")

    def _delete_items(self, items, fault):
        for _ in range(3):  # the first DeleteClips fails now and then
            if self._find_new_items():
                call(self.timeline, "DeleteClips", items, False)
        if self._find_new_items():
            raise HostError(fault + ", and Resolve does not delete it")

    def _describe_fault(self, number, record, clip, item, new):
        """Return what is wrong with the new items; empty if nothing is."""
        if [track for track, _ in new] != [number]:
            return "Resolve placed it on video track %s" % " and ".join(str(track) for track, _ in new)
        placed = new[0][1]
        if item_placement(placed) != (record, clip["record_count"], ask_id(item)):
            start, length, media = item_placement(placed)
            return "Resolve placed it at frame %s with a duration of %s%s" % (
                start, length, "" if media == ask_id(item) else ", and other media")
        return self._describe_wrong_start(placed, clip)

    def _describe_wrong_start(self, placed, clip):
        """Return that a placed clip starts on another source frame; empty if it does not."""
        head = ask_optional(placed, "GetLeftOffset", *([True] if clip["off_by_one"] else []))
        if clip["off_by_one"]:
            is_right = head is not None and abs(head - clip["in_position"]) < SUBFRAME_TOLERANCE
        elif head is None:
            self.notes.append("'%s': its in point cannot be verified" % clip["name"])
            is_right = True
        else:
            comparable = media_count(clip) > 1 and is_same_value(clip["fps"], self.fps)
            is_right = not comparable or int(head) == clip["in_frame"]
        return "" if is_right else "it starts at source frame %s instead of %g" % (head, start_of(clip))


def start_of(clip):
    """Return the source frame that a clip starts on: a whole one, unless that would show other frames."""
    return clip["in_position"] if clip["off_by_one"] else clip["in_frame"]


def describe_unplaceable(clip, fps):
    """Return why no script can place a clip, as far as known in advance; empty for most clips."""
    if count_frames_to_place(clip, fps):
        return ""
    return ("'%s' runs at %g %% speed and its media (%d frames) is too short to fill its duration at 100 %%: "
            "import return.otio for this clip, or place it by hand" % (
                clip["name"], 100 * clip["speed"], media_count(clip)))
