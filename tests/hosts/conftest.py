"""What the host tests share."""

from __future__ import annotations

import pytest

from tests.hosts.delivered import Deliveries


@pytest.fixture(scope="session")
def deliver(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Deliveries whose files are empty, for a host that looks at names only."""
    return Deliveries(tmp_path_factory.mktemp("names"))
