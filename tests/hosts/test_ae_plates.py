"""Import Passes and plates: they are guides, so whatever is wrong with one never stops the layers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, comps, footage, layers, movies, picture, picture_at
from tests.hosts.delivered import Deliveries, Document, clips, set_on

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

MOVIE, SEQUENCE = "A001C003_230114.mov", "B002C011.{:04d}.png"


@pytest.fixture
def delivery(studio: Studio) -> Path:
    """A delivery with media of its own."""
    return studio.deliver(own_media=True)


def plates(delivery: Path) -> Path:
    return delivery.parent.parent / "plates"


def assert_layers_are_built(dump: Dump) -> None:
    assert dump["report"]["problems"] == [] and dump["report"]["done"] == "built"
    for shot, count in (("sh010", 64), ("sh020", 64)):
        shown = [picture_at(layers(dump, shot)["FACE"], frame / 24, 24) for frame in range(count)]
        assert shown == list(range(count))
    assert list(layers(dump, "scene_04")) == ["plate A001C003", "plate B002C011", "sh010", "sh020"]


# --- plates that cannot be used -----------------------------------------------------------------------------------


def lose_movie(delivery: Path) -> None:
    (plates(delivery) / MOVIE).unlink()


def lose_used_frame(delivery: Path) -> None:
    (plates(delivery) / SEQUENCE.format(130)).unlink()


def lose_first_frame(delivery: Path) -> None:
    (plates(delivery) / SEQUENCE.format(101)).unlink()


def cut_short(delivery: Path) -> None:
    for number in range(120, 197):
        (plates(delivery) / SEQUENCE.format(number)).unlink()


@pytest.mark.parametrize(
    ("change", "plate", "reason"),
    [
        (lose_movie, "A001C003", "A001C003_230114.mov is missing"),
        (lose_used_frame, "B002C011", "B002C011.0130.png is missing"),
        (lose_first_frame, "B002C011", "B002C011.0101.png is missing"),
        (cut_short, "B002C011", ".png is missing"),
    ],
)
def test_a_plate_without_its_files_becomes_a_placeholder(
    studio: Studio, delivery: Path, change: Callable[[Path], None], plate: str, reason: str
) -> None:
    change(delivery)
    dump = studio.run(delivery)
    assert_layers_are_built(dump)
    (by_hand,) = dump["report"]["by_hand"]
    assert by_hand.startswith(f"plate '{plate}' is a placeholder (") and reason in by_hand
    assert by_hand.endswith(
        "is missing): restore the file and import again; or right-click the placeholder in the Project panel, "
        "Replace Footage > File, and choose the file where it is now"
    )
    assert plate not in footage(dump)


@pytest.mark.parametrize(
    ("quirks", "reason"),
    [
        ({"cannotImport": MOVIE}, "After Effects cannot import"),
        ({"importThrows": MOVIE}, "unable to import"),
        ({"importsNothing": MOVIE}, "imported nothing"),
    ],
)
def test_a_plate_that_after_effects_does_not_import_becomes_a_placeholder(
    studio: Studio, quirks: Dump, reason: str
) -> None:
    """An .mkv, an MXF without its importer, a codec that is not installed."""
    dump = studio.run(studio.deliver(), **quirks)
    assert_layers_are_built(dump)
    assert reason in dump["report"]["by_hand"][0]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"width": 1920, "height": 1080}, "is 1920x1080 in After Effects, 1280x720 in the delivery"),
        ({"frames": 80}, "has 80 frames in After Effects, and the cut uses them up to 88"),
    ],
)
def test_a_movie_that_is_something_else_becomes_a_placeholder(
    studio: Studio, delivery: Path, found: Dump, reason: str
) -> None:
    facts = {"width": 1280, "height": 720, "fps": 24, "frames": 120} | found
    (dump,) = studio.session([Step(delivery=delivery)], found={str(plates(delivery) / MOVIE): facts})
    assert_layers_are_built(dump)
    (by_hand,) = dump["report"]["by_hand"]
    assert reason in by_hand
    assert by_hand.endswith(
        "Replace Footage > File, and choose a copy of it that After Effects can read, 1280x720 with at least 88 frames"
    )


@pytest.mark.parametrize("frames", [119, 121])
def test_a_movie_of_one_frame_more_or_fewer_is_used(studio: Studio, delivery: Path, frames: int) -> None:
    facts = {"width": 1280, "height": 720, "fps": 24, "frames": frames}
    (dump,) = studio.session([Step(delivery=delivery)], found={str(plates(delivery) / MOVIE): facts})
    assert_layers_are_built(dump)
    assert dump["report"]["by_hand"] == [] and "A001C003" in footage(dump)


def test_a_plate_whose_alpha_after_effects_does_not_read_is_used(studio: Studio) -> None:
    """It may read other channels of an EXR than the toolkit does."""
    dump = studio.run(studio.deliver(set_on("PLATE", 0, alpha="premultiplied")))
    assert_layers_are_built(dump)
    (by_hand,) = dump["report"]["by_hand"]
    assert by_hand == "'A001C003' has alpha, which After Effects does not read: check the channels of the plate"
    assert "A001C003" in footage(dump)


# --- plates that only look wrong ----------------------------------------------------------------------------------


def lose_unused_frame(delivery: Path) -> None:
    (plates(delivery) / SEQUENCE.format(103)).unlink()


def add_frame(delivery: Path) -> None:
    shutil.copy(plates(delivery) / SEQUENCE.format(101), plates(delivery) / SEQUENCE.format(197))


def lose_last_frame(delivery: Path) -> None:
    (plates(delivery) / SEQUENCE.format(196)).unlink()


@pytest.mark.parametrize("change", [lose_unused_frame, add_frame, lose_last_frame])
def test_only_the_frames_that_the_cut_uses_matter(
    studio: Studio, delivery: Path, change: Callable[[Path], None]
) -> None:
    change(delivery)
    dump = studio.run(delivery)
    assert_layers_are_built(dump)
    assert dump["report"]["by_hand"] == [] and "B002C011" in footage(dump)


def movie_of(delivery: Path, frames: int) -> Document:
    return {str(plates(delivery) / MOVIE): {"width": 1280, "height": 720, "fps": 24, "frames": frames}}


@pytest.mark.parametrize(("frames", "missing"), [(95, "1 frame"), (90, "6 frames"), (88, "8 frames")])
def test_a_movie_that_lost_handles_gives_a_shorter_layer(
    studio: Studio, delivery: Path, frames: int, missing: str
) -> None:
    """After Effects ends a layer where its footage ends."""
    (dump,) = studio.session([Step(delivery=delivery)], found=movie_of(delivery, frames))
    assert_layers_are_built(dump)
    assert dump["report"]["by_hand"] == [] and "A001C003" in footage(dump)
    assert f"the plate of sh010 is {missing} shorter than in the delivery" in dump["report"]["notes"]
    assert layers(dump, "sh010")["plate A001C003"]["outPoint"] * 24 == pytest.approx(frames - 32)


def test_a_plate_layer_that_cannot_be_built_is_left_out(studio: Studio) -> None:
    slowed = studio.deliver(set_on("PLATE", 0, speed=0.5, frame_count=24), own_media=True)
    dump = studio.run(slowed, remapIgnored=True)
    assert dump["report"]["problems"] == []
    assert any("the plate of sh010 is not in comp 'sh010'" in todo for todo in dump["report"]["by_hand"])
    assert list(layers(dump, "sh010"))[:2] == ["BODY", "FACE"]


def test_a_plate_layer_that_after_effects_loses_is_reported(studio: Studio, delivery: Path) -> None:
    dump = studio.run(delivery, losesLayer="plate A001C003")
    assert dump["report"]["problems"] == [] and dump["report"]["done"] == "built"
    assert "comp 'sh010': layer 'plate A001C003' is missing" in by_hand(dump)
    assert "FACE" in layers(dump, "sh010")


def test_a_plate_whose_pattern_does_not_fit_its_files_becomes_a_placeholder(studio: Studio, delivery: Path) -> None:
    document: Document = json.loads(delivery.read_text(encoding="utf-8"))
    clips(document, "PLATE")[1]["pattern"] = "other.%04d.png"
    delivery.write_text(json.dumps(document), encoding="utf-8")
    dump = studio.run(delivery)
    assert_layers_are_built(dump)
    (todo,) = by_hand(dump)
    assert todo.startswith("plate 'B002C011' is a placeholder (") and "does not match" in todo


# --- plates of several shots --------------------------------------------------------------------------------------


def share_movie(document: Document) -> None:
    """Both shots use the movie: frames 8-55 and 70-117."""
    first, second = clips(document, "PLATE")
    second.update({**first, **{name: second[name] for name in ("shot", "record_first", "record_count")}})
    first.update(in_frame=8, in_position="8")
    second.update(in_frame=70, in_position="70")


def share_sequence(document: Document) -> None:
    """Both shots use the sequence: numbers 109-156 and 149-196."""
    first, second = clips(document, "PLATE")
    first.update({**second, **{name: first[name] for name in ("shot", "record_first", "record_count")}})
    first.update(in_frame=8, in_position="8")
    second.update(in_frame=48, in_position="48")


@pytest.mark.parametrize(("frames", "is_used"), [(120, True), (118, True), (117, False), (100, False)])
def test_every_use_of_a_movie_is_checked(studio: Studio, frames: int, is_used: bool) -> None:
    shared = studio.deliver(share_movie, own_media=True)
    (dump,) = studio.session([Step(delivery=shared)], found=movie_of(shared, frames))
    assert dump["report"]["problems"] == [] and dump["report"]["done"] == "built"
    assert ("A001C003" in footage(dump)) is is_used
    reasons = [
        f"has {frames} frames in After Effects, and the cut uses them up to 118" in todo for todo in by_hand(dump)
    ]
    assert reasons == ([] if is_used else [True])


@pytest.mark.parametrize("missing", [[180], range(180, 197)])
def test_every_use_of_a_sequence_is_checked(studio: Studio, missing: Sequence[int]) -> None:
    shared = studio.deliver(share_sequence, own_media=True)
    for number in missing:
        (plates(shared) / SEQUENCE.format(number)).unlink()
    dump = studio.run(shared)
    assert dump["report"]["problems"] == [] and dump["report"]["done"] == "built"
    (todo,) = by_hand(dump)
    assert todo.startswith("plate 'B002C011' is a placeholder (") and "B002C011.0180.png is missing" in todo


def by_hand(dump: Dump) -> list[str]:
    found: list[str] = dump["report"]["by_hand"]
    return found


# --- plates that After Effects cannot have ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"fps": 120.0}, "it runs at 120 fps; After Effects supports 1 to 99"),
        ({"width": 2, "height": 2}, "it is 2x2; After Effects supports 4 to 30000 pixels"),
        ({"end_index": 60}, "it uses more frames than its media has"),
    ],
)
def test_a_plate_beyond_the_limits_of_after_effects_becomes_a_placeholder(
    studio: Studio, values: Document, reason: str
) -> None:
    dump = studio.run(studio.deliver(set_on("PLATE", 0, **values), own_media=True))
    assert dump["report"]["problems"] == [] and dump["report"]["done"] == "built"
    (todo,) = by_hand(dump)
    assert todo == (
        f"plate 'A001C003' is a placeholder ({reason}); work without it, or convert it and run the toolkit again"
    )
    assert "FACE" in layers(dump, "sh010")


def test_a_missing_plate_may_be_longer_than_a_placeholder(studio: Studio) -> None:
    """A placeholder lasts three hours at most."""
    delivery = studio.deliver(set_on("PLATE", 0, end_index=24 * 3600 * 3 + 24 * 800), own_media=True)
    lose_movie(delivery)
    dump = studio.run(delivery)
    assert_layers_are_built(dump)
    assert is_placeholder(dump)


# --- afterwards ---------------------------------------------------------------------------------------------------


def test_a_placeholder_is_replaced_by_the_next_import(studio: Studio, delivery: Path) -> None:
    movie = plates(delivery) / MOVIE
    movie.rename(movie.with_suffix(".away"))
    back = f'new File("{movie.with_suffix(".away")}").rename("{movie.name}");'
    first, second = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=back)])
    assert "is a placeholder" in first["report"]["by_hand"][0]
    assert second["report"]["by_hand"] == [] and second["report"]["problems"] == []
    assert footage(second)["A001C003"]["file"] == str(movie)
    assert second["report"]["replaced"] == [f"'A001C003' is linked to {movie}"]
    assert layers(second, "scene_04")["plate A001C003"]["file"] == str(movie)


def test_a_plate_that_goes_missing_later_does_not_stop_a_new_version(studio: Studio, delivery: Path) -> None:
    gone = f'new File("{plates(delivery) / MOVIE}").remove();'
    _, second = studio.session([Step(delivery=delivery), Step(delivery=delivery, edit=gone)])
    assert second["report"]["problems"] == []
    (by_hand,) = second["report"]["by_hand"]
    assert by_hand.startswith("plate 'A001C003' was left as it is: ") and by_hand.endswith(f"{MOVIE} is missing")


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["100%", "%41 %20", "50%25", "a%2fb"])
def test_percent_signs_in_folders_are_not_decoded(studio: Studio, tmp_path: Path, folder: str) -> None:
    """File and Folder of ExtendScript take a URI."""
    deliver = Deliveries(tmp_path / folder, partial(picture, tmp_path))
    delivery = deliver()
    dump = studio.run(delivery)
    assert_layers_are_built(dump)
    assert dump["report"]["by_hand"] == []
    assert delivery.with_name("ae_report.json").is_file()


# --- manners ------------------------------------------------------------------------------------------------------


def test_the_comp_of_the_cut_is_opened(studio: Studio) -> None:
    assert studio.run(studio.deliver())["opened"] == "scene_04"


def test_a_delivery_of_a_caller_is_not_used_by_the_next_run_from_the_menu(studio: Studio) -> None:
    delivery = studio.deliver()
    stale = f'$.global.TOOLKIT_DELIVERY = "{delivery}";'
    clear = "if ($.global.TOOLKIT_DELIVERY) { throw new Error('stale'); }"
    first, _ = studio.session(
        [Step(delivery=delivery, automated=False, edit=stale), Step(delivery=delivery, automated=False, edit=clear)]
    )
    assert first["dialogs"] == 0


def test_the_marker_for_hosts_that_cannot_set_a_speed_is_not_shown(studio: Studio) -> None:
    def retimed(document: Document) -> None:
        document["markers"] = [
            {
                "record_frame": 0,
                "shot": "sh010",
                "name": "Set the speed",
                "note": "sh010 runs at 200 %",
                "colour": "Blue",
            },
            {"record_frame": 9, "shot": "sh010", "name": "Short handles", "note": "4 frames", "colour": "Green"},
        ]

    dump = studio.run(studio.deliver(retimed))
    for name in ("scene_04", "sh010"):
        comments = "\n".join(marker["value"]["comment"] for marker in comps(dump)[name]["markers"])
        assert "Short handles" in comments and "Set the speed" not in comments


# --- plates that this machine has elsewhere -----------------------------------------------------------------------


@pytest.fixture
def moved(studio: Studio, delivery: Path) -> Path:
    """The plates' folder, which is not where the delivery says but in another one of the same name."""
    (studio.folder / "home" / ".toolkit").mkdir(parents=True)
    folder = studio.folder / "this machine" / "plates"
    shutil.copytree(plates(delivery), folder)
    shutil.rmtree(plates(delivery))
    return folder


