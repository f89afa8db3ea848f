"""Self Check: it measures the differences between Resolve versions, and leaves nothing behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.hosts.delivered import Deliveries
from tests.hosts.entries import Desk, load, start_in
from tests.hosts.resolve import FAILURES, VARIATIONS, Behaviour, Switch, editions

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

PROBED = (
    *("host", "make", "imported", "end_frame", "numbering", "clip_properties", "item_properties", "speed", "tracks"),
    *("linking", "markers", "exports", "duplicate"),
)


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Self Check.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def make_desk(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    return lambda behaviour=None: Desk(deliver, behaviour)


@pytest.mark.parametrize("behaviour", [pytest.param(one, id=name) for name, one in editions()])
def test_it_measures_every_version_and_edition(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, behaviour: Behaviour
) -> None:
    desk = make_desk(behaviour)
    before = desk.fake.snapshot()
    report = start_in(entry, desk)
    assert report["problems"] == [] and desk.fake.snapshot() == before and desk.fake.misuse == []
    found = report["found"]
    assert tuple(found) == PROBED and all(isinstance(one, (dict, list)) for one in found.values())
    assert found["end_frame"]["endFrame"] == ("included" if behaviour.version.startswith("19.1") else "excluded")
    assert found["host"]["studio"] == behaviour.studio
    assert found["exports"]["otio"] and '"Timeline.1"' in found["exports"]["text"]
    assert json.loads((at_home / "toolkit_self_check.json").read_text(encoding="utf-8")) == report


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in (*VARIATIONS, *FAILURES)])
def test_on_every_failure_it_measures_the_rest_and_leaves_nothing_behind(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, switch: Switch
) -> None:
    desk = make_desk(switch.behaviour())
    before = desk.fake.snapshot()
    report = start_in(entry, desk)
    assert (at_home / "toolkit_self_check.json").is_file() and desk.fake.misuse == []
    if desk.fake.world.modal or desk.fake.world.has_quit:
        assert "delete it by hand" in report["problems"][0] or "dialog" in report["problems"][0]
    elif switch.name == "stuck_timeline":  # the fake itself makes that timeline current
        assert report["problems"] == []
    else:
        assert report["problems"] == [] and desk.fake.snapshot() == before


def test_the_report_is_written_to_the_given_folder(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    start_in(entry, make_desk(), "-o", str(tmp_path))
    assert (tmp_path / "toolkit_self_check.json").is_file()


@pytest.mark.parametrize("opened", [True, False], ids=["a timeline is open", "none is open"])
def test_a_list_that_is_wrongly_empty_never_makes_it_delete_what_was_there(
    entry: ModuleType, make_desk: Callable[..., Desk], opened: bool
) -> None:
    desk = make_desk()
    if not opened:
        desk.fake.project.set_current(None)
    timelines, done, again = desk.fake.snapshot()["timelines"], len(desk.fake.called), desk.frozen()
    start_in(entry, desk)
    getters = [at for at, name in enumerate(desk.fake.called[done:]) if re.search(r"List$|Count$|InTrack$", name)]
    for at in getters:
        desk = again()
        desk.fake.behaviour.unanswered = range(done + at, done + at + 1)
        desk.fake.behaviour.unanswered_lists_are_empty = True
        start_in(entry, desk)
        assert desk.fake.snapshot()["timelines"] == timelines, desk.fake.called[done + at]
