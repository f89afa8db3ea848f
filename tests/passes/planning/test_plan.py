"""Planning is a pure function: every decision is in the plan, and none needs pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, bodies_of, body, sample, shot_of, tracks_of
from toolkit.documents import FaceState, PassName, PassPlan
from toolkit.passes import needs_body_tracks, plan_passes, planned_looks
from toolkit.passes.planning.expression_words import PHRASES
from toolkit.settings import Settings, load_settings

SHOT = shot_of(Path("nowhere/plate.####.png"))
ABSENT = FaceState.ABSENT


def plans_of(*, rolls: list[float], settings: Settings | None = None) -> dict[PassName, PassPlan]:
    samples = [sample(FIRST + i, roll=roll) for i, roll in enumerate(rolls)]
    samples += [sample(FIRST + i, state=ABSENT) for i in range(len(rolls), COUNT)]
    return {
        plan.pass_name: plan
        for plan in plan_passes(SHOT, tracks_of(samples), settings or Settings(), cut_folder=CUT_FOLDER)
    }


def test_body_then_face_each_with_every_frame_of_the_work_range() -> None:
    plans = plans_of(rolls=[0.0] * COUNT)
    assert list(plans) == [PassName.BODY, PassName.FACE]
    for plan in plans.values():
        assert [frame.source_frame for frame in plan.frames] == list(range(FIRST, FIRST + COUNT))
        assert [frame.shot_frame for frame in plan.frames] == list(range(1001, 1001 + COUNT))


def test_the_default_strengths_are_the_founding_recipes() -> None:
    plans = plans_of(rolls=[0.0] * COUNT)
    assert (plans[PassName.BODY].look.strength, plans[PassName.FACE].look.strength) == (0.65, 0.5)


def test_a_frame_without_a_face_is_planned_without_faces() -> None:
    frames = plans_of(rolls=[0.0] * 5)[PassName.FACE].frames
    assert [bool(frame.faces) for frame in frames] == [True] * 5 + [False] * (COUNT - 5)


@pytest.mark.parametrize(
    ("threshold", "rolls", "upright"),
    [
        (20, [0.0, 10.0, 20.0], False),
        (20, [0.0, 10.0, 20.5], True),
        (20, [-21.0, 0.0, 0.0], True),
        (20, [360.0, 365.0, 361.0], False),
        (20, [352.5, 345.0, 339.5], True),
        (0.5, [0.0, 0.4, -0.3], False),
    ],
    ids=["at the threshold", "one frame above it", "to the left", "unwrapped roll", "unwrapped, left", "low threshold"],
)
def test_the_crop_is_upright_for_the_whole_shot_when_any_frame_is_tilted(
    threshold: float, rolls: list[float], upright: bool
) -> None:
    plans = plans_of(rolls=rolls, settings=load_settings(overrides=[f"face.roll_threshold={threshold}"]))
    faces = [frame.faces[0] for frame in plans[PassName.FACE].frames if frame.faces]
    for face, roll in zip(faces, rolls, strict=True):
        (left_x, left_y), (right_x, right_y) = face.corners[:2]
        level = abs(right_y - left_y) < 1e-6 * abs(right_x - left_x)
        assert level is (not upright or roll == 0)


@pytest.mark.parametrize(
    ("assignments", "margin"),
    [((), 32), (("face.padding=13",), 13), (("face.padding=13", "face.mask_blur=4"), 13 + 3 * 4)],
    ids=["default", "padding", "padding and mask blur"],
)
def test_the_crop_is_the_largest_outline_plus_padding_and_mask_blur(assignments: tuple[str, ...], margin: int) -> None:
    plans = plans_of(rolls=[0.0, 12.5, -8.0], settings=load_settings(overrides=list(assignments)))
    faces = [frame.faces[0] for frame in plans[PassName.FACE].frames if frame.faces]
    xs, ys = np.array([point for face in faces for point in face.outline]).T
    side = max(np.ptp(xs), np.ptp(ys)) + 2 * margin
    for face in faces:
        (left, top), _, _, (right, bottom) = face.corners
        assert (right - left, bottom - top) == pytest.approx((side, side), abs=3e-3)


def test_the_body_canvas_is_the_plate_rounded_up_to_multiples_of_8() -> None:
    assert plans_of(rolls=[0.0])[PassName.BODY].canvas == (160, 96)


def test_the_body_canvas_has_the_size_that_is_set() -> None:
    plans = plans_of(rolls=[0.0], settings=load_settings(overrides=["body.size=64", "face.canvas=256"]))
    assert plans[PassName.BODY].canvas == (120, 64)
    assert plans[PassName.BODY].plate_to_canvas == pytest.approx((64 / 90, 0, -13 / 90, 0, 64 / 90, -13 / 90))
    assert (plans[PassName.FACE].canvas, plans[PassName.FACE].plate_to_canvas) == ((256, 256), None)


def test_a_body_size_equal_to_the_plate_leaves_no_trace_in_the_plan() -> None:
    """Frames rendered before this setting existed keep their content keys."""
    lower = tracks_of([sample(FIRST + i) for i in range(COUNT)]).model_copy(update={"height": 88})
    plain, same = (
        plan_passes(SHOT, lower, load_settings(overrides=[f"body.size={size}"]), cut_folder=CUT_FOLDER)[0]
        for size in (0, 88)
    )
    assert plain == same
    assert "plate_to_canvas" not in plain.model_dump_json(exclude={"frames"})
    assert "size" not in plain.model_dump_json()


def test_timecode_starts_at_the_first_working_frame() -> None:
    assert plans_of(rolls=[0.0])[PassName.BODY].timecode_first == 86400


def test_equal_inputs_give_equal_plans_which_survive_their_file(tmp_path: Path) -> None:
    one, other = plans_of(rolls=[0.0, 25.0]), plans_of(rolls=[0.0, 25.0])
    assert one == other
    for plan in one.values():
        plan.write(tmp_path / "plan.json")
        assert PassPlan.read(tmp_path / "plan.json") == plan


def test_settings_that_cannot_affect_pixels_do_not_change_the_plan() -> None:
    plain = plans_of(rolls=[0.0])
    assert plans_of(rolls=[0.0], settings=load_settings(overrides=["output.writers=7"])) == plain
    assert plans_of(rolls=[0.0], settings=load_settings(overrides=["face.strength=0.4"])) != plain


@pytest.mark.parametrize("change", ["matte.grow=0.1", "matte.feather=0.2", "track.smooth=5", "face.canvas=256"])
def test_settings_for_faces_do_not_change_the_body_plan(change: str) -> None:
    plain, other = plans_of(rolls=[0.0]), plans_of(rolls=[0.0], settings=load_settings(overrides=[change]))
    assert other[PassName.BODY] == plain[PassName.BODY]


def test_only_passes_that_are_switched_on_are_planned() -> None:
    assert list(plans_of(rolls=[0.0], settings=load_settings(overrides=["output.passes=FACE"]))) == [PassName.FACE]


@pytest.mark.parametrize(
    ("template", "still", "speaking"),
    [
        ("a face", "a face", "a face"),
        ("a face, {expression}, film still", "a face, film still", "a face, mouth open, film still"),
        ("{expression}", "", "mouth open"),
    ],
)
def test_a_prompt_contains_the_expression_of_each_frame(template: str, still: str, speaking: str) -> None:
    names = tuple(sorted({name for phrase in PHRASES for name in phrase.blendshapes}))
    silent, open_mouth = ((0.0,) * len(names), tuple(0.6 * (name == "jawOpen") for name in names))
    samples = [
        sample(FIRST + i).model_copy(update={"blendshapes": open_mouth if i >= 6 else silent}) for i in range(COUNT)
    ]
    tracks = tracks_of(samples).model_copy(update={"blendshape_names": names})
    settings = load_settings(overrides=[f"face.prompt={template}", f"body.prompt={template}"])
    body, face = plan_passes(SHOT, tracks, settings, cut_folder=CUT_FOLDER)
    expected = [still] * 6 + [speaking] * (COUNT - 6)
    assert [frame.faces[0].prompt for frame in face.frames] == expected
    assert [frame.prompt for frame in body.frames] == expected


def test_the_body_prompt_has_the_expression_of_the_most_present_face() -> None:
    names = tuple(sorted({name for phrase in PHRASES for name in phrase.blendshapes}))
    silent, open_mouth = ((0.0,) * len(names), tuple(0.6 * (name == "jawOpen") for name in names))
    faces = tuple(
        tracks_of([sample(FIRST + i).model_copy(update={"blendshapes": shapes}) for i in range(COUNT)])
        .faces[0]
        .model_copy(update={"face": number})
        for number, shapes in enumerate((open_mouth, silent))
    )
    tracks = tracks_of([sample(FIRST)]).model_copy(update={"faces": faces, "blendshape_names": names})
    settings = load_settings(overrides=["body.prompt={expression}", "output.passes=BODY"])
    (body,) = plan_passes(SHOT, tracks, settings, cut_folder=CUT_FOLDER)
    assert {frame.prompt for frame in body.frames} == {"mouth open"}


def test_outlines_and_feathers_are_rounded_to_a_thousandth() -> None:
    (plan,) = plan_passes(SHOT, tracks_of([sample(FIRST, x=80.12345)]), load_settings(overrides=["output.passes=FACE"]),
                          cut_folder=CUT_FOLDER)  # fmt: skip
    (face,) = plan.frames[0].faces
    numbers = [number for point in face.outline for number in point] + [face.feather]
    assert all(number == round(number, 3) for number in numbers)
    for column in (0, 1):
        assert any(point[column] != round(point[column], 2) for point in face.outline)


def test_a_frame_without_a_face_has_a_prompt_without_expression() -> None:
    settings = load_settings(overrides=["body.prompt=a set, {expression}"])
    samples = [sample(FIRST + i, state=ABSENT) for i in range(COUNT)]
    names = tuple(sorted({name for phrase in PHRASES for name in phrase.blendshapes}))
    tracks = tracks_of(samples).model_copy(update={"blendshape_names": names})
    for faces in (tracks.faces, ()):
        body, _ = plan_passes(SHOT, tracks.model_copy(update={"faces": faces}), settings, cut_folder=CUT_FOLDER)
        assert {frame.prompt for frame in body.frames} == {"a set"}


ENTRIES = """[
    {shot="sh02*", prompt="another street", negative="rain"},
    {shot="sh01*", face=1, prompt="an old man"},
    {shot="sh010", prompt="a woman", negative="fog"},
    {shot="sh*", prompt="anyone", negative="anything"},
]"""


def two_people(*assignments: str) -> tuple[PassPlan, PassPlan]:
    track = tracks_of([sample(f) for f in range(FIRST, FIRST + COUNT)])
    faces = (track.faces[0], track.faces[0].model_copy(update={"face": 1}))
    settings = load_settings(overrides=list(assignments))
    body_plan, face_plan = plan_passes(SHOT, track.model_copy(update={"faces": faces}), settings, cut_folder=CUT_FOLDER)
    return body_plan, face_plan


def test_a_shot_and_a_face_in_it_can_have_their_own_prompts() -> None:
    _, face = two_people("face.prompt=a face", "face.negative=blur", f"face.prompts={ENTRIES}")
    for frame in face.frames:
        assert [one.prompt for one in frame.faces] == ["a woman", "an old man"]
    assert face.look.negative == "fog"
    others = ENTRIES.replace('face=1, prompt="an old man"', 'prompt="rain"').replace("face=1", "")
    body, _ = two_people("body.prompt=a set", f"body.prompts={others}")
    assert {frame.prompt for frame in body.frames} == {"rain"}, "the first match"


def test_a_face_can_have_its_own_negative_prompt() -> None:
    entries = """[
        {face=1, negative="beard"},
        {shot="sh02*", face=0, negative="rain"},
        {face=1, prompt="an old man", negative="never read"},
        {negative="fog"},
    ]"""
    plain_body, plain = two_people("face.prompt=a face", 'face.prompts=[{negative="fog"}]')
    body, face = two_people("face.prompt=a face", f"face.prompts={entries}")
    assert (body.look.negative, face.look.negative) == ("", "fog")
    for frame in face.frames:
        assert [(one.prompt, one.negative) for one in frame.faces] == [("a face", ""), ("an old man", "beard")]
    assert [look.negative for look in face.looks] == ["fog", "beard"]
    assert body.looks == (body.look,)
    assert body == plain_body
    assert "negative" not in plain.frames[0].model_dump_json(), "unset fields leave no trace in the plan"


def test_a_plan_without_negative_prompts_of_faces_is_read(tmp_path: Path) -> None:
    _, face = two_people("face.negative=blur")
    face.write(tmp_path / "plan.json")
    assert '"negative"' not in (tmp_path / "plan.json").read_text().partition('"frames"')[2]
    assert PassPlan.read(tmp_path / "plan.json") == face


def test_prompts_for_another_shot_do_not_change_this_one() -> None:
    plain = two_people("face.prompt=a face")
    assert two_people("face.prompt=a face", 'face.prompts=[{shot="sh02*", prompt="x", negative="y"}]') == plain


def test_the_planned_looks_include_every_shot_and_negative_prompt() -> None:
    settings = load_settings(overrides=['face.prompts=[{shot="sh020", negative="rain"}]'])
    shots = [SHOT.model_copy(update={"name": name}) for name in ("sh010", "sh020", "sh030")]
    looks = planned_looks(shots, settings)
    assert {name: [look.negative for look in own] for name, own in looks.items()} == {
        "BODY": [""],
        "FACE": ["", "rain"],
    }
    settings = load_settings(overrides=['face.prompts=[{face=1, negative="beard"}]', "output.passes=FACE"])
    assert [look.negative for look in planned_looks(shots, settings)[PassName.FACE]] == ["", "beard"]
    assert PassName.BODY not in planned_looks(shots, settings)


def test_noise_per_shot_has_one_seed_per_pass_and_face() -> None:
    body, face = two_people("face.noise=shot", "body.noise=shot")
    seeds = {frame.seed for frame in body.frames} | {one.seed for frame in face.frames for one in frame.faces}
    assert len(seeds) == 3
    body, face = two_people()
    assert len({one.seed for frame in face.frames for one in frame.faces}) == 2 * COUNT


BODY_IN_BODY = "body.controls=[{kind='body'}]"


def test_people_are_planned_only_for_passes_that_draw_them() -> None:
    samples, settings = [sample(FIRST + i) for i in range(COUNT)], load_settings(overrides=[BODY_IN_BODY])
    bodies = bodies_of(50.0, 110.0)
    body_plan, face_plan = plan_passes(SHOT, tracks_of(samples), settings, cut_folder=CUT_FOLDER, bodies=bodies)
    assert [frame.bodies for frame in body_plan.frames] == [
        *((body(50.0 + i), body(110.0 + i)) for i in range(COUNT - 1)),
        (),
    ], "as in the track, absent frames included"
    assert body_plan.guides == (None,)
    assert {frame.bodies for frame in face_plan.frames} == {()}


def test_a_plan_with_people_is_a_pure_function_and_survives_its_file(tmp_path: Path) -> None:
    samples, settings = [sample(FIRST + i) for i in range(COUNT)], load_settings(overrides=[BODY_IN_BODY])
    one, other = (
        plan_passes(SHOT, tracks_of(samples), settings, cut_folder=CUT_FOLDER, bodies=bodies_of(50.0)) for _ in range(2)
    )
    assert one == other
    assert plan_passes(SHOT, tracks_of(samples), settings, cut_folder=CUT_FOLDER, bodies=bodies_of(51.0)) != one
    for plan in one:
        plan.write(tmp_path / "plan.json")
        assert PassPlan.read(tmp_path / "plan.json") == plan


def test_body_tracks_are_needed_if_a_planned_pass_has_a_body_control() -> None:
    assert not needs_body_tracks(load_settings(preset="dva-2023"))
    assert needs_body_tracks(load_settings(preset="three-controls"))
    assert needs_body_tracks(load_settings(overrides=[BODY_IN_BODY]))
    assert not needs_body_tracks(load_settings(overrides=[BODY_IN_BODY, "output.passes=FACE"]))
