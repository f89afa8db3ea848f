"""Fixtures every room's tests share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real footage and real cuts kept beside the repository, never in it."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "media").is_dir():
        pytest.skip(f"no real footage: {folder} is not there")
    return folder


@pytest.fixture(scope="session", autouse=True)
def keyboard() -> None:
    """Ctrl-C is heard: a shell that starts the suite in its background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
