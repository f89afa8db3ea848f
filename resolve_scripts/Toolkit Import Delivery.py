"""Stack the PLATE, BODY and FACE tracks of a delivery.json on a new timeline: Workspace > Scripts in DaVinci Resolve.

Standard library only, the syntax of Python 3.6 and no ``__file__``: Resolve runs this with the interpreter it finds.
No frame is decided here, delivery.json decided them all. A call that Resolve cannot do answers False, None or an
empty list and says nothing more, so no answer is believed: everything is read back from the timeline.
"""

import builtins
import json
import math
import os
import re
import sys

SCHEMA = "toolkit.delivery/1"
LAST_DELIVERY = os.path.join(os.path.expanduser("~"), ".toolkit", "last_delivery.txt")
DELIVERY = {"name": str, "fps": float, "drop_frame": bool, "start_timecode": str, "start_frame": int, "width": int,
            "height": int, "tracks": list, "notes": list}
TRACK = {"name": str, "clips": list}
CLIP = {"name": str, "kind": str, "path": str, "pattern": str, "start_index": int, "end_index": int, "in_frame": int,
        "frame_count": int, "record_first": int, "record_count": int, "fps": float, "speed": float, "alpha": str}
POSITIVE = ("fps", "width", "height", "frame_count", "record_count")


class Trouble(Exception):
    """Something cannot be done; the text is one sentence for the editor."""


# --- pure: the document, its files and its numbers ---------------------------------------------------------------


def read_delivery(path):
    """The delivery at ``path``, each clip with its ``folder`` and ``names`` of files. Raises Trouble; asks no host."""
    try:
        with open(path, encoding="utf-8") as stream:
            delivery = json.load(stream)
    except (OSError, ValueError) as error:
        raise Trouble("cannot read %s: %s" % (path, error))
    if not isinstance(delivery, dict) or delivery.get("schema") != SCHEMA:
        raise Trouble("%s is not a %s document: is this script as old as the toolkit that wrote it?" % (path, SCHEMA))
    _check(delivery, DELIVERY, "the delivery")
    root = os.path.dirname(os.path.realpath(path))
    for track in delivery["tracks"]:
        _check(track, TRACK, "a track")
        for clip in track["clips"]:
            _check(clip, CLIP, "a clip of %s" % track["name"])
            clip["folder"], clip["names"] = _files(root, clip, is_layer=track.get("pass_name") is not None)
    return delivery


def _check(value, fields, what):
    for field, kind in fields.items():
        found = value.get(field) if isinstance(value, dict) else None
        holds = isinstance(found, (int, float) if kind is float else kind) and isinstance(found, bool) == (kind is bool)
        if holds and kind in (int, float) and field != "speed":
            holds = math.isfinite(found) and (found > 0 if field in POSITIVE else found >= 0)
        if not holds:
            raise Trouble("%s has no proper '%s' (it says %r)" % (what, field, found))


def _files(root, clip, is_layer):
    """The folder of a clip's media and the names in it, all there. A layer lies inside ``root``, links followed."""
    first = os.path.normpath(os.path.join(root, clip["path"]))
    if is_layer and not os.path.realpath(first).startswith(os.path.join(root, "")):
        raise Trouble("layer '%s' lies outside the delivery's folder: %s" % (clip["name"], clip["path"]))
    folder, name = os.path.split(first)
    names = [name]
    if clip["kind"] != "movie":
        pattern = clip["pattern"]
        if not re.match(r"[^%/\\]*%0\dd[^%/\\]*$", pattern) or pattern % clip["start_index"] != name:
            raise Trouble("'%s': %r is not the pattern of %s" % (clip["name"], pattern, first))
        names = [pattern % number for number in range(clip["start_index"], clip["end_index"] + 1)]
    there = set(os.listdir(folder)) if os.path.isdir(folder) else set()  # one look instead of one for each frame
    missing = [name for name in names if name not in there and not os.path.isfile(os.path.join(folder, name))]
    if missing or not names:
        sentence = "'%s' is offline: %d of %d files are missing in %s, first %s"
        raise Trouble(sentence % (clip["name"], len(missing), len(names), folder, (missing or [name])[0]))
    return folder, names


def placements(delivery):
    """(track number, clip), bottom to top and each track in record order; tracks count from 1 as Resolve's do."""
    for number, track in enumerate(delivery["tracks"], 1):
        for clip in sorted(track["clips"], key=lambda clip: clip["record_first"]):
            yield number, clip


def media_count(clip):
    """How many pictures the media has."""
    return clip["end_index"] - clip["start_index"] + 1


