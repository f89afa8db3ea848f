"""DEVELOPMENT.md lists the subpackages that are on disk."""

from __future__ import annotations

import re

from tests.docs._pages import REPOSITORY
from tests.test_architecture import SUBPACKAGES

TEXT = (REPOSITORY / "DEVELOPMENT.md").read_text(encoding="utf-8")


def test_the_subpackages_are_listed_from_top_to_bottom() -> None:
    rows = re.findall(r"^\| `(\w+)(/|\.py)` \|", TEXT, flags=re.MULTILINE)
    assert [name for name, _ in rows] == SUBPACKAGES
    for name, ending in rows:
        assert (REPOSITORY / "toolkit" / f"{name}{ending}").exists()


def test_the_files_it_names_exist() -> None:
    for name in re.findall(r"`((?:toolkit|tests|docs)/[\w/.-]+)`", TEXT):
        assert (REPOSITORY / name).exists(), name


def test_the_functions_it_names_exist() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "toolkit").rglob("*.py"))
    names = re.findall(r"`([a-z]+_[a-z_]*[a-z])`", TEXT)
    assert {"read_cut", "read_timeline_cut"} <= set(names)
    assert [name for name in names if not re.search(rf"\b{name}\b", source)] == []
