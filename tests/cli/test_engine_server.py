"""Full runs with the automatic1111 engine, against a fake server on this machine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import pytest

from tests.engines._tiny_depth import make_bright_is_near, predict
from tests.engines.fake_automatic1111 import BROKEN, FakeAutomatic1111, pixels_of
from tests.faces._footage import Person, grey
from toolkit.cli import run_command
from toolkit.documents import BodyTracks, PassPlan
from toolkit.models import FACE_FINDER, FACE_MODEL, fetch_asset
from toolkit.passes.guides.skeleton import COLOURS
from toolkit.passes.rendering.canvases import crop_face

FRAMES = 6
CONTROLNETS = ("control_v11p_sd15_openpose", "control_v11f1p_sd15_depth", "control_v1p_sd15_mediapipe_face")
"""The ControlNets for body, depth and face."""


@pytest.fixture
def plates(tmp_path: Path, anna: Person) -> Path:
    """A person who moves slowly to the right."""
    for number in range(FRAMES):
        frame = anna.composite_over(grey(), 300 + 4 * number, 130, height=120)
        assert cv2.imwrite(str(tmp_path / f"plate.{1001 + number}.png"), frame[..., ::-1])
    return tmp_path / "plate.####.png"


NO_WAIT = ("--set", "server.reconnect=0")
"""For servers that do not come back."""


def run(plates: Path, *arguments: str) -> int:
    out = str(plates.parent / "out")
    return run_command(["run", str(plates), "-o", out, "--engine", "automatic1111", *NO_WAIT, *arguments])


def write_depth(plates: Path) -> None:
    """A depth ramp for each frame, where guides are expected; the left edge is nearest."""
    folder = plates.parent / "guides/plate"
    folder.mkdir(parents=True)
    slope = np.tile(np.linspace(2, 20, 640, dtype=np.float32), (360, 1))
    for number in range(FRAMES):
        OpenEXR.File({"type": OpenEXR.scanlineimage}, {"Z": slope}).write(str(folder / f"depth.{1001 + number}.exr"))


def units_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The ControlNet units of one request."""
    units: list[dict[str, Any]] = request["alwayson_scripts"]["controlnet"]["args"]
    return units


def test_the_original_recipe_is_rendered_with_the_face_as_its_guide(plates: Path) -> None:
    with FakeAutomatic1111() as server:
        assert run(plates, "--preset", "dva-2023", "--engine-url", server.address) == 0
    body = [request for request in server.img2img_bodies if "mask" not in request]
    face = [request for request in server.img2img_bodies if "mask" in request]
    assert len(body) == len(face) == FRAMES
    assert {request["denoising_strength"] for request in body} == {0.65}
    assert {request["denoising_strength"] for request in face} == {0.5}
    assert {(request["width"], request["height"]) for request in body} == {(1024, 576)}, "not the plate's 640 x 360"
    assert len({request["seed"] for request in server.img2img_bodies}) == 2 * FRAMES
    for request in face:
        (unit,) = request["alwayson_scripts"]["controlnet"]["args"]
        guide, mask = pixels_of(unit["image"]), pixels_of(request["mask"])
        assert guide.shape == (512, 512, 3)
        lines = guide.any(axis=2)
        assert lines.sum() > 2000
        assert mask[lines].min() == 255, "the guide lies inside the mask"
    written = OpenEXR.File(str(plates.parent / "out/plate/FACE/v001/plate_FACE_v001.1003.exr"))
    assert written.header()["toolkit/engine"] == "automatic1111/3"
    alpha = written.channels()["RGBA"].pixels[..., 3]
    assert alpha.max() == 1


