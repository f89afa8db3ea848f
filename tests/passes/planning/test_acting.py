"""Less strength where the acting peaks: keyframes in the plan, in whole sampling steps, and off unless asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.documents import PassName, PassPlan
from toolkit.passes import ActingFacts, plan_passes
from toolkit.settings import BodySettings, load_settings

BUSY = {101: 0.0, 102: 0.3, 103: 1.0, 104: 0.5}
CALM = {102: 0.7, 103: 0.0}


@pytest.mark.parametrize(
    ("ease", "strength", "steps", "expected"),
    [
        (0.0, 0.5, 30, {}),
        (0.4, 0.5, 30, {102: 0.433333, 103: 0.3, 104: 0.4}),
        (0.4, 0.5, 10, {102: 0.4, 103: 0.3, 104: 0.4}),
        (1.0, 0.5, 20, {102: 0.35, 103: 0.0, 104: 0.25}),
    ],
    ids=["off", "by two fifths", "few steps", "to nothing"],
)
def test_strength_falls_with_the_acting_in_whole_steps(
    ease: float, strength: float, steps: int, expected: dict[int, float]
) -> None:
    look = BodySettings(strength=strength, steps=steps, ease=ease)
    found = ActingFacts(activity=(BUSY,)).strengths(look, 0)
    assert found == pytest.approx(expected, abs=1e-5)
    saved = [(strength - value) * steps for value in found.values()]
    assert saved == pytest.approx([round(one) for one in saved], abs=1e-3)


def test_the_whole_frame_follows_the_face_that_acts_most() -> None:
    facts = ActingFacts(activity=(BUSY, CALM))
    look = BodySettings(strength=0.6, steps=60, ease=0.5)
    assert facts.strengths(look) == pytest.approx({102: 0.383333, 103: 0.3, 104: 0.45}, abs=1e-5)
    assert facts.strengths(look, 1) == pytest.approx({102: 0.383333}, abs=1e-5)
    assert facts.strengths(look, 2) == {}
    assert ActingFacts().strengths(look) == {}


def plans_of(*assignments: str) -> list[PassPlan]:
    shot = shot_of(Path("nowhere/plate.####.png"))
    tracks = tracks_of([sample(FIRST + index) for index in range(COUNT)])
    settings = load_settings(overrides=list(assignments))
    return list(plan_passes(shot, tracks, settings, cut_folder=CUT_FOLDER, acting=ActingFacts(activity=(BUSY,))))


def test_the_plan_has_a_strength_only_where_it_differs() -> None:
    body, face = plans_of("face.ease=0.4", "body.ease=0.2")
    assert [frame.strength for frame in body.frames[:4]] == [None, 0.616667, 0.516667, 0.583333]
    assert [frame.faces[0].strength for frame in face.frames[:4]] == [None, 0.433333, 0.3, 0.4]
    assert body.look.strength == 0.65 and face.look.strength == 0.5
    plain = plans_of()
    assert "strength" not in plain[0].frames[2].model_dump_json()
    assert plain[1].pass_name is PassName.FACE and plain[1].settings == face.settings
