"""The times of a story element of FCPXML, and whether it shows pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.turnover.formats.fcpxml.resources import Resources
from toolkit.turnover.formats.fcpxml.retimes import Clock, Line, TimeMap, conform_pace, read_time_map
from toolkit.turnover.formats.fcpxml.times import BadTime, time_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CONTAINERS = frozenset({"clip", "sync-clip"})
"""Elements that hold what they show, without a lane, beside what is connected to them, which has one."""
GENERATORS = frozenset({"title", "live-drawing"})
_LEAVES = frozenset({"asset-clip", "video", "gap", "ref-clip", "mc-clip"}) | GENERATORS
_SOUND = frozenset({"audio", "caption"})
STORY_ELEMENTS = CONTAINERS | _LEAVES | _SOUND | {"audition"}
"""What takes time on a timeline."""

_MOVES_TIME = re.compile(r"\b(echo|freeze|posterize time|stop motion|strobe|stutter|trails)\b", re.IGNORECASE)
"""Names of filters that show other moments than the one they are at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTimes:
    """The times of a clip, seconds."""

    start: Fraction
    """What its clock reads at its first frame."""
    duration: Fraction
    """On its timeline."""
    pace: Fraction
    """Seconds of its clock in a second of its timeline."""
    time_map: TimeMap | None

    def clock(self) -> Clock:
        """Seconds since its first frame, as the time of what it shows."""
        clock = Clock(steps=(Line(offset=self.start, pace=self.pace),))
        return clock if self.time_map is None else clock.then(self.time_map)

    def place_children(self, first: Fraction) -> Line:
        """Its clock as seconds of its timeline, for a clip that begins there at ``first``."""
        return Line(offset=first - self.start / self.pace, pace=1 / self.pace)


def read_times(clip: Element, resources: Resources, timeline_rate: Fraction, say: Callable[[str], None]) -> ClipTimes:
    """The times of ``clip`` in a timeline of ``timeline_rate``. Raises BadTime."""
    default_start, default_duration = _times_of_shown(clip, resources)
    pace = conform_pace(clip, timeline_rate, say)
    start, duration = time_of(clip, "start"), time_of(clip, "duration")
    if start is None:
        start = default_start
    if duration is None and default_duration:
        duration = (default_duration - (start - default_start)) / pace
    if duration is None or duration <= 0:
        raise BadTime("it has no duration")
    for effect in clip.findall("filter-video"):
        if _MOVES_TIME.search(effect.get("name", "")):
            say(f"its filter '{effect.get('name')}' shows other moments, which is not read")
    time_map = read_time_map(clip, say)
    if time_map is not None and not time_map.covers(start, start + pace * duration):
        say("it shows more than its retime covers: that goes on at the speed of its end")
    return ClipTimes(start=start, duration=duration, pace=pace, time_map=time_map)


def _times_of_shown(clip: Element, resources: Resources) -> tuple[Fraction, Fraction | None]:
    """Start and duration of what ``clip`` refers to, which it begins with and lasts as long as if it does not say."""
    if clip.tag in {"asset-clip", "video"}:
        asset = resources.asset(clip.get("ref"))
        return (asset.start, asset.duration) if asset is not None else (Fraction(0), None)
    story = shown_story(clip, resources)
    if story is None:
        return Fraction(0), None
    return time_of(story, "tcStart") or Fraction(0), time_of(story, "duration")


def shown_story(clip: Element, resources: Resources) -> Element | None:
    """The sequence or multicam that ``clip`` refers to; None for other clips, and when the file does not hold it."""
    media = resources.find("media", clip.get("ref"))
    if media is None or clip.tag not in {"ref-clip", "mc-clip"}:
        return None
    return media.find("sequence" if clip.tag == "ref-clip" else "multicam")


