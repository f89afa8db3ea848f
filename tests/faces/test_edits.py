"""Edits of faces by hand, carried out on what was tracked."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.passes._plate import FIRST, sample, tracks_of
from toolkit.documents import (
    DropFace,
    FaceEdit,
    FaceEdits,
    FaceKey,
    FaceReference,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    MergeFaces,
    NameFace,
    PlaceFace,
    SetState,
    SplitFace,
)
from toolkit.faces import EditedFaces, apply_edits
from toolkit.frames import FrameRange

STATES = {"F": FaceState.FOUND, "h": FaceState.HELD, ".": FaceState.ABSENT}
LETTERS = {state: letter for letter, state in STATES.items()}
APART = 60.0
"""Pixels between two faces: more than the height of one."""


def tracks(*faces: str, order: tuple[int, ...] = ()) -> FaceTracks:
    """One face for each string, ``F`` found, ``h`` held and ``.`` absent; each in its own place.

    ``order`` gives them other numbers, as tracking anew may do.
    """
    made = [
        [sample(FIRST + index, x=APART * place, state=STATES[letter]) for index, letter in enumerate(face)]
        for place, face in enumerate(faces)
    ]
    numbers = order or tuple(range(len(faces)))
    numbered = sorted(zip(numbers, made, strict=True), key=lambda one: one[0])
    known = tuple(FaceTrack(face=number, samples=tuple(samples)) for number, samples in numbered)
    return tracks_of(made[0]).model_copy(update={"faces": known})


def face(place: int, frame: int = 0) -> FaceReference:
    """The face that is at ``place`` in ``tracks``; frames are counted from 0."""
    return FaceReference(number=place, source_frame=FIRST + frame, centre=(APART * place, 45.0))


def frames(first: int, last: int) -> FrameRange:
    return FrameRange(first=FIRST + first, last=FIRST + last)


def apply(known: FaceTracks, *edits: FaceEdit) -> EditedFaces:
    return apply_edits(known, FaceEdits(shot=known.shot, edits=edits))


def states(edited: EditedFaces) -> dict[int, str]:
    return {one.face: "".join(LETTERS[each.state] for each in one.samples) for one in edited.tracks.faces}


def key(frame: int, *, x: float = 0.0, y: float = 45.0, scale: float = 40.0, roll: float = 0.0,
        outline: tuple[tuple[float, float], ...] | None = None) -> FaceKey:  # fmt: skip
    return FaceKey(source_frame=FIRST + frame, centre=(x, y), scale=scale, roll=roll, outline=outline)


SPLIT = SplitFace(face=face(0), source_frame=FIRST + 2)


@pytest.mark.parametrize(
    ("edits", "left"),
    [
        ([], {0: "FFFhF.", 1: "..FFFF"}),
        ([DropFace(face=face(0))], {1: "..FFFF"}),
        ([DropFace(face=face(1, 3))], {0: "FFFhF."}),
        ([DropFace(face=face(0), source_range=frames(1, 3))], {0: "F...F.", 1: "..FFFF"}),
        ([DropFace(face=face(0), source_range=frames(-9, 1))], {0: "..FhF.", 1: "..FFFF"}),
        ([SPLIT], {0: "FF....", 1: "..FFFF", 2: "..FhF."}),
        ([MergeFaces(face=face(0), other=face(1, 3))], {0: "FFFFFF"}),
        ([MergeFaces(face=face(1, 3), other=face(0))], {0: "FFFFFF"}),
        ([SetState(face=face(0), source_range=frames(0, 1), state=FaceState.HELD)], {0: "hhFhF.", 1: "..FFFF"}),
        ([SetState(face=face(0), source_range=frames(3, 5), state=FaceState.FOUND)], {0: "FFFFF.", 1: "..FFFF"}),
        ([SetState(face=face(0), source_range=frames(2, 9), state=FaceState.ABSENT)], {0: "FF....", 1: "..FFFF"}),
        (
            [
                SetState(face=face(0), source_range=frames(0, 5), state=FaceState.ABSENT),
                SetState(face=face(0), source_range=frames(1, 2), state=FaceState.HELD),
            ],
            {0: ".hh...", 1: "..FFFF"},
        ),
        ([SPLIT, DropFace(face=face(0, 4))], {0: "FF....", 1: "..FFFF"}),
        ([SPLIT, DropFace(face=face(0, 4)), SplitFace(face=face(1, 4), source_frame=FIRST + 4)],
         {0: "FF....", 1: "..FF..", 3: "....FF"}),
        ([SPLIT, MergeFaces(face=face(0), other=face(0, 4))], {0: "FFFhF.", 1: "..FFFF"}),
    ],
)  # fmt: skip
def test_edits_are_carried_out_in_their_order(edits: list[FaceEdit], left: dict[int, str]) -> None:
    edited = apply(tracks("FFFhF.", "..FFFF"), *edits)
    assert edited.problems == []
    assert states(edited) == left


def test_without_edits_the_tracks_are_what_was_detected() -> None:
    known = tracks("FFFhF.", "..FFFF")
    assert apply(known).tracks == known


def test_where_both_are_there_the_first_one_stays_unless_only_the_other_was_found() -> None:
    one, other = face(0), face(1, 3)
    known = tracks("FFFhFh", "..FFFh")
    for first, second, x in ((one, other, 0.0), (other, one, APART)):
        edited = apply(known, MergeFaces(face=first, other=second))
        (merged,) = edited.tracks.faces
        centres = [each.centre and each.centre[0] for each in merged.samples]
        assert centres == [0.0, 0.0, x, APART, x, x]  # frame 3 has one HELD and one FOUND
        assert edited.outcomes[0].note == f"both are there in 103, 105-106: face {first.number} stays"


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (5, 3)])
def test_a_face_is_found_by_its_place_whatever_its_number_is(order: tuple[int, int]) -> None:
    edited = apply(tracks("FFFF", "FFFF", order=order), DropFace(face=face(1)))
    assert [one.face for one in edited.tracks.faces] == [order[0]]


def test_the_number_decides_between_faces_in_one_place() -> None:
    known = tracks("FFFF")
    twice = (known.faces[0], known.faces[0].model_copy(update={"face": 1}))
    for number in (0, 1):
        reference = face(0).model_copy(update={"number": number})
        edited = apply(known.model_copy(update={"faces": twice}), DropFace(face=reference))
        assert [one.face for one in edited.tracks.faces] == [1 - number]


@pytest.mark.parametrize(
    ("edit", "note"),
    [
        (DropFace(face=face(3)), "no face is found at 180,45 in frame 101"),
        (DropFace(face=face(0, 9)), "frame 110 is not in the track, which has 101-106"),
        (DropFace(face=face(0, 5)), "no face is found at 0,45 in frame 106"),
        (DropFace(face=face(0), source_range=frames(5, 5)), "face 0 is not there in 106"),
        (DropFace(face=face(0), source_range=frames(20, 30)), "the track has only frames 101-106"),
        (MergeFaces(face=face(0), other=face(0, 2)), "both are face 0"),
        (SplitFace(face=face(0), source_frame=101), "frame 101 does not divide face 0, which is there in 101-105"),
        (SplitFace(face=face(1, 3), source_frame=103), "frame 103 does not divide face 1, which is there in 103-106"),
        (SplitFace(face=face(0), source_frame=106), "frame 106 does not divide face 0, which is there in 101-105"),
        (
            SetState(face=face(0), source_range=frames(5, 5), state=FaceState.HELD),
            "face 0 has no place in 106; set one with 'toolkit edit key OUT sh010 0'",
        ),
        (
            SetState(face=face(0), source_range=frames(5, 5), state=FaceState.ABSENT),
            "face 0 is not there in 106",
        ),
    ],
)  # fmt: skip
def test_an_edit_that_does_not_apply_changes_nothing_and_says_why(edit: FaceEdit, note: str) -> None:
    known = tracks("FFFhF.", "..FFFF")
    name = NameFace(face=face(1, 3), name="Anna")
    edited = apply(known, edit, name)
    assert [outcome.note for outcome in edited.outcomes] == [note, ""]
    assert edited.problems == [
        f"sh010: edit 1 ({edit.summary}) does not apply: {note}; 'toolkit edit undo OUT sh010 1' removes it"
    ]
    assert edited.tracks == apply(known, name).tracks


def test_a_state_that_some_frames_cannot_have_is_given_to_the_others() -> None:
    edited = apply(tracks("FFFhF."), SetState(face=face(0), source_range=frames(4, 5), state=FaceState.HELD))
    assert states(edited) == {0: "FFFhh."}
    assert edited.outcomes[0].note == "it has no place in 106"


def test_the_key_of_the_tracks_changes_with_what_the_faces_are_and_not_with_their_names() -> None:
    known = tracks("FFFF", "FFFF")
    keys = [
        apply(known, *edits).tracks.key
        for edits in (
            (),
            (NameFace(face=face(0), name="Anna"),),
            (DropFace(face=face(7)),),
            (DropFace(face=face(1)),),
            (DropFace(face=face(1), source_range=frames(0, 1)),),
        )
    ]
    assert keys[0] == keys[1] == keys[2] == known.key
    assert len(set(keys)) == 3


def test_a_merged_face_has_the_name_of_the_first_or_else_of_the_other() -> None:
    anna, ben = NameFace(face=face(0), name="Anna"), NameFace(face=face(1), name="Ben")
    merge = MergeFaces(face=face(0), other=face(1))
    named = [apply(tracks("FF..", "FFFF"), *edits, merge).tracks.faces[0].name for edits in ((anna, ben), (ben,), ())]
    assert named == ["Anna", "Ben", ""]


def test_undoing_keys_leaves_later_edits_their_face() -> None:
    known = tracks("FFFF")
    moved = apply(known, PlaceFace(face=face(0), keys=(key(1, x=500),)))
    reference = moved.refer_to(0, frames(1, 1))
    assert reference.centre == (0.0, 45.0), "where it was detected"
    assert apply(known, DropFace(face=reference)).tracks.faces == ()


def test_an_edit_refers_to_the_largest_face_among_the_frames_that_it_is_about() -> None:
    known = tracks("FFFF")
    sizes = [30.0, 50.0, 70.0, 60.0]
    sized = [one.model_copy(update={"scale": size}) for one, size in zip(known.faces[0].samples, sizes, strict=True)]
    edited = apply(known.model_copy(update={"faces": (FaceTrack(face=0, samples=tuple(sized)),)}))
    assert edited.refer_to(0).source_frame == FIRST + 2
    assert edited.refer_to(0, frames(0, 1)).source_frame == FIRST + 1
    assert edited.refer_to(0, frames(50, 60)).source_frame == FIRST + 2


PLACES = st.builds(face, st.integers(0, 3), st.integers(-1, 7))
RANGES = st.builds(lambda first, length: frames(first, first + length), st.integers(-2, 7), st.integers(0, 5))
ANY_EDIT = st.one_of(
    st.builds(DropFace, face=PLACES, source_range=st.none() | RANGES),
    st.builds(MergeFaces, face=PLACES, other=PLACES),
    st.builds(SplitFace, face=PLACES, source_frame=st.integers(FIRST - 1, FIRST + 7)),
    st.builds(SetState, face=PLACES, source_range=RANGES, state=st.sampled_from(FaceState)),
    st.builds(
        lambda reference, first, length: PlaceFace(
            face=reference, keys=tuple(key(first + step, x=9.0 * first, roll=200.0 * step) for step in range(length))
        ),
        PLACES,
        st.integers(-2, 7),
        st.integers(1, 4),
    ),
)


@settings(max_examples=60)
@given(
    known=st.lists(st.text("Fh.", min_size=6, max_size=6), min_size=1, max_size=3),
    edits=st.lists(ANY_EDIT, max_size=8),
)
def test_whatever_the_edits_are_every_face_has_one_sample_for_each_frame(
    known: list[str], edits: list[FaceEdit]
) -> None:
    edited = apply(tracks(*known), *edits)
    assert len(edited.outcomes) == len(edits)
    seen = [one.face for one in edited.tracks.faces]
    assert seen == sorted(set(seen))
    for one in edited.tracks.faces:
        assert [each.source_frame for each in one.samples] == list(edited.tracks.source_range)
        for each in one.samples:
            is_absent = each.state is FaceState.ABSENT
            assert (each.centre is None) == (each.scale is None) == (each.roll is None) == is_absent
            assert is_absent or each.landmarks is not None or each.outline is not None
            assert each.landmarks is not None or each.state is not FaceState.FOUND
        rolls = [each.roll for each in one.samples if each.roll is not None]
        assert all(abs(after - before) <= 180.001 for before, after in pairwise(rolls))
        again = apply(tracks(*known), *edits, NameFace(face=edited.refer_to(one.face), name="Anna"))
        assert [each.face for each in again.tracks.faces if each.name] == [one.face], "it is found again"


# --- keyframes ----------------------------------------------------------------------------------------


def placed(letters: str, *keys: FaceKey) -> tuple[FaceSample, ...]:
    edited = apply(tracks(letters), PlaceFace(face=face(0), keys=keys))
    assert edited.problems == []
    return edited.tracks.faces[0].samples


def test_between_keys_the_place_is_linear_and_the_size_geometric() -> None:
    samples = placed("FFFFF", key(1, x=10, scale=20, roll=-4), key(3, x=30, scale=80, roll=4))
    assert [one.centre for one in samples] == [(0, 45), (10, 45), (20, 45), (30, 45), (0, 45)]
    assert [one.scale for one in samples] == pytest.approx([40, 20, 40, 80, 40])
    assert [one.roll for one in samples] == pytest.approx([0, -4, 0, 4, 0])


def test_what_was_read_moves_along() -> None:
    before = tracks("FFF").faces[0].samples[1]
    after = placed("FFF", key(1, x=100, y=60, scale=80, roll=90))[1]
    assert after.state is FaceState.FOUND and after.blendshapes == before.blendshapes
    assert after.pose is None, "it was solved for another place"
    assert before.landmarks is not None and after.landmarks is not None
    turned = 2 * (before.landmarks - (0, 45, 0)) @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    assert np.abs(after.landmarks - (turned + np.array([100, 60, 0]))).max() < 0.01
    assert after.landmarks.dtype == np.float32


def test_where_nothing_was_read_the_face_is_held_with_an_ellipse_and_no_acting() -> None:
    samples = placed("F..F", key(1, x=10, scale=100), key(2, x=20, scale=100, roll=90))
    assert [one.state for one in samples] == [STATES[letter] for letter in "FhhF"]
    upright, turned = samples[1:3]
    for one in (upright, turned):
        assert one.landmarks is None and one.pose is None and one.blendshapes is None
    assert upright.outline is not None and turned.outline is not None
    assert measure(upright.outline) == pytest.approx((10, 45 + 8, 83, 100), abs=0.5)
    assert measure(turned.outline) == pytest.approx((20 - 8, 45, 100, 83), abs=0.5)


def measure(outline: tuple[tuple[float, float], ...]) -> tuple[float, float, float, float]:
    """Middle, width and height."""
    (left, top), (right, bottom) = np.min(outline, axis=0), np.max(outline, axis=0)
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def test_the_ellipse_is_where_the_landmarks_of_a_face_are() -> None:
    """Measured on the synthetic face, whose oval is 0.76 wide and 1 high around its centre."""
    read = tracks("F").faces[0].samples[0]
    assert read.landmarks is not None and read.centre is not None
    drawn = placed("F.", key(1, scale=40.0))[1].outline
    assert drawn is not None
    x, y, width, height = measure(tuple((float(x), float(y)) for x, y, _ in read.landmarks))
    assert measure(drawn) == pytest.approx((x, y, width, height), abs=5)


def test_rolls_take_the_short_way_and_leave_no_jump() -> None:
    samples = placed("FFFF", key(1, roll=350), key(3, roll=10))
    assert [one.roll for one in samples] == pytest.approx([0, -10, 0, 10])


def test_a_face_that_is_placed_can_be_named_and_dropped_by_its_place() -> None:
    known = tracks("F...")
    keys = PlaceFace(face=face(0), keys=(key(2, x=300),))
    edited = apply(known, keys)
    reference = edited.refer_to(0, frames(2, 2))
    assert reference.source_frame == FIRST, "where it was found"
    alone = apply(known, keys, DropFace(face=face(0), source_range=frames(0, 1)))
    assert states(alone) == {0: "..h."}
    reference = alone.refer_to(0)
    assert (reference.source_frame, reference.centre) == (FIRST + 2, (300.0, 45.0))


SQUARE = ((-10.0, 35.0), (10.0, 35.0), (10.0, 55.0), (-10.0, 55.0))


def test_a_drawn_outline_moves_with_the_face_between_its_keys() -> None:
    wide = tuple((100 + 4 * x, 45 + 2 * (y - 45)) for x, y in SQUARE)
    samples = placed("FFFFF", key(1, outline=SQUARE), key(3, x=100, scale=80, outline=wide), key(4, x=100, scale=80))
    assert samples[0].drawn_outline is None
    assert samples[1].drawn_outline == pytest.approx(np.array(SQUARE), abs=0.01)
    middle = samples[2].drawn_outline
    assert middle is not None
    size = math.sqrt(2)  # of the face there, against that of the first key
    assert measure(middle) == pytest.approx((50, 45, 20 * size * 1.5, 20 * size), abs=0.01)
    assert samples[3].drawn_outline == samples[4].drawn_outline == pytest.approx(np.array(wide), abs=0.01)


def test_later_keys_move_an_outline_that_was_drawn_before() -> None:
    drawn = PlaceFace(face=face(0), keys=(key(1, outline=SQUARE),))
    moved = PlaceFace(face=face(0), keys=(key(1, x=7, scale=80),))
    sample_ = apply(tracks("FFF"), drawn, moved).tracks.faces[0].samples[1]
    assert sample_.drawn_outline is not None
    assert measure(sample_.drawn_outline) == pytest.approx((7, 45, 40, 40), abs=0.01)


def test_edited_tracks_can_be_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "face_track.json"
    keys = PlaceFace(face=face(0), keys=(key(1, outline=SQUARE), key(2)))
    edited = apply(tracks("FF.F"), keys, NameFace(face=face(0), name='A "quoted" name')).tracks
    edited.write(path)
    again = FaceTracks.read(path)
    assert again.faces[0].name == edited.faces[0].name
    assert [one.drawn_outline for one in again.faces[0].samples] == [
        one.drawn_outline for one in edited.faces[0].samples
    ]
    assert "drawn_outline" not in path.read_text().splitlines()[-4], "only where there is one"


def test_a_face_of_a_rig_stays_found_without_landmarks() -> None:
    """It is placed by hand, and its state is set and taken back: that it was never read does not matter."""
    outline = ((0.0, 25.0), (20.0, 45.0), (0.0, 65.0), (-20.0, 45.0))
    exact = [
        FaceSample(
            source_frame=FIRST + index,
            state=FaceState.FOUND,
            centre=(0.0, 45.0),
            scale=40.0,
            roll=0.0,
            outline=outline,
            blendshapes=(0.5,) * 52,
        )
        for index in range(3)
    ]
    key = FaceKey(source_frame=FIRST, centre=(10, 45), scale=40, roll=0)
    whole = FrameRange.of(FIRST, 3)
    edits = (
        PlaceFace(face=face(0, 1), keys=(key,)),
        SetState(face=face(0, 1), source_range=whole, state=FaceState.HELD),
        SetState(face=face(0, 1), source_range=whole, state=FaceState.FOUND),
    )
    edited = apply_edits(tracks_of(exact), FaceEdits(shot="sh010", edits=edits))
    samples = edited.tracks.faces[0].samples
    assert edited.problems == []
    assert {one.state for one in samples} == {FaceState.FOUND}
    assert samples[0].outline == tuple((x + 10, y) for x, y in outline)
    assert samples[0].blendshapes == (0.5,) * 52
