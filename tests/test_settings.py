"""Settings: presets, toolkit.toml, --set; unknown keys and values out of range are refused by name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from toolkit.errors import SettingsError, Unreadable
from toolkit.settings import (
    BodySettings,
    ControlSettings,
    CutSettings,
    FaceSettings,
    LoraSettings,
    PromptSettings,
    Settings,
    describe_settings,
    load_settings,
    preset_names,
    preset_text,
    setting_keys,
    settings_toml,
)
from toolkit.settings.looks import DEFAULT_CONTROLS, DRAWN_CONTROLS


def test_the_founding_preset_has_the_numbers_of_the_original_recipe() -> None:
    settings = load_settings(preset="founding")
    assert settings == Settings()
    assert settings.body.strength == 0.65
    assert settings.face.strength == 0.5
    assert settings.face.padding == 32
    assert settings.face.roll_threshold == 20
    assert settings.track.min_size == 30


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("face.strenght=0.4", "did you mean face.strength?"),
        ("face.strength=1.5", "out of range: 0 to 1"),
        ("face.strength=nan", "out of range: 0 to 1"),
        ("face.strength=strong", "'strong' is not a number"),
        ("face.canvas=100", "must be a multiple of 8"),
        ("body.size=580", "must be a multiple of 8"),
        ("body.size=8", "must be a multiple of 8, at least 64, not 8"),
        ("cut.handles=2.5", "'2.5' is not a whole number"),
        ("cut.handles=-1", "out of range: 0 to 240"),
        ("output.encoding=srgb", "'srgb' is not one of plate, linear, acescg"),
        ("track.tiles=maybe", "'maybe' is not true or false"),
        ("xyzzy=1", "known keys: body.controls"),
        ("face.strength", "write it as key=value"),
        ("face.prompt=a {mood} face", "unknown placeholder {mood}; available: {expression}"),
        ("face.controls=face", "not TOML"),
        ("face.controls=3", "write it as a list of tables"),
        ("face.controls=[{wieght=1}]", "did you mean face.controls[0].weight?"),
        ("face.controls=[{weight=3}]", "face.controls[0].weight: 3 is out of range: 0 to 2"),
        (
            'face.controls=[{kind="image"}]',
            "face.controls[0].model: the kind 'image' has no default ControlNet; set model",
        ),
        ('face.controls=[{source="x.####.png"}]', "the face guide is drawn from the track; remove source"),
        ('body.controls=[{kind="body", source="x.####.png"}]', "the body guide is drawn from the track; remove source"),
        ('face.controls=[{kind="depth", source="z.exr"}]', "'z.exr' is not a sequence; write it as depth.####.exr"),
        (
            'face.controls=[{kind="depth", source="{scene}/z.####.exr"}]',
            "unknown placeholder {scene}; available: {shot}",
        ),
        ('face.controls=[{kind="depth", near=5, far=2}]', "5 is not between 0 and far (2)"),
        ('face.controls=[{kind="depth", far=2}]', "0 is not between 0 and far (2)"),
        ('face.controls=[{kind="lineart", near=1, far=2}]', "near and far apply to depth in EXR files only"),
        ('body.controls=[{kind="lineart", estimator="dpt"}]', "only depth can be estimated, not lineart"),
        ('face.controls=[{estimator="dpt"}]', "only depth can be estimated, not face"),
        (
            'face.controls=[{kind="depth", estimator="dpt", source="z.####.exr"}]',
            "controls[0].source: source applies to a depth sequence; remove it or estimator",
        ),
        (
            'face.controls=[{kind="depth", estimator="dpt", near=1, far=9}]',
            "face.controls[0].near: near applies to a depth",
        ),
        ('face.controls=[{kind="depth", estimator="dpt", far=9}]', "face.controls[0].far: far applies to a depth"),
        ('face.controls=[{kind="depth", estimator="dpt", offset=1}]', "face.controls[0].offset: offset applies to"),
        ('face.controls=[{kind="normal"}]', "'normal' is not one of face"),
        ('face.prompts=[{shot="sh010"}]', "face.prompts[0]: set prompt, negative, or both"),
        ('body.prompts=[{face=0, prompt="a"}]', "body.prompts[0].face: BODY is rendered as a whole"),
        ('face.prompts=[{prompt="{smile}"}]', "face.prompts[0].prompt: unknown placeholder {smile}"),
        ("face.loras=[{weight=0.5}]", "face.loras[0].model: set model"),
        ('face.loras=[{model="skin", weight=9}]', "face.loras[0].weight: 9 is out of range: -4 to 4"),
        ("face.controls=[{start=0.6, end=0.5}]", "0.6 is after the end, 0.5"),
    ],
)
def test_an_invalid_setting_is_refused_in_one_line(assignment: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(overrides=[assignment])
    assert says in str(caught.value)
    assert assignment.partition("=")[0] in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: FaceSettings(strength=7.5), "FaceSettings: strength: 7.5 is out of range: 0 to 1"),
        (lambda: FaceSettings(canvas=100), "FaceSettings: canvas: must be a multiple of 8, at least 64, not 100"),
        (
            lambda: FaceSettings(crop=cast("Any", "sideways")),
            "FaceSettings: crop: 'sideways' is not one of upright, a1111",
        ),
        (
            lambda: FaceSettings(**cast("Any", {"strenght": 0.5})),
            "FaceSettings: strenght: no such setting; did you mean strength?",
        ),
        (lambda: FaceSettings(strength=True), "FaceSettings: strength: True is not a number"),
        (lambda: FaceSettings(prompt="{mood}"), "FaceSettings: prompt: unknown placeholder {mood}"),
        (LoraSettings, "LoraSettings: model: set model"),
        (lambda: CutSettings(names="{clip"), "CutSettings: names: not a template: expected '}' before end of string"),
        (lambda: CutSettings(names="{clip:d}"), "CutSettings: names: not a template: Unknown format code 'd'"),
        (lambda: CutSettings(names="{nope}"), "CutSettings: names: there is no {nope}, only {clip}, {reel}"),
        (lambda: CutSettings(names="{}"), "CutSettings: names: there is no {}, only {clip}, {reel}"),
        (lambda: CutSettings(names="{clip.__class__}"), "CutSettings: names: there is no {clip.__class__}, only"),
        (lambda: CutSettings(names="{clip!r}"), "CutSettings: names: '!r' cannot be used in {clip}; write it such as"),
        (lambda: CutSettings(names="{index:999999999d}"), "CutSettings: names: '999999999d' cannot be used in {index}"),
        (lambda: CutSettings(names="{index:{track}}"), "CutSettings: names: '{track}' cannot be used in {index}"),
        (lambda: CutSettings(names="a{{b}}"), "CutSettings: names: needs a part that differs from shot to shot"),
        (lambda: ControlSettings(kind="depth", near=5.0, far=2.0), "ControlSettings: near: 5 is not between 0 and far"),
        (lambda: BodySettings(prompts=(PromptSettings(face=0, prompt="a"),)), "BodySettings: prompts[0].face: BODY is"),
        (lambda: replace(Settings().face, steps=0), "FaceSettings: steps: 0 is out of range: 1 to 150"),
        (lambda: load_settings(overrides={"face.strength": 2}), "overrides: face.strength: 2 is out of range: 0 to 1"),
    ],
)
def test_python_gets_the_same_checks_as_toml(build: Callable[[], object], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build()
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize("kind", ["face", "body", "depth", "lineart", "softedge"])
def test_the_defaults_of_a_control_are_the_same_in_python_and_toml(kind: Any) -> None:
    (read,) = load_settings(overrides=[f'face.controls=[{{kind="{kind}"}}]']).face.controls
    assert ControlSettings(kind=kind) == read
    assert read.model == DEFAULT_CONTROLS[kind]
    assert bool(read.source) == (kind not in DRAWN_CONTROLS)


def test_every_setting_has_a_help_text() -> None:
    assert describe_settings().keys() == setting_keys(Settings()).keys()
    assert all(describe_settings().values())
    assert "[[face.prompts]] in toolkit.toml" in describe_settings()["face.prompts"]


def test_the_command_line_overrides_toolkit_toml_which_overrides_the_preset(tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text("[face]\ncanvas = 384\npadding = 16\n[cut]\nhandles = 4\n")
    settings = load_settings(preset="draft", toml=toml, overrides=["face.padding=8"])
    assert (settings.face.canvas, settings.face.padding, settings.cut.handles) == (384, 8, 4)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("[face]\nsteps = inf\n", "face.steps: inf is not a whole number"),
        ("[face]\nsteps = nan\n", "face.steps: nan is not a whole number"),
        ('[face]\nprompt = ["a", "b"]\n', "face.prompt: ['a', 'b'] is not text"),
        ("[face]\nprompt = 2023-04-07\n", "is not text"),
        ('[server]\nurl = ["http://a"]\n', "server.url: ['http://a'] is not text"),
    ],
)
def test_a_value_of_another_kind_in_toolkit_toml_is_refused(tmp_path: Path, written: str, says: str) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text(written)
    with pytest.raises(SettingsError) as caught:
        load_settings(toml=toml)
    assert says in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"], ids=["Notepad", "PowerShell's >"])
def test_toolkit_toml_is_read_as_windows_writes_it(tmp_path: Path, encoding: str) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_bytes(preset_text("draft").replace("\n", "\r\n").encode(encoding))
    assert load_settings(toml=toml) == load_settings(preset="draft")


def test_an_unknown_key_in_toolkit_toml_names_the_file(tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text("[face]\nstrengths = 1\n")
    with pytest.raises(SettingsError, match=r"toolkit\.toml: face\.strengths: no such setting"):
        load_settings(toml=toml)


def test_a_broken_toolkit_toml_is_one_clear_line(tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text("[face\n")
    with pytest.raises(SettingsError, match=r"toolkit\.toml: not valid TOML: .*line 1"):
        load_settings(toml=toml)


def test_a_repeated_section_in_toolkit_toml_is_explained(tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text(preset_text("draft") + "[face]\nstrength = 0.4\n")
    with pytest.raises(SettingsError, match="TOML allows each section only once: merge the two"):
        load_settings(toml=toml)


def test_an_unknown_preset_is_called_a_preset() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(preset="xyz")
    assert str(caught.value).startswith("preset: xyz: no such preset; presets: draft, dva-2023")


def test_a_preset_is_a_file_that_names_every_setting() -> None:
    for name in preset_names():
        written = tomllib.loads(preset_text(name))
        flat = {
            f"{section}.{key}" if isinstance(table, dict) else section
            for section, table in written.items()
            for key in (table if isinstance(table, dict) else [section])
        }
        assert flat == set(setting_keys(Settings())), name
        assert settings_toml(load_settings(preset=name)) == preset_text(name).partition("\n\n")[2], (
            "and in the usual form"
        )
    with pytest.raises(SettingsError, match="did you mean founding"):
        load_settings(preset="fonding")


def test_dva_2023_is_the_original_recipe_on_automatic1111() -> None:
    settings = load_settings(preset="dva-2023")
    assert settings.engine == "automatic1111"
    for look, strength in ((settings.body, 0.65), (settings.face, 0.5)):
        assert (look.strength, look.steps, look.guidance, look.sampler) == (strength, 30, 8.0, "Euler")
    assert settings.body.size == 576, "16:9 in the 1024 x 576 that Stable Diffusion 1.5 can still hold together"
    assert settings.body.controls == ()
    assert settings.face.controls == (
        ControlSettings(kind="face", model="control_v1p_sd15_mediapipe_face", weight=1, start=0, end=1),
    )


def test_three_controls_is_dva_2023_with_body_depth_and_face_in_both_passes() -> None:
    settings, base = load_settings(preset="three-controls"), load_settings(preset="dva-2023")
    for look in (settings.body, settings.face):
        assert [(control.kind, control.model, control.source) for control in look.controls] == [
            ("body", "control_v11p_sd15_openpose", ""),
            ("depth", "control_v11f1p_sd15_depth", "guides/{shot}/depth.####.exr"),
            ("face", "control_v1p_sd15_mediapipe_face", ""),
        ]
        assert all((control.start, control.end) == (0, 1) for control in look.controls)
    assert replace(settings.body, controls=()) == base.body
    assert replace(settings.face, controls=base.face.controls) == base.face
    assert replace(settings, body=base.body, face=base.face) == base


def test_a_body_control_takes_the_openpose_network_unless_told_otherwise() -> None:
    (control,) = load_settings(overrides=['body.controls=[{kind="body"}]']).body.controls
    assert (control.model, control.source) == ("control_v11p_sd15_openpose", "")


def test_estimated_depth_has_no_source() -> None:
    text = '[{kind="depth", estimator="depth-anything/Depth-Anything-V2-Small-hf", invert=true}]'
    settings = load_settings(overrides=[f"body.controls={text}"])
    (control,) = settings.body.controls
    assert (control.model, control.source, control.invert) == ("control_v11f1p_sd15_depth", "", True)
    written, _ = setting_keys(settings)["body.controls"]
    assert load_settings(overrides=[f"body.controls={written}"]) == settings


def test_controls_are_a_list_of_tables_in_toml_and_on_the_command_line(tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text('[[face.controls]]\nkind = "face"\nweight = 0.5\n[[face.controls]]\nend = 0.4\n')
    expected = (ControlSettings(weight=0.5), ControlSettings(end=0.4))
    assert load_settings(toml=toml).face.controls == expected
    text = '[{kind = "face", weight = 0.5}, {end = 0.4}]'
    assert load_settings(overrides=[f"face.controls={text}"]).face.controls == expected


def test_a_setting_with_tables_lists_their_fields() -> None:
    rows = setting_keys(Settings())
    for key in ("body.controls", "face.controls"):
        _, allowed = rows[key]
        assert allowed.startswith("tables of kind, model, weight, ")
        assert "estimator" in allowed.split(", ")
    assert rows["face.loras"] == ("[]", "tables of model, weight")


def test_every_default_is_within_its_limits() -> None:
    for key, (value, _) in setting_keys(Settings()).items():
        load_settings(overrides=[f"{key}={value}"])


def test_a_toolkit_toml_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """A folder of that name simulates missing permissions, which do not apply to root."""
    with pytest.raises(Unreadable, match=r"cannot read .*: Is a directory"):
        load_settings(toml=tmp_path)
