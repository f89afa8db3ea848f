"""The After Effects project, read back by py-aep, and the errors that prevent it.

``tests/hosts/test_second_opinion.py`` compares it with the golden delivery frame by frame. Not tested in a real
After Effects: the tests prove that py-aep reads back what was intended.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests._coverage import unmeasured
from tests.delivery._deliveries import deliver, face, plan_of
from tests.turnover._cuts import (
    clip,
    gap,
    movie_reference,
    sequence_reference,
    speed,
    time_range,
    timeline,
    track,
    write_movie,
    write_sequence,
)
from tests.turnover._cuts import write as write_cut
from toolkit.cli import run_command
from toolkit.delivery import write_aep
from toolkit.documents import Cut, Delivery, DeliveryMarker, PassName
from toolkit.errors import DocumentError, MissingFrames, MissingMedia, PackageMissing, UnsupportedMedia
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

py_aep = pytest.importorskip("py_aep", reason="the extra aep is not installed")

Change = Callable[[dict[str, Any]], Any]
OVAL = tuple((10.0 + x, 5.0 + y) for x, y in ((0, -3), (2, 0), (0, 3), (-2, 0)))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A delivery in ``out`` next to its plates: a movie, a gap, a sequence at double speed, a reversed movie."""
    folder = tmp_path_factory.mktemp("delivered")
    write_movie(folder / "A001.mov", 60, timecode="10:00:00:00")
    write_sequence(folder / "B002", range(101, 201))
    write_movie(folder / "C003.mov", 60)
    movie = movie_reference("A001.mov", time_range(864000, 60))
    sequence = sequence_reference("B002/", 101, time_range(0, 100))
    backwards = movie_reference("C003.mov", time_range(0, 60))
    document = timeline(
        track(
            clip(movie, time_range(864010, 20), name="sh010"),
            gap(4),
            clip(sequence, time_range(20, 20), name="sh020", effects=[speed(2.0)]),
            clip(backwards, time_range(30, 16), name="sh030", effects=[speed(-1.0)]),
        ),
        name="scene 4",
    )
    cut = read_cut(write_cut(folder / "cut.otio", document), handles=8)
    moving = [(face(0, 16.0 + i, roll=i).model_copy(update={"outline": OVAL, "feather": 2.0}),) for i in range(99)]
    plans = [
        plan_of(shot, name, faces=moving[: len(shot.source_work_range)]) for shot in cut.shots for name in PassName
    ]
    deliver(cut, folder / "out", plans)
    return folder


@pytest.fixture
def out(delivered: Path, tmp_path: Path) -> Path:
    """A copy of that delivery and its plates in the test's own folder."""
    shutil.copytree(delivered, tmp_path, dirs_exist_ok=True, copy_function=os.link)
    file = tmp_path / "out" / "delivery.json"
    file.unlink()  # which is written again, while the media stay as they are
    moved = (delivered / "out" / "delivery.json").read_text(encoding="utf-8")
    moved = moved.replace(json.dumps(str(delivered))[1:-1], json.dumps(str(tmp_path))[1:-1])
    file.write_text(moved, encoding="utf-8")
    return tmp_path / "out"


def build_project(out: Path, change: Change = lambda document: None) -> tuple[Any, tuple[str, ...]]:
    """The project of the (changed) delivery in ``out``, read back from disk, and its notes."""
    document = json.loads((out / "delivery.json").read_text(encoding="utf-8"))
    change(document)
    (out / "delivery.json").write_text(json.dumps(document), encoding="utf-8")
    path, notes = write_aep(Delivery.read(out / "delivery.json"), out)
    with unmeasured():
        return py_aep.parse(path).project, notes


def comp(project: Any, name: str) -> Any:
    (found,) = (one for one in project.compositions if one.name == name)
    return found


def layer(project: Any, comp_name: str, name: str) -> Any:
    (found,) = (one for one in comp(project, comp_name).layers if one.name == name)
    return found


def test_the_project_is_written_next_to_the_delivery_with_the_cuts_name(out: Path) -> None:
    path, notes = write_aep(Delivery.read(out / "delivery.json"), out)
    assert (path, notes) == (out / "scene_4.aep", ())
    assert [one.name for one in out.glob(".*.part")] == []


def test_a_second_project_replaces_the_first(out: Path) -> None:
    build_project(out)
    project, _ = build_project(out, lambda document: document.update(name="scene 4", width=64))
    assert comp(project, "scene 4").width == 64