def test_depth_of_the_3d_package_guides_both_passes(plates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    depth = '[{kind="depth", weight=0.7}]'
    with FakeAutomatic1111() as server:
        arguments = [
            "--engine-url",
            server.address,
            "--set",
            f"body.controls={depth}",
            "--set",
            f"face.controls={depth}",
        ]
        assert run(plates, *arguments) == 3
        message = capsys.readouterr().err
        assert "shot plate, control depth of BODY, guide depth.####.exr: media offline" in message
        assert str(Path("guides/plate/depth.####.exr")) in message
        assert not server.img2img_bodies
        write_depth(plates)
        assert run(plates, *arguments) == 0
    assert len(server.img2img_bodies) == 2 * FRAMES
    for request in server.img2img_bodies:
        (unit,) = request["alwayson_scripts"]["controlnet"]["args"]
        assert (unit["model"], unit["weight"]) == ("control_v11f1p_sd15_depth", 0.7)
        guide = pixels_of(unit["image"])
        assert guide.shape[:2] == (request["height"], request["width"])
        assert guide[100, 10, 0] > guide[100, -10, 0], "the left is nearer"


def test_depth_estimated_from_the_plate_guides_both_passes(
    plates: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server gets the depth of transformers, normalised over the depth range of the shot, through the crop."""
    model, out = tmp_path / "studio/depth/tiny", plates.parent / "out"
    estimated = '[{kind="depth", estimator="tiny"}]'
    arguments = [
        *("--set", f"diffusers.models={tmp_path / 'studio'}"),
        *("--set", f"body.controls={estimated}", "--set", f"face.controls={estimated}"),
    ]
    with FakeAutomatic1111() as server:
        url = ["--engine-url", server.address]
        model.mkdir(parents=True)
        assert run(plates, *url, *arguments) == 4
        assert "cannot estimate depth: estimator " in capsys.readouterr().err
        assert not server.img2img_bodies
        assert not out.exists() or not list(out.rglob("*.json")), "this is checked before any work"
        make_bright_is_near(model)
        assert run(plates, *url, *arguments) == 0
        guides = guides_by_transformers(model, plates)
        for name in ("BODY", "FACE"):
            plan = PassPlan.read(out / f"plate/{name}/v001/plan.json")
            sent = [request for request in server.img2img_bodies if ("mask" in request) == (name == "FACE")]
            for frame, whole, request in zip(plan.frames, guides, sent, strict=True):
                (unit,) = units_of(request)
                guide = crop_face(frame.faces[0], plan.canvas[0], whole) if name == "FACE" else whole
                codes = pixels_of(unit["image"]).astype(int)
                assert unit["model"] == "control_v11f1p_sd15_depth"
                assert np.abs(codes - np.clip(guide, 0, 1) * 255).max() <= 1
                assert np.ptp(codes) > 20, "the guide is not flat"
        assert run(plates, *url, *arguments) == 0
        assert len(server.img2img_bodies) == 2 * FRAMES, "every frame is kept"
        (out / "plate/BODY/v001/plate_BODY_v001.1003.exr").unlink()
        assert run_command(["render", str(out), *url, *arguments]) == 0
        assert len(server.img2img_bodies) == 2 * FRAMES + 1, "also with the render command alone"
        make_bright_is_near(model, gain=2)
        assert run(plates, *url, *arguments) == 0
        assert len(server.img2img_bodies) == 4 * FRAMES + 1, "another model under the same name"


def guides_by_transformers(model: Path, plates: Path) -> list[np.ndarray]:
    """The uncropped guide of each frame, (H, W, 3) 0..1."""
    depths = []
    for number in range(FRAMES):
        stored = cv2.imread(str(plates.parent / f"plate.{1001 + number}.png"))
        assert stored is not None
        depths.append(predict(model, np.ascontiguousarray(stored[..., ::-1], np.uint8)))
    low = min(np.percentile(depth, 0.1) for depth in depths)
    high = max(np.percentile(depth, 99.9) for depth in depths)
    shown = [np.clip((depth - low) / (high - low), 0, 1).astype(np.float32) for depth in depths]
    return [np.repeat(one[..., None], 3, axis=2) for one in shown]


def test_three_controls_are_used_for_every_image_of_both_passes(
    plates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_depth(plates)
    out = plates.parent / "out"
    with FakeAutomatic1111(controls=CONTROLNETS) as server:
        assert run(plates, "--preset", "three-controls", "--engine-url", server.address) == 0
        assert "plate  bodies  6/6" in capsys.readouterr().err
        assert len(server.img2img_bodies) == 2 * FRAMES
        weights = {False: [0.8, 0.6, 0.6], True: [0.4, 0.4, 1.0]}
        for request in server.img2img_bodies:
            units = units_of(request)
            assert [unit["model"].partition(" ")[0] for unit in units] == list(CONTROLNETS)
            assert [unit["weight"] for unit in units] == weights["mask" in request]
            body, depth, face = (pixels_of(unit["image"]) for unit in units)
            assert {guide.shape[:2] for guide in (body, depth, face)} == {(request["height"], request["width"])}
            assert depth[100, 10].mean() > depth[100, -10].mean(), "the left is nearer"
            assert any((body == code).all(axis=2).any() for code in COLOURS[:2]), "nose or neck"
            assert face.any()
        bodies = BodyTracks.read(out / "plate/body_track.json")
        (first, *_, last) = (frame.people[0].points[0][0] for frame in bodies.frames)
        assert last - first == pytest.approx(4 * (FRAMES - 1), abs=8), "the nose moves with the person"
        assert run(plates, "--preset", "three-controls", "--engine-url", server.address, "--json") == 0
        assert len(server.img2img_bodies) == 2 * FRAMES, "every frame is kept"
        message = capsys.readouterr()
        assert "bodies" not in message.err, "the track's key is still valid"
        assert {one["kept"] for one in json.loads(message.out)["passes"]} == {FRAMES}
        bodies.model_copy(update={"key": "0" * 32}).write(out / "plate/body_track.json")
        assert run(plates, "--preset", "three-controls", "--engine-url", server.address) == 0
        assert "plate  bodies  6/6" in capsys.readouterr().err
        assert BodyTracks.read(out / "plate/body_track.json") == bodies


def test_people_are_tracked_and_planned_by_the_separate_commands(
    plates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = plates.parent / "out"
    write_depth(plates)
    assert run_command(["track", str(plates), "-o", str(out)]) == 0
    assert not (out / "plate/body_track.json").exists(), "nothing needs it"
    assert run_command(["plan", str(out), "--preset", "three-controls"]) == 2
    assert "body_track.json does not exist yet; run 'toolkit track CUT -o OUT' first" in capsys.readouterr().err
    assert run_command(["track", str(plates), "-o", str(out), "--preset", "three-controls"]) == 0
    assert "plate  faces" not in capsys.readouterr().err, "tracking people does not affect the faces"
    assert run_command(["plan", str(out), "--preset", "three-controls"]) == 0
    for name in ("BODY", "FACE"):
        plan = PassPlan.read(out / f"plate/{name}/v001/plan.json")
        assert all(len(frame.bodies) == len(frame.meshes) == 1 for frame in plan.frames)


def test_the_pose_model_is_needed_only_for_body_controls(plates: Path, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    studio.mkdir()
    for asset in (FACE_MODEL, FACE_FINDER):
        shutil.copy(fetch_asset(asset), studio)
    assert run(plates, "--models", str(studio), "--engine", "builtin", "--preset", "three-controls") == 0
    with FakeAutomatic1111(controls=CONTROLNETS) as server:
        named = ("--engine-url", server.address, "--models", str(studio))
        assert run(plates, *named, "--preset", "dva-2023") == 0
        write_depth(plates)
        painted = len(server.img2img_bodies)
        assert run(plates, *named, "--preset", "three-controls") == 4
        assert len(server.img2img_bodies) == painted


def test_what_a_server_lacks_is_reported_before_any_work(plates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeAutomatic1111() as server:
        assert run(plates, "--engine-url", server.address, "--set", "face.sampler=Eulr") == 4
        assert run(plates, "--engine-url", server.address, "--set", "face.sampler=Eulr", "--dry-run") == 4
    message = [line for line in capsys.readouterr().err.strip().splitlines() if "paints at" not in line]
    assert len(message) == 2
    assert all("face.sampler: no sampler 'Eulr' (similar: Euler, Euler a)" in line for line in message)
    assert not list((plates.parent / "out").rglob("*.json"))


def test_a_run_that_lost_its_server_can_be_resumed(
    plates: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.engines.http_client.BACKOFF_S", 0.01)
    with FakeAutomatic1111() as server:
        server.remaining_images = 7
        assert run(plates, "--engine-url", server.address) == 4
    assert "no server is left" in capsys.readouterr().err
    with FakeAutomatic1111() as server:
        assert run(plates, "--engine-url", server.address, "--json") == 0
    passes = json.loads(capsys.readouterr().out)["passes"]
    assert sum(one["kept"] for one in passes) >= 4
    assert (
        sum(one["rendered"] for one in passes)
        == len(server.img2img_bodies)
        == 2 * FRAMES - sum(one["kept"] for one in passes)
    )


def test_a_broken_connection_is_retried_without_any_effect(plates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.engines.http_client.BACKOFF_S", 0.01)
    with FakeAutomatic1111() as server:
        server.queued_answers.extend([BROKEN, BROKEN])
        assert run(plates, "--engine-url", server.address, "--set", "output.passes=BODY") == 0
    assert len(server.img2img_bodies) == FRAMES + 2
    assert len(list((plates.parent / "out").rglob("*.exr"))) == FRAMES
    seeds = [request["seed"] for request in server.img2img_bodies]
    assert len(set(seeds)) == FRAMES
    assert np.unique(seeds, return_counts=True)[1].max() >= 2
