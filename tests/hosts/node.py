"""The JavaScript engine of the After Effects tests."""

from __future__ import annotations

import shutil

import pytest


def node() -> str:
    """The engine's program; the test is skipped, with the reason, where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not on this machine: the After Effects scripts were read, not run")
    return found
