"""Import Passes where the artist has changed comps and footage: nothing is changed back without being said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage, layers
from tests.hosts.delivered import Change, Document, make_version_2, write_media

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


@pytest.fixture
def delivery(studio: Studio) -> Path:
    """A delivery with media of its own."""
    return studio.deliver(own_media=True)


def changed(studio: Studio, delivery: Path, change: Change) -> Path:
    """Another delivery of the same cut, beside the first one."""
    document: Document = json.loads(delivery.read_text(encoding="utf-8"))
    change(document)
    for track in document["tracks"]:
        for clip in track["clips"]:
            write_media(delivery.parent, clip, studio.deliver.pictures(clip))
    other = delivery.with_name("changed.json")
    other.write_text(json.dumps(document), encoding="utf-8")
    return other


def edit(name: str, change: str, *, of_comps: bool = True) -> str:
    """The artist does something to the item called ``name``: ``item`` in the script ``change``."""
    kind = "===" if of_comps else "!=="
    return (
        "(function () { var item, i; for (i = app.project.numItems; i >= 1; i -= 1) { item = app.project.item(i);"
        f"if (item.name === '{name}' && ('numLayers' in item) {kind} true) {{ {change} }} }} }}());"
    )


def add_third_shot(document: Document) -> None:
    for track in document["tracks"]:
        third = json.loads(json.dumps(track["clips"][1]).replace("sh020", "sh030"))
        track["clips"].append({**third, "record_first": 96})
    document["record_count"] = 144


def frames(dump: Dump) -> dict[str, int]:
    return {name: round(comp["duration"] * comp["frameRate"]) for name, comp in comps(dump).items()}


# --- comps that the artist trimmed --------------------------------------------------------------------------------

TRIMMED = edit("sh010", "item.duration = 50 / 24;") + edit("scene_04", "item.duration = 80 / 24;")
DELETED = edit("sh010_BODY_v001", "item.remove();", of_comps=False)


def test_a_comp_that_is_extended_for_a_new_layer_is_named(studio: Studio, delivery: Path) -> None:
    third = changed(studio, delivery, add_third_shot)
    _, after = studio.session([Step(delivery=delivery), Step(delivery=third, edit=DELETED + TRIMMED)])
    assert after["report"]["problems"] == []
    assert frames(after) == {"sh010": 64, "sh020": 64, "scene_04": 144, "sh030": 64}
    extended = [note for note in after["report"]["notes"] if "extended" in note]
    assert extended == [
        "comp 'sh010' was extended from 50 to 64 frames",
        "comp 'scene_04' was extended from 80 to 144 frames",
    ]


def test_a_trimmed_comp_to_which_nothing_is_added_stays_as_it_is(studio: Studio, delivery: Path) -> None:
    second = changed(studio, delivery, make_version_2())
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second, edit=TRIMMED)])
    assert frames(after) == {"sh010": 50, "sh020": 64, "scene_04": 80}
    assert not [note for note in after["report"]["notes"] if "extended" in note]


def test_a_comp_is_not_extended_for_a_layer_that_is_not_added(studio: Studio, delivery: Path) -> None:
    """A plate is only a guide: one whose layer After Effects refuses is left out."""

    def slow_down(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(speed=0.5, frame_count=24)

    slowed = studio.deliver(slow_down, own_media=True)
    lost = edit("A001C003", "item.remove();", of_comps=False) + TRIMMED
    _, after = studio.session([Step(delivery=slowed), Step(delivery=slowed, edit=lost, quirks={"remapIgnored": True})])
    assert any("the plate of sh010 is not in comp 'sh010'" in todo for todo in after["report"]["by_hand"])
    assert frames(after)["sh010"] == 50 and not [note for note in after["report"]["notes"] if "extended" in note]


# --- comps at another frame rate ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "told"), [(25, "25"), (48, "48"), (24000 / 1001, "23.976")])
def test_a_shot_at_another_frame_rate_is_one_sentence(studio: Studio, delivery: Path, rate: float, told: str) -> None:
    second = changed(studio, delivery, make_version_2())
    faster = edit("sh020", f"item.frameRate = {rate};")
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second, edit=faster)])
    assert after["report"]["problems"] == [] and after["report"]["done"] == "replaced"
    assert after["report"]["differences"] == [
        f"comp 'sh020': the frame rate is {told} instead of 24; nothing else in it was compared"
    ]


def test_a_layer_that_comes_back_at_another_frame_rate_has_its_full_length(studio: Studio, delivery: Path) -> None:
    faster = edit("sh020", "item.frameRate = 25;") + edit("sh020_BODY_v001", "item.remove();", of_comps=False)
    before, after = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=faster)])
    for field in ("startTime", "inPoint", "outPoint"):
        expected = layers(before, "sh020")["BODY"][field]
        assert layers(after, "sh020")["BODY"][field] == pytest.approx(expected)
    assert comps(after)["sh020"]["duration"] >= layers(after, "sh020")["BODY"]["outPoint"] - 1e-6
    assert "'BODY' was added to comp 'sh020'" in after["report"]["notes"]


def test_without_the_comp_of_the_cut_one_shot_at_the_cuts_rate_is_enough(studio: Studio, delivery: Path) -> None:
    second = changed(studio, delivery, make_version_2())
    lost = edit("sh020", "item.frameRate = 25;") + edit("scene_04", "item.remove();")
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second, edit=lost)])
    assert after["report"]["problems"] == [] and after["report"]["built"] == ["scene_04"]


@pytest.mark.parametrize("lost", ["", edit("scene_04", "item.remove();")])
def test_nothing_is_replaced_where_no_comp_has_the_cuts_rate(studio: Studio, delivery: Path, lost: str) -> None:
    second = changed(studio, delivery, make_version_2())
    rates = "".join(edit(name, "item.frameRate = 25;") for name in ("sh010", "sh020", "scene_04"))
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second, edit=lost + rates)])
    (problem,) = after["report"]["problems"]
    assert problem.startswith("the cut runs at 24 fps and comp '") and "If you changed the comp, set its" in problem


# --- what is said of layers ---------------------------------------------------------------------------------------


def add_second_face(document: Document) -> None:
    second = json.loads(json.dumps(document["faces"][0]))
    document["faces"].insert(1, {**second, "face": 1, "x": [x + 200 for x in second["x"]]})


def test_a_face_that_is_new_in_a_version_is_one_sentence(studio: Studio, delivery: Path) -> None:
    second = changed(studio, delivery, make_version_2(add_second_face))
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second)])
    missing = [text for text in after["report"]["differences"] if "face 1" in text]
    assert missing == [
        "comp 'sh010': it has no layers of face 1, which is new in this delivery or was deleted; delete the comp and "
        "import again to get them"
    ]


def test_a_layer_of_a_face_that_has_others_is_missing(studio: Studio, delivery: Path) -> None:
    away = edit("sh010", "item.layer(2).remove();")
    before, after = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=away)])
    assert comps(before)["sh010"]["layers"][1]["name"] == "face 0 correction"
    assert after["report"]["differences"] == ["comp 'sh010': layer 'face 0 correction' is missing, moved or renamed"]


def test_a_comp_that_the_artist_renamed_is_called_by_both_names(studio: Studio, delivery: Path) -> None:
    second = changed(studio, delivery, lambda document: document.update(record_count=120))
    _, after = studio.session(
        [Step(delivery=delivery), Step(delivery=second, edit=edit("scene_04", "item.name = 'v7';"))]
    )
    assert "comp 'v7' (scene_04): the comp has 96 frames instead of 120" in after["report"]["differences"]


def test_another_file_in_a_layer_is_named_with_its_folder(studio: Studio, delivery: Path) -> None:
    swap = edit(
        "sh010",
        "item.layer(item.numLayers).locked = false; item.layer(item.numLayers).remove();"
        "var k; for (k = 1; k <= app.project.numItems; k += 1) { if (app.project.item(k).name === 'B002C011') {"
        "item.layers.add(app.project.item(k)).name = 'plate A001C003'; } }",
    )
    _, after = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=swap)])
    plates = delivery.parent.parent / "plates"
    assert (
        f"comp 'sh010': 'plate A001C003': the source is '{plates}/B002C011.0101.png' instead of "
        f"'{plates}/A001C003_230114.mov'"
    ) in after["report"]["differences"]


# --- Interpret Footage --------------------------------------------------------------------------------------------

FACE, PLATE = "sh010_FACE_v001", "A001C003"
SETTINGS = [
    (FACE, "conformFrameRate = 12", "frame rate", "12", "24"),
    (FACE, "alphaMode = AlphaMode.IGNORE", "alpha", "Ignore", "Premultiplied with black"),
    (FACE, "alphaMode = AlphaMode.STRAIGHT", "alpha", "Straight", "Premultiplied with black"),
    (FACE, "premulColor = [1, 0, 0]", "alpha", "Premultiplied with another colour", "Premultiplied with black"),
    (PLATE, "conformFrameRate = 25", "frame rate", "25", "24"),
]


def interpret(name: str, setting: str) -> str:
    return edit(name, f"item.mainSource.{setting};", of_comps=False)


@pytest.mark.parametrize(("name", "setting", "what", "found", "expected"), SETTINGS)
def test_footage_that_was_interpreted_otherwise_is_named_and_left(
    studio: Studio, delivery: Path, *, name: str, setting: str, what: str, found: str, expected: str
) -> None:
    _, after = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=interpret(name, setting))])
    assert after["report"]["done"] == "unchanged" and after["report"]["problems"] == []
    sentence = f"the {what} of '{name}' is {found} instead of {expected} in Interpret Footage"
    assert sentence in after["report"]["differences"] and sentence in after["summary"]
    assert "Nothing was changed" not in after["summary"] and "changed its comps or footage" in after["summary"]


@pytest.mark.parametrize(("name", "setting", "what", "found", "expected"), SETTINGS[:-1])
def test_an_interpretation_that_a_new_version_sets_back_is_named(
    studio: Studio, delivery: Path, *, name: str, setting: str, what: str, found: str, expected: str
) -> None:
    second = changed(studio, delivery, make_version_2())
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second, edit=interpret(name, setting))])
    assert after["report"]["problems"] == after["report"]["differences"] == []
    assert (f"the {what} of 'sh010_FACE_v002' was set back from {found} to {expected} in Interpret Footage") in after[
        "report"
    ]["notes"]
    face = footage(after)["sh010_FACE_v002"]
    assert (face["fps"], face["alphaMode"], face["premulColor"]) == (24, "PREMULTIPLIED", [0, 0, 0])


def test_footage_as_it_was_imported_is_not_named(studio: Studio, delivery: Path) -> None:
    second = changed(studio, delivery, make_version_2())
    _, again, newer = studio.session([Step(delivery=delivery), Step(delivery=delivery), Step(delivery=second)])
    for dump in (again, newer):
        assert dump["report"]["differences"] == []
        assert not any("Interpret Footage" in note for note in dump["report"]["notes"])


# --- which version ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shot", ["sh010_v3", "plate_v003", "v003", "sh010_v2_v7"])
def test_the_version_is_that_of_the_layer_whatever_the_shot_is_called(studio: Studio, shot: str) -> None:
    def rename(document: Document) -> None:
        for field in ("tracks", "faces"):
            document[field] = json.loads(json.dumps(document[field]).replace("sh010", shot))

    first = studio.deliver(rename, own_media=True)
    second = changed(studio, first, make_version_2())
    _, after = studio.session([Step(delivery=first), Step(delivery=second)])
    assert after["report"]["versions"] == ["version 2 (was 1)"] * 4
    assert "Its footage now uses version 2 (was 1)" in after["summary"]


def test_a_file_of_the_artists_own_is_no_version(studio: Studio, delivery: Path) -> None:
    own = delivery.parent / "retouched_v007.1001.exr"
    second = changed(studio, delivery, make_version_2())
    for number in range(1001, 1065):
        shutil.copy(
            delivery.parent / "sh010/FACE/v001/sh010_FACE_v001.1001.exr", own.with_name(f"retouched_v007.{number}.exr")
        )
    swap = edit(FACE, f"item.replaceWithSequence(new File('{own}'), false);", of_comps=False)
    _, after = studio.session([Step(delivery=delivery), Step(delivery=second, edit=swap)])
    assert after["report"]["problems"] == []
    assert after["report"]["versions"] == ["version 2 (was 1)"] * 3
