"""Settings: presets, toolkit.toml, --set; unknown keys and values out of range are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolkit.errors import SettingsError
from toolkit.settings import PRESETS, Settings, load_settings, setting_keys


def test_the_founding_preset_is_the_recipe_the_technique_came_from() -> None:
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
        ("face.canvas=100", "not a multiple of 8"),
        ("cut.handles=2.5", "'2.5' is not a whole number"),
        ("cut.handles=-1", "out of range: 0 to 240"),
        ("output.encoding=srgb", "'srgb' is not one of plate, linear, acescg"),
        ("track.tiles=maybe", "'maybe' is not true or false"),
        ("xyzzy=1", "known keys: body.seed"),
        ("face.strength", "write it as key=value"),
    ],
)
def test_a_setting_that_does_not_hold_is_refused_in_one_line(assignment: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(assignments=[assignment])
    assert says in str(caught.value)
    assert assignment.partition("=")[0] in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_command_line_wins_over_toolkit_toml_which_wins_over_the_preset(tmp_path: Path) -> None:
    beside = tmp_path / "toolkit.toml"
    beside.write_text("[face]\ncanvas = 384\npadding = 16\n[cut]\nhandles = 4\n")
    settings = load_settings(preset="draft", beside=beside, assignments=["face.padding=8"])
    assert (settings.face.canvas, settings.face.padding, settings.cut.handles) == (384, 8, 4)


def test_an_unknown_key_in_toolkit_toml_names_the_file(tmp_path: Path) -> None:
    beside = tmp_path / "toolkit.toml"
    beside.write_text("[face]\nstrengths = 1\n")
    with pytest.raises(SettingsError, match=r"toolkit\.toml: face\.strengths: no such setting"):
        load_settings(beside=beside)


def test_a_broken_toolkit_toml_is_one_clear_line(tmp_path: Path) -> None:
    beside = tmp_path / "toolkit.toml"
    beside.write_text("[face\n")
    with pytest.raises(SettingsError, match="not TOML"):
        load_settings(beside=beside)


def test_every_preset_loads() -> None:
    for name in PRESETS:
        load_settings(preset=name)
    with pytest.raises(SettingsError, match="did you mean founding"):
        load_settings(preset="fonding")


def test_every_default_lies_within_its_own_limits() -> None:
    for key, (value, _) in setting_keys(Settings()).items():
        load_settings(assignments=[f"{key}={value}"])