def chosen_angle(clip: Element, multicam: Element) -> Element | None:
    """The angle of ``multicam`` whose pictures ``clip`` shows; None when it shows none."""
    angles = {angle.get("angleID"): angle for angle in multicam.findall("mc-angle")}
    sources = clip.findall("mc-source")
    if not sources:
        return next(iter(angles.values()), None)
    chosen = [source for source in sources if source.get("srcEnable", "all") in {"all", "video"}]
    return angles.get(chosen[0].get("angleID")) if chosen else None


def angle_zero(angle: Element, start: Fraction | None) -> Fraction:
    """The time from which offsets in ``angle`` count, by the clock of a multicam that begins at ``start``.

    Resolve counts them from the start of the multicam, not in its timecode. Raises BadTime.
    """
    offset = next((time_of(child, "offset") for child in angle if child.tag in STORY_ELEMENTS), None)
    return start if start is not None and (offset is None or offset < start) else Fraction(0)


def pick(element: Element) -> Element:
    """``element``, or the first clip of an audition, which is its pick, where the audition lies."""
    while element.tag == "audition":
        clips = [child for child in element if child.tag in STORY_ELEMENTS]
        if not clips:
            return element
        picked = type(element)(clips[0].tag, dict(clips[0].attrib))
        picked.extend(list(clips[0]))
        for name in ("lane", "offset"):
            picked.attrib.pop(name, None)
            if name in element.attrib:
                picked.set(name, element.attrib[name])
        element = picked
    return element


def lane_of(element: Element) -> int:
    """The lane of ``element``; 0: it is part of what its parent shows."""
    try:
        return int(element.get("lane", "0"))
    except ValueError:
        return 0


def contained(parent: Element) -> list[Element]:
    """What ``parent`` shows itself, rather than what is connected to it."""
    return [pick(child) for child in parent if child.tag in STORY_ELEMENTS and lane_of(child) == 0]


def inside(parent: Element) -> list[tuple[Element, Fraction]]:
    """What ``parent`` shows itself, with the seconds of its clock at which offsets begin. Raises BadTime.

    A storyline in a clip counts as the clips in it.
    """
    return [
        (pick(child), zero)
        for elements, zero in storylines(parent)
        for child in elements
        if child.tag in STORY_ELEMENTS and lane_of(child) == 0
    ]


def storylines(parent: Element) -> list[tuple[list[Element], Fraction]]:
    """What follows one another in ``parent``, with the seconds of its clock at which offsets begin. Raises BadTime.

    An angle is one storyline. In a clip, each storyline is one, and so is each clip beside it.
    """
    if parent.tag == "mc-angle":
        return [(list(parent), Fraction(0))]
    spines = [spine for spine in parent.findall("spine") if lane_of(spine) == 0]
    return [
        *(([child], Fraction(0)) for child in contained(parent)),
        *((list(spine), time_of(spine, "offset") or Fraction(0)) for spine in spines),
    ]


def shows_pictures(element: Element, resources: Resources) -> bool:
    """Whether anything of ``element`` itself is a picture. Raises BadTime."""
    if element.tag in _SOUND or element.tag in {"gap", "audition"} or element.get("srcEnable") in {"audio", "none"}:
        return False
    if element.tag in {"asset-clip", "video"}:
        asset = resources.asset(element.get("ref"))
        return asset is None or asset.has_picture
    if element.tag in CONTAINERS:
        return any(has_pictures(child, resources) for child, _ in inside(element))
    return True


def connects_pictures(element: Element, resources: Resources) -> bool:
    """Whether a picture is connected to ``element``. Raises BadTime."""
    return any(has_pictures(clip, resources) for child in connected(element) for clip in _clips_of(child))


def has_pictures(element: Element, resources: Resources) -> bool:
    """Whether ``element`` or anything connected to it is a picture. Raises BadTime."""
    return shows_pictures(element, resources) or connects_pictures(element, resources)


def connected(parent: Element) -> list[Element]:
    """The clips and storylines that are connected to ``parent``."""
    return [child for child in parent if lane_of(child) != 0 and (child.tag in STORY_ELEMENTS or child.tag == "spine")]


def _clips_of(child: Element) -> Iterable[Element]:
    return contained(child) if child.tag == "spine" else [pick(child)]
