"""Answers to the question where plates are, which both hosts must understand alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

THERE = "/mnt/farm/show/plates"
"""Where the delivery says that its plates are; this machine has no such folder."""


class Answer(NamedTuple):
    """A map of folders, what the artist answers, and the map afterwards. Folders here are relative to the machine's."""

    before: dict[str, str]
    here: str
    """The folder that has the plates, which the artist chooses if asked."""
    after: dict[str, str]
    other: str = ""
    """Another folder that there is on this machine, without the plates."""
    is_asked: bool = True


ANSWERS = {
    "no map": Answer({}, "disk/show/plates", {"/mnt/farm": "disk"}),
    "another name": Answer({}, "disk/originals", {THERE: "disk/originals"}),
    "a deeper entry that is out of date": Answer({THERE: "old/plates"}, "disk/show/plates", {"/mnt/farm": "disk"}),
    "two of them": Answer(
        {THERE: "old/plates", "/mnt/farm/show": "older"},
        "disk/originals",
        {THERE: "disk/originals"} | {"/mnt/farm/show": "older"},
    ),
    "the same entry out of date": Answer({"/mnt/farm": "old"}, "disk/show/plates", {"/mnt/farm": "disk"}),
    "an entry for the neighbours that holds": Answer(
        {"/mnt/farm": "big"}, "disk/show/plates", {"/mnt/farm": "big", "/mnt/farm/show": "disk/show"}, other="big"
    ),
    "a deeper entry whose folder has other files": Answer(
        {THERE: "old/plates"}, "disk/show/plates", {THERE: "old/plates", "/mnt/farm": "disk"}, other="old/plates"
    ),
    "a deeper entry that is out of date over one that holds": Answer(
        {THERE: "old/plates", "/mnt/farm": "disk"},
        "disk/show/plates",
        {THERE: "old/plates", "/mnt/farm": "disk"},
        is_asked=False,
    ),
    "entries of other folders": Answer(
        {"/mnt/farm/show/plates2": "a", "/mnt/farm2": "b", THERE + "/reel": "c"},
        "disk/show/plates",
        {"/mnt/farm/show/plates2": "a", "/mnt/farm2": "b", THERE + "/reel": "c", "/mnt/farm": "disk"},
    ),
}


def write_map(home: Path, folder: Path, answer: Answer) -> None:
    """Write the map before the answer, and make the other folder; ``folder`` is that of the machine."""
    (home / ".toolkit").mkdir(parents=True, exist_ok=True)
    text = json.dumps({there: str(folder / here) for there, here in answer.before.items()})
    (home / ".toolkit" / "path_map.json").write_text(text, encoding="utf-8")
    if answer.other:
        (folder / answer.other).mkdir(parents=True)


def read_map(home: Path, folder: Path) -> dict[str, str]:
    """The map, with folders relative to that of the machine."""
    found: dict[str, str] = json.loads((home / ".toolkit" / "path_map.json").read_text(encoding="utf-8"))
    return {there: Path(here).relative_to(folder).as_posix() for there, here in found.items()}