def pictures(clip, fps):
    """How many pictures fill the clip's place at normal speed; a retimed clip gets its speed afterwards."""
    count = int(math.ceil(clip["record_count"] * clip["fps"] / fps - 0.001))
    there = media_count(clip) - clip["in_frame"]
    if media_count(clip) == 1 or count <= there:  # one picture is a still, which lasts as long as it is told to
        return count
    if clip["speed"] != 1:
        raise Trouble("its media is too short to hold its place at normal speed: import return.otio instead")
    return there


def ways(clip, fps):
    """The (count by file numbers, add to endFrame) to try: versions differ in whether a sequence is counted from 0 or
    by its file numbers, and in whether endFrame is included. Only measuring tells."""
    step = max(1, int(math.ceil(clip["fps"] / fps)))
    bases = (False,) if clip["kind"] == "movie" else (False, True)
    return [(by_file_number, extra) for by_file_number in bases for extra in (0, -1, 1, -step, step)]


def rate_text(fps, drop_frame=False):
    """Resolve's spelling: ``24``, ``23.976``, ``29.97 DF``."""
    return ("%.3f" % fps).rstrip("0").rstrip(".") + (" DF" if drop_frame else "")


def same(found, wanted):
    """Whether two texts or numbers say the same: Resolve writes a rate as 24.0, ``"23.976"`` or ``"29.97 DF"``."""
    try:
        return abs(float(str(found).split()[0]) - float(str(wanted).split()[0])) < 0.006
    except (ValueError, IndexError):
        return found == wanted


def unused(name, taken):
    """``name``, or the first of ``name 2``, ``name 3``, … that is not among ``taken``."""
    return next(n for n in [name] + ["%s %d" % (name, i) for i in range(2, len(taken) + 3)] if n not in taken)


# --- host: what Resolve hands out --------------------------------------------------------------------------------


def ask(thing, method, *arguments):
    """Call a method that this Resolve may not have; None then. (hasattr is no help: Resolve invents attributes.)"""
    function = getattr(thing, method, None)
    return None if function is None else function(*arguments)


def must(answer, sentence):
    """The answer, or Trouble with ``sentence`` when it is False, None or empty."""
    if answer is None or answer is False or answer == []:
        raise Trouble(sentence)
    return answer


def identity(thing):
    """Handles are new on every call; this is what stays."""
    return ask(thing, "GetUniqueId") or ask(thing, "GetMediaId") or ask(thing, "GetName")


def in_pool(folder, wanted):
    """The item of the file ``wanted`` anywhere below ``folder``: importing what the pool has may answer nothing."""
    for item in ask(folder, "GetClipList") or []:
        if os.path.normpath(str(ask(item, "GetClipProperty", "File Path"))) == wanted:
            return item
    found = (in_pool(below, wanted) for below in ask(folder, "GetSubFolderList") or [])
    return next((item for item in found if item), None)


