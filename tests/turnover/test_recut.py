"""What has changed between two cuts, and the names that shots keep."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.turnover._cuts import Json, clip, gap, movie_reference, speed, time, time_range, timeline, track, write
from toolkit.documents import Cut
from toolkit.turnover import ChangeKind, compare_cuts, keep_names, read_cut


def use(name: str, first: int = 100, count: int = 24, *, media: str = "", scalar: float = 1) -> Json:
    """A use of the media called ``media``, or else after the first letter of the clip's name."""
    reference = movie_reference(f"/show/plates/{media or name[0]}.mov", time_range(0, 1000))
    return clip(reference, time_range(first, count), name=name, effects=[speed(scalar)] if scalar != 1 else [])


def cut_of(folder: Path, *tracks: Sequence[Json], known: Cut | None = None, handles: int = 0) -> Cut:
    document = timeline(*(track(*children) for children in tracks), start=time(86400))
    return read_cut(write(folder / "cut.otio", document), handles=handles, known=known)


def kinds(old: Cut, new: Cut) -> dict[str, list[str]]:
    return {change.name: [str(kind) for kind in change.kinds] for change in compare_cuts(old, new)}


A, B, C, D = (use(name) for name in ("a", "b", "c", "d"))

CASES: dict[str, tuple[list[Json], list[Json], dict[str, list[str]]]] = {
    "nothing": ([A, B, C], [A, B, C], {"a": ["same"], "b": ["same"], "c": ["same"]}),
    "a new one in front moves nobody": ([A, B], [C, A, B], {"c": ["new"], "a": ["same"], "b": ["same"]}),
    "one is gone": ([A, B, C], [A, C], {"a": ["same"], "c": ["same"], "b": ["gone"]}),
    "one of four is moved": ([A, B, C, D], [B, C, D, A], {"b": ["same"], "c": ["same"], "d": ["same"], "a": ["moved"]}),
    "longer at the tail": ([A, B], [use("a", 100, 30), B], {"a": ["trimmed"], "b": ["same"]}),
    "slipped": ([A, B], [use("a", 103), B], {"a": ["slipped"], "b": ["same"]}),
    "retimed": ([A, B], [use("a", scalar=2), B], {"a": ["retimed"], "b": ["same"]}),
    "moved and trimmed": (
        [A, B, C],
        [B, C, use("a", 104, 20)],
        {"b": ["same"], "c": ["same"], "a": ["moved", "trimmed"]},
    ),
    "other frames of the same media": ([A], [use("a", 500)], {"a_2": ["new"], "a": ["gone"]}),
    "renamed": ([A], [use("x", media="a")], {"a": ["same"]}),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES.keys())
def test_uses_are_matched_by_the_frames_they_show(
    old: list[Json], new: list[Json], expected: dict[str, list[str]], tmp_path: Path
) -> None:
    before = cut_of(tmp_path, old)
    assert kinds(before, cut_of(tmp_path, new, known=before)) == expected


def test_a_use_on_another_track_is_moved(tmp_path: Path) -> None:
    assert kinds(cut_of(tmp_path, [A, B], [gap(5)]), cut_of(tmp_path, [A], [gap(24), B])) == {
        "a": ["same"],
        "b": ["moved"],
    }


def test_how_far_the_ends_moved_and_what_has_to_be_rendered(tmp_path: Path) -> None:
    """Frames that the shot had, handles included, are not rendered again; nor is a frame of two uses counted twice."""
    old = cut_of(tmp_path, [use("a", 100, 24), use("a", 300, 24)], handles=4)
    new = cut_of(tmp_path, [use("a", 90, 40), use("a", 326, 6), use("a", 326, 6), use("b")], known=old, handles=4)
    changes = {change.name: change for change in compare_cuts(old, new)}
    assert [(name, one.head, one.tail, one.frames_to_render) for name, one in changes.items() if one.new] == [
        ("a", -10, 6, 16),
        ("a_3", 0, 0, 14),
        ("a_4", 0, 0, 0),
        ("b", 0, 0, 32),
    ]


def test_media_that_moved_to_another_drive_is_the_same(tmp_path: Path) -> None:
    old = cut_of(tmp_path, [A])
    text = (tmp_path / "cut.otio").read_text().replace("/show/", "/mnt/show/")
    (tmp_path / "moved.otio").write_text(text)
    assert kinds(old, read_cut(tmp_path / "moved.otio", handles=0)) == {"a": ["same"]}


# --- names -----------------------------------------------------------------------------------------------------


