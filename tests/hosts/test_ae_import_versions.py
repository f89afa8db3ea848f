"""Import Passes into a project that already contains the delivery.

It replaces files, keeps the artist's work, and duplicates nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage, layers
from tests.hosts.delivered import Document, clips, make_version_2

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

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


def project_state(dump: Dump) -> Dump:
    items = [{key: value for key, value in item.items() if key != "reloads"} for item in dump["items"]]
    return {"items": items, "bits": dump["bitsPerChannel"]}


@pytest.fixture
def session(studio: Studio) -> Callable[..., list[Dump]]:
    """Import version 1 into a new project, run ``edit``, then import a second delivery with its own quirks."""

    def run(second: Path, edit: str = "", **quirks: Any) -> list[Dump]:
        text = second.read_bytes()  # the next delivery of the same media overwrites this file
        first = studio.deliver()
        first.with_name("first.json").write_bytes(first.read_bytes())
        second.write_bytes(text)
        steps = [Step(delivery=first.with_name("first.json")), Step(delivery=second, edit=edit, quirks=quirks)]
        return studio.session(steps)

    return run


def test_importing_the_same_version_again_changes_nothing(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    first, again = session(studio.deliver())
    assert first["report"]["done"] == "built" and again["report"]["done"] == "unchanged"
    assert project_state(again) == project_state(first)
    assert again["report"]["problems"] == again["report"]["differences"] == []
    assert "Nothing was changed; 4 layers were read from disk again" in again["summary"]


def test_layers_that_may_have_been_rendered_again_are_read_from_disk(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    """After Effects keeps showing what it has in memory. A plate does not change."""
    _, again = session(studio.deliver())
    reloads = {name: item["reloads"] for name, item in footage(again).items()}
    assert reloads == {name: int("_v001" in name) for name in reloads}


def test_a_newer_version_replaces_only_the_files(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    first, second = session(studio.deliver(make_version_2()), ARTIST)
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


def test_the_artists_changes_are_reported_and_kept(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    _, second = session(studio.deliver(make_version_2()), ARTIST)
    assert second["report"]["differences"] == ["comp 'shot one' (sh010): layer 'FACE' is missing, moved or renamed"]
    assert "Different from the delivery:" in second["summary"]


def test_a_property_that_the_artist_removed_is_reported(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    first, second = session(studio.deliver(), noProperty="ADBE Effect Parade")
    assert second["report"]["done"] == "unchanged" and project_state(second) == project_state(first)
    assert "comp 'sh010': 'face 0 corner pin' has no property ADBE Effect Parade" in second["report"]["differences"]


def test_a_changed_cut_is_reported_and_the_comps_are_kept(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    def move_second_shot(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][1]["record_first"] = 50
        document["record_count"] = 98

    first, second = session(studio.deliver(make_version_2(move_second_shot)))
    assert second["report"]["done"] == "replaced"
    assert any(
        "'sh020': the layer starts on frame 40 instead of 42" in difference
        for difference in second["report"]["differences"]
    )
    assert layers(second, "scene_04")["sh020"]["inPoint"] == layers(first, "scene_04")["sh020"]["inPoint"]


def test_a_new_shot_is_added_to_the_cut(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    def add_third_shot(document: Document) -> None:
        for track in document["tracks"]:
            text = json.dumps(track["clips"][1]).replace("sh020", "sh030")
            track["clips"].append({**json.loads(text), "record_first": 96})
        document["record_count"] = 144

    first, second = session(studio.deliver(add_third_shot))
    assert second["report"]["problems"] == [] and second["report"]["done"] == "built"
    assert list(comps(second)) == ["sh010", "sh020", "scene_04", "sh030"]
    stack = [[layer["id"] for layer in comps(dump)["scene_04"]["layers"]] for dump in (first, second)]
    assert [layer for layer in stack[1] if layer in stack[0]] == stack[0]
    assert [layer["name"] for layer in comps(second)["scene_04"]["layers"]] == [
        *("sh030", "sh020", "sh010"),
        *("plate B002C011", "plate B002C011", "plate A001C003"),
    ]
    assert comps(second)["scene_04"]["duration"] == pytest.approx(144 / 24)
    assert [layer["id"] for layer in comps(second)["sh010"]["layers"]] == [
        layer["id"] for layer in comps(first)["sh010"]["layers"]
    ]


def test_a_deleted_comp_is_rebuilt_and_nothing_is_duplicated(
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
    assert (
        second["report"]["built"] == ["sh010"]
        and "was already imported. New items were added (sh010)" in second["summary"]
    )
    assert list(layers(second, "scene_04")) == list(layers(first, "scene_04"))
    assert list(layers(second, "sh010")) == list(layers(first, "sh010"))


def test_a_copy_made_by_the_artist_is_not_mistaken_for_the_comp(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    """After Effects also copies the comment."""
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
    _, second = session(studio.deliver(make_version_2()), copy)
    assert second["report"]["problems"] == second["report"]["differences"] == []
    assert second["report"]["done"] == "replaced" and comps(second)["sh010 2"]["layers"] == []


def test_a_new_pass_is_added_on_top_with_its_face_layers(studio: Studio) -> None:
    def remove_face(document: Document) -> None:
        del document["tracks"][2]
        document["faces"] = []

    first = studio.deliver(remove_face)
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
    assert "'FACE' was added at the top of comp 'sh010'" in after["report"]["notes"]
    assert "'scene_04' was already imported. New items were added." in after["summary"]


DELETE = """(function () {{
    var i;
    for (i = app.project.numItems; i >= 1; i -= 1) {{
        if (app.project.item(i).name === "{}") {{ app.project.item(i).remove(); }}
    }}
}}());"""


def test_a_new_shot_goes_where_its_track_is(studio: Studio) -> None:
    """Below the shot of an upper track that the project already has."""

    def put_first_shot_below_the_second(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0]["record_first"] = 48

    def keep_second_shot(document: Document) -> None:
        for track in document["tracks"]:
            del track["clips"][0]
        del document["faces"][0]

    both = studio.deliver(put_first_shot_below_the_second)
    (fresh,) = studio.session([Step(delivery=both)])
    _, second = studio.session([Step(delivery=studio.deliver(keep_second_shot)), Step(delivery=both)])
    assert second["report"]["problems"] == second["report"]["differences"] == []
    assert list(layers(second, "scene_04")) == list(layers(fresh, "scene_04"))
    assert "'sh010' was added to comp 'scene_04'" in second["report"]["notes"]


def test_the_footage_of_a_plate_that_was_deleted_comes_back_below_the_layers(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    first, second = session(studio.deliver(), DELETE.format("A001C003"))
    assert second["report"]["problems"] == second["report"]["differences"] == []
    for comp in ("scene_04", "sh010"):
        assert list(layers(second, comp)) == list(layers(first, comp))
    assert layers(second, "sh010")["plate A001C003"]["locked"]


def test_the_footage_of_a_face_that_was_deleted_brings_back_only_its_layer(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    first, second = session(studio.deliver(), DELETE.format("sh010_FACE_v001"))
    assert second["report"]["problems"] == second["report"]["differences"] == []
    names = [layer["name"] for layer in comps(second)["sh010"]["layers"]]
    assert names == [layer["name"] for layer in comps(first)["sh010"]["layers"]]
    kept = [
        {name: layer["id"] for name, layer in layers(dump, "sh010").items() if name != "FACE"}
        for dump in (first, second)
    ]
    assert kept[0] == kept[1]


def test_a_failed_extension_removes_only_its_own_layers(studio: Studio) -> None:
    """Whatever the artist has given the same name."""

    def remove_face(document: Document) -> None:
        del document["tracks"][2]
        document["faces"] = []

    name = """(function () {
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "sh010") { app.project.item(i).layers.addNull(1).name = "FACE"; }
        }
    }());"""
    quirks = {"noEffect": "ADBE Corner Pin"}
    steps = [Step(delivery=studio.deliver(remove_face)), Step(delivery=studio.deliver(), edit=name, quirks=quirks)]
    _, after = studio.session(steps)
    assert after["report"]["done"] == "nothing"
    assert [layer["name"] for layer in comps(after)["sh010"]["layers"]] == ["FACE", "BODY", "plate A001C003"]


def lengthen_handles(document: Document) -> None:
    """The first file is another frame of the shot, so all layers would be out of sync."""
    for name in ("BODY", "FACE"):
        clips(document, name)[1].update(in_frame=4, timecode="00:00:00:16", end_index=1060)
    document["faces"] = []


def test_layers_with_other_frames_are_rejected(studio: Studio, session: Callable[..., list[Dump]]) -> None:
    first, second = session(studio.deliver(make_version_2(lengthen_handles)))
    assert project_state(second) == project_state(first)
    assert second["report"]["problems"][0].startswith(
        "'sh020_BODY_v002' starts at 00:00:00:16 and has 60 frames; "
        "the one in the project starts at 00:00:00:12 and has 64."
    )
    assert "the project is unchanged" in second["summary"]


def test_after_the_cuts_folder_is_deleted_everything_is_rebuilt(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
    delete = """(function () {
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "scene_04") { app.project.item(i).remove(); return; }
        }
    }());"""
    _, second = session(studio.deliver(make_version_2(lengthen_handles)), delete)
    assert second["report"]["problems"] == [] and second["report"]["built"] == ["sh010", "sh020", "scene_04"]
    assert set(footage(second)) >= {"sh020_FACE_v002"} and "sh020_FACE_v001" not in footage(second)


@pytest.mark.parametrize(
    ("quirks", "message"),
    [
        pytest.param({"replaceThrows": "sh020_FACE_v002"}, "can not replace by", id="a file is rejected"),
        pytest.param({"replaceIgnored": "sh020_FACE_v002"}, "did not replace", id="a file is ignored"),
        pytest.param({"noAlpha": True}, "has no alpha", id="the new files have no alpha"),
        pytest.param({"conformIgnored": True}, "plays at 30 fps", id="the new rate does not stick"),
    ],
)
def test_a_version_that_fails_to_import_keeps_the_old_one(
    studio: Studio, session: Callable[..., list[Dump]], quirks: Dump, message: str
) -> None:
    first, second = session(studio.deliver(make_version_2()), **quirks)
    assert message in second["report"]["problems"][0]
    assert second["report"]["done"] == "nothing" and second["report"]["replaced"] == []
    assert {name: item["file"] for name, item in footage(second).items()} == {
        name: item["file"] for name, item in footage(first).items()
    }
    assert comps(second) == comps(first)


def test_the_same_cut_under_another_name_is_imported_separately(
    studio: Studio, session: Callable[..., list[Dump]]
) -> None:
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


def test_moved_files_are_relinked(studio: Studio) -> None:
    old, moved = studio.deliver(own_media=True), studio.deliver(own_media=True)
    first, second = studio.session([Step(delivery=old), Step(delivery=moved)])
    assert second["report"]["done"] == "replaced"
    assert first["report"]["problems"] == second["report"]["problems"] == second["report"]["differences"] == []
    assert len(second["items"]) == len(first["items"])
    assert all(item["file"].startswith(str(moved.parent.parent)) for item in footage(second).values())


# --- proxies ------------------------------------------------------------------------------------------------------

PROXIES = """(function () {{
    var names = {{ {} }};
    var item;
    var i;
    for (i = 1; i <= app.project.numItems; i += 1) {{
        item = app.project.item(i);
        if (names[item.name] === ("numLayers" in item ? "comp" : "footage")) {{
            item.setProxy(new File("/proxies/a.mov"));
        }}
    }}
}}());"""
HINT = "shows its proxy, not what was imported: make the proxy again, or switch it off (File > Set Proxy > None)"


@pytest.mark.parametrize("version", [1, 2])
def test_proxies_that_hide_what_was_imported_are_reported(
    studio: Studio, session: Callable[..., list[Dump]], version: int
) -> None:
    """Of the same version too: its files may have been rendered again."""
    second = studio.deliver(make_version_2() if version == 2 else lambda document: None)
    _, dump = session(second, PROXIES.format("sh010_FACE_v001: 'footage', sh010: 'comp'"))
    expected = [f"'sh010_FACE_v00{version}' {HINT}", f"comp 'sh010' {HINT}"]
    assert dump["report"]["by_hand"] == expected and "To do by hand:" in dump["summary"]


def test_a_plate_may_have_a_proxy_unless_its_files_are_others(studio: Studio) -> None:
    proxy = PROXIES.format("A001C003: 'footage'")
    old, moved = studio.deliver(own_media=True), studio.deliver(own_media=True)
    _, same, relinked = studio.session([Step(delivery=old), Step(delivery=old, edit=proxy), Step(delivery=moved)])
    assert same["report"]["by_hand"] == [] and relinked["report"]["by_hand"] == [f"'A001C003' {HINT}"]
