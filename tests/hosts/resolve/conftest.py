"""Fixtures shared by the tests of the fake."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.hosts.resolve.open_project import OpenProject


@pytest.fixture
def open_project(tmp_path: Path) -> Callable[..., OpenProject]:
    """A factory of open projects; its keywords are fields of ``Behaviour``."""
    return partial(OpenProject, tmp_path)