def test_a_comp_per_shot_and_one_for_the_cut(out: Path) -> None:
    project, _ = build_project(out)
    assert project.bits_per_channel == 32
    assert {one.name for one in project.compositions} == {"scene 4", "sh010", "sh020", "sh030"}
    shot = comp(project, "sh010")
    assert (shot.width, shot.height, shot.frame_rate, shot.display_start_frame) == (32, 16, 24, 1001)
    assert shot.duration * 24 == 36  # 20 frames and 8 at each end
    assert {one.pixel_aspect for one in project.compositions} == {1}
    assert (shot.work_area_start_frame, shot.work_area_duration_frame) == (8, 20)
    assert [one.name for one in reversed(shot.layers)] == [
        "plate sh010",
        "BODY",
        "FACE",
        "face 0",
    ]
    assert [one.name for one in reversed(comp(project, "scene 4").layers)] == [
        *("plate sh010", "plate sh020", "plate sh030"),
        *("sh010", "sh020", "sh030"),
    ]


def test_label_colours_are_those_of_the_menu_script(out: Path) -> None:
    """``LABELS`` in ``ae_scripts/lib/layer_specs.jsx``."""
    project, _ = build_project(out)
    labels = {one.name: int(one.label) for one in comp(project, "sh010").layers}
    assert labels == {"plate sh010": 15, "BODY": 9, "FACE": 8, "face 0": 2}
    assert int(layer(project, "scene 4", "sh010").label) == 10


def test_plates_are_guide_layers_in_sync_with_their_layers(out: Path) -> None:
    project, _ = build_project(out)
    plate, body = layer(project, "sh010", "plate sh010"), layer(project, "sh010", "BODY")
    assert (plate.guide_layer, body.guide_layer) == (True, False)
    assert plate.start_time * 24 == -2  # the handles begin two pictures into the movie
    assert body.start_time == 0


def test_footage_has_its_rate_and_face_layers_are_premultiplied_with_black(out: Path) -> None:
    project, _ = build_project(
        out, lambda document: [clip.update(rate="24000/1001", fps=24000 / 1001) for clip in all_clips(document)]
    )
    for item in project.footages:
        if item.name.startswith("sh"):
            assert item.main_source.conform_frame_rate == pytest.approx(24000 / 1001, abs=1e-3)
        if "FACE" in item.name:
            assert item.main_source.alpha_mode == py_aep.AlphaMode.PREMULTIPLIED
            assert item.main_source.premul_color == [0, 0, 0]


