"""Settings of single shots: which count, how they are checked, and that tracks and plans have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import link_folder
from toolkit.errors import SettingsError, UntrustedSettings
from toolkit.settings import Settings, load_settings, settings_toml
from toolkit.stages import plan

TOML = """
[face]
strength = 0.45

[shots."sh0*"]
face.strength = 0.4
matte.grow = 0.1

[shots."sh02*"]
face = { strength = 0.3 }
"""


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "toolkit.toml"
    path.write_text(TOML)
    return path


STRENGTHS: dict[str, tuple[tuple[str, ...], dict[str, float]]] = {
    "the last pattern that matches counts": ((), {"sh010": 0.4, "sh020": 0.3, "ab": 0.45}),
    "a later value for all shots replaces those of single ones": (
        ("face.strength=0.2",),
        {"sh010": 0.2, "sh020": 0.2, "ab": 0.2},
    ),
    "another setting for all shots replaces none": (("face.steps=9",), {"sh010": 0.4, "sh020": 0.3, "ab": 0.45}),
    "a later value for a pattern counts": (
        ('shots."sh0*".face.strength=0.1',),
        {"sh010": 0.1, "sh020": 0.1, "ab": 0.45},
    ),
    "quotes may be missing": (("shots.ab.face.strength=0.7",), {"sh010": 0.4, "sh020": 0.3, "ab": 0.7}),
}


@pytest.mark.parametrize(("overrides", "strengths"), STRENGTHS.values(), ids=STRENGTHS.keys())
def test_a_shot_has_its_own_settings(toml: Path, overrides: tuple[str, ...], strengths: dict[str, float]) -> None:
    settings = load_settings(toml=toml, overrides=overrides)
    assert {name: settings.for_shot(name).face.strength for name in strengths} == strengths
    assert settings.for_shot("sh010").matte.grow == 0.1
    assert settings.for_shot("sh010").shots == ()
    assert settings.for_shot("ab").matte == Settings().matte


REFUSED: dict[str, tuple[str, str]] = {
    "out of range": ('[shots."a*"]\nface.strength = 7', r'shots\."a\*": face\.strength: 7 is out of range: 0 to 1'),
    "unknown": ('[shots."a*"]\nface.strenght = 1', "only settings of track, matte, body, face can differ"),
    "of the whole run": ('[shots."a*"]\noutput.version = 2', "only settings of track, matte, body, face can differ"),
    "not a key": ('[shots]\n"a*" = 3', r"write it as shots\.\"sh02\*\"\.face\.strength"),
    "no section": ('[shots."a*"]\nstrength = 0.4', r"write it as shots\.\"sh02\*\"\.face\.strength"),
    "not a list": ("shots = 3", r"write it as shots\.\"sh02\*\"\.face\.strength"),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused_with_its_place(text: str, problem: str, toml: Path) -> None:
    toml.write_text(text)
    with pytest.raises(SettingsError, match=problem) as caught:
        load_settings(toml=toml)
    assert str(toml) in str(caught.value)


def test_a_file_that_came_with_a_cut_asks_for_nothing_through_a_single_shot(toml: Path) -> None:
    toml.write_text('[shots."*"]\nface.controls = [{kind = "depth", source = "/mnt/depth.####.exr"}]')
    with pytest.raises(UntrustedSettings, match="/mnt/depth"):
        load_settings(toml=toml, origin="cut")
    load_settings(toml=toml, origin="trusted")


def test_the_shots_of_a_run_are_planned_with_their_own_settings(demo_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    link_folder(demo_out, out)
    before = {(one.shot, str(one.pass_name)): one.version for one in plan(out)}
    overrides = {'shots."push*".face.strength': 0.3, 'shots."float*".body.strength': 0.6}
    plans = plan(out, load_settings(overrides=overrides))
    strengths = {(one.shot, str(one.pass_name)): one.look.strength for one in plans}
    assert strengths == {
        ("push_in", "BODY"): 0.65,
        ("push_in", "FACE"): 0.3,
        ("float_away", "BODY"): 0.6,
        ("float_away", "FACE"): 0.5,
    }
    versions = {(one.shot, str(one.pass_name)): one.version for one in plans}
    for unchanged in (("push_in", "BODY"), ("float_away", "FACE")):
        assert versions[unchanged] == before[unchanged]


def test_the_text_of_all_settings_has_those_of_single_shots_and_can_be_read_again(tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text(
        '[shots."sh02*".face]\nstrength = 0.3\nprompt = "a \\"b\\""\n'
        '[[shots."sh02*".face.controls]]\nkind = "face"\nweight = 0.5\n'
    )
    settings = load_settings(toml=toml, origin="trusted")
    again = tmp_path / "again.toml"
    again.write_text(settings_toml(settings), encoding="utf-8")
    read_again = load_settings(toml=again, origin="trusted")
    for name in ("sh010", "sh020"):
        assert read_again.for_shot(name) == settings.for_shot(name)
