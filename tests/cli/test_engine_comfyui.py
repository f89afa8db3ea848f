"""Full runs with the comfyui engine, against a fake server on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import OpenEXR
import pytest

from tests.engines._comfyui import MESH
from tests.engines.fake_comfyui import FakeComfyui, decode_png, node_of
from tests.faces._footage import Person, grey
from toolkit.cli import run_command

FRAMES = 3


@pytest.fixture
def plates(tmp_path: Path, anna: Person) -> Path:
    """A person who moves slowly to the right."""
    for number in range(FRAMES):
        frame = anna.composite_over(grey(), 300 + 4 * number, 130, height=120)
        assert cv2.imwrite(str(tmp_path / f"plate.{1001 + number}.png"), frame[..., ::-1])
    return tmp_path / "plate.####.png"


def run(plates: Path, server: FakeComfyui, *arguments: str) -> int:
    named = ["--engine", "comfyui", "--engine-url", server.address, *arguments]
    return run_command(["run", str(plates), "-o", str(plates.parent / "out"), *named])


MODEL = ("--set", "face.model=deliberate_v2", "--set", "body.model=deliberate_v2")


def test_the_original_recipe_is_rendered_with_the_face_as_its_guide(plates: Path) -> None:
    with FakeComfyui() as server:
        assert run(plates, server, "--preset", "dva-2023", *MODEL) == 0
        face = [graph for graph in server.graphs if any(n["class_type"] == "LoadImageMask" for n in graph.values())]
        body = [graph for graph in server.graphs if graph not in face]
        assert len(body) == len(face) == FRAMES
        assert {node_of(graph, "KSampler")["denoise"] for graph in body} == {0.65}
        assert {node_of(graph, "KSampler")["denoise"] for graph in face} == {0.5}
        assert len({node_of(graph, "KSampler")["seed"] for graph in server.graphs}) == 2 * FRAMES
        for graph in face:
            guide_node = node_of(graph, "ControlNetApplyAdvanced")["image"][0]
            guide = decode_png(server.image_file(graph[guide_node]["inputs"]["image"]))
            mask = decode_png(server.image_file(node_of(graph, "LoadImageMask")["image"]))
            lines = guide.any(axis=2)
            assert guide.shape == (512, 512, 3)
            assert lines.sum() > 2000
            assert mask[lines].min() == 255, "the guide lies inside the mask"
            assert node_of(graph, "ControlNetLoader") == {"control_net_name": f"{MESH.model}.safetensors"}
    written = OpenEXR.File(str(plates.parent / "out/plate/FACE/v001/plate_FACE_v001.1003.exr"))
    assert written.header()["toolkit/engine"] == "comfyui/3"


def test_what_a_server_lacks_is_reported_before_any_work(plates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeComfyui() as server:
        assert run(plates, server, *MODEL, "--set", "face.sampler=Eulr") == 4
        assert run(plates, server, *MODEL, "--set", "face.sampler=Eulr", "--dry-run") == 4
        assert run(plates, server) == 4
    message = [line for line in capsys.readouterr().err.strip().splitlines() if "paints at" not in line]
    assert len(message) == 3
    assert all("face.sampler: no sampler 'Eulr' (similar: euler" in line for line in message[:2])
    listed = "body.model: no model is set (available: v1-5-pruned-emaonly, deliberate_v2)"
    assert f"{listed}; for instance --set body.model=v1-5-pruned-emaonly" in message[2]
    assert not list((plates.parent / "out").rglob("*.json"))


def test_a_users_workflow_is_relative_to_the_current_folder_and_changing_it_renders_again(
    plates: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plates.parent)
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "{{plate}}"}},
        "2": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "deliberate_v2.safetensors"}},
        "3": {"class_type": "VAEEncode", "inputs": {"pixels": ["1", 0], "vae": ["2", 2]}},
        "4": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["2", 2]}},
        "5": {"class_type": "PreviewImage", "inputs": {"images": ["4", 0]}},
    }
    painted = []
    with FakeComfyui() as server:
        for last in ("PreviewImage", "PreviewImage", "SaveImage"):
            graph["5"] = {"class_type": last, "inputs": {"images": ["4", 0], "filename_prefix": "x"}}
            Path("mine.json").write_text(json.dumps(graph))
            arguments = ("--set", "server.workflow=mine.json", "--set", "output.passes=BODY", "--json")
            assert run(plates, server, *arguments) == 0
            painted.append(json.loads(capsys.readouterr().out)["passes"][0]["rendered"])
    assert painted == [FRAMES, 0, FRAMES]


def test_an_invalid_workflow_is_a_usage_error(plates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = plates.parent / "mine.json"
    path.write_text('{"1": {"class_type": "LoadImage", "inputs": {"image": "{{plat}}"}}}')
    with FakeComfyui() as server:
        assert run(plates, server, "--set", f"server.workflow={path}") == 2
    assert "unknown placeholder {{plat}} in node 1 (LoadImage); did you mean {{plate}}?" in capsys.readouterr().err