def all_clips(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [clip for track in document["tracks"] for clip in track["clips"]]


def test_the_null_follows_the_retimed_face(out: Path) -> None:
    keys = Delivery.read(out / "delivery.json").faces[1]
    project, _ = build_project(out)
    null = layer(project, "sh020", "face 0")
    position = null.transform.property("ADBE Position").keyframes
    assert keys.shot == "sh020" and [key.frame_time for key in position] == list(range(36))
    # at double speed frame 5 shows picture 10
    assert position[5].value == pytest.approx([keys.x[10] + 0.5, keys.y[10] + 0.5, 0], abs=1e-3)
    assert null.transform.property("ADBE Rotate Z").keyframes[5].value == pytest.approx(keys.roll[10])


def test_keys_are_interpolated_when_the_host_interpolates(out: Path) -> None:
    def slowed(document: dict[str, Any]) -> None:
        for one in all_clips(document):
            if one["shot"] == "sh020":
                one.update(speed=0.5, interpolation="flow")

    keys = Delivery.read(out / "delivery.json").faces[1]
    project, _ = build_project(out, slowed)
    position = layer(project, "sh020", "face 0").transform.property("ADBE Position").keyframes
    assert position[11].value[0] == pytest.approx((keys.x[5] + keys.x[6]) / 2 + 0.5, abs=1e-3)


def test_the_oval_is_a_disabled_mask(out: Path) -> None:
    project, _ = build_project(out)
    (mask,) = layer(project, "sh010", "FACE").masks.properties
    assert (mask.name, mask.mask_mode) == ("face 0", py_aep.MaskMode.NONE)
    path = mask.property("ADBE Mask Shape").keyframes
    assert [key.frame_time for key in path] == list(range(36))
    oval = Delivery.read(out / "delivery.json").faces[0].ovals[5]
    assert path[5].value.vertices == [pytest.approx([x + 0.5, y + 0.5], abs=1e-4) for x, y in oval]
    assert path[5].value.closed
    # from the oval inwards by 2 pixels: a feather of 2 lies half on either side of a path drawn in by 1
    assert mask.property("ADBE Mask Feather").keyframes[5].value == [2, 2]
    assert mask.property("ADBE Mask Offset").keyframes[5].value == -1


def test_a_face_without_an_oval_has_no_mask(out: Path) -> None:
    project, _ = build_project(out, lambda document: [keys.update(ovals=[], feathers=[]) for keys in document["faces"]])
    masks = layer(project, "sh010", "FACE").masks
    assert masks is None or masks.properties == []


@pytest.mark.parametrize(
    ("shot", "frames", "keys"),
    [
        # 20 frames with handles of 8 frames, which are 16 pictures at double speed
        ("sh020", 36, [(0, 0.5), (35, 70.5)]),
        ("sh030", 32, [(0, 31.5), (31, 0.5)]),
    ],
)
def test_a_retimed_clip_is_remapped_to_the_middle_of_its_source_frames(
    out: Path, shot: str, frames: int, keys: list[tuple[float, float]]
) -> None:
    project, _ = build_project(out)
    assert round(comp(project, shot).duration * 24) == frames
    for name in ("BODY", "FACE"):
        assert layer(project, shot, name).time_remap_enabled
        found = layer(project, shot, name).property("ADBE Time Remapping").keyframes
        assert [(key.time * 24, key.value * 24) for key in found] == [pytest.approx(key, abs=1e-3) for key in keys]


def test_shot_comps_are_in_sync_in_the_master_comp_without_their_handles(out: Path) -> None:
    project, _ = build_project(out)
    double = layer(project, "scene 4", "sh020")
    assert (double.stretch, double.start_time * 24, double.in_point * 24, double.out_point * 24) == (100, 16, 24, 44)


@pytest.mark.parametrize(
    ("interpolation", "blending"),
    [("host", "NO_FRAME_BLEND"), ("nearest", "NO_FRAME_BLEND"), ("blend", "FRAME_MIX"), ("flow", "PIXEL_MOTION")],
)
def test_layers_interpolate_as_in_the_delivery(out: Path, interpolation: str, blending: str) -> None:
    project, _ = build_project(
        out, lambda document: [clip.update(interpolation=interpolation) for clip in all_clips(document)]
    )
    assert comp(project, "scene 4").frame_blending
    assert {layer(project, "sh020", name).frame_blending_type.name for name in ("BODY", "FACE")} == {blending}


def test_opacity_is_set_once(out: Path) -> None:
    project, _ = build_project(out, lambda document: [clip.update(opacity=80.0) for clip in all_clips(document)])
    assert layer(project, "sh010", "FACE").transform.property("ADBE Opacity").value == pytest.approx(80)
    nested = comp(project, "scene 4").layers[0]
    assert (nested.name, nested.transform.property("ADBE Opacity").value) == ("sh030", 100)


def test_only_the_newest_version_is_enabled(out: Path) -> None:
    def with_v002(document: dict[str, Any]) -> None:
        (face_track,) = (one for one in document["tracks"] if one["pass_name"] == "FACE")
        clips = [{**one, "version": 2, "name": one["name"].replace("v001", "v002")} for one in face_track["clips"]]
        document["tracks"].append({**face_track, "name": "FACE v002", "clips": clips})

    project, _ = build_project(out, with_v002)
    assert [(one.name, one.enabled) for one in reversed(comp(project, "sh010").layers)] == [
        ("plate sh010", True),
        ("BODY", True),
        ("sh010_FACE_v001", False),
        ("FACE", True),
        ("face 0", True),
    ]


def test_a_layer_of_another_size_is_scaled_to_fit(out: Path) -> None:
    project, _ = build_project(out, lambda document: document.update(width=64, height=64))
    scale = comp(project, "scene 4").layers[0].transform.property("ADBE Scale").value
    assert scale == pytest.approx([200, 200, 100])


def test_markers_are_in_the_master_comp_and_in_the_shot_comp(out: Path) -> None:
    marker = DeliveryMarker(record_frame=12, shot="sh010", name="no face", note="1003-1005", colour="Yellow")
    project, _ = build_project(out, lambda document: document.update(markers=[marker.model_dump()]))
    notes, ours = comp(project, "scene 4").marker_property.keyframes
    assert (notes.time, ours.time * 24) == (0, 12)
    assert notes.value.comment.startswith("sh020 runs at 200 %")
    assert (ours.value.comment, ours.value.label) == ("sh010: no face\n1003-1005", py_aep.Label.YELLOW)
    (own,) = comp(project, "sh010").marker_property.keyframes
    assert (own.time * 24, own.value.comment) == (8 + 12, "no face\n1003-1005")


# --- limits --------------------------------------------------------------------------------------------------------


def test_a_plate_that_py_aep_cannot_import_becomes_a_placeholder_with_a_note(out: Path, tmp_path: Path) -> None:
    (tmp_path / "A001.mov").rename(tmp_path / "A001.mxf")
    project, notes = build_project(out, lambda document: all_clips(document)[0].update(path=str(tmp_path / "A001.mxf")))
    (note,) = notes
    assert note.startswith("sh010 is a placeholder (") and note.endswith(f"with {tmp_path / 'A001.mxf'}")
    plate = layer(project, "sh010", "plate sh010")
    assert (plate.source.width, plate.source.height, plate.source.duration * 24) == (32, 16, 60)
    assert plate.start_time * 24 == -2


@pytest.mark.parametrize("width", [31, 33])
def test_footage_that_py_aep_reads_at_another_size_is_a_note(width: int, out: Path) -> None:
    _, notes = build_project(out, lambda document: all_clips(document)[0].update(width=width))
    assert notes == (f"py-aep reads sh010 as 32x16 instead of {width}x16: check it in After Effects",)


def test_a_missing_layer_file_is_an_error(out: Path) -> None:
    (out / "sh010" / "FACE" / "v001" / "sh010_FACE_v001.1005.exr").unlink()
    with pytest.raises(MissingFrames, match="1 source frame missing: 1005"):
        build_project(out)
    assert not (out / "scene_4.aep").exists()


def test_a_missing_plate_is_an_error(out: Path, tmp_path: Path) -> None:
    (tmp_path / "A001.mov").unlink()
    with pytest.raises(MissingMedia, match=r"A001\.mov"):
        build_project(out)


def test_an_invalid_layer_file_is_an_error(out: Path) -> None:
    picture = out / "sh010" / "BODY" / "v001" / "sh010_BODY_v001.1001.exr"
    picture.unlink()  # a link
    picture.write_bytes(b"no picture")
    with pytest.raises(UnsupportedMedia, match=r"sh010_BODY_v001\.1001\.exr"):
        build_project(out)


@pytest.mark.parametrize("path", ["../outside/a.1001.exr", "/etc/a.1001.exr", "sh010/../../a.1001.exr"])
def test_a_layer_outside_the_delivery_is_refused(out: Path, path: str) -> None:
    with pytest.raises(DocumentError, match="outside the delivery's folder"):
        build_project(out, lambda document: document["tracks"][1]["clips"][0].update(path=path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rate": "120", "fps": 120.0}, "the cut runs at 120 fps; the limit of After Effects is 99"),
        ({"record_count": 24 * 10_801}, "longer than three hours"),
    ],
)
def test_cuts_beyond_the_limits_of_after_effects_are_refused(out: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedMedia, match=message):
        build_project(out, lambda document: document.update(change))


def test_without_py_aep_the_error_says_how_to_install_it(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_aep", None)
    with pytest.raises(PackageMissing, match=r"pip install 'resolve-ae-toolkit\[aep\]'"):
        write_aep(Delivery.read(out / "delivery.json"), out)


# --- with conform ---------------------------------------------------------------------------------------------------

ASKED = Settings(delivery=DeliverySettings(aep=True))


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """One movie that After Effects can import and py-aep cannot."""
    write_movie(tmp_path / "A001.mov", 20).rename(tmp_path / "A001.mxf")
    document = timeline(track(clip(movie_reference("A001.mxf", time_range(0, 20)), time_range(0, 20))), name="scene 4")
    return read_cut(write_cut(tmp_path / "cut.otio", document), handles=0)


def test_conform_writes_the_project_on_request_and_adds_its_notes(cut: Cut, tmp_path: Path) -> None:
    deliver(cut, tmp_path / "out")
    assert not (tmp_path / "out" / "scene_4.aep").exists()

    delivery = deliver(cut, tmp_path / "out", settings=ASKED)
    assert (tmp_path / "out" / "scene_4.aep").exists()
    assert delivery == Delivery.read(tmp_path / "out" / "delivery.json")
    assert delivery.notes[-1].startswith("sh010 is a placeholder (")


def test_without_py_aep_the_delivery_is_still_written(
    cut: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "py_aep", None)
    with pytest.raises(PackageMissing):
        deliver(cut, tmp_path / "out", settings=ASKED)
    assert Delivery.read(tmp_path / "out" / "delivery.json").name == "scene 4"


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_command_prints_the_path_and_that_it_is_experimental(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["aep", str(out)]) == 0
    message = capsys.readouterr().out
    assert str(out / "scene_4.aep") in message and "experimental" in message
    assert run_command(["aep", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"project": str(out / "scene_4.aep"), "notes": []}


def test_the_command_needs_a_delivery(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["aep", str(tmp_path)]) == 2
    assert "run 'toolkit conform OUT' first" in capsys.readouterr().err