def test_shots_keep_their_names_when_others_come_and_go(tmp_path: Path) -> None:
    first = cut_of(tmp_path, [use("a", 100), use("a", 300), use("a", 500)])
    assert [shot.name for shot in first.shots] == ["a", "a_2", "a_3"]
    second = cut_of(tmp_path, [use("a", 500), use("a", 700), use("a", 302)], known=first)
    assert [shot.name for shot in second.shots] == ["a_3", "a_4", "a_2"]


def test_a_source_shot_keeps_its_name_when_a_use_is_added_before_or_its_first_use_is_gone(tmp_path: Path) -> None:
    first = cut_of(tmp_path, [use("a", 100), gap(9), use("a", 110)], handles=4)
    assert {shot.rendered_name for shot in first.shots} == {"a"}
    added = cut_of(tmp_path, [use("a", 90), gap(9), use("a", 100), gap(9), use("a", 110)], known=first, handles=4)
    assert [(shot.name, shot.rendered_name) for shot in added.shots] == [("a_3", "a"), ("a", "a"), ("a_2", "a")]
    gone = cut_of(tmp_path, [use("a", 110)], known=first, handles=4)
    assert [(shot.name, shot.rendered_name) for shot in gone.shots] == [("a_2", "a")]
    (rendered,) = gone.source_shots()
    assert (rendered.name, rendered.source_work_range.first) == ("a", 106)


def test_two_shots_that_part_do_not_share_a_name(tmp_path: Path) -> None:
    first = cut_of(tmp_path, [use("a", 100, 40), gap(9), use("a", 130, 40)])
    assert {shot.rendered_name for shot in first.shots} == {"a"}
    parted = cut_of(tmp_path, [use("a", 100, 5), gap(9), use("a", 140, 30)], known=first)
    assert [(shot.name, shot.rendered_name) for shot in parted.shots] == [("a", "a"), ("a_2", "a_2")]


USES = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 200), st.integers(1, 40)), min_size=1, max_size=8)


@given(USES, USES)
def test_names_stay_unique_and_every_frame_keeps_its_shot(
    old: list[tuple[str, int, int]], new: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = cut_of(Path(folder), [one for each in old for one in (use(*each), gap(1))], handles=2)
        after = cut_of(Path(folder), [one for each in new for one in (use(*each), gap(1))], handles=2)
    kept = keep_names(after, before)
    assert len({shot.name for shot in kept.shots}) == len(kept.shots)
    names = [shot.rendered_name for shot in after.source_shots()]
    assert len({shot.name for shot in kept.source_shots()}) == len(names)
    assert [shot.source_work_range for shot in kept.source_shots()] == [
        shot.source_work_range for shot in after.source_shots()
    ]
    media_of = {shot.name: shot.media.path for shot in before.shots}
    assert all(media_of.get(shot.name, shot.media.path) == shot.media.path for shot in kept.shots)
    assert keep_names(before, before) == before
    assert all(change.kinds == (ChangeKind.SAME,) for change in compare_cuts(before, before))


# --- a template of names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{clip}", ["a", "b", "a_2"]),
        ("ep01_{index:04d}", ["ep01_0001", "ep01_0002", "ep01_0003"]),
        ("{timecode}_V{track}", ["01000000_V1", "01000100_V1", "01000200_V1"]),
        ("{reel}_{clip}", ["a_a", "b_b", "A007_a"]),
        ("{scene}-{take}", ["shot", "12-3", "shot_2"]),
    ],
)
def test_shots_are_named_after_a_template(template: str, names: list[str], tmp_path: Path) -> None:
    slated = dict(use("b"), metadata={"ale": {"Scene": "12", "Take": 3}})
    reel = dict(use("a"), metadata={"cmx_3600": {"reel": "A007"}})
    document = timeline(track(use("a"), slated, reel), start=time(86400))
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0, names=template, share=False)
    assert [shot.name for shot in cut.shots] == names


@pytest.mark.timeout(60)
def test_the_frames_of_a_reel_are_counted_once_for_all_its_uses(tmp_path: Path) -> None:
    """Frame by frame for every use, a cut of a long reel took minutes."""
    uses = [use("reel", first=100 * number, count=120) for number in range(4000)]
    cut = cut_of(tmp_path, uses)
    assert len({shot.rendered_name for shot in cut.shots}) == 1
    known = cut.model_copy(update={"shots": ()})
    assert sum(change.frames_to_render for change in compare_cuts(known, cut)) == cut.frames_to_render
