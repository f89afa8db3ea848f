"""What holds for the options of every command."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.turnover._cuts import write_sequence
from toolkit.cli import run_command
from toolkit.errors import ToolkitError
from toolkit.settings import Settings


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    write_sequence(tmp_path / "plates", range(1001, 1004))
    return tmp_path / "plates" / "plate.####.png"


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    yield
    logging.getLogger().setLevel(logging.WARNING)


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
@pytest.mark.parametrize("place", ["before", "after", "last"])
def test_verbose_may_stand_anywhere(plates: Path, flag: str, place: str, caplog: pytest.LogCaptureFixture) -> None:
    command = {
        "before": [flag, "shots", str(plates)],
        "after": ["shots", flag, str(plates)],
        "last": ["shots", str(plates), flag],
    }
    assert run_command(command[place]) == 0
    assert logging.getLogger().getEffectiveLevel() == logging.INFO


@pytest.mark.parametrize("command", [["presets", "-v"], ["presets", "show", "-v", "draft"], ["engines", "-v"]])
def test_verbose_works_after_every_command(command: list[str]) -> None:
    assert run_command(command) == 0
    assert logging.getLogger().getEffectiveLevel() == logging.INFO


def test_without_it_the_commands_stay_quiet(plates: Path) -> None:
    assert run_command(["shots", "-v", str(plates)]) == 0
    assert run_command(["shots", str(plates)]) == 0
    assert logging.getLogger().getEffectiveLevel() == logging.WARNING


@pytest.mark.parametrize(
    "command",
    [
        ["run", "PLATES", "-o", ""],
        ["track", "PLATES", "-o", ""],
        ["plan", ""],
        ["conform", ""],
        ["shots", ""],
        ["demo", "-o", ""],
        ["install-scripts", "ae", "--to", ""],
    ],
    ids=lambda command: command[0],
)
def test_an_empty_path_is_not_the_current_folder(
    plates: Path,
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Such as ``-o "$OUT"`` without that variable."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run_command([str(plates) if part == "PLATES" else part for part in command]) == 2
    assert "it is empty; for the current folder write a dot" in capsys.readouterr().err
    assert not list((tmp_path / "here").iterdir())


@pytest.mark.parametrize(
    "command", [["shots", "PLATES"], ["track", "PLATES", "-o", "OUT"], ["run", "PLATES", "-o", "OUT"]]
)
@pytest.mark.parametrize(
    "named",
    [
        ("comfy", "did you mean comfyui?"),
        ("Automatic1111", "did you mean automatic1111?"),
        ("zzz", "available: builtin, flatten, diffusers, automatic1111, comfyui"),
    ],
)
def test_an_unknown_engine_is_refused_by_every_command(
    plates: Path, tmp_path: Path, command: list[str], named: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    name, hint = named
    words = {"PLATES": str(plates), "OUT": str(tmp_path / "out")}
    assert run_command([*(words.get(part, part) for part in command), "--engine", name]) == 2
    assert capsys.readouterr().err == f"toolkit: unknown engine '{name}'; {hint}\n"
    assert not (tmp_path / "out").exists()


def test_the_stages_refuse_one_too(plates: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert run_command(["track", str(plates), "-o", out]) == 0
    for stage in ("plan", "render", "conform"):
        capsys.readouterr()
        assert run_command([stage, out, "--engine", "comfy"]) == 2
        assert "did you mean comfyui?" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("plan.json"))


def test_formats_are_chosen_on_the_command_line(
    plates: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    def written() -> set[str]:
        return {path.name for path in out.glob("return*")}

    assert run_command(["run", str(plates), "-o", str(out), "--format", "edl", "--set", "output.passes=BODY"]) == 0
    assert written() == {"return.otio", "return_PLATE.edl", "return_BODY_v001.edl"}
    assert run_command(["conform", str(out), "--format", "xml", "--format", "csv"]) == 0
    assert written() == {"return.otio", "return.xml", "return.csv"}
    capsys.readouterr()
    assert run_command(["conform", str(out), "--format", "avid"]) == 2
    assert capsys.readouterr().err.endswith(
        "delivery.formats: 'avid' is no format; choose from resolve, xml, edl, fcpxml, csv\n"
    )


def test_installing_says_what_was_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Scripts"
    assert run_command(["install-scripts", "resolve", "--to", str(folder)]) == 0
    *paths, last = capsys.readouterr().out.splitlines()
    assert all(Path(path).is_file() for path in paths)
    assert last == f"installed {len(paths)} files; in Resolve: Workspace > Scripts > Toolkit"
    assert run_command(["install-scripts", "resolve", "--to", str(folder), "--remove"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"removed {len(paths)} files"
    assert run_command(["install-scripts", "resolve", "--to", str(folder), "--remove"]) == 0
    assert capsys.readouterr().out == "nothing to remove: no entries of the toolkit are installed there\n"


def test_json_has_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["doctor", "--json"])
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("options", "engine"),
    [
        ((), "flatten"),
        (("--set", "face.strength=0.4"), "flatten"),
        (("--engine", "builtin"), "builtin"),
        (("--set", "engine=builtin"), "builtin"),
        (("--preset", "founding"), "builtin"),
        (("--preset", "dva-2023"), "automatic1111"),
    ],
)
def test_the_demo_is_rendered_by_flatten_unless_another_engine_is_named(
    options: tuple[str, ...], engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []

    def run(cut: Path, out: Path, settings: Settings, **_: object) -> None:
        chosen.append(settings.engine)
        raise ToolkitError("nothing is rendered here")

    monkeypatch.setattr("toolkit.pipeline.run", run)
    monkeypatch.setattr("toolkit.demo.make_demo", lambda folder, progress: folder / "demo.otio")
    assert run_command(["demo", "-o", str(tmp_path / "out"), *options]) == 1
    assert chosen == [engine]
