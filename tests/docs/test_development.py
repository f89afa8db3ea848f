"""DEVELOPMENT.md lists the rooms that are on disk."""

from __future__ import annotations

import re

from tests.docs._pages import REPOSITORY
from tests.test_architecture import ROOMS

TEXT = (REPOSITORY / "DEVELOPMENT.md").read_text(encoding="utf-8")


def test_the_rooms_are_listed_from_top_to_bottom() -> None:
    rows = re.findall(r"^\| `(\w+)(/|\.py)` \|", TEXT, flags=re.MULTILINE)
    assert [room for room, _ in rows] == ROOMS
    for room, ending in rows:
        assert (REPOSITORY / "toolkit" / f"{room}{ending}").exists()


def test_the_files_it_names_exist() -> None:
    for name in re.findall(r"`((?:toolkit|tests|docs)/[\w/.-]+)`", TEXT):
        assert (REPOSITORY / name).exists(), name
