"""Import Passes: the null, oval mask, matte, correction and corner pin of a face."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Studio, animation, comps, frames_of_keys, layers
from tests.hosts.delivered import Change, Document, clips, golden, retime

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


def face_keys(index: int) -> Document:
    keys: Document = golden()["faces"][index]
    return keys


@pytest.mark.parametrize("index", [0, 1])
def test_each_face_has_a_null_with_its_movement(studio: Studio, index: int) -> None:
    """One key on every frame with a face, handles included. Frame 0 of the comp is the first file."""
    keys = face_keys(index)
    null = layers(studio.run(studio.deliver()), keys["shot"])["face 0"]
    assert null["isNull"] and null["transform"]["ADBE Anchor Point"]["value"] == [0, 0, 0]
    position = animation(null, "ADBE Position", 24)
    scale, rotation = animation(null, "ADBE Scale", 24), animation(null, "ADBE Rotate Z", 24)
    assert list(position) == list(scale) == list(rotation) == keys["frames"]
    for i, frame in enumerate(keys["frames"]):
        # the delivery gives pixel centres, After Effects counts from pixel corners
        assert position[frame] == pytest.approx([keys["x"][i] + 0.5, keys["y"][i] + 0.5, 0])
        assert scale[frame][:2] == pytest.approx([keys["scale"][i]] * 2)
        assert rotation[frame] == pytest.approx(keys["roll"][i])


@pytest.mark.parametrize(("layer", "mode"), [("FACE", "NONE"), ("face matte", "ADD")])
def test_the_oval_is_a_mask_with_a_key_on_every_frame(studio: Studio, layer: str, mode: str) -> None:
    keys = face_keys(0)
    (mask,) = layers(studio.run(studio.deliver()), "sh010")[layer]["masks"]
    assert (mask["name"], mask["mode"]) == ("face 0", mode)
    path = frames_of_keys(mask["ADBE Mask Shape"]["keys"], 24)
    feather = frames_of_keys(mask["ADBE Mask Feather"]["keys"], 24)
    expansion = frames_of_keys(mask["ADBE Mask Offset"]["keys"], 24)
    assert list(path) == list(feather) == list(expansion) == keys["frames"]
    for i, frame in enumerate(keys["frames"]):
        assert path[frame]["closed"] is True
        assert path[frame]["vertices"] == pytest.approx(_corners(keys["ovals"][i]))
        # a feather on both sides of a path contracted by half: soft inwards from the oval, like our matte
        assert feather[frame] == pytest.approx([keys["feathers"][i]] * 2)
        assert expansion[frame] == pytest.approx(-keys["feathers"][i] / 2)


def _corners(points: list[list[float]]) -> Any:
    return [pytest.approx([x + 0.5, y + 0.5]) for x, y in points]


def test_the_matte_is_empty_where_there_is_no_face(studio: Studio) -> None:
    shot = layers(studio.run(studio.deliver()), "sh020")
    frames = face_keys(1)["frames"]
    gap = (next(frame for frame in range(64) if frame not in frames), next(f for f in frames if f > 40))
    for keys in (
        shot["face matte"]["masks"][0]["ADBE Mask Opacity"]["keys"],
        shot["face 0 correction"]["transform"]["ADBE Opacity"]["keys"],
        shot["face 0 corner pin"]["transform"]["ADBE Opacity"]["keys"],
    ):
        assert frames_of_keys(keys, 24) == {0: 100, gap[0]: 0, gap[1]: 100}
        assert {key["out"] for key in keys} == {"HOLD"}


def test_a_face_visible_throughout_has_no_presence_keys(studio: Studio) -> None:
    (mask,) = layers(studio.run(studio.deliver()), "sh010")["face matte"]["masks"]
    assert mask["ADBE Mask Opacity"] == {"value": 100, "keys": []}


def test_the_corner_pin_has_the_crops_corners_in_the_order_of_the_effect(studio: Studio) -> None:
    """-0003 is the lower left corner and -0004 the lower right one."""
    keys = face_keys(0)
    (pin,) = layers(studio.run(studio.deliver()), "sh010")["face 0 corner pin"]["effects"]
    assert pin["matchName"] == "ADBE Corner Pin"
    for corner in range(4):
        found = frames_of_keys(pin[f"ADBE Corner Pin-000{corner + 1}"]["keys"], 24)
        assert list(found) == keys["frames"]
        for i, frame in enumerate(keys["frames"]):
            assert found[frame] == pytest.approx([value + 0.5 for value in keys["corners"][i][corner]])
    left, right = (pin[f"ADBE Corner Pin-000{corner}"]["keys"][0]["value"] for corner in (3, 4))
    assert left[0] < right[0]


def test_the_correction_is_upright_on_the_null_and_masked_by_the_oval(studio: Studio) -> None:
    """Placed by the null at the first entry's face, its mask coincides with that entry's oval."""

    def tilt(document: Document) -> None:
        document["faces"][0]["roll"] = [roll + 30 for roll in document["faces"][0]["roll"]]

    keys = face_keys(0)
    correction = layers(studio.run(studio.deliver(tilt)), "sh010")["face 0 correction"]
    assert correction["size"] == [285, 285] and correction["parent"] == "face 0"
    static = {name: property["value"] for name, property in correction["transform"].items()}
    assert static["ADBE Position"][:2] == [0, 0] and static["ADBE Rotate Z"] == 0
    (mask,) = correction["masks"]
    turn = radians(keys["roll"][0] + 30)
    for (x, y), expected in zip(mask["ADBE Mask Shape"]["value"]["vertices"], keys["ovals"][0], strict=True):
        dx, dy = x - static["ADBE Anchor Point"][0], y - static["ADBE Anchor Point"][1]
        placed = keys["x"][0] + cos(turn) * dx - sin(turn) * dy, keys["y"][0] + sin(turn) * dx + cos(turn) * dy
        assert placed == pytest.approx(expected)


def test_two_faces_of_a_shot_each_have_all_layers(studio: Studio) -> None:
    def add_second_face(document: Document) -> None:
        document["faces"].append({**document["faces"][0], "face": 1})

    dump = studio.run(studio.deliver(add_second_face))
    assert dump["report"]["problems"] == []
    shot = layers(dump, "sh010")
    assert [mask["name"] for mask in shot["FACE"]["masks"]] == ["face 0", "face 1"]
    assert list(shot)[4:] == [f"face {n}{suffix}" for n in (0, 1) for suffix in ("", " correction", " corner pin")]


def remove_fields(*names: str) -> Change:
    def change(document: Document) -> None:
        for face in document["faces"]:
            for name in names:
                del face[name]

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(remove_fields("ovals", "feathers"), id="an older delivery"),
        pytest.param(
            lambda d: [face.update(ovals=[[] for _ in face["ovals"]]) for face in d["faces"]], id="no outline"
        ),
    ],
)
def test_without_ovals_the_null_and_the_pin_are_still_built(studio: Studio, change: Change) -> None:
    dump = studio.run(studio.deliver(change))
    assert dump["report"]["problems"] == []
    shot = layers(dump, "sh010")
    assert list(shot)[3:] == ["face 0", "face 0 correction", "face 0 corner pin"]
    assert shot["FACE"]["masks"] == shot["face 0 correction"]["masks"] == []


def position_keys(dump: Dump, shot: str = "sh010") -> dict[int, Any]:
    return animation(layers(dump, shot)["face 0"], "ADBE Position", 24)


@pytest.mark.parametrize(
    ("speed", "frame_count", "record_count"),
    [(2.0, 47, 24), (-1.0, 40, 40), (1.5, 44, 30), (-0.5, 20, 40), (0.0, 1, 30)],
)
def test_a_retimed_face_matches_the_source_frame_that_is_shown(
    studio: Studio, speed: float, frame_count: int, record_count: int
) -> None:
    keys = face_keys(0)
    dump = studio.run(studio.deliver(retime(speed, frame_count=frame_count, record_count=record_count)))
    assert dump["report"]["problems"] == []
    head = round(comps(dump)["sh010"]["workArea"][0] * 24)
    face, found = layers(dump, "sh010")["FACE"], position_keys(dump)
    assert len(found) == round(comps(dump)["sh010"]["duration"] * 24)
    for i in range(record_count):
        j = i if speed >= 0 else record_count - 1 - i
        source_frame = int(8 + abs(speed) * j + 1e-6)
        assert found[head + i][:2] == pytest.approx([keys["x"][source_frame] + 0.5, keys["y"][source_frame] + 0.5])
    assert face["frameBlendingType"] == "NO_FRAME_BLEND"


def test_with_frame_blending_a_face_is_interpolated_between_source_frames(studio: Studio) -> None:
    keys = face_keys(0)

    def change(document: Document) -> None:
        retime(0.5, frame_count=20, record_count=40)(document)
        clips(document, "FACE")[0]["interpolation"] = "flow"

    found = position_keys(studio.run(studio.deliver(change)))
    for frame in range(16, 56):
        low, half = divmod(frame, 2)
        expected = keys["x"][low] if not half else (keys["x"][low] + keys["x"][low + 1]) / 2
        assert found[frame][0] == pytest.approx(expected + 0.5)


def test_a_face_that_is_never_visible_in_its_shot_is_noted(studio: Studio) -> None:
    def remove_early_frames(document: Document) -> None:
        retime(0.0, frame_count=1, record_count=30)(document)
        face = document["faces"][0]
        for name in ("frames", "states", "x", "y", "scale", "roll", "corners", "ovals", "feathers"):
            face[name] = face[name][20:]

    report = studio.run(studio.deliver(remove_early_frames))["report"]
    assert report["problems"] == []
    assert "face 0 of sh010 was skipped: it is not visible in any frame of its shot" in report["notes"]
