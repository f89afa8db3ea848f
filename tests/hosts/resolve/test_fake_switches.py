"""The tables of ways and switches: complete, documented, and each of them a difference."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.hosts.resolve import SWITCHES, WAYS, Behaviour, FakeResolve, Switch, editions, without_ids

ALL = [pytest.param(switch, id=switch.name) for switch in (*WAYS, *SWITCHES)]
PARTS = ("application", "pool", "timeline", "placing", "clip")


@pytest.mark.parametrize("switch", ALL)
def test_a_switch_differs_from_the_friendliest_resolve_and_says_what_it_stands_for(switch: Switch) -> None:
    part, _, what = switch.stands_for.partition(": ")
    assert part in PARTS and what
    friendly = Behaviour()
    assert any(getattr(friendly, key) != value for key, value in switch.changes.items())
    assert FakeResolve(switch.behaviour()).snapshot()["current_timeline"] == "scene_04"


def test_no_behaviour_is_without_its_switch() -> None:
    switched = {key for switch in (*WAYS, *SWITCHES) for key in switch.changes}
    by_other_means = {"version", "project_size"}
    assert {field.name for field in fields(Behaviour)} - by_other_means == switched - by_other_means


def test_names_are_unique_and_editions_are_eight() -> None:
    names = [switch.name for switch in (*WAYS, *SWITCHES)]
    assert len(set(names)) == len(names)
    assert [name for name, _ in editions()][:3] == ["18.6 Studio", "18.6 free", "19.1 Studio"]
    assert len(list(editions())) == 8


def test_a_switch_makes_a_new_behaviour_each_time() -> None:
    switch = next(one for one in WAYS if one.name == "delete fails once")
    first = switch.behaviour(studio=False)
    first.deletions_that_fail = 0
    assert switch.behaviour().deletions_that_fail == 1 and first.studio is False


def test_the_same_steps_give_the_same_picture_and_any_change_another() -> None:
    first, second = FakeResolve(), FakeResolve()
    assert first.snapshot() == second.snapshot()
    first.users.items()[0].start += 1
    assert first.snapshot() != second.snapshot()


def test_a_picture_without_ids_is_one_of_what_is_there() -> None:
    first, second = FakeResolve(), FakeResolve()
    second.world.new_uid()
    second.users.uid = second.world.new_uid()
    assert first.snapshot() != second.snapshot()
    assert without_ids(first.snapshot()) == without_ids(second.snapshot())