class Stack:
    """The new timeline and its bin. Nothing that was in the project before is changed."""

    def __init__(self, resolve, delivery, report):
        self.delivery, self.fps, self.report, self.problems = delivery, delivery["fps"], report, report["problems"]
        self.project = must(ask(ask(resolve, "GetProjectManager"), "GetCurrentProject"),
                            "no project is open in Resolve, or a dialog there is, which makes every call fail")
        self.pool = must(ask(self.project, "GetMediaPool"), "Resolve shows no media pool")
        self.before = ask(self.project, "GetCurrentTimeline"), ask(self.pool, "GetCurrentFolder")
        self.folder = self.timeline = None
        self.learned = {}
        ask(resolve, "OpenPage", "edit")  # where DeleteClips works

    def build(self):
        """Bin, timeline, tracks and clips. Raises Trouble, with everything put back, when it cannot even begin."""
        try:
            self.open_bin()
            self.open_timeline()
            self.set_up()
            self.name_tracks()
        except Exception:
            self.put_back()
            raise
        items, expected = {}, {}
        for number, clip in placements(self.delivery):
            try:
                media = clip["folder"], clip["names"][0]
                if media not in items:
                    items[media] = self.pool_item(clip)
                item = items[media]
                placed = self.place(number, clip, item)
                expected[number, self.record(clip)] = clip["record_count"], identity(item), clip["name"]
                if clip["speed"] != 1 and media_count(clip) > 1:
                    self.set_speed(placed, clip)
            except Trouble as trouble:
                self.problems.append("'%s' is not on track %d: %s" % (clip["name"], number, trouble))
        self.read_back(expected)

    def open_bin(self):
        """A bin of our own, open, so that imports land in it."""
        root = must(ask(self.pool, "GetRootFolder"), "Resolve shows no media pool")
        taken = [ask(folder, "GetName") for folder in ask(root, "GetSubFolderList") or []]
        name = unused(self.delivery["name"], taken)
        self.folder = must(ask(self.pool, "AddSubFolder", root, name), "Resolve makes no bin called '%s'" % name)
        ask(self.pool, "SetCurrentFolder", self.folder)
        if identity(ask(self.pool, "GetCurrentFolder")) != identity(self.folder):
            raise Trouble("Resolve does not open the new bin: media would land elsewhere")

    def open_timeline(self):
        """An empty timeline under a name that no other has; a None from Resolve means: taken after all."""
        numbers = range(1, (ask(self.project, "GetTimelineCount") or 0) + 1)
        taken = [ask(ask(self.project, "GetTimelineByIndex", number), "GetName") for number in numbers]
        while not self.timeline and len(taken) < len(numbers) + 5:
            taken.append(unused(self.delivery["name"], taken))
            self.timeline = ask(self.pool, "CreateEmptyTimeline", taken[-1])
        must(self.timeline, "Resolve makes no timeline called '%s'" % taken[-1])
        if any(self.occupancy()):
            self.timeline = None  # whatever it is, it is not ours to fill or to take away again
            raise Trouble("Resolve hands out a timeline that has clips already")
        self.report["timeline"] = taken[-1]
        self.select()

    def select(self):
        """AppendToTimeline works on whatever timeline is open: make sure, each time, that it is ours."""
        for _ in range(2):
            if identity(ask(self.project, "GetCurrentTimeline")) == identity(self.timeline):
                return
            ask(self.project, "SetCurrentTimeline", self.timeline)
        raise Trouble("Resolve keeps another timeline open, and that one must not be changed")

    def setting(self, key):
        """What the timeline says; one without settings of its own follows the project."""
        return ask(self.timeline, "GetSetting", key) or ask(self.project, "GetSetting", key)

    def set_up(self):
        """Rate, size and start timecode. A wrong rate is Trouble: every frame would land wrong."""
        drop = self.delivery["drop_frame"]
        settings = [("timelineFrameRate", rate_text(self.fps, drop)),
                    ("timelineResolutionWidth", str(self.delivery["width"])),
                    ("timelineResolutionHeight", str(self.delivery["height"]))]
        fits = all(same(self.setting(key), wanted) for key, wanted in settings)
        if not fits or drop != ("DF" in str(self.setting("timelineFrameRate"))):
            own = [("useCustomSettings", "1"), ("timelineDropFrameTimecode", str(int(drop)))]
            for key, wanted in own + settings:
                ask(self.timeline, "SetSetting", key, wanted)
        for key, wanted in settings:
            if not same(self.setting(key), wanted):
                self.problems.append("the timeline's %s is %s, not %s" % (key, self.setting(key), wanted))
                if key == "timelineFrameRate":
                    raise Trouble("make a project with Timeline frame rate %s and run this there" % wanted)
        ask(self.timeline, "SetStartTimecode", self.delivery["start_timecode"])
        start = ask(self.timeline, "GetStartTimecode"), ask(self.timeline, "GetStartFrame")
        wanted = self.delivery["start_timecode"], self.delivery["start_frame"]
        if start != wanted:
            self.problems.append("the timeline starts at %s (frame %s), not at %s (frame %s)" % (start + wanted))

    def name_tracks(self):
        """Video tracks until there are enough, by their names."""
        for number, track in enumerate(self.delivery["tracks"], 1):
            if len(self.occupancy()) < number:
                ask(self.timeline, "AddTrack", "video")
            if len(self.occupancy()) < number:
                raise Trouble("Resolve adds no video track for %s" % track["name"])
            ask(self.timeline, "SetTrackName", "video", number, track["name"])
            if ask(self.timeline, "GetTrackName", "video", number) != track["name"]:
                self.problems.append("video track %d is not named %s" % (number, track["name"]))

    def put_back(self):
        """Take away what is ours and open what was open."""
        if self.timeline:
            ask(self.pool, "DeleteTimelines", [self.timeline])
        ask(self.project, "SetCurrentTimeline", self.before[0])
        ask(self.pool, "SetCurrentFolder", self.before[1])
        if self.folder:
            ask(self.pool, "DeleteFolders", [self.folder])
        self.report["timeline"] = None

    def pool_item(self, clip):
        """The media pool item of a clip, imported into our bin, or found where the editor has it already."""
        count, first, last = media_count(clip), clip["start_index"], clip["end_index"]
        sequence = clip["kind"] != "movie" and count > 1
        what = name = os.path.join(clip["folder"], clip["names"][0])
        if sequence:
            what = {"FilePath": os.path.join(clip["folder"], clip["pattern"]), "StartIndex": first, "EndIndex": last}
            span = re.sub(r"%0(\d)d", r"[%0\1d-%0\1d]", clip["pattern"]) % (first, last)
            name = os.path.join(clip["folder"], span)
        items = [item for item in ask(self.pool, "ImportMedia", [what]) or [] if item]
        item = items[0] if items else in_pool(ask(self.pool, "GetRootFolder"), name)
        must(item, "Resolve does not import %s" % name)
        frames = ask(item, "GetClipProperty", "Frames") or count
        if len(items) > 1 or (sequence and not same(frames, count)):
            raise Trouble("Resolve sees %s frames in %d clips, not one clip of %d" % (frames, len(items), count))
        wanted = [("FPS", rate_text(clip["fps"]))] if sequence and ask(item, "GetClipProperty", "FPS") else []
        wanted += [("Alpha mode", "Premultiplied")] if clip["alpha"] == "premultiplied" else []
        for key, value in wanted:
            if not same(ask(item, "GetClipProperty", key), value):
                ask(item, "SetClipProperty", key, value)
            found = ask(item, "GetClipProperty", key)
            if not same(found, value):
                self.problems.append("'%s': %s is %s; set %s in Clip Attributes" % (clip["name"], key, found, value))
        return item

    def record(self, clip):
        """Where a clip starts, as Resolve counts: from midnight, not from the timeline's first frame."""
        return ask(self.timeline, "GetStartFrame") + clip["record_first"]

    def occupancy(self):
        """How many items each video track holds."""
        tracks = range(1, int(ask(self.timeline, "GetTrackCount", "video") or 0) + 1)
        return [len(ask(self.timeline, "GetItemListInTrack", "video", number) or []) for number in tracks]

    def place(self, number, clip, item):
        """Append a clip and measure what landed; a wrong try is taken off again and the next way tried."""
        count, faults = pictures(clip, self.fps), []
        for way in sorted(ways(clip, self.fps), key=lambda way: way != self.learned.get(clip["kind"])):
            self.select()
            before = self.occupancy()
            first = clip["in_frame"] + (clip["start_index"] if way[0] else 0)
            answer = ask(self.pool, "AppendToTimeline", [{
                "mediaPoolItem": item, "startFrame": first, "endFrame": first + count + way[1], "mediaType": 1,
                "trackIndex": number, "recordFrame": self.record(clip)}])
            if self.occupancy() == before:
                continue
            landed = [one for one in answer or [] if ask(one, "GetDuration") is not None]
            faults.append(self.fault(number, clip, item, landed, before))
            if not faults[-1]:
                self.learned[clip["kind"]] = way
                if ask(landed[0], "GetLeftOffset") is None:
                    self.report["notes"].append("'%s': its in point cannot be read back" % clip["name"])
                return landed[0]
            for _ in range(2):  # the first DeleteClips fails now and then
                if self.occupancy() != before:
                    ask(self.timeline, "DeleteClips", landed, False)
            if self.occupancy() != before:
                raise Trouble(faults[-1] + ", and Resolve does not take it off again")
        raise Trouble((faults or ["Resolve places nothing there"])[0])

    def fault(self, number, clip, item, landed, before):
        """What is wrong with what landed, in words; empty when nothing is."""
        if self.occupancy() != [held + (track == number) for track, held in enumerate(before, 1)]:
            return "it lands on another track"
        if len(landed) != 1:
            return "Resolve hands out %d clips for it" % len(landed)
        read = ask(landed[0], "GetStart"), ask(landed[0], "GetDuration"), identity(ask(landed[0], "GetMediaPoolItem"))
        if read != (self.record(clip), clip["record_count"], identity(item)):
            return "it starts at frame %s and lasts %s frames of media %s" % read
        head = ask(landed[0], "GetLeftOffset")
        if head is not None and same(clip["fps"], self.fps) and int(head) != clip["in_frame"]:
            return "it begins %s pictures into its media instead of %d" % (head, clip["in_frame"])
        return ""

    def set_speed(self, placed, clip):
        """Give a placed clip its speed, possible since Resolve 21.1; before that only the editor can."""
        percent = 100.0 * clip["speed"]
        ask(placed, "SetSpeed", {"Percentage": percent, "RippleTimeline": False})
        found = ask(placed, "GetSpeed")
        told = isinstance(found, dict) and same(found.get("Percentage"), percent)
        if told and ask(placed, "GetDuration") == clip["record_count"]:
            self.report["notes"].append("'%s' runs at %g %%: compare its ends with the plate" % (clip["name"], percent))
        else:
            self.problems.append("'%s' holds its place at normal speed: give it %g %% in Change Clip Speed, without "
                                 "rippling, or import return.otio instead" % (clip["name"], percent))

    def read_back(self, expected):
        """What is on the timeline in the end decides what the report calls placed."""
        for number in range(1, len(self.occupancy()) + 1):
            for item in ask(self.timeline, "GetItemListInTrack", "video", number) or []:
                wanted = expected.pop((number, ask(item, "GetStart")), (None, None, ask(item, "GetName")))
                if wanted[:2] == (ask(item, "GetDuration"), identity(ask(item, "GetMediaPoolItem"))):
                    self.report["placed"].append({"track": number, "name": wanted[2], "start": ask(item, "GetStart"),
                                                  "duration": ask(item, "GetDuration")})
                else:
                    self.problems.append("'%s' on track %d is not as it was placed" % (wanted[2], number))
        for (number, start), wanted in sorted(expected.items()):
            self.problems.append("'%s' is gone from track %d, frame %d" % (wanted[2], number, start))
        if self.problems:  # few editors have the Console open
            ask(self.timeline, "AddMarker", 0, "Red", "Toolkit Import Delivery", "\n".join(self.problems), 1)


