"""Random cuts come back as they went in, frame by frame; ``python -m tests.proof 10000`` tries more of them."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.proof._check import Tally, check, is_clear
from tests.proof._footage import make_footage
from tests.proof._generator import timelines
from tests.proof._incoming import check_incoming
from tests.proof._model import Constant, Footage, Item, Timeline, Track
from tests.proof._other_formats import flat_cuts

pytestmark = pytest.mark.no_cover  # no cut of chance decides what is covered


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> list[Footage]:
    return make_footage(tmp_path_factory.mktemp("footage"))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_frame_of_a_random_cut_comes_back(data: st.DataObject, footage: list[Footage]) -> None:
    cut = data.draw(timelines(footage))
    assume(is_clear(cut))
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        check(cut, Path(folder), tally)
    assert tally.compared["read_cut"] == tally.compared["delivery.json"] == tally.compared["return.otio"] > 0


@settings(max_examples=25, deadline=None)
@given(cut=flat_cuts())
def test_the_readers_of_four_formats_agree(cut: Timeline) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_incoming(cut, Path(folder), Tally())


def test_the_model_counts_by_hand() -> None:
    """Half speed backwards in a compound at 12 fps, at 24 fps: a cut small enough to follow with a finger."""
    film = Footage(kind="movie", path="/a.mov", rate=Fraction(24), count=100)
    clip = Item(count=6, name="clip", start=10, footage=film, retime=Constant(speed=Fraction(-1, 2)))
    scene = Item(count=8, name="scene", start=1, tracks=(Track(items=(clip,)),), rate=Fraction(12))
    cut = Timeline(rate=Fraction(24), start=0, drop_frame=False, tracks=(Track(items=(scene,)),))
    # The compound shows its frames 1 1 2 2 3 3 4 4; the clip plays a media frame in each of its 12 a second, 15 to 10.
    shown = [[one.frame for one in cut.at(frame)] for frame in range(8)]
    assert shown == [[n] for n in (14, 14, 13, 13, 12, 12, 11, 11)]
