"""What a person reads, and the same facts as JSON for scripts."""

from __future__ import annotations

import json

import pytest

from toolkit.cli import run_command


def test_brackets_in_a_table_are_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A pip extra is written in square brackets, which a table must not read as a style."""
    monkeypatch.setattr("toolkit.engines.find_spec", lambda name: None)
    assert run_command(["engines"]) == 0
    assert "pip install 'resolve-ae-toolkit[diffusers]'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "key"),
    [(["engines"], "engine"), (["engines", "--settings"], "key"), (["models"], "model"), (["doctor"], "what")],
)
def test_every_list_is_also_json(capsys: pytest.CaptureFixture[str], arguments: list[str], key: str) -> None:
    assert run_command([*arguments, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows
    assert all(row[key] for row in rows)


def test_doctor_finds_one_provider_of_cv2_and_every_system_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["doctor", "--json"]) == 0
    states = {row["what"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert states["cv2"] == "ok"
    assert "MISSING" not in states.values()


def test_an_unknown_command_or_option_is_the_users_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rum"]) == 2
    assert run_command(["run", "cut.otio"]) == 2
    assert "Missing option" in capsys.readouterr().err
