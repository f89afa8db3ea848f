"""Compound clips: every timeline frame shows the frame that a plain walk through the nesting gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.delivery._deliveries import deliver_frames, frames_of, video_tracks
from tests.turnover._cuts import (
    Json,
    clip,
    freeze,
    gap,
    movie_reference,
    one_clip,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
    write_sequence,
)
from toolkit.documents import Cut
from toolkit.frames import FrameRange
from toolkit.plates import read_attributes
from toolkit.turnover import read_cut

MEDIA = movie_reference("/offline/a.mov", time_range(1000, 4000))


@dataclass(frozen=True, kw_only=True)
class Child:
    """A clip, a gap (no name), or a compound (with tracks), in a model that shares nothing with the toolkit."""

    name: str = ""
    start: int = 0
    """Media frame, or first frame of the compound that is shown."""
    count: int
    speed: Fraction = Fraction(1)
    tracks: tuple[tuple[Child, ...], ...] = ()

    def shown(self, i: int) -> Iterator[tuple[str, int]]:
        """The clips, by name, and their media frames in frame ``i``."""
        steps = i if self.speed >= 0 else self.count - 1 - i
        frame = self.start + floor(abs(self.speed) * steps)
        if self.tracks:
            yield from (found for children in self.tracks for found in shown_on_track(children, frame))
        elif self.name:
            yield self.name, frame

    def json(self) -> Json:
        if not self.name:
            return gap(self.count)
        effects = [freeze()] if self.speed == 0 else [speed(float(self.speed))] if self.speed != 1 else []
        if not self.tracks:
            return clip(MEDIA, time_range(1000 + self.start, self.count), name=self.name, effects=effects)
        return compound(
            self.name,
            (self.start, self.count),
            *(track(*(child.json() for child in one)) for one in self.tracks),
            effects=effects,
        )


def compound(name: str, window: tuple[int, int], *tracks: Json, rate: float = 24, effects: Sequence[Json] = ()) -> Json:
    return {
        "OTIO_SCHEMA": "Stack.1",
        "name": name,
        "source_range": time_range(*window, rate),
        "children": list(tracks),
        "effects": list(effects),
        "metadata": {},
    }


def shown_on_track(children: Sequence[Child], frame: int) -> Iterator[tuple[str, int]]:
    for child in children:
        if 0 <= frame < child.count:
            yield from child.shown(frame)
        frame -= child.count


def shown_in_cut(cut: Cut, frame: int) -> set[tuple[str, int]]:
    return {
        (shot.clip_name.rpartition("/")[2], shot.frame_map.source_frame_at_record(frame))
        for shot in cut.shots
        if frame in shot.record_range
    }


SPEEDS = st.sampled_from([Fraction(1)] * 4 + [Fraction(2), Fraction(1, 2), Fraction(-1), Fraction(0), Fraction(3, 4)])


@st.composite
def children(draw: st.DrawFn, depth: int) -> tuple[Child, ...]:
    found = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["gap", "clip", "clip", "compound"] if depth else ["gap", "clip"]))
        count, rate = draw(st.integers(1, 30)), draw(SPEEDS)
        if kind == "gap":
            found.append(Child(count=count))
        elif kind == "clip":
            name = f"c{draw(st.uuids()).hex[:12]}"
            found.append(Child(name=name, start=draw(st.integers(0, 900)), count=count, speed=rate))
        else:
            inner = tuple(draw(children(depth - 1)) for _ in range(draw(st.integers(1, 2))))
            found.append(Child(name="comp", start=draw(st.integers(0, 20)), count=count, speed=rate, tracks=inner))
    return tuple(found)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[tuple[Child, ...], ...]:
    always = Child(name="always", start=7, count=11)
    return tuple((*draw(children(2)), always) for _ in range(draw(st.integers(1, 2))))


def as_timeline(tracks: Sequence[Sequence[Child]]) -> Json:
    return timeline(*(track(*(child.json() for child in one)) for one in tracks), start=time(86400))


@given(cuts())
@settings(max_examples=150)
def test_every_frame_of_nested_timelines_shows_what_a_plain_walk_finds(tracks: tuple[tuple[Child, ...], ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cut = read_cut(write(Path(folder) / "cut.otio", as_timeline(tracks)), handles=0)
    assert cut.record_count == max(sum(child.count for child in one) for one in tracks)
    for frame in range(cut.record_count):
        assert shown_in_cut(cut, frame) == {found for one in tracks for found in shown_on_track(one, frame)}


@given(cuts())
@settings(max_examples=20)
def test_the_layers_of_nested_timelines_lie_over_their_frames(tracks: tuple[tuple[Child, ...], ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cut = read_cut(write(folder / "cut.otio", as_timeline(tracks)), handles=2)
        deliver_frames(cut, folder / "out")
        found = _shown_by_layers(cut, folder / "out")
    for frame in range(cut.record_count):
        assert found[frame] == {one for children in tracks for one in shown_on_track(children, frame)}


def _shown_by_layers(cut: Cut, root: Path) -> list[set[tuple[str, int]]]:
    """Clip names and media frames of the BODY layers in ``return.otio``, from the headers of the files they show."""
    names = {shot.name: shot.clip_name.rpartition("/")[2] for shot in cut.shots}
    found: list[set[tuple[str, int]]] = [set() for _ in range(cut.record_count)]
    for item in video_tracks(root / "return.otio"):
        if not item["label"].startswith("BODY"):
            continue
        folders = {child["name"]: child for child in item["children"] if child["OTIO_SCHEMA"] == "Clip.2"}
        for frame, entry in enumerate(frames_of(item, 24)):
            if entry is not None:
                shot_name = entry[0].removesuffix("_BODY_v001")
                media = folders[entry[0]]["media_references"]["DEFAULT_MEDIA"]
                path = f"{media['target_url_base']}{media['name_prefix']}{entry[1]:04d}{media['name_suffix']}"
                attributes = read_attributes(root / path)
                shot = next(shot for shot in cut.shots if shot.name == shot_name)
                frame_shown = attributes.get("toolkit/sourceFrame", shot.frame_map.source_frame(entry[1]))
                found[frame].add((names[shot_name], frame_shown))
    return found


def test_clips_in_compounds_are_named_after_both_and_what_is_outside_the_window_is_no_part_of_the_cut(
    tmp_path: Path,
) -> None:
    inner = track(*(clip(MEDIA, time_range(1000, 40), name=name) for name in ("a", "b", "c")))
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(compound("Scene 1", (10, 40), inner))), handles=4)
    assert [(shot.name, shot.clip_name, shot.inside) for shot in cut.shots] == [
        ("Scene_1_a", "Scene 1/a", ((0, 0),)),
        ("Scene_1_b", "Scene 1/b", ((0, 1),)),
    ]
    assert cut.skipped == ()


def test_what_is_disabled_and_transitions_inside_compounds_are_said(tmp_path: Path) -> None:
    a, b = (clip(MEDIA, time_range(1100, 24), name=name) for name in ("a", "b"))
    off = track(clip(MEDIA, time_range(1000, 30), name="off"), enabled=False)
    scene = compound("scene", (0, 48), track(a, transition(4, 4), b), off)
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(scene)), handles=0)
    assert [shot.handles for shot in cut.shots] == [(0, 4), (4, 0)]
    assert [(row.clip_name, row.reason.partition(":")[0]) for row in cut.skipped] == [
        ("scene/off", "disabled in the timeline"),
        ("scene/Cross Dissolve", "a transition (SMPTE_Dissolve) is not rendered"),
    ]


def test_a_compound_at_another_rate_counts_its_own_frames_first(tmp_path: Path) -> None:
    """A compound of 12 fps in a timeline of 24 fps: each of its frames is shown twice, and so is what it shows."""
    inner = track(clip(movie_reference("/offline/a.mov", time_range(0, 500)), time_range(8, 120), name="a"))
    scene = compound("scene", (5, 10), inner, rate=12)
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(scene)), handles=0)
    (shot,) = cut.shots
    shown = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    assert shown == [frame for frame in range(18, 38, 2) for _ in range(2)]


def test_a_compound_of_a_compound_of_unknown_kind_or_depth_is_one_row(tmp_path: Path) -> None:
    deep = clip(MEDIA, time_range(1000, 10), name="deep")
    for _ in range(20):
        deep = compound("in", (0, 10), track(deep))
    good = clip(MEDIA, time_range(1000, 10), name="good")
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(good, deep), start=time(0))), handles=0)
    assert [shot.name for shot in cut.shots] == ["good"]
    assert [row.reason for row in cut.skipped] == ["it is nested more than 16 levels deep"]


@pytest.mark.parametrize("kind", ["Stack.1", "Track.1"])
def test_a_clip_that_is_directly_in_a_stack_or_in_a_nested_track_is_found(kind: str, tmp_path: Path) -> None:
    nested = compound("scene", (3, 10), clip(MEDIA, time_range(1100, 40), name="a"))
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(dict(nested, OTIO_SCHEMA=kind, kind="Video"))), handles=0)
    assert [(shot.name, shot.source_range.first, len(shot.record_range)) for shot in cut.shots] == [
        ("scene_a", 103, 10)
    ]


@pytest.mark.parametrize("scalar", [1, 0.5])
def test_what_cannot_be_opened_inside_a_compound_does_not_take_the_rest_along(scalar: float, tmp_path: Path) -> None:
    a, b = (clip(MEDIA, time_range(1000, 40), name=name) for name in ("a", "b"))
    unknown = {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "Ease", "metadata": {}}
    odd = compound("odd", (0, 10), track(a), effects=[unknown])
    retime = [] if scalar == 1 else [speed(scalar)]
    scene = compound("scene", (0, 40), track(odd, b), track(a), effects=retime)
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(scene)), handles=0)
    assert [shot.clip_name for shot in cut.shots] == ["scene/b", "scene/a"]
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [
        ("scene/odd", "a retime of unknown kind (Ease)"),
    ]


@pytest.mark.parametrize("scalar", [1, 0.5])
def test_what_a_trim_cuts_off_inside_a_compound_is_no_part_of_the_cut(scalar: float, tmp_path: Path) -> None:
    a, b, c = (clip(MEDIA, time_range(1000, 10), name=name) for name in ("a", "b", "c"))
    inner = compound("inner", (0, 10), track(a), effects=[speed(2)])
    lower = track(inner, b, c, source_range=time_range(20, 10))
    effects = [] if scalar == 1 else [speed(scalar)]
    cut = read_cut(
        write(tmp_path / "cut.otio", one_clip(compound("scene", (0, 10), lower, track(a), effects=effects))), handles=0
    )
    assert ([shot.clip_name for shot in cut.shots], cut.skipped) == (["scene/c", "scene/a"], ())


def test_a_use_whose_frames_are_all_missing_does_not_take_the_other_uses_along(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", [number for number in range(1, 21) if number != 3])
    a = clip(sequence_reference("plates/", 1, time_range(0, 20)), time_range(0, 10), name="a")
    b = clip(MEDIA, time_range(1000, 10), name="b")
    jumps = {
        "OTIO_SCHEMA": "TimeEffect.1",
        "effect_name": "Remap",
        "metadata": {"resolve_ae_toolkit": {"remap": ["5", "12", "2", "13"]}},
    }
    scene = compound("scene", (0, 4), track(a, b), effects=[jumps])
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(scene)), handles=0)
    assert [shown_in_cut(cut, frame) for frame in range(4)] == [{("a", 6)}, {("b", 2)}, set(), {("b", 3)}]
    (row,) = cut.skipped
    assert (row.clip_name, row.record_range) == ("scene/a", FrameRange(first=2, last=2))
    assert row.reason.endswith("1 source frame missing: 3; available: 1-20")
