"""Numbered files whose names look like patterns: every host finds and places them like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.delivery._deliveries import deliver_frames
from tests.hosts.lua_host import new_lua
from tests.hosts.placed import Delivered
from tests.hosts.test_all_hosts_agree import HOSTS, assert_shows
from tests.hosts.test_lua_script import import_delivery, read_stack, resolve_with
from tests.turnover import _cuts as cuts
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests

NAMES = [
    ("100%_.", 4),
    ("50%d_.", 4),
    ("%s.", 4),
    ("p%20x%41.", 4),
    ("p%04d.", 4),
    ("p.", 10),
    ("p%.", 12),
]
"""What comes before the number, and how many digits it has."""


@pytest.fixture(scope="module", params=NAMES, ids=lambda name: f"{name[0]}{1001:0{name[1]}d}")
def delivered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    prefix, digits = request.param
    return _deliver(tmp_path_factory.mktemp("cut"), prefix, digits, 1001)


def _deliver(folder: Path, prefix: str, digits: int, first: int) -> Delivered:
    """A delivery of one clip that shows frames 3 to 10 of a sequence of twelve."""
    cuts.write_sequence(folder, range(1001, 1013))
    for file in folder.glob("plate.*.png"):
        number = int(file.suffixes[0][1:]) - 1001 + first
        file.rename(folder / f"{prefix}{number:0{digits}d}.png")
    reference = cuts.sequence_reference(f"{folder}/", first, cuts.time_range(0, 12))
    reference |= {"name_prefix": prefix, "frame_zero_padding": digits}
    document = cuts.timeline(cuts.track(cuts.clip(reference, cuts.time_range(2, 8), name="odd")), name="cut")
    deliver_frames(read_cut(cuts.write(folder / "cut.otio", document), handles=8), folder / "out")
    return Delivered(folder / "out" / "delivery.json")


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_places_them(delivered: Delivered, host: str, at_home: Path) -> None:
    assert_shows(host, delivered, at_home)


def test_the_lua_entry_places_them(delivered: Delivered) -> None:
    fake = resolve_with(delivered.path)
    report = import_delivery(new_lua("luajit21"), delivered.path, fake)
    assert report["problems"] == []
    stack = read_stack(fake, report["timeline"])
    assert [[item[:3] for item in track] for track in stack] == [[(0, 8, 2)]] * 3


def test_after_effects_places_frames_before_zero(tmp_path: Path, at_home: Path) -> None:
    """What Resolve makes of them is not known."""
    assert_shows("After Effects", _deliver(tmp_path, "p.", 4, -5), at_home)
