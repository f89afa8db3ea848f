"""Which engine runs is never a guess: what was asked for opens, or the reason and the remedy are said."""

from __future__ import annotations

import pytest

from toolkit.engines import ENGINES, EngineEntry, open_engine
from toolkit.errors import EngineUnavailable, UnknownEngine


def test_an_unknown_engine_lists_the_engines() -> None:
    with pytest.raises(UnknownEngine, match="builtin, diffusers, automatic1111, comfyui") as caught:
        open_engine("dalle")
    assert caught.value.exit_code == 2


def test_an_engine_whose_packages_are_missing_gives_the_pip_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.engines.find_spec", lambda name: None if name in {"torch", "peft"} else object())
    with pytest.raises(EngineUnavailable, match=r"pip install 'resolve-ae-toolkit\[diffusers\]'") as caught:
        open_engine("diffusers")
    assert caught.value.exit_code == 4
    assert "torch, peft not installed" in str(caught.value)


def test_an_announced_engine_says_that_it_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "holodeck", EngineEntry(what="", open=None))  # type: ignore[arg-type]
    with pytest.raises(
        EngineUnavailable, match="in this version; ready now: builtin, diffusers, automatic1111, comfyui"
    ):
        open_engine("holodeck")


def test_an_entry_is_ready_only_when_built_and_installed() -> None:
    absent = EngineEntry(what="", open=ENGINES["builtin"].open, extra="x", packages=("surely_not_installed",))
    assert absent.state == "needs pip install 'resolve-ae-toolkit[x]'"
    assert ENGINES["builtin"].state == "ready"
