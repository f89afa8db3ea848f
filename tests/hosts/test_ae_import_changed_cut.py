"""Import Passes of a cut that has changed since its last import: every change is reported, and nothing is rebuilt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage
from tests.hosts.delivered import Change, Document, make_version_2, set_on, write_media

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

CUT, SHOT = "comp 'scene_04': ", "comp 'sh010': "


def import_changed(studio: Studio, change: Change, edit: str = "") -> tuple[Dump, Dump]:
    """The dumps after importing a delivery, and after importing what ``change`` makes of it."""
    delivery = studio.deliver(own_media=True)
    document: Document = json.loads(delivery.read_text(encoding="utf-8"))
    change(document)
    changed = delivery.with_name("changed.json")
    changed.write_text(json.dumps(document), encoding="utf-8")
    for track in document["tracks"][1:]:
        for clip in track["clips"]:
            write_media(delivery.parent, clip, studio.deliver.pictures(clip))
    before, after = studio.session([Step(delivery=delivery), Step(delivery=changed, edit=edit)])
    return before, after


def remove_first_shot(document: Document) -> None:
    for track in document["tracks"]:
        del track["clips"][0]
    del document["faces"][0]


def lengthen(document: Document) -> None:
    document["record_count"] += 24


def enlarge(document: Document) -> None:
    document.update(width=1920, height=1080)


def start_later(document: Document) -> None:
    document["start_frame"] += 100


def mark(document: Document) -> None:
    marker = {"record_frame": 5, "shot": "sh010", "name": "look here", "note": "", "colour": "Red"}
    document["markers"] = [marker]


def put_body_over_face(document: Document) -> None:
    document["tracks"][1:3] = document["tracks"][2:0:-1]


def remove_faces(document: Document) -> None:
    document["faces"] = []


def remove_body(document: Document) -> None:
    del document["tracks"][1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (remove_first_shot, [CUT + "'sh010' is not in the delivery any more"]),
        (remove_body, [SHOT + "'BODY' is not in the delivery any more"]),
        (
            lengthen,
            [CUT + "the comp has 96 frames instead of 120", CUT + "the work area has 96 frames instead of 120"],
        ),
        (enlarge, [CUT + "the comp's width is 1280 instead of 1920", CUT + "the comp's height is 720 instead of 1080"]),
        (enlarge, [CUT + "'sh010': Scale is 100 % instead of 150 %"]),
        (start_later, [CUT + "the number of the first frame is 86400 instead of 86500"]),
        (
            mark,
            [
                SHOT + "the marker 'look here' on frame 13 is missing",
                CUT + "the marker 'sh010: look here' on frame 5 is missing",
            ],
        ),
        (put_body_over_face, [SHOT + "'BODY' is below 'FACE' instead of above it"]),
        (remove_faces, [SHOT + f"'{name}' is not in the delivery any more" for name in ("face matte", "face 0")]),
        (set_on("BODY", 0, opacity=40.0), [SHOT + "'BODY': Opacity is 100 % instead of 40 %"]),
    ],
)
def test_a_change_of_the_cut_is_reported(studio: Studio, change: Change, expected: list[str]) -> None:
    before, after = import_changed(studio, change)
    report = after["report"]
    assert report["done"] == "unchanged" and report["problems"] == []
    assert [sentence for sentence in expected if sentence not in report["differences"]] == [], report["differences"]
    assert after["summary"].startswith("'scene_04': the layers are the same files as before, but the cut has changed")
    assert comps(after) == comps(before)


def test_markers_of_the_artist_are_no_difference(studio: Studio) -> None:
    edit = """(function () {
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).name === "sh010") {
                app.project.item(i).markerProperty.setValueAtTime(1, new MarkerValue("mine"));
            }
        }
    }());"""
    _, after = import_changed(studio, lambda document: None, edit)
    assert after["report"]["differences"] == []
    assert after["summary"].startswith("'scene_04' is already imported in this version. Nothing was changed")


def test_layers_that_the_artist_adds_are_no_difference(studio: Studio) -> None:
    edit = """(function () {
        var found = {};
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            found[app.project.item(i).name] = app.project.item(i);
        }
        found.sh020.layers.add(found.sh010_BODY_v001);
        found.sh020.layers.addNull(1).name = "face 9";
    }());"""
    _, after = import_changed(studio, lambda document: None, edit)
    assert after["report"]["differences"] == []


def test_a_shot_that_uses_a_long_take_again_is_compared_with_its_own_layer(studio: Studio) -> None:
    def share(document: Document) -> None:
        first, second = document["tracks"][0]["clips"]
        second.update({**first, **{name: second[name] for name in ("shot", "record_first", "record_count")}})

    delivery = studio.deliver(share, own_media=True)
    _, again = studio.session([Step(delivery=delivery), Step(delivery=delivery)])
    assert again["report"]["differences"] == []


def test_nothing_is_replaced_at_another_frame_rate(studio: Studio) -> None:
    """Footage at 25 fps in comps of 24 shows other frames than the cut."""

    def conform(document: Document) -> None:
        make_version_2()(document)
        document.update(fps=25.0, rate="25")
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip["fps"] = 25.0

    before, after = import_changed(studio, conform)
    (problem,) = after["report"]["problems"]
    assert problem.startswith("the cut runs at 25 fps and comp 'scene_04' in the project at 24 fps")
    assert "delete the folder of this cut" in problem and "the project is unchanged" in after["summary"]
    assert footage(after) == footage(before) and comps(after) == comps(before)


def test_the_same_files_with_other_frames_are_rejected(studio: Studio) -> None:
    """Rendered again in the same version, with other handles: the layers in the project would be out of sync."""

    def shift(document: Document) -> None:
        for track in document["tracks"][1:]:
            track["clips"][0].update(timecode="10:00:05:04", in_frame=12, in_position="12")

    before, after = import_changed(studio, shift)
    (problem,) = after["report"]["problems"]
    assert "starts at 10:00:05:04 and has 64 frames; the one in the project starts at 10:00:05:08 and has 64" in problem
    assert comps(after) == comps(before)


# --- words --------------------------------------------------------------------------------------------------------


def test_layers_of_another_size_are_not_the_files_of_the_delivery(studio: Studio) -> None:
    delivery = studio.deliver(own_media=True)
    document: Document = json.loads(Path(delivery).read_text(encoding="utf-8"))
    for track in document["tracks"][1:]:
        for clip in track["clips"]:
            clip["width"] = 640
    delivery.write_text(json.dumps(document), encoding="utf-8")
    (problem,) = studio.run(delivery)["report"]["problems"]
    assert problem.endswith(
        "is 1280x720 in After Effects, 640x720 in the delivery: these are not the files of this delivery; "
        "run the toolkit again"
    )


def test_one_shot_is_not_called_shots(studio: Studio) -> None:
    dump = studio.run(studio.deliver(remove_first_shot))
    assert dump["summary"].startswith("'scene_04': imported 1 shot, each as a comp, and the cut.")
