"""Import Passes when names do not tell what is what: plates of one name, shots and cuts that took another's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, layers
from tests.hosts.delivered import Document, golden, keep_positions_true, write_media
from tests.hosts.test_ae_import_copies import FORGET_IDS, ITEMS

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

Cut = dict[str, str]
"""The folder of the plate of every shot, in the order of the cut. All plates are called ``plate.0101.png``."""

TWO = {"sh010": "x", "sh020": "y"}
OTHER = "other"
"""Part of the names of folders whose plates are other pictures."""


class Desk:
    """A studio with plates in a folder for each shot."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.plates = studio.folder / "plates"
        self.count = 0

    def deliver(self, cut: Cut, *, timeline: str = "", name: str = "scene_04") -> Path:
        """A delivery of ``cut``, with its own folder, sent from the comp or timeline with the id ``timeline``."""
        document = golden()
        document.update(name=name, faces=[], markers=[], record_count=48 * len(cut))
        colour = {"mode": "unmanaged", "science": "", "working": "", "linear": False}
        document["origin"] = {"host": "after effects", "name": name, "timeline_id": timeline, "colour": colour}
        for track in document["tracks"]:
            track["clips"] = [self.clip(track, shot, number, cut) for number, shot in enumerate(cut)]
        keep_positions_true(document)
        self.count += 1
        root = self.studio.folder / f"delivery{self.count}"
        root.mkdir()
        for track in document["tracks"]:
            for clip in track["clips"]:
                write_media(root, clip, self.studio.deliver.pictures(clip))
                if not track["pass_name"] and OTHER in clip["path"]:
                    self.change(Path(clip["path"]))
        (root / "delivery.json").write_text(json.dumps(document), encoding="utf-8")
        return root / "delivery.json"

    def clip(self, track: Document, shot: str, number: int, cut: Cut) -> Document:
        clip: Document = json.loads(json.dumps(track["clips"][1]).replace("sh020", shot))
        clip["record_first"] = 48 * number
        if not track["pass_name"]:
            path = str(self.plates / cut[shot] / "plate.0101.png")
            clip.update(name="plate", shot=shot, path=path, pattern="plate.%04d.png")
        return clip

    @staticmethod
    def change(file: Path) -> None:
        """Make the first file of a plate another picture."""
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(data + b"other")

    def session(self, *cuts: Path, edit: str = "", **quirks: Any) -> list[Dump]:
        """The dumps of importing deliveries; ``edit`` is what the artist does before the last one."""
        steps = [Step(delivery=cut) for cut in cuts[:-1]]
        edit = edit and ITEMS.format(edit)
        return self.studio.session([*steps, Step(delivery=cuts[-1], edit=edit, quirks=quirks)])

    def plates_of(self, dump: Dump) -> Cut:
        """The folders of the plates that the comps of the shots show."""
        return {
            name: str(Path(layer["file"]).parent.relative_to(self.plates))
            for name in comps(dump)
            for layer in layers(dump, name).values()
            if name.startswith("sh") and layer["name"].startswith("plate")
        }


@pytest.fixture
def desk(studio: Studio) -> Desk:
    return Desk(studio)


def passes_of(dump: Dump, shot: str) -> list[str]:
    return [layer["file"] for name, layer in layers(dump, shot).items() if name in {"BODY", "FACE"}]


def assert_refused(before: Dump, after: Dump, problem: str) -> None:
    (found,) = after["report"]["problems"]
    assert problem in found, found
    assert after["report"]["done"] == "nothing" and "the project is unchanged" in after["summary"]
    assert [comp["layers"] for comp in comps(after).values()] == [comp["layers"] for comp in comps(before).values()]
    assert [item["name"] for item in after["items"]] == [item["name"] for item in before["items"]]


# --- plates of one name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"sh020": "y", "sh010": "x"},
        {"sh005": "w", "sh010": "x", "sh020": "y"},
        {"sh020": "y"},
        {"sh030": "z", "sh020": "y"},
    ],
    ids=["in another order", "with a shot in front", "without the first shot", "with another first shot"],
)
def test_plates_of_one_name_stay_in_their_shots(desk: Desk, changed: Cut) -> None:
    first, second = desk.session(desk.deliver(TWO), desk.deliver(changed))
    assert desk.plates_of(first) == TWO and desk.plates_of(second) == TWO | changed
    assert second["report"]["problems"] == []
    assert not any("plate.0101.png" in line for line in second["report"]["replaced"])


def test_plates_of_one_name_that_moved_are_found_by_their_shots(desk: Desk) -> None:
    moved = {"sh020": "new/y", "sh010": "new/x"}
    _, second = desk.session(desk.deliver(TWO), desk.deliver(moved))
    assert desk.plates_of(second) == moved and second["report"]["problems"] == []


def test_plates_of_one_name_that_no_shot_shows_are_found_by_their_folders(desk: Desk) -> None:
    edit = 'find("sh010", true).remove(); find("sh020", true).remove();'
    moved = {"sh005": "new/w", "sh020": "new/y", "sh010": "new/x"}
    _, second = desk.session(desk.deliver(TWO), desk.deliver(moved), edit=edit)
    assert desk.plates_of(second) == moved and second["report"]["problems"] == []
    linked = [line for line in second["report"]["replaced"] if "plate.0101.png" in line]
    assert len(linked) == 2 and all("/new/x/" in line or "/new/y/" in line for line in linked)


# --- a shot that took another's name ------------------------------------------------------------------------------


