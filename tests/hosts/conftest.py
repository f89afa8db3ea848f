"""What the host tests share."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.hosts.after_effects import Studio, picture
from tests.hosts.delivered import Deliveries
from toolkit.install import ae_entries


@pytest.fixture(scope="session")
def deliver(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Deliveries whose files are empty, for a host that looks at names only."""
    return Deliveries(tmp_path_factory.mktemp("names"))


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home


@pytest.fixture(scope="session")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Deliveries of real pictures: one per size and kind of channels, linked for every frame of a sequence."""
    pictures = partial(picture, tmp_path_factory.mktemp("pictures"))
    return Deliveries(tmp_path_factory.mktemp("deliveries"), pictures)


@pytest.fixture(scope="session")
def ae_menu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The entries as they are installed; for reading only."""
    folder = tmp_path_factory.mktemp("Scripts")
    (folder / "ScriptUI Panels").mkdir()
    for name, text in ae_entries():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def studio(tmp_path: Path, ae_menu: Path, pictured: Deliveries) -> Studio:
    return Studio(scripts=ae_menu, folder=tmp_path, deliver=pictured)
