"""Expression words for a prompt: correct, and without flicker."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import shot_of
from toolkit.documents import FaceSample, FaceState, FaceTracks
from toolkit.passes.planning.expression_words import MIN_FRAMES, PHRASES, expression_words

NAMES = ("_neutral", *sorted({name for phrase in PHRASES for name in phrase.blendshapes}))
ABSENT: Mapping[str, float] | None = None

SMILE = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}
BLINK = {"eyeBlinkLeft": 0.7, "eyeBlinkRight": 0.7}
BROWS = {"browInnerUp": 0.9, "browOuterUpLeft": 0.9, "browOuterUpRight": 0.9}


def face(*frames: Mapping[str, float] | None) -> list[FaceSample]:
    """One sample per frame: the blendshapes that are not 0, or None for an absent face."""
    return [
        FaceSample(source_frame=number, state=FaceState.ABSENT)
        if shapes is None
        else FaceSample(
            source_frame=number, state=FaceState.FOUND, blendshapes=tuple(shapes.get(name, 0.0) for name in NAMES)
        )
        for number, shapes in enumerate(frames)
    ]


def jaw(*values: float) -> list[FaceSample]:
    return face(*({"jawOpen": value} for value in values))


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({}, ""),
        ({"_neutral": 1.0}, ""),
        ({"jawOpen": 0.1}, ""),
        ({"jawOpen": 0.25}, "mouth slightly open"),
        ({"jawOpen": 0.5}, "mouth open"),
        ({"jawOpen": 0.8}, "mouth wide open"),
        (SMILE, "smiling"),
        ({"mouthPucker": 0.95}, "lips puckered"),
        ({"mouthUpperUpLeft": 0.5}, "teeth showing"),
        ({"mouthUpperUpRight": 0.5}, "teeth showing"),
        (BLINK, "eyes closed"),
        ({"eyeBlinkLeft": 0.7}, "one eye closed"),
        ({"eyeBlinkRight": 0.7}, "one eye closed"),
        (BROWS, "brows raised"),
        ({**BROWS, "browOuterUpLeft": 0.1}, ""),
        ({"jawOpen": 0.5, **BLINK, **BROWS}, "mouth open, eyes closed, brows raised"),
    ],
    ids=str,
)
def test_a_facial_expression_has_these_words(shapes: Mapping[str, float], words: str) -> None:
    assert expression_words(face(*[shapes] * 5), NAMES) == [words] * 5


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({"eyeLookOutLeft": 0.9, "eyeLookInRight": 0.9}, "looking to the right"),
        ({"eyeLookInLeft": 0.9, "eyeLookOutRight": 0.9}, "looking to the left"),
        ({"eyeLookInLeft": 0.9, "eyeLookInRight": 0.9}, ""),
        ({"mouthLeft": 0.6}, "mouth pulled to the right"),
        ({"mouthRight": 0.6}, "mouth pulled to the left"),
    ],
    ids=["own left", "own right", "crossed eyes", "mouth to the own left", "mouth to the own right"],
)
def test_left_and_right_are_the_pictures(shapes: Mapping[str, float], words: str) -> None:
    assert expression_words(face(*[shapes] * 5), NAMES) == [words] * 5


def test_a_value_wavering_around_a_threshold_keeps_its_phrase() -> None:
    assert expression_words(jaw(0, 0, 0, *[0.42, 0.42, 0.42, 0.38, 0.38, 0.38] * 5, 0, 0, 0), NAMES) == [
        *[""] * 3, *["mouth open"] * 30, *[""] * 3,
    ]  # fmt: skip


def test_a_value_between_the_thresholds_switches_nothing_on() -> None:
    assert expression_words(jaw(*[0.19] * 10), NAMES) == [""] * 10


@pytest.mark.parametrize(("length", "words"), [(1, ""), (2, ""), (3, "mouth open"), (4, "mouth open")], ids=str)
def test_a_phrase_lasts_at_least_three_frames(length: int, words: str) -> None:
    words_found = expression_words(jaw(*[0.0] * 6, *[0.5] * length, *[0.0] * 6), NAMES)
    assert words_found == [*[""] * 6, *[words] * length, *[""] * 6]


@pytest.mark.parametrize(("length", "words"), [(1, "mouth open"), (2, "mouth open"), (3, "")], ids=str)
def test_a_pause_lasts_at_least_three_frames(length: int, words: str) -> None:
    words_found = expression_words(jaw(*[0.5] * 6, *[0.0] * length, *[0.5] * 6), NAMES)
    assert words_found == [*["mouth open"] * 6, *[words] * length, *["mouth open"] * 6]


def test_a_level_passed_through_is_left_out() -> None:
    words_found = expression_words(jaw(*[0.0] * 6, 0.25, 0.5, *[0.8] * 6, 0.5, 0.25, *[0.0] * 6), NAMES)
    assert {*words_found} == {"", "mouth wide open"}


def test_a_short_run_takes_the_phrase_of_its_longer_neighbour() -> None:
    assert expression_words(jaw(*[0.0] * 4, 0.25, 0.25, *[0.8] * 9), NAMES) == [*[""] * 4, *["mouth wide open"] * 11]
    assert expression_words(jaw(*[0.0] * 9, 0.25, 0.25, *[0.8] * 4), NAMES) == [*[""] * 11, *["mouth wide open"] * 4]


def test_a_shot_of_one_frame_has_words() -> None:
    assert expression_words(face(SMILE), NAMES) == ["smiling"]


def test_an_absent_face_has_no_words_and_nothing_carries_over() -> None:
    between = {"jawOpen": 0.35}
    assert expression_words(face(*[{"jawOpen": 0.5}] * 4, *[between] * 4), NAMES) == ["mouth open"] * 8
    words_found = expression_words(face(*[{"jawOpen": 0.5}] * 4, ABSENT, *[between] * 4), NAMES)
    assert words_found == [*["mouth open"] * 4, "", *["mouth slightly open"] * 4]


def test_no_frames_and_absent_faces_have_no_words() -> None:
    assert expression_words([], NAMES) == []
    assert expression_words(face(ABSENT, ABSENT), NAMES) == ["", ""]


def test_missing_names_and_wrong_counts_raise_value_error() -> None:
    with pytest.raises(ValueError, match="missing blendshapes: jawOpen"):
        expression_words([], [name for name in NAMES if name != "jawOpen"])
    with pytest.raises(ValueError, match="one value for each"):
        expression_words(face({}), [*NAMES, "one more"])


def test_thresholds_are_ordered_and_kinds_are_contiguous_in_the_table() -> None:
    assert all(0 < phrase.off < phrase.on < 1 for phrase in PHRASES)
    kinds = [kind for kind, _ in groupby(phrase.kind for phrase in PHRASES)]
    assert len(kinds) == len({*kinds})


def has_phrase(words: Sequence[str], phrase: str) -> NDArray[np.bool_]:
    return np.array([phrase in frame.split(", ") for frame in words])


def test_words_agree_with_the_known_weights_of_a_capture_and_do_not_flicker(
    shared: Path, track: Callable[..., FaceTracks]
) -> None:
    """Measured: 99 % of the frames or more; smiling 92 %, as this capture is near its threshold for long."""
    clip = shared / "media/facecap/facecap_front_720p30.mp4"
    tracks = track(shot_of(clip))
    words = expression_words(tracks.faces[0].samples, tracks.blendshape_names)
    with clip.with_name(f"{clip.stem}_gt.csv").open() as rows:
        frames = list(csv.DictReader(rows))

    def weights(*names: str) -> NDArray[np.float64]:
        return np.array([[float(frame[name]) for name in names] for frame in frames])

    blinks = weights("eyeBlink_L", "eyeBlink_R") >= 0.4
    truth = {
        "eyes closed": blinks.all(axis=1),
        "one eye closed": blinks.any(axis=1) & ~blinks.all(axis=1),
        "smiling": weights("mouthSmile_L", "mouthSmile_R").min(axis=1) >= 0.4,
        "brows raised": weights("browInnerUp", "browOuterUp_L", "browOuterUp_R").min(axis=1) >= 0.4,
        "mouth pulled to the left": weights("mouthRight")[:, 0] >= 0.4,
        "mouth pulled to the right": weights("mouthLeft")[:, 0] >= 0.4,
    }
    for phrase, expected in truth.items():
        assert (has_phrase(words, phrase) == expected).mean() > (0.9 if phrase == "smiling" else 0.98), phrase
    assert has_phrase(words, "one eye closed").any(), "the capture has a wink"
    mouth = has_phrase(words, "mouth open") | has_phrase(words, "mouth wide open")
    assert (mouth == (weights("jawOpen")[:, 0] >= 0.4)).mean() > 0.98

    for phrase in {one.text for one in PHRASES}:
        lengths = [len(list(run)) for _, run in groupby(has_phrase(words, phrase))]
        assert min(lengths) >= MIN_FRAMES, phrase


def test_an_actor_who_glances_aside_smiles_and_blinks(shared: Path, track: Callable[..., FaceTracks]) -> None:
    """Checked by eye: he looks to the picture's right, then grins to both sides, then closes his eyes."""
    tracks = track(shot_of(shared / "media/performance/driving_d0.mp4"))
    words = expression_words(tracks.faces[0].samples, tracks.blendshape_names)
    assert [words[frame] for frame in (4, 14, 36, 48, 66, 74)] == [
        "",
        "looking to the right",
        "mouth slightly open, smiling, teeth showing, looking to the left",
        "mouth slightly open, smiling, teeth showing, looking to the right",
        "teeth showing, eyes closed",
        "",
    ]


def test_a_face_that_is_never_read_has_no_words() -> None:
    """Nothing was read in the shot, so that not even the names are known."""
    held = FaceSample(source_frame=1, state=FaceState.HELD, centre=(1.0, 1.0), scale=9.0, roll=0.0)
    assert expression_words([held, held], ()) == ["", ""]