# --- the menu entry ----------------------------------------------------------------------------------------------


def injected(name):
    """What Resolve put into a menu script: among its globals, on some versions among the built-ins."""
    return globals().get(name, getattr(builtins, name, None))


def find_resolve():
    """The running Resolve: injected into a menu script, asked of its own module from outside. Raises Trouble."""
    found = injected("resolve") or ask(injected("app"), "GetResolve") or ask(injected("bmd"), "scriptapp", "Resolve")
    if not found:
        try:
            import DaVinciResolveScript
        except ImportError as error:
            raise Trouble("this is not Resolve (%s): run it from Workspace > Scripts" % error)
        found = DaVinciResolveScript.scriptapp("Resolve")
    return must(found, "Resolve does not answer: is it running, with External scripting set to Local in Preferences?")


def find_delivery(arguments):
    """The path on the command line, else the one chosen in a dialog, else the last one the toolkit wrote."""
    last = ""
    if os.path.isfile(LAST_DELIVERY):
        with open(LAST_DELIVERY, encoding="utf-8") as stream:
            last = stream.read().strip()
    given = [argument for argument in arguments if argument.endswith(".json")]
    if not given and getattr(injected("fusion"), "RequestFile", None) is not None:
        given = [injected("fusion").RequestFile(last) or must(None, "no delivery was chosen")]
    if not given and not last:
        raise Trouble("which delivery.json? None was given and %s is not there" % LAST_DELIVERY)
    return os.path.abspath(str((given or [last])[0]))


