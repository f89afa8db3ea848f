"""The tables of variations and failures: complete, described, and each changes a default."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.hosts.resolve import FAILURES, VARIATIONS, Behaviour, FakeResolve, Switch, editions, without_ids

ALL = [pytest.param(switch, id=switch.name) for switch in (*VARIATIONS, *FAILURES)]
PARTS = ("application", "pool", "timeline", "placing", "clip")


@pytest.mark.parametrize("switch", ALL)
def test_a_switch_changes_a_default_and_has_a_description(switch: Switch) -> None:
    part, _, what = switch.description.partition(": ")
    assert part in PARTS and what
    default = Behaviour()
    assert any(getattr(default, key) != value for key, value in switch.changes.items())
    assert FakeResolve(switch.behaviour()).snapshot()["current_timeline"] == "scene_04"


def test_every_behaviour_has_a_switch() -> None:
    switched = {key for switch in (*VARIATIONS, *FAILURES) for key in switch.changes}
    without_switch = {"version", "project_size"}
    assert {field.name for field in fields(Behaviour)} - without_switch == switched - without_switch


def test_names_are_unique_and_there_are_eight_editions() -> None:
    names = [switch.name for switch in (*VARIATIONS, *FAILURES)]
    assert len(set(names)) == len(names)
    assert [name for name, _ in editions()][:3] == ["18.6 Studio", "18.6 free", "19.1 Studio"]
    assert len(list(editions())) == 8


def test_a_switch_creates_a_new_behaviour_each_time() -> None:
    switch = next(one for one in VARIATIONS if one.name == "delete fails once")
    first = switch.behaviour(studio=False)
    first.deletions_that_fail = 0
    assert switch.behaviour().deletions_that_fail == 1 and first.studio is False


def test_equal_steps_give_equal_snapshots_and_a_change_a_different_one() -> None:
    first, second = FakeResolve(), FakeResolve()
    assert first.snapshot() == second.snapshot()
    first.users.items()[0].start += 1
    assert first.snapshot() != second.snapshot()


def test_snapshots_without_ids_compare_contents_only() -> None:
    first, second = FakeResolve(), FakeResolve()
    second.world.new_uid()
    second.users.uid = second.world.new_uid()
    assert first.snapshot() != second.snapshot()
    assert without_ids(first.snapshot()) == without_ids(second.snapshot())
