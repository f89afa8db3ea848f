"""Media is found under names that differ in Unicode normal form, or unambiguously in letter case, which is said."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.turnover._cuts import (
    clip,
    movie_reference,
    one_clip,
    time_range,
    timeline,
    track,
    write,
    write_movie,
    write_sequence,
)
from tests.turnover._cuts import time as at
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.documents import Cut
from toolkit.errors import CutIncomplete, NoSuchFile
from toolkit.turnover import read_cut

Form = Literal["NFC", "NFD"]
FORMS: list[tuple[Form, Form]] = [("NFC", "NFD"), ("NFD", "NFC")]


def _read(folder: Path, url: str) -> Cut:
    item = clip(movie_reference(url, None), time_range(1, 6))
    return read_cut(write(folder / "cut.otio", one_clip(item)), handles=0)


@pytest.mark.parametrize(("disk", "cut"), FORMS, ids=["the cut is decomposed", "the disk is decomposed"])
@pytest.mark.parametrize("kind", ["movie", "sequence"])
def test_accents_may_be_written_in_either_normal_form(kind: str, disk: Form, cut: Form, tmp_path: Path) -> None:
    folder = tmp_path / unicodedata.normalize(disk, "Café")
    folder.mkdir()
    name = unicodedata.normalize(disk, "Überblick.")
    if kind == "movie":
        write_movie(folder / f"{name}mov", 12)
        url = "Café/Überblick.mov"
    else:
        write_sequence(folder, range(0, 12), prefix=name)
        url = "Café/Überblick.####.png"
    found = _read(tmp_path, unicodedata.normalize(cut, url))
    assert found.shots[0].media.online
    assert Path(found.shots[0].media.path).parent == folder
    assert found.notes == ()


@pytest.mark.parametrize("name", ["é.####.png", "é.%04d.png", "é.mov"])
def test_so_may_those_of_a_single_plate(name: str, tmp_path: Path) -> None:
    write_sequence(tmp_path, range(5, 9), prefix="é.")
    write_movie(tmp_path / "é.mov", 4)
    (shot,) = read_cut(tmp_path / unicodedata.normalize("NFD", name)).shots
    assert Path(shot.media.path).name == name.replace("%04d", "####")
    with pytest.raises(NoSuchFile):
        read_cut(tmp_path / name.upper())


def test_a_turnover_of_a_mac_is_found(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1001, 1013), prefix="é.")
    path = write_turnover(tmp_path, host_clip(unicodedata.normalize("NFD", "é.####.png"), (0, 6), 2))
    (shot,) = read_cut(path, handles=0).shots
    assert (shot.media.online, shot.source_range.first) == (True, 1003)


@pytest.mark.parametrize("url", ["PLATES/Take_1.MOV", "plates/take_1.mov", "Plates/TAKE_1.mov"])
def test_letter_case_is_ignored_and_said(url: str, tmp_path: Path) -> None:
    (tmp_path / "Plates").mkdir()
    write_movie(tmp_path / "Plates" / "Take_1.mov", 12)
    found = _read(tmp_path, url)
    assert found.shots[0].media.path == str(tmp_path / "Plates" / "Take_1.mov")
    (note,) = found.notes
    assert note == f"sh010: its media was found as {tmp_path}/Plates/Take_1.mov: the cut writes it {tmp_path}/{url}"


def test_letter_case_of_a_sequence_is_ignored_and_said(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(0, 12), prefix="PLATE.")
    found = _read(tmp_path, "plate.####.PNG")
    assert found.shots[0].media.path == str(tmp_path / "PLATE.####.png")
    assert "PLATE.####.png" in found.notes[0]


def test_an_exact_name_is_never_replaced(tmp_path: Path) -> None:
    for name in ("a.mov", "A.mov"):
        write_movie(tmp_path / name, 12)
    found = _read(tmp_path, "A.mov")
    assert (found.shots[0].media.path, found.notes) == (str(tmp_path / "A.mov"), ())


def test_ambiguous_letter_case_is_not_guessed(tmp_path: Path) -> None:
    for name in ("take.mov", "Take.mov"):
        write_movie(tmp_path / name, 12)
    with pytest.raises(CutIncomplete, match="offline"):
        _read(tmp_path, "TAKE.mov")


def test_a_folder_is_listed_once_however_many_media_are_missing_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a cut of thousands of clips compares each of them with thousands of files."""
    listed: list[Path] = []
    list_folder = Path.iterdir

    def list_and_count(folder: Path) -> Iterator[Path]:
        listed.append(folder)
        return list_folder(folder)

    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "A009.mov").touch()
    media = [movie_reference(f"media/a{number:03d}.mov", time_range(0, 20)) for number in range(9)]
    path = write(tmp_path / "cut.otio", timeline(track(*(clip(one, time_range(1, 6)) for one in media)), start=at(0)))
    monkeypatch.setattr(Path, "iterdir", list_and_count)
    cut = read_cut(path)
    assert not any(shot.media.online for shot in cut.shots)
    assert listed == [tmp_path / "media"]
