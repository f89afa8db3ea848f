"""The page of what has changed in a cut, as a browser gets it."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    movie_reference,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.cli import run_command
from toolkit.errors import OutputNotWritable
from toolkit.settings import Settings
from toolkit.stages import changes_page, check_page_path, find_changes, write_changes_page

HOSTILE = """</title><script src="https://example.com/x.js">alert(1)</script>'"&"""


class Page(HTMLParser):
    """The elements of a page and their attributes; unclosed ones are an error of the page."""

    VOID = ("meta", "img", "input", "br")
    OPTIONAL = ("th",)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] in self.OPTIONAL and tag != self.open[-1]:
            self.open.pop()
        assert self.open.pop() == tag

    def pictures(self) -> list[int]:
        """The grey of the middle of each picture."""
        found = []
        for tag, attributes in self.tags:
            if tag == "img":
                kind, data = str(attributes["src"]).split(",")
                assert kind == "data:image/jpeg;base64"
                picture = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
                assert picture is not None
                found.append(int(picture[36, 64]))
        return found


def write_cuts(folder: Path) -> tuple[Path, Path]:
    write_sequence(folder / "plates", range(1, 201))
    plates = sequence_reference("plates/", 1, time_range(0, 200))
    gone = movie_reference(f"/gone/{HOSTILE}.mov", time_range(0, 200))

    def use(first: int, count: int, name: str, reference: Json = plates, scalar: float = 1) -> Json:
        return clip(reference, time_range(first, count), name=name, effects=[speed(scalar)] if scalar != 1 else [])

    old = use(19, 20, "a"), use(79, 20, "b"), use(9, 9, HOSTILE, gone)
    new = use(19, 20, "a"), use(83, 20, "b"), use(9, 5, HOSTILE, gone), gap(3), use(149, 11, "c", scalar=-1)
    return (
        write(folder / "v1.otio", timeline(track(*old), start=time(0), name=HOSTILE)),
        write(folder / "v2.otio", timeline(track(*new), start=time(0), name="v2")),
    )


def test_the_page_shows_first_and_last_frames_of_both_versions_and_draws_offline_media_as_such(tmp_path: Path) -> None:
    old, new = write_cuts(tmp_path)
    changes = find_changes(new, old, Settings())
    assert write_changes_page(changes, tmp_path / "page.html") == []
    page = Page(tmp_path / "page.html")
    np.testing.assert_allclose(page.pictures(), [80, 99, 84, 103, 160, 150], atol=2)  # b as it was and is, c reversed
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count(">offline<") == 4
    rectangles = [attributes for tag, attributes in page.tags if tag == "rect"]
    assert [(one["class"], one["x"], one["width"], one["y"]) for one in rectangles] == [
        ("same", "0", "20", "0"),
        ("slipped", "20", "20", "0"),
        ("trimmed", "40", "9", "0"),
        ("same", "0", "20", "23"),
        ("slipped", "20", "20", "23"),
        ("trimmed", "40", "5", "23"),
        ("new", "48", "11", "23"),
    ]
    assert f"<strong>{changes.frames_to_render}</strong> source frames to render" in text


def test_the_page_loads_nothing_and_runs_nothing_whatever_the_cut_is_called(tmp_path: Path) -> None:
    old, new = write_cuts(tmp_path)
    write_changes_page(find_changes(new, old, Settings()), tmp_path / "page.html")
    page = Page(tmp_path / "page.html")
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed", "base"}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert all((attributes.get(name) or "#").startswith(("#", "data:")) for name in ("href", "src"))
    style = re.search(r"<style>(.*?)</style>", (tmp_path / "page.html").read_text(encoding="utf-8"), re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_an_unreadable_frame_is_drawn_as_such_and_said(tmp_path: Path) -> None:
    old, new = write_cuts(tmp_path)
    changes = find_changes(new, old, Settings())
    (tmp_path / "plates" / "plate.0084.png").write_bytes(b"broken")
    (problem,) = write_changes_page(changes, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "plate.0084.png" in problem
    assert ">unreadable<" in text
    assert "plate.0084.png" in text


def test_only_so_many_shots_have_pictures_and_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = write_cuts(tmp_path)
    monkeypatch.setattr(changes_page, "_MOST_PICTURED", 1)
    (note,) = write_changes_page(find_changes(new, old, Settings()), tmp_path / "page.html")
    assert "first 1 of 3 changed shots" in note
    page = Page(tmp_path / "page.html")
    np.testing.assert_allclose(page.pictures(), [80, 99, 84, 103], atol=2)
    assert "unreadable" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_command_writes_the_page_beside_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_cuts(tmp_path)
    page = tmp_path / "changes.html"
    assert run_command(["shots", str(new), "--since", str(old), "--page", str(page)]) == 0
    assert Page(page).tags
    said = capsys.readouterr()
    assert "slipped" in said.out
    assert str(page) in said.err
    assert run_command(["shots", str(new), "--page", str(page)]) == 2
    assert "--since" in capsys.readouterr().err
    with pytest.raises(OutputNotWritable, match="html"):
        check_page_path(tmp_path / "changes.png")
