"""What the tests of the fake share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.hosts.resolve.opened import Opened


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Opened]:
    """A project opened in a Resolve that differs as the keywords say."""
    return partial(Opened, tmp_path)