def main(arguments=None):
    """Import a delivery and return the report, which is also printed and written beside delivery.json."""
    report = {"delivery": None, "resolve": None, "timeline": None, "placed": [], "problems": [], "notes": []}
    try:
        resolve = find_resolve()
        path = find_delivery(getattr(sys, "argv", [])[1:] if arguments is None else arguments)
        delivery = read_delivery(path)
        report.update(delivery=path, resolve=ask(resolve, "GetVersionString"), notes=list(delivery["notes"]))
        Stack(resolve, delivery, report).build()
    except Trouble as trouble:
        report["problems"].append(str(trouble))
    except Exception as error:  # the editor must be told of a half-built stack, whatever stopped it
        report["problems"].append("stopped by %s: %s" % (type(error).__name__, error))
    return tell(report)


def tell(report):
    """Print the report, and write it beside the delivery when there is one."""
    counts = report["timeline"] or "no timeline", len(report["placed"]), len(report["problems"])
    print("%s: clips placed %d, problems %d" % counts)
    for kind in ("problems", "notes"):
        for sentence in report[kind]:
            print("  %s: %s" % (kind[:-1], sentence))
    if report["delivery"]:
        path = os.path.join(os.path.dirname(report["delivery"]), "resolve_report.json")
        try:
            with open(path + ".part", "w", encoding="utf-8") as stream:
                json.dump(report, stream, indent=1)
            os.replace(path + ".part", path)
        except OSError as error:
            print("  the report is not written: %s" % error)
    return report


if __name__ == "__main__":
    main()
