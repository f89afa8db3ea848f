"""Import Passes when After Effects misbehaves: the import is correct, or rolled back with a reason."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, layers
from tests.hosts.delivered import Change, retime, set_on

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


def set_half_speed_with_flow(document: Any) -> None:
    retime(0.5, frame_count=20, record_count=40)(document)
    set_on("FACE", 0, interpolation="flow")(document)


def leave_unchanged(document: Any) -> None:
    """Use the golden delivery as it is."""


ROLLED_BACK = [
    pytest.param({"cannotImport": "FACE"}, "cannot import", id="an unknown format"),
    pytest.param({"importsNothing": "sh020_FACE"}, "imported nothing", id="importFile returns null"),
    pytest.param({"importThrows": "sh020_FACE"}, "unable to import", id="importFile throws"),
    pytest.param({"noAlpha": True}, "has no alpha", id="FACE without alpha"),
    pytest.param({"conformIgnored": True}, "plays at 30 fps instead of 24", id="conformFrameRate does not stick"),
    pytest.param({"rateRounded": True}, "runs at 25 fps instead of 24", id="the comp gets another rate"),
    pytest.param({"outPointIgnored": True}, "the out point is on frame ", id="outPoint does not stick"),
    pytest.param({"remapIgnored": True}, "ADBE Time Remapping", id="time remapping does not stick"),
    pytest.param({"parentIgnored": True}, "the parent is none instead of 'face 0'", id="the parent does not stick"),
    pytest.param({"enabledIgnored": True}, "the layer is on instead of off", id="the matte cannot be switched off"),
    pytest.param({"losesKeys": "ADBE Position"}, "'face 0': Position has ", id="keys of the null are lost"),
    pytest.param({"losesKeys": "ADBE Mask Shape"}, "the path of mask 1 has ", id="keys of the mask are lost"),
    pytest.param({"losesKeys": "ADBE Corner Pin-0003"}, "the lower left corner has ", id="keys of a pin are lost"),
    pytest.param({"losesLayer": "BODY"}, "layers instead of", id="a layer disappears"),
    pytest.param({"noProperty": "ADBE Rotate Z"}, "has no property ADBE Rotate Z", id="a layer property is missing"),
    pytest.param(
        {"noProperty": "ADBE Mask Offset"}, "has no property ADBE Mask Offset", id="a mask property is missing"
    ),
    pytest.param({"noProperty": "ADBE Corner Pin-0004"}, "-0004", id="an effect property is missing"),
    pytest.param({"noEffect": "ADBE Corner Pin"}, "Can not add property ADBE Corner Pin", id="no corner pin"),
    pytest.param({"noEffect": "ADBE Mask Atom"}, "Can not add property ADBE Mask Atom", id="no mask"),
]


@pytest.mark.parametrize(("quirks", "message"), ROLLED_BACK)
def test_an_error_that_would_change_the_image_is_rolled_back(studio: Studio, quirks: Dump, message: str) -> None:
    dump = studio.run(studio.deliver(set_half_speed_with_flow), **quirks)
    assert message in dump["report"]["problems"][0], dump["report"]["problems"]
    assert dump["items"] == [] and dump["bitsPerChannel"] == 16
    assert dump["report"]["done"] == "nothing" and dump["report"]["comps"] == []
    assert dump["undo"] == ["Import passes scene_04"]
    assert dump["summary"].startswith("Nothing was imported; the project is unchanged.")


BY_HAND = [
    pytest.param({"alphaIgnored": True}, "set its alpha to Premultiplied", id="alphaMode does not stick"),
    pytest.param({"startIgnored": True}, "set its Start Frame to 1001", id="displayStartFrame does not stick"),
    pytest.param({"guideIgnored": True}, "Guide Layer is off instead of on", id="guideLayer does not stick"),
    pytest.param({"labelIgnored": True}, "the label is number 1 instead of ", id="labels do not stick"),
    pytest.param(
        {"blendingIgnored": True},
        "the frame blending is none instead of Pixel Motion",
        id="frame blending does not stick",
    ),
    pytest.param({"aspectIgnored": True, "pixelAspect": 1.0667}, "set it to Square Pixels", id="non-square pixels"),
    pytest.param({"markersIgnored": True}, "0 markers instead of 1", id="markers do not stick"),
]


@pytest.mark.parametrize(("quirks", "message"), BY_HAND)
def test_a_setting_the_user_can_correct_is_reported_and_the_import_stays(
    studio: Studio, quirks: Dump, message: str
) -> None:
    dump = studio.run(studio.deliver(set_half_speed_with_flow), **quirks)
    assert dump["report"]["problems"] == [] and dump["report"]["done"] == "built"
    assert any(message in todo for todo in dump["report"]["by_hand"]), dump["report"]["by_hand"]
    assert "To do by hand:" in dump["summary"]
    assert len(layers(dump, "scene_04")) == 4


def test_a_wrong_pixel_aspect_is_set_to_square(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), pixelAspect=1.0667)
    assert dump["report"]["problems"] == dump["report"]["by_hand"] == []
    assert {item["pixelAspect"] for item in dump["items"] if "file" in item} == {1}


@pytest.mark.parametrize(("quirks", "message"), ROLLED_BACK[1::5])
def test_a_roll_back_keeps_what_existed_before(studio: Studio, quirks: Dump, message: str) -> None:
    """A failed import leaves nothing behind, next to the comps of an earlier cut."""
    other = studio.deliver(lambda document: document.update(name="scene_03"))
    earlier = other.with_name("scene_03.json")
    earlier.write_bytes(other.read_bytes())
    steps = [Step(delivery=earlier), Step(delivery=studio.deliver(set_half_speed_with_flow), quirks=quirks)]
    before, after = studio.session(steps)
    assert message in after["report"]["problems"][0]
    assert after["items"] == before["items"] and after["bitsPerChannel"] == before["bitsPerChannel"]


def test_a_failed_roll_back_is_reported(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), noEffect="ADBE Corner Pin", removeThrows=True)
    assert "Can not add property" in dump["report"]["problems"][0]
    assert "choose Edit > Undo" in dump["report"]["problems"][1]
    assert dump["summary"].startswith("The import is incomplete.")


def test_extra_files_in_a_sequence_are_detected(studio: Studio) -> None:
    delivery = studio.deliver(own_media=True)
    first = delivery.parent / "sh010" / "FACE" / "v001" / "sh010_FACE_v001.1001.exr"
    shutil.copy(first, first.with_name("sh010_FACE_v001.1070.exr"))
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == [
        f"'sh010_FACE_v001' has 70 frames in After Effects, 64 in the delivery: delete {first.parent}, which also has "
        "other files, and run the toolkit again"
    ]
    assert dump["items"] == []


def test_a_missing_layer_file_is_named_before_anything_is_built(studio: Studio) -> None:
    delivery = studio.deliver(own_media=True)
    (delivery.parent / "sh020/BODY/v001/sh020_BODY_v001.1030.exr").unlink()
    dump = studio.run(delivery)
    (problem,) = dump["report"]["problems"]
    assert "is offline" in problem and "sh020_BODY_v001.1030.exr is missing" in problem
    assert dump["items"] == dump["undo"] == []


def test_a_missing_delivery_is_reported(studio: Studio) -> None:
    assert "cannot read" in studio.run(studio.folder / "nowhere.json")["report"]["problems"][0]


@pytest.mark.parametrize("change", [leave_unchanged, set_half_speed_with_flow])
def test_without_quirks_nothing_is_reported(studio: Studio, change: Change) -> None:
    """A well-behaved After Effects, for comparison."""
    report = studio.run(studio.deliver(change))["report"]
    assert report["problems"] == report["by_hand"] == report["differences"] == []