def import_moved(studio: Studio, moved: Path, *steps: Step, **quirks: Any) -> list[Dump]:
    delivery = next(step.delivery for step in steps)
    facts = {str(moved / Path(path).name): fact for path, fact in movies(delivery).items()}
    return studio.session(list(steps), found=facts, **quirks)


def is_placeholder(dump: Dump) -> bool:
    return any("is a placeholder" in text for text in dump["report"]["by_hand"])


def test_the_artist_is_asked_for_missing_plates_once_and_the_answer_is_kept(
    studio: Studio, delivery: Path, moved: Path
) -> None:
    step = Step(delivery=delivery, automated=False, then=(moved,))
    (dump,) = import_moved(studio, moved, step)
    assert_layers_are_built(dump)
    (question,) = dump["confirms"]
    assert question.startswith(f"{MOVIE} is not in {plates(delivery)} on this machine.")
    assert dump["dialogs"] == 2 and not is_placeholder(dump)
    kept = json.loads((studio.folder / "home" / ".toolkit" / "path_map.json").read_text(encoding="utf-8"))
    assert kept == {str(plates(delivery).parent): str(moved.parent)}

    (again,) = import_moved(studio, moved, Step(delivery=delivery))
    assert again["confirms"] == [] and again["dialogs"] == 0 and not is_placeholder(again)


