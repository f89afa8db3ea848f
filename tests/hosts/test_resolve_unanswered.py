"""Import Passes while Resolve does not answer: nothing of the editor's is lost, and the message is true.

A dialog, a save or a busy moment makes calls return None. Here that happens at every single call of an import in turn,
for one call, for as many as the script repeats a question, and for longer. What the fake does not know is how long the
real Resolve is silent, and whether it then does what it was asked for: both are tried.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Deliveries
from tests.hosts.entries import Desk, Report, load, start_in
from tests.hosts.resolve import Footage
from tests.hosts.test_resolve_import import expected_stack, later_version, read_stack

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

Snapshot = dict[str, Any]
MORE_THAN_REPEATED = 8
"""Calls: more than the script repeats a question."""
EVERY_CALL = "TOOLKIT_EVERY_CALL" in os.environ
"""Whether each sweep for a single unanswered call leaves out none, which takes minutes."""


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@dataclass(frozen=True, slots=True)
class Import:
    """One import that is about to start."""

    desk: Desk
    path: Path

    @classmethod
    def first(cls, entry: ModuleType, deliver: Deliveries) -> Import:
        """Onto a duplicate of the editor's timeline."""
        desk = Desk(deliver)
        return cls(desk, desk.path)

    @classmethod
    def second(cls, entry: ModuleType, deliver: Deliveries) -> Import:
        """Of the next version, onto a duplicate of the first stack."""
        desk = Desk(deliver)
        assert start_in(entry, desk, str(desk.path))["problems"] == []

        return cls(desk, desk.delivery(later_version(2)))

    @classmethod
    def own_timeline(cls, entry: ModuleType, deliver: Deliveries) -> Import:
        """Onto a new timeline, with the plates."""
        desk = Desk(deliver)
        return cls(desk, desk.delivery(origin=False))

    def frozen(self) -> Callable[[], Import]:
        """What makes it again as it is now."""
        desk = self.desk.frozen()
        return lambda: replace(self, desk=desk())

    def run(self, entry: ModuleType) -> Report:
        """Import, and return the report."""
        return start_in(entry, self.desk, str(self.path))

    def assert_nothing_is_lost(self, before: Snapshot, report: Report, where: str) -> None:
        """Everything that was there is there, by its id, and the report says what else is."""
        after = by_id(self.desk.fake.snapshot())
        assert {key: after.get(key) for key in before} == before, f"{where}: {report['problems']}"
        new = after.keys() - before.keys()
        if not report["problems"]:
            stack = expected_stack(self.path, plates="Video 1" if report["made_from"] else "PLATE")
            assert read_stack(self.desk.fake, report["timeline"]) == stack, where
            return
        (problem,) = report["problems"]
        assert report["timeline"] is None and report["placed"] == []
        assert not (new and "the project is unchanged" in problem), f"{where}: {problem}"
        assert ("check whether the project still contains" in problem) == bool(new), f"{where}: {problem}"


def by_id(snapshot: Snapshot) -> dict[str, str]:
    """Every bin, pool clip and timeline of a project as text, by its id; bins without their contents."""
    found = {one["id"]: json.dumps(one, sort_keys=True) for one in snapshot["timelines"]}

    def add(folder: Snapshot) -> None:
        found[folder["id"]] = folder["name"]
        found.update({clip["id"]: json.dumps(clip, sort_keys=True) for clip in folder["clips"]})
        for inner in folder["folders"]:
            add(inner)

    add(snapshot["pool"])
    return found


Start = Callable[[ModuleType, Deliveries], Import]
STARTS = pytest.mark.parametrize(
    "start", [Import.first, Import.second, Import.own_timeline], ids=["first", "second", "own timeline"]
)
ACTS = pytest.mark.parametrize("acts", [False, True], ids=["not done", "done but not answered"])


Choose = Callable[[list[str]], Iterable[int]]
"""Of the calls of an import those, by their number, at which Resolve falls silent in turn."""


def every(step: int) -> Choose:
    return lambda calls: range(0, len(calls), step)


def each_method(step: int) -> Choose:
    """Each method when it is called first and last, and every ``step``-th call: most of them are mostly the same."""

    def choose(calls: list[str]) -> list[int]:
        first = {name: at for at, name in reversed([*enumerate(calls)])}
        last = {name: at for at, name in enumerate(calls)}
        return sorted({*first.values(), *last.values(), *range(0, len(calls), step)})

    return choose


def sweep(
    entry: ModuleType, deliver: Deliveries, start: Start, *, silent: int, acts: bool, at: Choose
) -> Iterator[Report]:
    """The reports of imports in which ``silent`` calls are not answered, from each call chosen by ``at`` on."""
    started = start(entry, deliver)
    before, done, again = by_id(started.desk.fake.snapshot()), len(started.desk.fake.called), started.frozen()
    for first in at(calls_of(entry, again())):
        one = again()
        one.desk.fake.behaviour.unanswered = range(done + first, done + first + silent)
        one.desk.fake.behaviour.unanswered_calls_act = acts
        report = one.run(entry)
        one.assert_nothing_is_lost(before, report, f"silent from {one.desk.fake.called[done + first]} (call {first})")
        yield report


