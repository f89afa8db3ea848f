"""Parse the paths that timelines write, each to one file or one sequence."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolkit.editorial.locations import Location, is_relative, parse_location, sequence_from_first_file
from toolkit.editorial.skips import Skip

CUT_FOLDER = Path("/cuts/reel 1")

FILES = {
    "file URL with an escaped space": ("file:///a%20b/c.mov", "/a b/c.mov"),
    "file URL on localhost": ("file://localhost/a/c.mov", "/a/c.mov"),
    "file URL on localhost with a drive": ("file://localhost/C:/x/y.mov", "C:/x/y.mov"),
    "file URL with an escaped drive, as Premiere writes it": ("file://localhost/C%3a/x/y.mov", "C:/x/y.mov"),
    "file URL with a drive": ("file:///C:/x/y.mov", "C:/x/y.mov"),
    "file URL with the drive as its host": ("file://C:/x/y.mov", "C:/x/y.mov"),
    "file URL of a share": ("file://server/share/y.mov", "//server/share/y.mov"),
    "file URL of a relative path, as scripts write it": ("file://./media/y.mov", "/cuts/reel 1/media/y.mov"),
    "file URL of a share with an empty host": ("file:////server/share/y.mov", "//server/share/y.mov"),
    "file URL with an unescaped hash": ("file:///a b/c#1.mov", "/a b/c#1.mov"),
    "file URL with a letter of two bytes": ("file:///x/%d0%b0.mov", "/x/\N{CYRILLIC SMALL LETTER A}.mov"),
    "file URL in capitals": ("FILE:///x/y.mov", "/x/y.mov"),
    "bare path": ("/x/y.mov", "/x/y.mov"),
    "bare path that only looks escaped": ("/x/100%25.mov", "/x/100%25.mov"),
    "Windows path": ("C:\\x\\y.mov", "C:/x/y.mov"),
    "Windows path with slashes": ("C:/x/y.mov", "C:/x/y.mov"),
    "Windows share": ("\\\\server\\share\\y.mov", "//server/share/y.mov"),
    "relative path": ("media/y.mov", "/cuts/reel 1/media/y.mov"),
    "relative path with a dot": ("./media/y.mov", "/cuts/reel 1/media/y.mov"),
    "relative path with backslashes": ("media\\y.mov", "/cuts/reel 1/media/y.mov"),
    "relative file URL": ("file:media/y.mov", "/cuts/reel 1/media/y.mov"),
    "relative path beside the cut's folder": ("../media/./y.mov", "/cuts/media/y.mov"),
    "a folder up, on a share": ("//server/share/reel/../y.mov", "//server/share/y.mov"),
    "a folder up, on a drive": ("C:\\x\\..\\y.mov", "C:/y.mov"),
    "hidden folder": ("/x/.cache/..y.mov", "/x/.cache/..y.mov"),
    "movie with a hash in its name": ("/x/take #3.mov", "/x/take #3.mov"),
}


@pytest.mark.parametrize(("text", "path"), FILES.values(), ids=FILES.keys())
def test_file_paths(text: str, path: str) -> None:
    assert parse_location(text, CUT_FOLDER) == Location(path=path, is_sequence=False)


SEQUENCES = {
    "brackets, as Resolve names sequences": ("/x/out.[1001-1099].tif", "/x/out.####.tif", 1001),
    "brackets with wide numbers": ("/x/out.[0000997-0001099].exr", "/x/out.#######.exr", 997),
    "brackets whose numbers become longer": ("/x/out.[998-1002].exr", "/x/out.###.exr", 998),
    "brackets with a number before zero": ("/x/out.[-012-0099].exr", "/x/out.####.exr", -12),
    "printf": ("/x/out.%04d.exr", "/x/out.####.exr", None),
    "printf in a file URL": ("file:///x/a%20b/out.%04d.exr", "/x/a b/out.####.exr", None),
    "printf escaped in a file URL": ("file:///x/out.%2504d.exr", "/x/out.####.exr", None),
    "printf without padding": ("/x/out.%d.exr", "/x/out.#.exr", None),
    "hashes": ("/x/out.####.exr", "/x/out.####.exr", None),
    "a folder up": ("../plates/out.####.exr", "/cuts/plates/out.####.exr", None),
    "relative, with a drive's slashes": ("plates\\out.[1-9].exr", "/cuts/reel 1/plates/out.#.exr", 1),
}


@pytest.mark.parametrize(("text", "path", "first"), SEQUENCES.values(), ids=SEQUENCES.keys())
def test_sequence_paths(text: str, path: str, first: int | None) -> None:
    assert parse_location(text, CUT_FOLDER) == Location(path=path, is_sequence=True, first_file=first)


@pytest.mark.parametrize("text", ["", "  ", "https://example.com/a.mov", "s3://bucket/a.mov"])
def test_an_empty_path_and_other_urls_are_skipped(text: str) -> None:
    with pytest.raises(Skip, match=r"has no path|not a file"):
        parse_location(text, CUT_FOLDER)


def test_percent_escapes_are_decoded_only_when_the_literal_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a%20b.mov").touch()
    (tmp_path / "c d.mov").touch()

    assert parse_location("a%20b.mov", tmp_path).path == f"{tmp_path}/a%20b.mov"
    assert parse_location("c%20d.mov", tmp_path).path == f"{tmp_path}/c d.mov"
    assert parse_location(f"{tmp_path}/c%20d.mov", CUT_FOLDER).path == f"{tmp_path}/c d.mov"


def test_a_path_through_a_symbolic_link_stays_if_it_is_another_file_without(tmp_path: Path) -> None:
    (tmp_path / "disk" / "reel").mkdir(parents=True)
    (tmp_path / "disk" / "a.mov").touch()
    (tmp_path / "a.mov").touch()
    (tmp_path / "job").symlink_to(tmp_path / "disk" / "reel")
    for written in (f"{tmp_path}/job/../a.mov", f"{tmp_path}/job/../plate.####.exr"):
        assert parse_location(written, CUT_FOLDER).path == written
    assert parse_location(f"{tmp_path}/disk/reel/../a.mov", CUT_FOLDER).path == f"{tmp_path}/disk/a.mov"


def test_a_numbered_still_can_be_the_first_file_of_a_sequence() -> None:
    still = parse_location("/x/plate.1001.exr", CUT_FOLDER)

    assert sequence_from_first_file(still) == Location(path="/x/plate.####.exr", is_sequence=True, first_file=1001)
    before_zero = parse_location("/x/plate.-008.exr", CUT_FOLDER)
    assert sequence_from_first_file(before_zero) == Location(path="/x/plate.####.exr", is_sequence=True, first_file=-8)
    assert sequence_from_first_file(parse_location("/x/plate.exr", CUT_FOLDER)) is None
    assert sequence_from_first_file(parse_location("/x/take.1001.mov", CUT_FOLDER)) is None


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("media/a.mov", True),
        ("media\\a.mov", True),
        ("file:a.mov", True),
        ("/x/a.mov", False),
        ("C:\\x\\a.mov", False),
        ("\\\\server\\a.mov", False),
        ("file:///x/a.mov", False),
        ("https://example.com/a.mov", False),
        ("", False),
    ],
)
def test_which_paths_are_relative_to_the_cut(text: str, relative: bool) -> None:
    assert is_relative(text) is relative