@pytest.mark.parametrize("answer", ["no", "cancel", "wrong folder"])
def test_without_an_answer_the_layers_are_imported_over_placeholders(
    studio: Studio, delivery: Path, moved: Path, answer: str
) -> None:
    then = {"no": moved, "cancel": None, "wrong folder": studio.folder}[answer]
    (dump,) = import_moved(
        studio, moved, Step(delivery=delivery, automated=False, then=(then,)), confirms=answer != "no"
    )
    assert_layers_are_built(dump)
    assert is_placeholder(dump) and not (studio.folder / "home" / ".toolkit" / "path_map.json").exists()
    wrong = [text for text in dump["alerts"] if "is not in" in text]
    assert len(wrong) == (answer == "wrong folder")


def test_a_caller_is_never_asked(studio: Studio, delivery: Path, moved: Path) -> None:
    (dump,) = import_moved(studio, moved, Step(delivery=delivery))
    assert dump["confirms"] == [] and is_placeholder(dump)


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"/mnt": 3}'])
def test_a_map_that_cannot_be_read_is_named(studio: Studio, delivery: Path, moved: Path, text: str) -> None:
    (studio.folder / "home" / ".toolkit" / "path_map.json").write_text(text, encoding="utf-8")
    (dump,) = import_moved(studio, moved, Step(delivery=delivery))
    (problem,) = dump["report"]["problems"]
    why = "path_map.json cannot be read" if text == "{" else "path_map.json is not a map of folders"
    assert why in problem and problem.endswith("correct or delete it")
    assert dump["items"] == []


@pytest.mark.parametrize(("there", "here"), [("/farm/{}/", "{}/"), ("S:\\{}", "{}"), ("//NAS/{}", "{}")])
def test_a_map_is_understood_however_it_is_written(
    studio: Studio, delivery: Path, moved: Path, there: str, here: str
) -> None:
    """Slashes of either kind, one at the end, and on Windows capitals or not."""
    name = "show"
    written, known = there.format(name.upper() if "/farm" not in there else name), there.format(name).rstrip("/")
    map_file = studio.folder / "home" / ".toolkit" / "path_map.json"
    map_file.write_text(json.dumps({written: here.format(moved.parent)}), encoding="utf-8")
    facts = {str(moved / Path(path).name): fact for path, fact in movies(delivery).items()}
    document = json.loads(delivery.read_text(encoding="utf-8"))
    for track in document["tracks"]:
        for clip in [] if track["pass_name"] else track["clips"]:
            clip["path"] = f"{known}/plates/{Path(clip['path']).name}"
    delivery.write_text(json.dumps(document), encoding="utf-8")
    (dump,) = studio.session([Step(delivery=delivery)], found=facts)
    assert dump["report"]["problems"] == [] and not is_placeholder(dump)