def calls_of(entry: ModuleType, one: Import) -> list[str]:
    """The calls of this import, by name."""
    before = len(one.desk.fake.called)
    one.run(entry)
    return one.desk.fake.called[before:]


@STARTS
@ACTS
def test_a_single_unanswered_call_changes_nothing(
    entry: ModuleType, deliver: Deliveries, at_home: Path, start: Start, acts: bool
) -> None:
    at = every(1) if EVERY_CALL else each_method(16 if acts else 6)
    for report in sweep(entry, deliver, start, silent=1, acts=acts, at=at):
        assert report["problems"] == report["by_hand"] == []


@STARTS
@pytest.mark.parametrize("silent", [2, 3, 4])
def test_nor_do_a_few_in_a_row(
    entry: ModuleType, deliver: Deliveries, at_home: Path, start: Start, silent: int
) -> None:
    for report in sweep(entry, deliver, start, silent=silent, acts=False, at=every(11)):
        assert report["problems"] == report["by_hand"] == []


@STARTS
@ACTS
def test_a_longer_silence_stops_the_import_and_loses_nothing(
    entry: ModuleType, deliver: Deliveries, at_home: Path, start: Start, acts: bool
) -> None:
    stopped = [bool(report["problems"]) for report in sweep(
        entry, deliver, start, silent=MORE_THAN_REPEATED, acts=acts, at=every(13)
    )]  # fmt: skip
    assert any(stopped)


@STARTS
def test_a_list_that_is_wrongly_empty_loses_nothing(
    entry: ModuleType, deliver: Deliveries, at_home: Path, start: Start
) -> None:
    """A failed call may also return an empty list or 0; the bins hold media of the editor's."""
    started = with_own_media(start(entry, deliver))
    before, done, again = by_id(started.desk.fake.snapshot()), len(started.desk.fake.called), started.frozen()
    calls = calls_of(entry, again())
    for at in [at for at, name in enumerate(calls) if re.search(r"List$|Count$|InTrack$", name)][::3]:
        one = again()
        one.desk.fake.behaviour.unanswered = range(done + at, done + at + 1)
        one.desk.fake.behaviour.unanswered_lists_are_empty = True
        one.assert_nothing_is_lost(before, one.run(entry), f"{calls[at]} (call {at}) is empty")


def test_what_hangs_on_a_layer_is_not_lost_to_a_wrongly_empty_list(
    entry: ModuleType, deliver: Deliveries, at_home: Path
) -> None:
    """Each call for the tracks, flags and comps in turn answers 0 or an empty list, once."""
    started = edited_second(entry, deliver)
    done, again = len(started.desk.fake.called), started.frozen()
    getters = r"GetTrackCount|GetFlagList|GetFusionCompCount"
    for at in [at for at, name in enumerate(calls_of(entry, again())) if re.search(getters, name)][::2]:
        one = again()
        one.desk.fake.behaviour.unanswered = range(done + at, done + at + 1)
        one.desk.fake.behaviour.unanswered_lists_are_empty = True
        report = one.run(entry)
        where = f"{one.desk.fake.called[done + at]} (call {at}) is empty"
        if report["problems"]:
            assert report["problems"][0].endswith("the project is unchanged"), where
            continue
        face = face_of_first_shot(one.desk, report["timeline"])
        assert (face.GetFlagList(), face.GetFusionCompCount()) == (["Red"], 1) or report["by_hand"], where


def edited_second(entry: ModuleType, deliver: Deliveries) -> Import:
    """A second version, where the editor has given a layer of the first one a flag and a comp."""
    one = Import.second(entry, deliver)
    face = face_of_first_shot(one.desk, "scene_04 v001")
    face.AddFlag("Red")
    face._add("Composition { Tools = ordered() { Blur1 = Blur { } } }")
    return one


def face_of_first_shot(desk: Desk, timeline: str) -> Any:
    (found,) = (item for item in desk.fake.timeline(timeline).items("video") if item.name.startswith("sh010_FACE"))
    return found


def with_own_media(one: Import) -> Import:
    """The same with media of the editor's in each bin."""
    for number, folder in enumerate(list(one.desk.fake.pool.root.all_folders())):
        media = one.desk.fake.add_media(f"/own/grain{number}.mov", Footage(frames=10))
        one.desk.fake.pool.root.clips.remove(media)
        folder.clips.append(media)
    return one


@STARTS
def test_a_silence_without_end_is_reported_as_such(
    entry: ModuleType, deliver: Deliveries, at_home: Path, start: Start
) -> None:
    """Whatever may have been created is named, since it could not be looked at again."""
    started = start(entry, deliver)
    before, done, again = by_id(started.desk.fake.snapshot()), len(started.desk.fake.called), started.frozen()
    for first in range(0, len(calls_of(entry, again())), 23):
        one = again()
        one.desk.fake.behaviour.unanswered = range(done + first, 10**9)
        report = one.run(entry)
        after = by_id(one.desk.fake.snapshot())
        assert {key: after.get(key) for key in before} == before
        (problem,) = report["problems"]
        if after.keys() - before.keys():
            assert "check whether the project still contains" in problem, problem
