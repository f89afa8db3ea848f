"""Uses of the same frames, baked retimes and compounds in After Effects: the next version, and what a comp sends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.delivery._deliveries import deliver_frames
from tests.hosts import placed
from tests.hosts.after_effects import Step, Studio
from tests.hosts.delivered import Deliveries
from tests.hosts.placed import Delivered
from tests.hosts.test_shared_frames import COMPOUND, HANDLES, RAMPED, USES, assert_shows, conform, ramp, read, use
from tests.hosts.users import Facts, Machine, comp, machine, project
from tests.turnover import _cuts as cuts
from toolkit.install import install_scripts
from toolkit.plates import read_attributes
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests

__all__ = ["machine"]


class Artist:
    """An After Effects in which deliveries of one cut are imported one after another."""

    def __init__(self, home: Path) -> None:
        install_scripts("ae", home)
        self.studio = Studio(scripts=home, folder=home, deliver=Deliveries(home))
        self.steps: list[Step] = []

    def keep(self, delivered: Delivered, edit: str = "") -> None:
        """Import a delivery in the next step; the next one overwrites its file."""
        copy = delivered.path.with_name(f"delivery{len(self.steps)}.json")
        copy.write_bytes(delivered.path.read_bytes())
        self.steps.append(Step(delivery=copy, edit=edit))

    def run(self) -> list[Facts]:
        return self.studio.session(self.steps)


def test_the_next_version_replaces_the_files_of_all_uses(at_home: Path) -> None:
    cut, artist = read(at_home, *COMPOUND), Artist(at_home)
    artist.keep(conform(cut, at_home))
    again = conform(cut, at_home, version=2)
    artist.keep(again)
    first, second = artist.run()
    assert first["report"]["problems"] == second["report"]["problems"] == second["report"]["differences"] == []
    assert second["report"]["done"] == "replaced"
    assert_shows(placed.in_dump(second, again), cut)
    layers = {clip["path"] for (name, _), clip in again.clips() if name != "PLATE"}
    assert len(second["report"]["replaced"]) == len(layers) < 2 * len(cut.shots)


def test_a_new_use_of_frames_that_are_there_gets_a_comp_of_its_own(at_home: Path) -> None:
    artist = Artist(at_home)
    artist.keep(conform(read(at_home, *USES), at_home))
    cut = read(at_home, *USES, cuts.gap(4), use(52, 30, "A001"))
    again = conform(cut, at_home, version=2)
    artist.keep(again)
    second = artist.run()[1]
    assert second["report"]["problems"] == []
    assert_shows(placed.in_dump(second, again), cut)


def test_comps_follow_their_uses_when_a_new_one_renumbers_them(at_home: Path) -> None:
    """The artist's work is in the comp of the third use, which is the fourth now; the one of the second was renamed."""
    artist, before = Artist(at_home), read(at_home, *USES)
    artist.keep(conform(before, at_home))
    cut = read(at_home, use(70, 5, "A001"), cuts.gap(1), *USES[1:])
    again = conform(cut, at_home, version=2)
    edit = """(function () {
        for (var i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "A001_3") { app.project.item(i).layer(1).name = "my work"; }
        }
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "A001_2") { app.project.item(i).name = "Anna"; break; }
        }
    }());"""
    artist.keep(again, edit)
    artist.keep(again)
    first, second, third = artist.run()
    assert second["report"]["problems"] == []
    assert_shows(placed.in_dump(second, again), cut)
    assert sorted(comps_of(second)) == sorted(["A001", "A001_2", "Anna", "A001_4", "A001_5", "B002", "shared"])
    assert comps_of(second)["A001_4"]["layers"][0]["name"] == "my work"
    assert comps_of(second)["A001_4"]["id"] == comps_of(first)["A001_3"]["id"]
    assert [layer["name"] for layer in comps_of(second)["shared"]["layers"]][:6] == [
        "A001_5", "A001_4", "A001_3", "B002", "A001_2", "A001",
    ]  # fmt: skip
    assert sum("numbered in the order of the cut" in note for note in second["report"]["notes"]) == 4
    assert third["report"]["done"] == "unchanged"
    assert not any("numbered" in note for note in third["report"]["notes"])


def test_an_import_that_fails_gives_the_comps_their_names_back(at_home: Path) -> None:
    artist = Artist(at_home)
    artist.keep(conform(read(at_home, *USES), at_home))
    cut = read(at_home, use(70, 5, "A001"), cuts.gap(1), *USES[1:])
    artist.keep(conform(cut, at_home, version=2, faces=True))
    artist.steps[-1] = replace(artist.steps[-1], quirks={"noEffect": "ADBE Corner Pin"})  # which faces need
    first, second = artist.run()
    assert second["report"]["problems"] != []
    assert kept(second) == kept(first)


def test_comps_follow_their_uses_when_the_first_is_gone(at_home: Path) -> None:
    artist = Artist(at_home)
    artist.keep(conform(read(at_home, *USES), at_home))
    cut = read(at_home, cuts.gap(26), *USES[2:])
    again = conform(cut, at_home, version=2)
    artist.keep(again)
    first, second = artist.run()
    assert second["report"]["problems"] == []
    ids = {name: comp["id"] for name, comp in comps_of(second).items()}
    was = {name: comp["id"] for name, comp in comps_of(first).items()}
    assert [ids[name] for name in ("A001", "A001_2", "A001_3")] == [was[f"A001_{n}"] for n in (2, 3, 4)]
    assert ids["A001_4"] == was["A001"]  # not of the delivery any more, which is said
    assert any("'A001_4' is not in the delivery any more" in line for line in second["report"]["differences"])


