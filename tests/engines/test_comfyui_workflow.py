"""A user's own workflow: its placeholders, and the checks against the look and the server before any image is sent."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines._comfyui import DEPTH, MESH, engine_on, make_request, paint_seed, request_with_mesh
from tests.engines._requests import colours, look, seeds_in, to_float
from tests.engines.fake_comfyui import FakeComfyui, Graph, decode_png, node_of
from toolkit.documents import LoraPlan
from toolkit.engines import PaintRequest
from toolkit.engines.comfyui import placeholders
from toolkit.engines.comfyui.samplers import choose_sampler
from toolkit.engines.comfyui.workflow import read_workflow
from toolkit.errors import EngineFailed, EngineUnavailable, NoSuchFile, WorkflowError

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "engines-guide.md"

MINE: Graph = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "deliberate_v2.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "cinematic, {{prompt}}, 35 mm"}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "{{negative}}"}},
    "4": {"class_type": "LoadImage", "inputs": {"image": "{{plate}}"}},
    "5": {"class_type": "VAEEncode", "inputs": {"pixels": ["4", 0], "vae": ["1", 2]}},
    "6": {
        "class_type": "KSampler",
        "_meta": {"title": "my sampler"},
        "inputs": {
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["5", 0],
            "seed": "{{seed}}",
            "steps": "{{ steps }}",
            "cfg": "{{guidance}}",
            "sampler_name": "{{sampler}}",
            "scheduler": "karras",
            "denoise": "{{strength}}",
        },
    },
    "7": {"class_type": "VAEDecode", "inputs": {"samples": ["6", 0], "vae": ["1", 2]}},
    "8": {"class_type": "SaveImage", "inputs": {"images": ["7", 0], "filename_prefix": "{{width}}x{{height}}"}},
}


def plain_request(seed: int = 7, **changes: Any) -> PaintRequest:
    """A request whose look sets nothing that ``MINE`` has no placeholder for."""
    return make_request(seed, **{"model": ""} | changes)


def modify(change: Callable[[Graph], object]) -> Graph:
    graph = copy.deepcopy(MINE)
    change(graph)
    return graph


@pytest.fixture
def mine(tmp_path: Path) -> Callable[[object], Path]:
    """Writes a workflow to a file."""

    def write(workflow: object) -> Path:
        path = tmp_path / "mine.json"
        path.write_text(workflow if isinstance(workflow, str) else json.dumps(workflow))
        return path

    return write


# --- filling placeholders ----------------------------------------------------------------------------------------


def test_a_placeholder_alone_becomes_the_value_and_inside_a_text_becomes_text(
    mine: Callable[[object], Path],
) -> None:
    with engine_on(fake := FakeComfyui(), workflow=mine(MINE)) as engine:
        (painted,) = engine.paint([plain_request(prompt="a face")])
    assert np.array_equal(painted, to_float(colours()))
    (graph,) = fake.graphs
    sampler = node_of(graph, "KSampler")
    assert (sampler["seed"], sampler["steps"], sampler["cfg"], sampler["denoise"]) == (7, 30, 8.0, 0.5)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("euler", "karras")
    assert type(sampler["steps"]) is int
    assert graph["2"]["inputs"]["text"] == "cinematic, a face, 35 mm"
    assert graph["8"]["inputs"]["filename_prefix"] == "24x16"
    assert graph["6"]["_meta"] == {"title": "my sampler"}


def test_placeholders_in_lists_and_tables_are_filled() -> None:
    value = {"lora": {"on": True, "name": "{{lora}}", "strength": "{{lora_weight}}"}, "all": ["{{seed}}", 1]}
    filled = placeholders.fill_placeholders(value, {"lora": "skin", "lora_weight": 0.5, "seed": 3})
    assert filled == {"lora": {"on": True, "name": "skin", "strength": 0.5}, "all": [3, 1]}


def test_a_model_name_is_resolved_by_the_choices_of_its_input(mine: Callable[[object], Path]) -> None:
    def add_placeholders(graph: Graph) -> None:
        graph["1"]["inputs"]["ckpt_name"] = "{{model}}"
        graph["9"] = {"class_type": "ControlNetLoader", "inputs": {"control_net_name": "{{control_depth_model}}"}}
        graph["10"] = {"class_type": "LoadImage", "inputs": {"image": "{{control_depth}}"}}

    with engine_on(fake := FakeComfyui(), workflow=mine(modify(add_placeholders))) as engine:
        engine.paint([plain_request(model="v1-5-pruned-emaonly", controls=(DEPTH,), guides=(255 - colours(),))])
    (graph,) = fake.graphs
    assert graph["1"]["inputs"]["ckpt_name"] == "SD1.5/v1-5-pruned-emaonly.safetensors"
    assert graph["9"]["inputs"]["control_net_name"] == "sd15/control_v11f1p_sd15_depth.pth"
    assert np.array_equal(decode_png(fake.image_file(graph["10"]["inputs"]["image"])), 255 - colours())


def test_without_a_matte_the_mask_is_white(mine: Callable[[object], Path]) -> None:
    def add_mask(graph: Graph) -> None:
        graph["9"] = {"class_type": "LoadImageMask", "inputs": {"image": "{{mask}}", "channel": "red"}}

    with engine_on(fake := FakeComfyui(), workflow=mine(modify(add_mask))) as engine:
        engine.paint([plain_request()])
    (graph,) = fake.graphs
    assert decode_png(fake.image_file(graph["9"]["inputs"]["image"])).min() == 255


def test_the_revision_depends_on_the_workflow(mine: Callable[[object], Path]) -> None:
    with engine_on(FakeComfyui()) as ours:
        pass
    revisions = {ours.revision}
    for workflow in (MINE, modify(lambda graph: graph["6"]["inputs"].update(scheduler="normal"))):
        with engine_on(FakeComfyui(), workflow=mine(workflow)) as engine:
            revisions.add(engine.revision)
    assert "3" in revisions
    assert len(revisions) == 3
    spaced = mine(json.dumps(MINE, indent=4, sort_keys=True))
    with engine_on(FakeComfyui(), workflow=spaced) as engine:
        assert engine.revision == f"3+{read_workflow(spaced).digest}"


def test_sampled_steps_are_the_part_of_steps_that_strength_runs() -> None:
    """Given s steps and a denoise d, a KSampler spaces s / d steps and runs the last s; s / d must be all."""
    for strength, sampled in ((0.5, 15), (0.65, 20), (0.55, 17), (1.0, 30), (0.001, 1)):
        assert placeholders.look_values(look(strength=strength))["sampled_steps"] == sampled
    assert placeholders.look_values(look(strength=0.55, steps=20))["sampled_steps"] == 11


def test_a_ksampler_computes_the_steps_of_a_full_denoising() -> None:
    """It divides the steps by its denoise and truncates (set_steps in comfy/samplers.py).

    7 / 0.28 is slightly less than 25, so it would space 24 steps.
    """
    for steps in range(1, 151):
        for strength in np.arange(1, 101) / 100:
            values = placeholders.look_values(look(strength=float(strength), steps=steps))
            sampled, denoise = float(values["sampled_steps"]), float(values["strength"])
            assert denoise == pytest.approx(strength, abs=1e-12)
            assert int(sampled / denoise) >= steps
    assert int(15 / 0.5) == int(20 / 0.65) == int(17 / 0.55) == 30


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("Euler", ("euler", "normal")),
        ("Euler a", ("euler_ancestral", "normal")),
        ("DPM++ 2M", ("dpmpp_2m", "normal")),
        ("DPM++ 2M Karras", ("dpmpp_2m", "karras")),
        ("DPM++ 2M SDE Exponential", ("dpmpp_2m_sde", "exponential")),
        ("DDIM", ("ddim", "ddim_uniform")),
        ("UniPC", ("uni_pc", "normal")),
        ("LCM", ("lcm", "sgm_uniform")),
        ("euler/karras", ("euler", "karras")),
        ("res_multistep", ("res_multistep", "normal")),
    ],
)
def test_a_sampler_name_of_the_web_ui_is_a_sampler_and_a_scheduler(name: str, pair: tuple[str, str]) -> None:
    assert choose_sampler(name) == pair


# --- checks of the file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        ("{", "it cannot be read as JSON"),
        ([1], "not in ComfyUI's API format"),
        ({}, "not in ComfyUI's API format"),
        ({"nodes": [], "links": []}, "it was saved in the editor's format; export it in the API format"),
        ({"1": {"inputs": {}}}, "node 1 has no class_type"),
        ({"1": {"class_type": "X"}}, "node 1 has no inputs"),
        (
            modify(lambda g: g["6"]["inputs"].update(seed="{{sed}}")),
            "unknown placeholder {{sed}} in node 6 'my sampler' (KSampler)",
        ),
        (modify(lambda g: g["6"]["inputs"].update(seed="{{sed}}")), "did you mean {{seed}}?"),
        (modify(lambda g: g["6"]["inputs"].update(seed="{{xyzzy}}")), "available: height, mask, negative, plate"),
        (
            modify(lambda g: g["6"]["inputs"].update(seed="{{lora_start}}")),
            "unknown placeholder {{lora_start}} in node 6",
        ),
        (
            modify(lambda g: g["4"]["inputs"].update(image="a.png")),
            "it has no {{plate}}; write {{plate}} as the image",
        ),
    ],
)
def test_an_invalid_workflow_is_reported_before_any_server_is_contacted(
    workflow: object, words: str, mine: Callable[[object], Path]
) -> None:
    path = mine(workflow)
    with FakeComfyui() as fake, pytest.raises(WorkflowError) as caught, engine_on(workflow=path):
        pass
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)
    assert caught.value.exit_code == 2
    assert not fake.requests


def test_a_missing_workflow_is_reported() -> None:
    with pytest.raises(NoSuchFile, match=r"nowhere\.json"), engine_on(FakeComfyui(), workflow="nowhere.json"):
        pass


# --- checks against the look -------------------------------------------------------------------------------------


def add_control_placeholder(graph: Graph) -> None:
    graph["9"] = {"class_type": "LoadImage", "inputs": {"image": "{{control_face}}"}}


@pytest.mark.parametrize(
    ("workflow", "request_", "words"),
    [
        (modify(add_control_placeholder), plain_request(), "the look has no value for {{control_face}}"),
        (
            modify(lambda g: g["1"]["inputs"].update(ckpt_name="{{vae}}")),
            plain_request(),
            "the look has no value for {{vae}}",
        ),
        (MINE, plain_request(model="deliberate_v2"), "the look sets model, but {{model}} is not in the workflow"),
        (MINE, plain_request(vae="x"), "the look sets vae, but {{vae}} is not in the workflow"),
        (MINE, plain_request(loras=(LoraPlan(model="skin", weight=1.0),)), "{{lora}} is not in the workflow"),
        (MINE, plain_request(controls=(MESH,), guides=(colours(),)), "{{control_face}} is not in the workflow"),
        (
            modify(add_control_placeholder),
            plain_request(controls=(MESH, MESH), guides=(colours(), colours())),
            "{{control_face_2}} is not in the workflow",
        ),
        (
            modify(lambda g: g["3"]["inputs"].update(text="")),
            plain_request(negative="x"),
            "{{negative}} is not in the workflow",
        ),
        (
            MINE,
            plain_request(masked_content="latent nothing"),
            "'latent nothing' needs the default workflow; set face.masked_content to original or fill",
        ),
    ],
)
def test_a_workflow_that_does_not_fit_the_look_is_reported(
    workflow: Graph, request_: PaintRequest, words: str, mine: Callable[[object], Path]
) -> None:
    with engine_on(fake := FakeComfyui(), workflow=mine(workflow)) as engine:
        with pytest.raises(WorkflowError) as caught:
            engine.prepare([request_.look])
        assert words in str(caught.value)
        assert [request.path for request in fake.requests] == ["/prompt"], "only the probe at opening"


def test_a_workflow_that_does_not_fit_the_look_is_reported_with_the_settings(mine: Callable[[object], Path]) -> None:
    with engine_on(FakeComfyui(), workflow=mine(modify(add_control_placeholder))) as engine:
        with pytest.raises(WorkflowError, match=r"body.controls \(face\): the look has no value for {{control_face}}"):
            engine.prepare([plain_request().look], section="body")
        with pytest.raises(WorkflowError, match=r"face.vae: the look sets vae, but {{vae}} is not in the workflow"):
            engine.prepare([plain_request(vae="x").look], section="face")


# --- checks against a server -------------------------------------------------------------------------------------


def add_node(key: str, **node: Any) -> Callable[[Graph], object]:
    return lambda graph: graph.update({key: node})


@pytest.mark.parametrize("flag", ["image_upload", "audio_upload", "video_upload", "file_upload"])
def test_a_file_that_a_class_validates_itself_may_be_missing_from_its_choices(
    flag: str, mine: Callable[[object], Path]
) -> None:
    """Such a file may be in another folder, as ``grain.png [output]``: VALIDATE_INPUTS in nodes.py and comfy_extras."""
    fake = FakeComfyui()
    loader = dict(fake.object_info["LoadImage"], input={"required": {"file": [["a.png"], {flag: True}]}})
    fake.object_info["LoadsFile"] = loader
    grown = modify(add_node("9", class_type="LoadsFile", inputs={"file": "grain.png [output]"}))
    with engine_on(fake, workflow=mine(grown)) as engine:
        engine.prepare([plain_request().look])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            add_node("9", class_type="KSamplr", inputs={}),
            "no node class 'KSamplr' for node 9 (KSamplr) (similar: KSampler)",
        ),
        (
            lambda g: g["6"]["inputs"].pop("denoise"),
            "node 6 'my sampler' (KSampler) lacks its required input 'denoise'",
        ),
        (
            lambda g: g["6"]["inputs"].update(scheduler="karas"),
            "'scheduler' 'karas', which is not one of its choices (similar:",
        ),
        (lambda g: g["6"]["inputs"].update(model=["77", 0]), "takes 'model' from node 77, which does not exist"),
        (
            lambda g: g["1"]["inputs"].update(ckpt_name="deliberate"),
            "'ckpt_name' 'deliberate', which is not one of its choices",
        ),
        (lambda g: g.pop("8"), "mine.json has no output node: end it with PreviewImage or SaveImage"),
        (
            add_node("9", class_type="PreviewImage", inputs={"images": ["4", 0]}),
            "several output nodes (node 8 (SaveImage), node 9 (PreviewImage)): title the one to use",
        ),
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_what_a_server_lacks_is_reported_before_the_first_image(
    change: Callable[[Graph], object], words: str, old: bool, mine: Callable[[object], Path]
) -> None:
    path = mine(modify(change))
    with engine_on(fake := FakeComfyui(old=old), workflow=path) as engine:
        with pytest.raises(EngineUnavailable, match=re.escape(f"or change {path}")) as caught:
            engine.prepare([plain_request().look])
        assert words in str(caught.value)
        assert fake.address in str(caught.value)
        assert not fake.uploads


def test_of_several_outputs_the_one_titled_result_is_used(mine: Callable[[object], Path]) -> None:
    def add_preview(graph: Graph) -> None:
        graph["9"] = {"class_type": "PreviewImage", "inputs": {"images": ["4", 0]}}
        graph["8"]["_meta"] = {"title": "Result"}

    taken: list[str] = []
    with engine_on(fake := FakeComfyui(paint=paint_seed), workflow=mine(modify(add_preview))) as engine:
        assert seeds_in(engine.paint([plain_request(5)])) == [5]
        (entry,) = fake.history.values()
        taken += [image["filename"] for image in entry["outputs"]["8"]["images"]]
    assert [request.path for request in fake.requests if request.path.startswith("/view") and taken[0] in request.path]


def test_dynamic_inputs_are_not_checked(mine: Callable[[object], Path]) -> None:
    fake = FakeComfyui()
    fake.object_info["Dynamic"] = {
        "input": {
            "required": {"images": ["COMFY_AUTOGROW_V3", {}], "size": ["COMBO", {"remote": {"route": "/sizes"}}]},
            "optional": {"several": ["COMBO", {"options": ["a"], "multiselect": True}]},
        },
        "output_node": False,
    }
    node = add_node("9", class_type="Dynamic", inputs={"images.image0": ["4", 0], "size": "any", "several": "b"})
    with engine_on(fake, workflow=mine(modify(node))) as engine:
        engine.prepare([plain_request().look])


def test_an_unexpected_object_info_is_reported() -> None:
    fake = FakeComfyui()
    fake.object_info = []  # type: ignore[assignment]
    with engine_on(fake) as engine, pytest.raises(EngineUnavailable, match="check that it is a ComfyUI server"):
        engine.prepare([make_request().look])


def test_a_failure_names_the_nodes_own_title(mine: Callable[[object], Path]) -> None:
    fake = FakeComfyui()
    fake.fails = ("KSampler", "RuntimeError", "no")
    with (
        engine_on(fake, workflow=mine(MINE)) as engine,
        pytest.raises(EngineFailed, match=r"node 6 'my sampler' \(KSampler\)"),
    ):
        engine.paint([plain_request()])


def test_the_workflow_in_the_documentation_works(mine: Callable[[object], Path]) -> None:
    block = re.search(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert block is not None
    with engine_on(fake := FakeComfyui(paint=paint_seed), workflow=mine(block[1])) as engine:
        request = request_with_mesh()
        assert seeds_in(engine.paint([request])) == [request.seed]
    assert node_of(fake.graphs[0], "KSampler")["denoise"] == 0.5
