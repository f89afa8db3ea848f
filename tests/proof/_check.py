"""A cut through the toolkit and back: every frame of every format against the model."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.delivery import _format_readers as readers
from tests.delivery._deliveries import deliver, plan_of, video_tracks
from tests.delivery.test_formats_frames import movies_of, read_edls
from tests.proof._footage import STILL
from tests.proof._model import Curve, Picture, Timeline
from tests.proof._otio import timeline_json
from tests.proof._return_otio import shown_by
from tests.turnover._cuts import write
from toolkit.documents import Cut, PassName, PassPlan
from toolkit.plates import read_attributes
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

ALL = Settings(delivery=DeliverySettings(formats="resolve,xml,edl,fcpxml,csv"))

Media = tuple[str, int | None]
"""The path of a media file or sequence, and the number of its frame; None: a still."""


@dataclass
class Tally:
    """What has been compared."""

    cuts: int = 0
    frames: int = 0
    left_out: int = 0
    """Pictures that the cut reports as left out."""
    compared: Counter[str] = field(default_factory=Counter)
    """Pictures, by where they were read."""
    noted: Counter[str] = field(default_factory=Counter)
    """Pictures that the notes name as different, by format."""


class Wrong(AssertionError):
    """A frame shows something else."""


def check(cut: Timeline, folder: Path, tally: Tally) -> None:
    """Compare ``cut`` with everything made of it in the empty ``folder``. Raises Wrong."""
    read = read_cut(write(folder / "cut.otio", timeline_json(cut)), handles=2)
    expected = [cut.at(frame) for frame in range(cut.count)]
    _check_cut(read, cut, expected, tally)
    root = folder / "out"
    plans = [plan_of(shot, PassName.BODY) for shot in read.source_shots()]
    delivery = deliver(read, root, plans, settings=ALL, only_first=True)
    held = _Held(read, plans, root)
    document = json.loads((root / "delivery.json").read_text(encoding="utf-8"))
    shown = readers.from_delivery(root / "delivery.json")
    is_layer = [track["pass_name"] == "BODY" for track in document["tracks"]]
    layers = [held.pictures(track) for track, ours in zip(shown, is_layer, strict=True) if ours]
    _compare("delivery.json", layers, _layers(expected), tally)
    plates = [track for track, ours in zip(shown, is_layer, strict=True) if not ours]
    _compare("delivery.json plates", plates, _plates(expected), tally)
    tracks = [track for track in video_tracks(root / "return.otio") if track["label"].startswith("BODY")]
    window = json.loads((root / "return.otio").read_text(encoding="utf-8"))["tracks"].get("source_range")
    returned = [held.pictures(shown_by(track, window, cut.rate)) for track in tracks]
    _compare("return.otio", returned, _layers(expected), tally)
    _check_formats(root, document, shown, delivery.notes, tally)
    tally.cuts += 1
    tally.frames += cut.count


def _check_cut(read: Cut, cut: Timeline, expected: Sequence[Sequence[Picture]], tally: Tally) -> None:
    said = (read.record_rate, read.record_start, read.record_count, read.drop_frame)
    meant = (cut.rate, cut.start, cut.count, cut.drop_frame)
    if said != meant and not (cut.start == 0 and said[:3] == meant[:3]):  # nothing tells how 0 is counted
        raise Wrong(f"the cut is read as {said} instead of {meant}")
    found: list[list[Any]] = [[] for _ in range(cut.count)]
    for shot in sorted(read.shots, key=lambda shot: (shot.track_index, shot.clip_index, shot.inside)):
        is_still = shot.media.path.endswith(STILL)
        for frame in shot.record_range:
            number = None if is_still else shot.frame_map.source_frame_at_record(frame)
            found[frame].append((shot.media.path, number))
    for frame, pictures in enumerate(expected):
        wanted = [_media(one) for one in pictures if not one.is_left_out]
        if found[frame] != wanted:
            raise Wrong(f"read_cut: frame {frame} shows {found[frame]} instead of {wanted}")
        for one in pictures:
            if one.is_left_out and not _is_reported(read, one, frame):
                raise Wrong(f"read_cut: frame {frame} leaves out {one.names} and does not say so")
        tally.left_out += sum(one.is_left_out for one in pictures)
        tally.compared["read_cut"] += len(wanted)


def _is_reported(read: Cut, picture: Picture, frame: int) -> bool:
    return any(
        set(row.clip_name.split("/")) & {*picture.names} and (row.record_range is None or frame in row.record_range)
        for row in read.skipped
    )


def _media(picture: Picture) -> Media:
    assert picture.footage is not None
    return picture.footage.path, picture.footage.number(picture.frame)


def _layers(expected: Iterable[Iterable[Picture]]) -> list[list[Any]]:
    return [[_media(one) for one in pictures if not one.is_left_out] for pictures in expected]


def _plates(expected: Iterable[Iterable[Picture]]) -> list[list[Any]]:
    """The plates of clips that are on disk and whose speed does not vary."""
    return [
        [
            one.footage.file(one.frame)
            for one in pictures
            if one.footage is not None and one.footage.on_disk is not None and not (one.is_left_out or one.varies)
        ]
        for pictures in expected
    ]


def _compare(where: str, tracks: Sequence[dict[int, Any]], expected: Sequence[Sequence[Any]], tally: Tally) -> None:
    """Whether ``tracks``, bottom first, show what is expected in each frame."""
    beyond = [frame for track in tracks for frame in track if not 0 <= frame < len(expected)]
    if beyond:
        raise Wrong(f"{where}: shows something in frame {beyond[0]}, where the timeline is {len(expected)} long")
    for frame, wanted in enumerate(expected):
        found = [track[frame] for track in tracks if frame in track]
        if found != list(wanted):
            raise Wrong(f"{where}: frame {frame} shows {found} instead of {list(wanted)}")
        tally.compared[where] += len(found)


class _Held:
    """Which media frame each layer file holds: as it was rendered, or by the header of a baked one."""

    def __init__(self, cut: Cut, plans: Iterable[PassPlan], root: Path) -> None:
        self._root = root
        media = {shot.rendered_name: shot.media.path for shot in cut.shots}
        self._media: dict[str, str] = {}
        self._frames: dict[str, Media] = {}
        for plan in plans:
            files = plan.files(root)
            self._media[str(files.folder)] = media[plan.shot]
            for frame in plan.frames:
                self._frames[str(files.path(frame.shot_frame))] = media[plan.shot], frame.source_frame

    def pictures(self, track: dict[int, readers.Picture]) -> dict[int, Media]:
        return {frame: self._held(str(self._root / path)) for frame, (path, _) in track.items()}

    def _held(self, path: str) -> Media:
        if path in self._frames:
            media, number = self._frames[path]
        elif Path(path).parent.name.startswith("retime_") and Path(path).exists():
            media = self._media[str(Path(path).parent.parent)]
            number = int(read_attributes(Path(path))["toolkit/sourceFrame"])
        else:
            return f"no layer file: {path}", 0
        return media, None if media.endswith(STILL) else number


def _check_formats(
    root: Path, document: Any, expected: list[readers.Shown], notes: Sequence[str], tally: Tally
) -> None:
    """Whether each format shows what ``delivery.json`` shows, or its notes have the right number."""
    movies = readers.as_movies(expected, movies_of(document, root))
    by_name = readers.from_csv(root / "return.csv", Fraction(document["rate"]))
    found = {
        "return_resolve.otio": (readers.from_otio(root / "return_resolve.otio"), expected),
        "return.xml": (readers.from_xmeml(root / "return.xml"), expected),
        "its EDLs": (read_edls(root, document), expected),
        "return.fcpxml": (readers.from_fcpxml(root / "return.fcpxml"), movies),
        "return.csv": ([by_name[track["name"]] for track in document["tracks"]], expected),
    }
    for where, (ours, theirs) in found.items():
        wrong = _differences(ours, theirs, document)
        noted: Counter[str] = Counter()
        for note in notes:
            if match := re.match(rf"(.*?): in {re.escape(where)} up to (\d+) of ", note):
                noted[match[1]] = int(match[2])
        most = {shot: max(counts.values()) for shot, counts in wrong.items()}
        if most != dict(noted):
            raise Wrong(f"{where}: frames that differ from delivery.json: {most}; its notes say {dict(noted)}")
        tally.compared[where] += sum(map(len, theirs))
        tally.noted[where] += sum(counts.total() for counts in wrong.values())


def _differences(ours: list[readers.Shown], theirs: list[readers.Shown], document: Any) -> dict[str, Counter[int]]:
    """How many frames differ, by shot and track."""
    if len(ours) != len(theirs):
        raise Wrong(f"{len(ours)} tracks instead of {len(theirs)}")
    wrong: dict[str, Counter[int]] = {}
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        for frame in mine.keys() | other.keys():
            if mine.get(frame) != other.get(frame):
                clips = document["tracks"][number]["clips"]
                shots = [
                    clip["shot"]
                    for clip in clips
                    if clip["record_first"] <= frame < clip["record_first"] + clip["record_count"]
                ]
                wrong.setdefault(shots[0] if shots else "no shot", Counter())[number] += 1
    return wrong


def is_clear(cut: Timeline) -> bool:
    """Whether no eased curve is so close to an edge between two pictures that floats decide."""

    def all_clear(tracks: Iterable[Any], rate: Any) -> bool:
        for item in (item for track in tracks for item in track.items):
            if item.tracks and not all_clear(item.tracks, item.rate or rate):
                return False
            if isinstance(item.retime, Curve) and item.footage is not None:
                start = item.start_in_media(rate)
                if not all(item.retime.is_clear(i, start, item.footage.rate, rate) for i in range(item.count)):
                    return False
        return True

    return all_clear(cut.tracks, cut.rate)