def kept(dump: Facts) -> list[Facts]:
    """The items, but for how often their files were read."""
    return [{key: value for key, value in item.items() if key != "reloads"} for item in dump["items"]]


def comps_of(dump: Facts) -> dict[str, Facts]:
    return {item["name"]: item for item in dump["items"] if item["kind"] == "CompItem"}


def test_frames_that_are_others_now_are_named_with_the_comps_of_all_uses(at_home: Path) -> None:
    """A use that begins earlier makes the files begin earlier: every comp of theirs would be out of sync."""
    artist = Artist(at_home)
    cut = read(at_home, *USES)
    artist.keep(conform(cut, at_home))
    artist.keep(conform(read(at_home, use(30, 6, "A001"), *USES[1:3], *USES[4:]), at_home, version=2))
    first, second = artist.run()
    (problem,) = second["report"]["problems"]
    assert second["items"] == first["items"]
    comps = [f"'{shot.name}'" for shot in cut.shots if shot.rendered_name == "A001"]
    assert f"delete the comps {', '.join(comps)} and the footage" in problem


@pytest.mark.parametrize("change", ["another", "none"])
def test_a_retime_that_changes_is_shown_or_refused(change: str, at_home: Path) -> None:
    """Files of another ramp take the place of those of the former; without a ramp the comp would not fit."""
    artist = Artist(at_home)
    artist.keep(conform(read(at_home, *USES, use(58, 20, "A001", ramp(58, 20))), at_home))
    effects = [ramp(62, 20)] if change == "another" else []
    cut = read(at_home, *USES, use(58, 20, "A001", *effects))
    again = conform(cut, at_home, version=2)
    artist.keep(again)
    report = (second := artist.run()[1])["report"]
    assert report["problems"] == []
    if change == "another":
        assert_shows(placed.in_dump(second, again), cut)
    else:
        assert any("A001_5" in line for line in report["differences"]), report["differences"]


def test_a_shot_without_a_plate_is_built_and_named(at_home: Path) -> None:
    artist = Artist(at_home)
    artist.keep(conform(read(at_home, *RAMPED), at_home))
    (dump,) = artist.run()
    (ramped,) = [item for item in dump["items"] if item["name"] == "A001_5" and item["kind"] == "CompItem"]
    assert [layer["name"] for layer in ramped["layers"]][-2:] == ["FACE", "BODY"]
    assert [note for note in dump["report"]["notes"] if "its plate is not in delivery.json" in note]


# --- Send Turnover ---------------------------------------------------------------------------------------------------


def remapped(*keys: tuple[int, float], ends: tuple[int, int], **facts: Any) -> Facts:
    """A layer of a movie at 24 fps, its keys in frames of the comp and of the movie."""
    return {
        "source": "A001.mov",
        "in": ends[0],
        "out": ends[1],
        "remap": [[at, value / 24] for at, value in keys],
        **facts,
    }


def test_a_remapped_layer_comes_back_frame_by_frame(machine: Machine) -> None:
    cuts.write_movie(machine.folder / "A001.mov", 200)
    footage = {"A001.mov": {"path": str(machine.folder / "A001.mov"), "frames": 200, "width": 32, "height": 16}}
    inner = comp(remapped((0, 60), (10, 70), (20, 110), ends=(0, 20)), frames=20, width=32, height=16)
    main = comp(
        remapped((0, 40), (8, 48), (16, 80), ends=(0, 16)),
        {"source": "A001.mov", "in": 16, "out": 40, "start": -30.0},
        {"source": "inner", "in": 44, "out": 60, "start": 42.0},
        frames=64,
        width=32,
        height=16,
    )
    turnover = machine.send(project(main, footage=footage, inner=inner))
    assert sorted(bool(clip.remap) for clip in turnover.clips) == [False, True, True]

    cut = read_cut(machine.out / "turnover.json", handles=HANDLES)
    expected = {
        0: [*range(40, 48), *range(48, 80, 4)],
        16: [*range(46, 70)],
        44: [*range(62, 70), *range(70, 102, 4)],
    }
    shown = {shot.record_range.first: shot for shot in cut.shots}
    for first, sources in expected.items():
        assert [shown[first].frame_map.source_frame_at_record(n) for n in shown[first].record_range] == sources
    deliver_frames(cut, machine.folder / "out")
    delivered = Delivered(machine.folder / "out" / "delivery.json")
    assert_shows(placed.in_after_effects(delivered, machine.home), cut)
    for _, clip in delivered.clips():
        if "retime_" in clip["path"]:
            pattern = str(delivered.path.parent / Path(clip["path"]).parent / clip["pattern"])
            files = [read_attributes(Path(pattern % (1001 + n))) for n in range(clip["record_count"])]
            assert [int(one["toolkit/sourceFrame"]) for one in files] == expected[clip["record_first"]]
    assert json.loads(delivered.path.read_text(encoding="utf-8"))["origin"]["host"] == "after effects"