@pytest.mark.parametrize("edit", ["", FORGET_IDS], ids=["", "imported by an earlier version"])
@pytest.mark.parametrize(
    "changed",
    [
        {"sh010": "z", "sh020": "x", "sh030": "y"},
        {"sh010": "y"},
        {"sh010": "y", "sh020": "x"},
        {"sh010": f"{OTHER} z", "sh020": "y"},
    ],
    ids=["a shot in front", "without the first shot", "exchanged", "another take"],
)
def test_a_shot_with_the_plate_of_another_is_not_the_shot(desk: Desk, changed: Cut, edit: str) -> None:
    first, second = desk.session(desk.deliver(TWO), desk.deliver(changed), edit=edit)
    was, now = desk.plates / "x" / "plate.0101.png", desk.plates / changed["sh010"] / "plate.0101.png"
    assert_refused(first, second, f"the plate of 'sh010' was {was} and is now {now}")


def test_shots_that_took_other_names_are_noticed_although_the_plates_moved(desk: Desk) -> None:
    changed = {"sh010": "new/z", "sh020": "new/x", "sh030": "new/y"}
    first, second = desk.session(desk.deliver(TWO), desk.deliver(changed))
    assert_refused(first, second, "the plate of 'sh010' was ")


def test_the_artist_can_say_that_it_is_the_same_shot(desk: Desk) -> None:
    changed = {"sh010": f"{OTHER} z", "sh020": "y"}
    edit = f"""var i;
    for (i = 1; i <= app.project.numItems; i += 1) {{
        if (app.project.item(i).name === "plate" && /\\/x\\//.test(app.project.item(i).mainSource.file.fsName)) {{
            app.project.item(i).replaceWithSequence(new File("{desk.plates}/{OTHER} z/plate.0101.png"), false);
        }}
    }}"""
    _, second = desk.session(desk.deliver(TWO), desk.deliver(changed), edit=edit)
    assert second["report"]["problems"] == [] and desk.plates_of(second) == changed
    assert all("delivery2" in file for file in passes_of(second, "sh010"))


def test_a_plate_that_the_artist_replaced_does_not_make_another_shot(desk: Desk) -> None:
    """By a smaller picture of the same name, for speed."""
    small = desk.plates / "small" / "plate.0101.png"
    cuts = [desk.deliver(TWO), desk.deliver(TWO)]
    small.parent.mkdir()
    small.write_bytes((desk.plates / "x" / "plate.0101.png").read_bytes() + b"small")
    edit = f'find("plate", false).replace(new File("{small}"));'
    _, second = desk.session(*cuts, edit=edit)
    assert second["report"]["problems"] == [] and second["report"]["done"] == "replaced"


def test_a_long_take_of_several_shots_is_theirs(desk: Desk) -> None:
    """One of them gets a plate of its own, then it is the long take's again."""
    long = {"sh010": "x", "sh020": "x"}
    own = {"sh010": "z", "sh020": "x"}
    dumps = desk.session(desk.deliver(long), desk.deliver(own), desk.deliver(long))
    assert [dump["report"]["problems"] for dump in dumps] == [[], [], []]


def test_shots_of_a_long_take_that_took_other_names_are_not_to_be_deleted(desk: Desk) -> None:
    """Their plate is the same, their frames tell."""

    def shift(path: Path, *starts: int) -> Path:
        document = json.loads(path.read_text(encoding="utf-8"))
        for track in document["tracks"][1:]:
            for clip, start in zip(track["clips"], starts, strict=True):
                clip["timecode"] = f"00:00:0{start}:00"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    before = shift(desk.deliver({"sh010": "x", "sh020": "x"}), 1, 3)
    after = shift(desk.deliver({"sh010": "x", "sh020": "x", "sh030": "x"}), 5, 1, 3)
    first, second = desk.session(before, after)
    assert_refused(first, second, "those frames are now of 'sh020'. Give the shots of the cut the names that they had")


def test_after_a_failed_import_the_comps_are_still_for_their_former_plates(desk: Desk) -> None:
    moved = {"sh010": "new/x", "sh020": "new/y", "sh030": "new/z"}
    first, second = desk.session(desk.deliver(TWO), desk.deliver(moved), rateRounded=True)
    assert second["report"]["done"] == "nothing" and "runs at 25 fps" in second["report"]["problems"][0]
    assert comps(second) == comps(first) and "/plates/x/" in comps(first)["sh010"]["comment"]


# --- a cut that took another's name -------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"sh010": "z"}, {"sh030": "z"}], ids=["with a shot of its name", "other shots"])
def test_a_comp_of_the_same_name_is_another_cut(desk: Desk, changed: Cut) -> None:
    cuts = desk.deliver(TWO, timeline="17"), desk.deliver(changed, timeline="18")
    first, second = desk.session(*cuts)
    assert_refused(first, second, "the project has a cut 'scene_04' that was made of another comp or timeline")


@pytest.mark.parametrize(("before", "after"), [("17", "18"), ("", "18"), ("17", "")])
def test_the_same_plates_are_the_same_cut_wherever_it_was_sent_from(desk: Desk, before: str, after: str) -> None:
    """The ids of comps change when a project is imported into another one, those of timelines with every stack."""
    _, second = desk.session(desk.deliver(TWO, timeline=before), desk.deliver(TWO, timeline=after))
    assert second["report"]["problems"] == [] and second["report"]["done"] == "replaced"


def test_a_cut_that_was_sent_from_its_own_comp_is_the_same(desk: Desk) -> None:
    first, *_ = desk.session(desk.deliver(TWO, timeline="17"))
    own = str(comps(first)["scene_04"]["id"])
    moved = {"sh010": "new/x", "sh020": "new/y"}
    _, second = desk.session(desk.deliver(TWO, timeline="17"), desk.deliver(moved, timeline=own))
    assert second["report"]["problems"] == [] and desk.plates_of(second) == moved
