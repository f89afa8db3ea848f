"""Import Passes into a project in which items were duplicated, deleted, moved to other folders or renamed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage, layers
from tests.hosts.delivered import Document, keep_positions_true, make_version_2
from tests.hosts.test_ae_import_undo import next_version
from tests.hosts.test_ae_import_versions import lengthen_handles

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

ITEMS = """(function () {{
    function find(name, isComp) {{
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {{
            if (app.project.item(i).name === name && ("numLayers" in app.project.item(i)) === isComp) {{
                return app.project.item(i);
            }}
        }}
        return null;
    }}
    function duplicate(comp, name) {{
        var copy = app.project.items.addComp(name, comp.width, comp.height, 1, comp.duration, comp.frameRate);
        copy.comment = comp.comment;
        return copy;
    }}
    {}
}}());"""
"""A script of the artist's. Duplicating a comp in After Effects copies its comment."""

COPY = 'duplicate(find("{0}", true), "{0} backup").parentFolder = app.project.items.addFolder("mine");'
DELETE = 'find("{}", true).remove();'
FORGET_IDS = """var i;
    for (i = 1; i <= app.project.numItems; i += 1) {
        app.project.item(i).comment = app.project.item(i).comment.replace(/ \\| item \\d+$/, "");
        if ("numLayers" in app.project.item(i)) {
            app.project.item(i).comment = app.project.item(i).comment.replace(/[^|]*$/, " ");
        }
    }"""
"""The tags as earlier versions of the toolkit wrote them."""

RENUMBER = """var i;
    for (i = 1; i <= app.project.numItems; i += 1) {
        app.project.item(i).comment = app.project.item(i).comment.replace(/item (\\d+)$/, "item 9$1");
    }"""
"""What a project looks like after it was imported into another one: all ids are others."""


@pytest.fixture
def delivery(studio: Studio) -> Path:
    return studio.deliver(own_media=True)


def import_after(studio: Studio, delivery: Path, edit: str, newer: Path | None = None) -> tuple[Dump, Dump]:
    """The dumps of an import, and of another one after ``edit``."""
    steps = [Step(delivery=delivery), Step(delivery=newer or delivery, edit=ITEMS.format(edit))]
    first, second = studio.session(steps)
    return first, second


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_deleted_shot_is_built_again_although_a_copy_of_it_is_kept(studio: Studio, delivery: Path) -> None:
    first, second = import_after(studio, delivery, COPY.format("sh010") + DELETE.format("sh010"))
    assert second["report"]["problems"] == second["report"]["differences"] == []
    assert second["report"]["built"] == ["sh010"] and comps(second)["sh010 backup"]["layers"] == []
    assert list(layers(second, "sh010")) == list(layers(first, "sh010"))
    assert list(layers(second, "scene_04")) == list(layers(first, "scene_04"))
    note = "comp 'sh010' was built again; 'sh010 backup', a copy of it, was left as it is"
    assert note in second["report"]["notes"]


def test_a_deleted_cut_is_built_again_although_a_copy_of_it_is_kept(studio: Studio, delivery: Path) -> None:
    first, second = import_after(studio, delivery, COPY.format("scene_04") + DELETE.format("scene_04"))
    assert second["report"]["problems"] == second["report"]["differences"] == []
    assert second["report"]["built"] == ["scene_04"] and comps(second)["scene_04 backup"]["layers"] == []
    assert list(layers(second, "scene_04")) == list(layers(first, "scene_04"))


def test_a_copy_that_outlives_the_folder_of_the_cut_is_left_alone(studio: Studio, delivery: Path) -> None:
    edit = COPY.format("sh010") + 'find("scene_04", false).remove();'
    _, second = import_after(studio, delivery, edit)
    assert second["report"]["built"] == ["sh010", "sh020", "scene_04"]
    assert comps(second)["sh010 backup"]["layers"] == []


def test_a_copy_in_the_place_of_its_original_is_the_shot(studio: Studio, delivery: Path) -> None:
    """The artist works on in the copy, and has put it into the cut."""
    edit = """var copy = duplicate(find("sh010", true), "sh010 mine");
    find("scene_04", true).layers.add(copy);
    find("sh010", true).remove();"""
    _, second = import_after(studio, delivery, edit)
    assert second["report"]["built"] == [] and "sh010" not in comps(second)


def test_a_copy_does_not_matter_while_its_original_is_there(studio: Studio, delivery: Path) -> None:
    newer = next_version(studio, delivery)
    _, second = import_after(studio, delivery, COPY.format("sh010"), newer)
    assert second["report"]["done"] == "replaced" and second["report"]["differences"] == []
    assert not any("backup" in note for note in second["report"]["notes"])


@pytest.mark.parametrize("edit", [FORGET_IDS, RENUMBER], ids=["an earlier version", "imported into another project"])
def test_items_are_recognised_in_a_project_of(studio: Studio, delivery: Path, edit: str) -> None:
    first, second = import_after(studio, delivery, edit, next_version(studio, delivery))
    assert second["report"]["done"] == "replaced" and second["report"]["problems"] == []
    assert len(second["items"]) == len(first["items"])
    assert "sh010_FACE_v002" in footage(second) and "sh010_FACE_v001" not in footage(second)


def lengthen_second(document: Document) -> None:
    make_version_2(lengthen_handles)(document)
    keep_positions_true(document)


# --- what has to be deleted ---------------------------------------------------------------------------------------

REGROUP = """var folder = app.project.items.addFolder("_footage");
    find("sh020_BODY_v001", false).parentFolder = folder;
    find("sh020_FACE_v001", false).parentFolder = folder;
    find("sh020", true).name = "shot two";"""


def test_what_has_to_be_deleted_is_named_and_is_enough(studio: Studio, delivery: Path) -> None:
    """Wherever the artist has put it, and whatever it is called now."""
    newer = next_version(studio, delivery, lengthen_second)
    _, refused = import_after(studio, delivery, REGROUP, newer)
    (problem,) = refused["report"]["problems"]
    named = "delete comp 'shot two' and the footage 'sh020_BODY_v001', 'sh020_FACE_v001' from the project"
    assert named in problem and "the project is unchanged" in refused["summary"]
    names = re.findall("'([^']*)'", problem[problem.index("delete") :])
    delete = "".join(f'find("{name}", {str(name == "shot two").lower()}).remove();' for name in names)
    first, second = import_after(studio, delivery, REGROUP + delete, newer)
    assert second["report"]["problems"] == [] and second["report"]["built"] == ["sh020"]
    assert comps(second)["sh010"]["id"] == comps(first)["sh010"]["id"]
    assert list(layers(second, "scene_04")) == list(layers(first, "scene_04"))
    assert {"sh010_BODY_v002", "sh020_BODY_v002"} <= set(footage(second))


def test_all_shots_with_other_frames_are_named(studio: Studio, delivery: Path) -> None:
    def lengthen_both(document: Document) -> None:
        make_version_2(lengthen_handles)(document)
        for track in document["tracks"][1:]:
            track["clips"][0].update(in_frame=4, timecode="00:00:00:16", end_index=1060)

    _, refused = import_after(studio, delivery, "", next_version(studio, delivery, lengthen_both))
    (problem,) = refused["report"]["problems"]
    assert "delete the comps 'sh010', 'sh020' and the footage " in problem
    document = json.loads(delivery.read_text(encoding="utf-8"))
    assert all(f"'{clip['name']}'" in problem for track in document["tracks"][1:] for clip in track["clips"])
