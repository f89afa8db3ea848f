"""The mattes of faces that come and leave within a shot fade."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.documents import FaceState, FaceTrack, FaceTracks, PassName, PassPlan, Shot
from toolkit.frames import FrameRange
from toolkit.passes import plan_passes
from toolkit.passes.planning.fades import plan_fades
from toolkit.settings import load_settings

SHOT = shot_of(Path("nowhere/plate.####.png"))


def tracks(*faces: str) -> FaceTracks:
    """One face for each string: ``F`` and ``h`` where it is present, ``.`` where it is not."""
    states = {"F": FaceState.FOUND, "h": FaceState.HELD, ".": FaceState.ABSENT}
    samples = [[sample(FIRST + i, state=states[letter]) for i, letter in enumerate(face)] for face in faces]
    track = tracks_of(samples[0])
    numbered = (FaceTrack(face=number, samples=tuple(one)) for number, one in enumerate(samples))
    return track.model_copy(update={"faces": tuple(numbered)})


def shot(length: int, *, handles: int = 0) -> Shot:
    whole = FrameRange.of(FIRST, length)
    inside = FrameRange(first=whole.first + handles, last=whole.last - handles)
    return SHOT.model_copy(update={"source_work_range": whole, "source_range": inside})


def fades(*faces: str, frames: int = 3, handles: int = 0) -> list[dict[int, float]]:
    """Opacities in per cent, by frame from 0."""
    planned = plan_fades(shot(len(faces[0]), handles=handles), tracks(*faces), frames)
    return [{frame - FIRST: round(100 * opacity) for frame, opacity in face.items()} for face in planned]


def test_a_face_that_comes_and_leaves_fades_in_and_out_within_its_frames() -> None:
    assert fades("...FFFFFFFFhF..") == [{3: 16, 4: 50, 5: 84, 10: 84, 11: 50, 12: 16}]


def test_both_fades_of_a_short_visit_meet() -> None:
    assert fades("...FFF...") == [{3: 16, 4: 50, 5: 16}]


@pytest.mark.parametrize("frames", [0, 1])
def test_the_setting_is_the_number_of_frames_below_full(frames: int) -> None:
    assert [len(face) for face in fades("..FFFFFFF..", frames=frames)] == [2 * frames]


def test_nothing_fades_at_the_ends_of_the_shot() -> None:
    assert fades("FFFFFFFFFF") == [{}]
    assert fades("..FFFFFF..", handles=2) == [{}], "at the cut; the handles show another take"
    assert list(fades("..FFFFFF..", handles=1)[0]) == [2, 3, 4, 5, 6, 7]


def test_nothing_fades_where_the_media_cut_from_one_face_to_another() -> None:
    assert fades("FFFFFF......", "......FFFFFF") == [{}, {}]
    one, other, _ = fades("FFFFFF......", "......FFFFFF", "FFFFFFFFFFFF")
    assert one and other, "the third face goes on: the media do not cut"


def test_the_plan_holds_the_opacities_and_the_setting_changes_nothing_else() -> None:
    found = tracks("FFFF" + "." * (COUNT - 4))
    plans = {}
    for fade in (0, 4):
        settings = load_settings(overrides=[f"matte.fade={fade}"])
        plans[fade] = plan_passes(SHOT, found, settings, cut_folder=CUT_FOLDER)
    assert _opacities(plans[0]) == [1.0] * 4
    assert _opacities(plans[4]) == [pytest.approx(value, abs=0.001) for value in (0.896, 0.648, 0.352, 0.104)]
    (body, face), (faded_body, faded_face) = plans[0], plans[4]
    assert body == faded_body
    assert face.settings == faded_face.settings, "frames in which nothing fades keep their content key"


def _opacities(plans: Sequence[PassPlan]) -> list[float]:
    (face,) = [plan for plan in plans if plan.pass_name is PassName.FACE]
    return [one.opacity for frame in face.frames for one in frame.faces]
