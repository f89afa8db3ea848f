"""What the host tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.delivered import Deliveries


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
