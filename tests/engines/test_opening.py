"""Opening engines: the requested engine opens, or the error gives the reason and the remedy."""

from __future__ import annotations

import pytest

from toolkit.engines import ENGINES, Engine, EngineEntry, open_engine
from toolkit.errors import EngineUnavailable, UnknownEngine


def test_an_unknown_engine_lists_the_engines() -> None:
    with pytest.raises(UnknownEngine, match="builtin, flatten, diffusers, automatic1111, comfyui") as caught:
        open_engine("dalle")
    assert caught.value.exit_code == 2


def test_an_engine_whose_packages_are_missing_gives_the_pip_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.engines.find_spec", lambda name: None if name in {"torch", "peft"} else object())
    with pytest.raises(EngineUnavailable, match=r"pip install 'resolve-ae-toolkit\[diffusers\]'") as caught:
        open_engine("diffusers")
    assert caught.value.exit_code == 4
    assert "torch, peft not installed" in str(caught.value)


def test_an_entry_is_ready_only_when_its_packages_are_installed() -> None:
    absent = EngineEntry(summary="", open=ENGINES["builtin"].open, extra="x", packages=("surely_not_installed",))
    assert absent.status == "needs pip install 'resolve-ae-toolkit[x]'"
    assert ENGINES["builtin"].status == "ready"


def test_entries_and_engines_agree_on_what_they_want() -> None:
    from toolkit.engines.automatic1111 import Automatic1111Engine
    from toolkit.engines.builtin import BuiltinEngine
    from toolkit.engines.comfyui import ComfyuiEngine
    from toolkit.engines.diffusers_local.engine import DiffusersEngine
    from toolkit.engines.flatten import FlattenEngine

    engines: list[type[Engine]] = [BuiltinEngine, FlattenEngine, DiffusersEngine, Automatic1111Engine, ComfyuiEngine]
    assert {engine.name: (engine.wants_guides, engine.wants_faces) for engine in engines} == {
        name: (entry.wants_guides, entry.wants_faces) for name, entry in ENGINES.items()
    }
