"""Import Passes into a project that has the delivery already: newer files, the artist's work, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage, layers
from tests.hosts.delivered import Change, Document, clips

ARTIST = """(function () {
    var i;
    for (i = 1; i <= app.project.numItems; i += 1) {
        if (app.project.item(i).name === "sh010") {
            var comp = app.project.item(i);
            comp.layer(5).property("ADBE Transform Group").property("ADBE Position").setValue([600, 300]);
            comp.layer(5).name = "FACE (mine)";
            comp.name = "shot one";
        }
    }
}());"""


def newer(change: Change = lambda document: None) -> Change:
    """The whole delivery as version 2."""

    def bump(document: Document) -> None:
        for track in document["tracks"][1:]:
            track["name"] = track["name"].replace("v001", "v002")
            for clip in track["clips"]:
                clip["version"] = 2
                for field in ("name", "path", "pattern"):
                    clip[field] = clip[field].replace("v001", "v002")
        change(document)

    return bump


def without_report(dump: Dump) -> Dump:
    return {"items": dump["items"], "bits": dump["bitsPerChannel"]}


@pytest.fixture
def session(studio: Studio) -> Callable[..., list[Dump]]:
    """Version 1 into a new project, then a second delivery, after ``edit`` and with quirks of its own."""

    def run(second: Path, edit: str = "", **quirks: Any) -> list[Dump]:
        text = second.read_bytes()  # a delivery of the same media lies where the next one will
        first = studio.deliver()
        first.with_name("first.json").write_bytes(first.read_bytes())
        second.write_bytes(text)
        steps = [Step(delivery=first.with_name("first.json")), Step(delivery=second, edit=edit, quirks=quirks)]
        return studio.session(steps)

    return run


def test_the_same_version_again_changes_nothing_and_says_so(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    first, again = session(studio.deliver())
    assert first["report"]["done"] == "built" and again["report"]["done"] == "unchanged"
    assert without_report(again) == without_report(first)
    assert again["report"]["problems"] == again["report"]["differences"] == []
    assert "Nothing was changed" in again["summary"]


def test_a_newer_version_takes_the_place_of_the_files_and_of_nothing_else(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    first, second = session(studio.deliver(newer()), ARTIST)
    assert second["report"]["done"] == "replaced" and second["report"]["problems"] == []
    assert "'sh010_FACE_v001' by 'sh010_FACE_v002'" in second["report"]["replaced"]
    names = set(footage(second))
    assert names == {"A001C003", "B002C011", *(f"sh0{n}0_{p}_v002" for n in (1, 2) for p in ("BODY", "FACE"))}
    assert len(second["items"]) == len(first["items"])
    mine = layers(second, "shot one")["FACE (mine)"]
    assert mine["transform"]["ADBE Position"]["value"] == [600, 300, 0]
    assert mine["file"].endswith("sh010_FACE_v002.1001.exr")
    assert footage(second)["sh010_FACE_v002"]["alphaMode"] == "PREMULTIPLIED"
    assert footage(second)["sh010_FACE_v002"]["fps"] == 24


def test_what_the_artist_changed_is_told_and_left(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    _, second = session(studio.deliver(newer()), ARTIST)
    assert second["report"]["differences"] == ["comp 'sh010': layer 'FACE' is missing, moved or renamed"]
    assert "Different from the delivery:" in second["summary"]


def test_what_the_artist_took_out_of_a_layer_is_told_too(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    first, second = session(studio.deliver(), noProperty="ADBE Effect Parade")
    assert second["report"]["done"] == "unchanged" and second["items"] == first["items"]
    assert "comp 'sh010': 'face 0 corner pin' has no property ADBE Effect Parade" in second["report"]["differences"]


def test_a_cut_that_has_moved_on_is_told_and_left(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    def moved(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][1]["record_first"] = 50
        document["record_count"] = 98

    first, second = session(studio.deliver(newer(moved)))
    assert second["report"]["done"] == "replaced"
    assert any("'sh020', startTime: 40 instead of 42" in said for said in second["report"]["differences"])
    assert layers(second, "scene_04")["sh020"]["inPoint"] == layers(first, "scene_04")["sh020"]["inPoint"]


def test_a_new_shot_is_added_to_the_cut(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    def third(document: Document) -> None:
        for track in document["tracks"]:
            text = json.dumps(track["clips"][1]).replace("sh020", "sh030")
            track["clips"].append({**json.loads(text), "record_first": 96})
        document["record_count"] = 144

    first, second = session(studio.deliver(third))
    assert second["report"]["problems"] == [] and second["report"]["done"] == "built"
    assert list(comps(second)) == ["sh010", "sh020", "scene_04", "sh030"]
    stack = [[layer["id"] for layer in comps(dump)["scene_04"]["layers"]] for dump in (first, second)]
    assert stack[1][2:] == stack[0] and [layer["name"] for layer in comps(second)["scene_04"]["layers"]][:2] == [
        "sh030",
        "plate B002C011",
    ]
    assert comps(second)["scene_04"]["duration"] == pytest.approx(144 / 24)
    assert [layer["id"] for layer in comps(second)["sh010"]["layers"]] == [
        layer["id"] for layer in comps(first)["sh010"]["layers"]
    ]


def test_a_deleted_comp_comes_back_as_delivered_and_nothing_comes_twice(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    delete = """(function () {
        var i;
        for (i = app.project.numItems; i >= 1; i -= 1) {
            if (app.project.item(i).name === "sh010") { app.project.item(i).remove(); }
        }
    }());"""
    first, second = session(studio.deliver(), delete)
    assert second["report"]["problems"] == second["report"]["differences"] == []
    assert second["report"]["built"] == ["sh010"] and "was already imported. New items were added (sh010)" in second["summary"]
    names = [layer["name"] for layer in comps(second)["scene_04"]["layers"]]
    assert names == ["sh010", "sh020", "plate B002C011", "plate A001C003"]
    assert list(layers(second, "sh010")) == list(layers(first, "sh010"))


def test_a_copy_that_the_artist_made_is_not_taken_for_the_comp(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    """After Effects copies the comment along."""
    copy = """(function () {
        var made;
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "sh010") {
                made = app.project.items.addComp("sh010 2", 16, 16, 1, 1, 24);
                made.comment = app.project.item(i).comment;
                return;
            }
        }
    }());"""
    _, second = session(studio.deliver(newer()), copy)
    assert second["report"]["problems"] == second["report"]["differences"] == []
    assert second["report"]["done"] == "replaced" and comps(second)["sh010 2"]["layers"] == []


def test_a_pass_that_comes_later_is_laid_on_top_with_what_belongs_to_it(studio: Studio) -> None:
    def body_only(document: Document) -> None:
        del document["tracks"][2]
        document["faces"] = []

    first = studio.deliver(body_only)
    second = studio.deliver()
    assert first != second
    before, after = studio.session([Step(delivery=first), Step(delivery=second)])
    assert list(layers(before, "sh010")) == ["plate A001C003", "BODY"]
    assert list(layers(after, "sh010"))[2:] == [
        "FACE",
        "face matte",
        "face 0",
        "face 0 correction",
        "face 0 corner pin",
    ]
    assert after["report"]["problems"] == []
    assert "'FACE' was added on top of comp 'sh010'" in after["report"]["notes"]
    assert "'scene_04' was already imported. New items were added." in after["summary"]


def longer_handles(document: Document) -> None:
    """The first file is another frame of the shot, so every layer of it would be off."""
    for name in ("BODY", "FACE"):
        clips(document, name)[1].update(in_frame=4, timecode="00:00:00:16", end_index=1060)
    document["faces"] = []


def test_layers_of_other_pictures_are_refused_before_anything_slips(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    first, second = session(studio.deliver(newer(longer_handles)))
    assert without_report(second) == without_report(first)
    assert "contains other frames (00:00:00:16 + 60)" in second["report"]["problems"][0]
    assert "Delete the folder of this cut" in second["summary"] and "the project is unchanged" in second["summary"]


def test_after_the_cuts_folder_is_deleted_everything_is_built_anew(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    delete = """(function () {
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "scene_04") { app.project.item(i).remove(); return; }
        }
    }());"""
    _, second = session(studio.deliver(newer(longer_handles)), delete)
    assert second["report"]["problems"] == [] and second["report"]["built"] == ["sh010", "sh020", "scene_04"]
    assert set(footage(second)) >= {"sh020_FACE_v002"} and "sh020_FACE_v001" not in footage(second)


@pytest.mark.parametrize(
    ("quirks", "says"),
    [
        pytest.param({"replaceThrows": "sh020_FACE_v002"}, "can not replace by", id="it refuses a file"),
        pytest.param({"replaceIgnored": "sh020_FACE_v002"}, "did not replace", id="it ignores a file"),
        pytest.param({"noAlpha": True}, "has no alpha", id="the new files have no alpha"),
        pytest.param({"conformIgnored": True}, "plays at 30 fps", id="the new rate does not stick"),
    ],
)
def test_a_version_that_cannot_be_taken_leaves_the_old_one(
    studio: Studio, session: Callable[..., list[Dump]], quirks: Dump, says: str
) -> None:
    first, second = session(studio.deliver(newer()), **quirks)
    assert says in second["report"]["problems"][0]
    assert second["report"]["done"] == "nothing" and second["report"]["replaced"] == []
    assert {name: item["file"] for name, item in footage(second).items()} == {
        name: item["file"] for name, item in footage(first).items()
    }
    assert comps(second) == comps(first)


def test_the_same_cut_under_another_name_is_another_import(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    _, second = session(studio.deliver(lambda document: document.update(name="scene_04b")))
    assert second["report"]["done"] == "built"
    assert [item["name"] for item in second["items"] if item["kind"] == "CompItem"] == [
        "sh010",
        "sh020",
        "scene_04",
        "sh010",
        "sh020",
        "scene_04b",
    ]


def test_files_that_moved_are_found_at_their_new_place(studio: Studio) -> None:
    old, moved = studio.deliver(own_media=True), studio.deliver(own_media=True)
    first, second = studio.session([Step(delivery=old), Step(delivery=moved)])
    assert second["report"]["done"] == "replaced"
    assert first["report"]["problems"] == second["report"]["problems"] == second["report"]["differences"] == []
    assert len(second["items"]) == len(first["items"])
    assert all(item["file"].startswith(str(moved.parent.parent)) for item in footage(second).values())
