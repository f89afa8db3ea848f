"""Import Passes when a new version fails: the project is as it was, or the report says what is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage
from tests.hosts.delivered import Change, Document, make_version_2, write_media

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

MOVIE = "A001C003_230114.mov"
FAILS = {"replaceThrows": "sh020_FACE_v002"}
"""The last file of the version, when all others have been replaced."""

INTERPRET = """(function () {
    var item;
    var i;
    for (i = 1; i <= app.project.numItems; i += 1) {
        item = app.project.item(i);
        if (item.name === "sh010_FACE_v001") {
            item.name = "Hero face";
            item.pixelAspect = 2;
            item.mainSource.conformFrameRate = 12;
            item.mainSource.alphaMode = AlphaMode.STRAIGHT;
        }
    }
}());"""


@pytest.fixture
def delivery(studio: Studio) -> Path:
    """A delivery with media of its own."""
    return studio.deliver(own_media=True)


@pytest.fixture
def movie(delivery: Path) -> Path:
    """The plate of the first shot."""
    return delivery.parent.parent / "plates" / MOVIE


def next_version(studio: Studio, delivery: Path, change: Change | None = None) -> Path:
    """A delivery beside the first one, by default its version 2, with the files that it adds."""
    document: Document = json.loads(delivery.read_text(encoding="utf-8"))
    (change or make_version_2())(document)
    path = delivery.with_name("next.json")
    path.write_text(json.dumps(document), encoding="utf-8")
    for track in document["tracks"][1:]:
        for clip in track["clips"]:
            write_media(delivery.parent, clip, studio.deliver.pictures(clip))
    return path


def files(dump: Dump) -> dict[str, str]:
    return {name: Path(item["file"]).name for name, item in footage(dump).items()}


def take_away(movie: Path) -> str:
    """Takes the movie away; the line of script that brings it back."""
    movie.rename(movie.with_suffix(".away"))
    return f'new File("{movie.with_suffix(".away")}").rename("{movie.name}");'


# --- a version that fails half-way --------------------------------------------------------------------------------


def test_a_placeholder_that_was_linked_is_a_placeholder_again(studio: Studio, delivery: Path, movie: Path) -> None:
    newer = next_version(studio, delivery)
    back = take_away(movie)
    first, second = studio.session([Step(delivery=delivery), Step(delivery=newer, edit=back, quirks=FAILS)])
    assert second["report"]["done"] == "nothing" and "the project is unchanged" in second["summary"]
    assert "A001C003" not in footage(second) and files(second) == files(first)
    assert [item["name"] for item in second["items"]] == [item["name"] for item in first["items"]]


def test_the_artists_interpretation_is_restored(studio: Studio, delivery: Path) -> None:
    newer = next_version(studio, delivery)
    _, second = studio.session([Step(delivery=delivery), Step(delivery=newer, edit=INTERPRET, quirks=FAILS)])
    assert second["report"]["done"] == "nothing"
    found = footage(second)["Hero face"]
    assert (found["fps"], found["alphaMode"], found["pixelAspect"]) == (12, "STRAIGHT", 2)
    assert found["file"].endswith("sh010_FACE_v001.1001.exr")


def test_an_item_whose_former_files_are_gone_is_named(studio: Studio, delivery: Path) -> None:
    """After Effects links no item to a file that does not exist, but its own undo does."""
    newer = next_version(studio, delivery)
    folder = f"{delivery.parent}/sh010/BODY/v001/sh010_BODY_v001"
    remove = "".join(f'new File("{folder}.{number}.exr").remove();' for number in range(1001, 1065))
    _, second = studio.session([Step(delivery=delivery), Step(delivery=newer, edit=remove, quirks=FAILS)])
    problem = second["report"]["problems"][1]
    assert problem.startswith(
        "'sh010_BODY_v002' keeps its new files, because those that it had (sh010_BODY_v001) are gone"
    )
    assert problem.endswith("choose Edit > Undo") and second["summary"].startswith("The import is incomplete.")
    assert files(second)["sh010_BODY_v002"] == "sh010_BODY_v002.1001.exr"
    assert files(second)["sh010_FACE_v001"] == "sh010_FACE_v001.1001.exr"


def test_nothing_is_said_about_what_was_removed_again(studio: Studio, delivery: Path) -> None:
    def leave_second_shot(document: Document) -> None:
        for track in document["tracks"]:
            del track["clips"][0]
        del document["faces"][0]

    fewer = next_version(studio, delivery, leave_second_shot)
    quirks = {"losesKeys": "ADBE Corner Pin-0003"}
    _, second = studio.session([Step(delivery=fewer), Step(delivery=delivery, quirks=quirks)])
    report = second["report"]
    assert report["done"] == "nothing" and report["built"] == report["differences"] == []
    assert report["notes"] == json.loads(delivery.read_text(encoding="utf-8"))["notes"]


def add_third_shot(document: Document) -> None:
    """On the plate of the second shot."""
    for track in document["tracks"]:
        text = json.dumps(track["clips"][1]).replace("sh020", "sh030")
        track["clips"].append({**json.loads(text), "record_first": 96})
    document["record_count"] = 144


def test_a_layer_that_cannot_be_moved_to_its_place_is_removed(studio: Studio, delivery: Path) -> None:
    """Its footage is in the project already, so removing what is new does not remove the layer."""
    more = next_version(studio, delivery, add_third_shot)
    quirks = {"moveThrows": "plate B002C011"}
    first, second = studio.session([Step(delivery=delivery), Step(delivery=more, quirks=quirks)])
    assert second["report"]["done"] == "nothing" and "can not move" in second["report"]["problems"][0]
    assert [item["name"] for item in second["items"]] == [item["name"] for item in first["items"]]
    assert comps(second) == comps(first)


def test_a_comp_that_cannot_be_opened_does_not_undo_the_import(studio: Studio, delivery: Path) -> None:
    dump = studio.run(delivery, openThrows=True)
    assert dump["report"]["done"] == "built" and dump["report"]["problems"] == []
    assert "comp 'scene_04' could not be opened (After Effects error: can not open)" in dump["report"]["notes"]


# --- a plate that fails -------------------------------------------------------------------------------------------


def test_a_placeholder_stays_when_another_plate_has_its_name(studio: Studio, delivery: Path, movie: Path) -> None:
    back = take_away(movie)
    larger = {str(movie): {"width": 1920, "height": 1080, "fps": 24, "frames": 120}}
    _, second = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=back)], found=larger)
    (todo,) = second["report"]["by_hand"]
    assert todo.startswith("plate 'A001C003' was left as it is: ") and "1920x1080" in todo
    assert "A001C003" not in footage(second)


@pytest.mark.parametrize("fails", ["the plate", "the version"])
def test_a_sequence_in_the_place_of_a_movie_stays_a_sequence(
    studio: Studio, delivery: Path, movie: Path, fails: str
) -> None:
    newer = next_version(studio, delivery)
    back = take_away(movie)
    sequence = movie.parent / "artist" / "B002C011.0101.png"
    shutil.copytree(movie.parent, sequence.parent)
    replace = f"""(function () {{
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {{
            if (app.project.item(i).name === "A001C003") {{
                app.project.item(i).replaceWithSequence(new File("{sequence}"), false);
                app.project.item(i).mainSource.conformFrameRate = 24;
            }}
        }}
    }}());"""
    larger = {str(movie): {"width": 1920, "height": 1080, "fps": 24, "frames": 120}}
    step = Step(delivery=newer, edit=back + replace, quirks=FAILS if fails == "the version" else {})
    _, second = studio.session([Step(delivery=delivery), step], found=larger if fails == "the plate" else None)
    found = footage(second)["A001C003"]
    assert (found["file"], found["frames"], found["fps"], found["isStill"]) == (str(sequence), 96, 24, False)
    assert second["report"]["done"] == ("replaced" if fails == "the plate" else "nothing")


# --- names --------------------------------------------------------------------------------------------------------


def test_a_name_of_the_artist_is_kept(studio: Studio, delivery: Path) -> None:
    newer = next_version(studio, delivery)
    _, second = studio.session([Step(delivery=delivery), Step(delivery=newer, edit=INTERPRET)])
    assert files(second)["Hero face"] == "sh010_FACE_v002.1001.exr"
    assert files(second)["sh010_BODY_v002"] == "sh010_BODY_v002.1001.exr"
    assert "'Hero face' by 'sh010_FACE_v002'" in second["report"]["replaced"]


def test_the_summary_says_which_version_replaces_which(studio: Studio, delivery: Path) -> None:
    newer = next_version(studio, delivery)
    dumps = studio.session([Step(delivery=delivery), Step(delivery=newer), Step(delivery=delivery)])
    assert "Its footage now uses version 2 (was 1); the comps are unchanged." in dumps[1]["summary"]
    assert "Its footage now uses version 1 (was 2); the comps are unchanged." in dumps[2]["summary"]


def test_a_version_that_the_delivery_does_not_know_is_not_made_up(studio: Studio, delivery: Path) -> None:
    def forget(document: Document) -> None:
        make_version_2()(document)
        for track in document["tracks"][1:]:
            for clip in track["clips"]:
                del clip["version"]

    newer = next_version(studio, delivery, forget)
    _, second = studio.session([Step(delivery=delivery), Step(delivery=newer)])
    assert "Its footage now uses the files of this delivery; the comps are unchanged." in second["summary"]


def test_what_after_effects_refuses_to_restore_is_named(studio: Studio, delivery: Path) -> None:
    newer = next_version(studio, delivery)
    quirks = {"replaceThrows": "sh020_FACE"}
    _, second = studio.session([Step(delivery=delivery), Step(delivery=newer, quirks=quirks)])
    problem = second["report"]["problems"][1]
    assert problem.startswith("'sh020_FACE_v001' was not linked to its former files again (After Effects error: ")
    assert problem.endswith("): choose Edit > Undo")
