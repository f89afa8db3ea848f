"""Import Passes asks where this machine has plates that are missing, and keeps the answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.hosts.after_effects import Dump, Step, Studio, footage, movies
from tests.hosts.delivered import Document, clips
from tests.hosts.path_maps import ANSWERS, THERE, Answer, read_map, write_map

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


def delivery_of_a_farm(studio: Studio, here: Path) -> tuple[Path, Document]:
    """A delivery whose plates are in ``THERE`` for a farm and in ``here`` on this machine; and facts of its movies."""
    delivery = studio.deliver(own_media=True)
    plates = delivery.parent.parent / "plates"
    facts = {str(here / Path(path).name): fact for path, fact in movies(delivery).items()}
    here.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(plates, here)
    delivery.write_text(delivery.read_text(encoding="utf-8").replace(str(plates), THERE), encoding="utf-8")
    return delivery, facts


def home(studio: Studio) -> Path:
    return studio.folder / "home"


def run(studio: Studio, here: Path, *, answers: tuple[Path | None, ...] = (), **quirks: bool) -> Dump:
    delivery, facts = delivery_of_a_farm(studio, here)
    step = Step(delivery=delivery, automated=False, then=answers or (here,))
    (dump,) = studio.session([step], found=facts, **quirks)
    return dump


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_is_used_and_kept_whatever_the_map_says(studio: Studio, answer: Answer) -> None:
    write_map(home(studio), studio.folder, answer)
    dump = run(studio, studio.folder / answer.here)
    assert dump["report"]["problems"] == dump["report"]["by_hand"] == []
    assert len(dump["confirms"]) == answer.is_asked
    assert read_map(home(studio), studio.folder) == answer.after


def test_a_folder_is_asked_for_once_even_if_another_plate_is_not_in_it(studio: Studio) -> None:
    here = studio.folder / "disk"
    delivery, facts = delivery_of_a_farm(studio, here)
    (here / "B002C011.0101.png").unlink()
    step = Step(delivery=delivery, automated=False, then=(here,))
    (dump,) = studio.session([step], found=facts)
    assert len(dump["confirms"]) == 1 and dump["report"]["problems"] == []
    assert "A001C003" in footage(dump) and "B002C011" not in footage(dump)


def test_the_question_names_the_plate_and_what_each_answer_does(studio: Studio) -> None:
    (question,) = run(studio, studio.folder / "disk")["confirms"]
    assert question.startswith(f"A001C003_230114.mov is not in {THERE} on this machine.")
    assert "New ones become placeholders; those imported before stay as they are." in question


def test_the_folder_of_the_map_is_made_if_there_is_none(studio: Studio) -> None:
    """The scripts were copied here by hand."""
    assert not home(studio).exists()
    dump = run(studio, studio.folder / "disk")
    assert dump["report"]["problems"] == dump["report"]["by_hand"] == [] and "A001C003" in footage(dump)
    assert read_map(home(studio), studio.folder) == {THERE: "disk"}


@pytest.mark.parametrize("obstacle", ["no permission", "a file in its place"])
def test_an_answer_that_cannot_be_kept_is_used_all_the_same(studio: Studio, obstacle: str) -> None:
    if obstacle == "a file in its place":
        home(studio).mkdir()
        (home(studio) / ".toolkit").write_text("", encoding="utf-8")
    dump = run(studio, studio.folder / "disk", mayWrite=obstacle != "no permission")
    assert dump["report"]["problems"] == dump["report"]["by_hand"] == [] and "A001C003" in footage(dump)
    (note,) = [note for note in dump["report"]["notes"] if "was not kept" in note]
    assert note.startswith("the folder of the plates was not kept for the next import: ")
    assert note in dump["summary"]


def test_plates_of_two_folders_are_asked_for_one_after_the_other(studio: Studio) -> None:
    here = studio.folder / "disk"
    delivery, facts = delivery_of_a_farm(studio, here)
    document = json.loads(delivery.read_text(encoding="utf-8"))
    second = clips(document, "PLATE")[1]
    second["path"] = f"/mnt/other/{Path(second['path']).name}"
    delivery.write_text(json.dumps(document), encoding="utf-8")
    step = Step(delivery=delivery, automated=False, then=(here, here))
    (dump,) = studio.session([step], found=facts)
    assert len(dump["confirms"]) == 2 and {"A001C003", "B002C011"} <= set(footage(dump))
    assert read_map(home(studio), studio.folder) == {THERE: "disk", "/mnt/other": "disk"}
