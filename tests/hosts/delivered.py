"""A delivery on disk for the host tests: the golden document, its files, and changes to it."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "delivery.json"

Document = dict[str, Any]
Change = Callable[[Document], Any]
Pictures = Callable[[Document], Path | None]
"""The file whose picture a clip's files show; None for empty files."""

MEDIA_FIELDS = ("kind", "path", "pattern", "start_index", "end_index", "width", "height", "alpha")


def golden() -> Document:
    """The golden delivery as plain JSON, a new copy each time."""
    document: Document = pickle.loads(_pickled_golden())
    return document


@cache
def _pickled_golden() -> bytes:
    """Read several times as fast as JSON: thousands of imports start with it."""
    return pickle.dumps(json.loads(GOLDEN.read_text(encoding="utf-8")))


class Deliveries:
    """Deliveries on disk. Those with the same media share a folder, since thousands of files take their time."""

    def __init__(self, folder: Path, pictures: Pictures = lambda clip: None) -> None:
        self.folder = folder
        self.pictures = pictures
        self.made: dict[str, Path] = {}

    def __call__(self, change: Change = lambda document: None, *, own_media: bool = False) -> Path:
        """Write the (changed) golden delivery and the files of its media; the path of delivery.json.

        The plates lie beside the delivery's folder, as on an editor's disk. ``own_media`` for tests that touch them.
        """
        document = golden()
        for clip in clips(document, "PLATE"):
            clip["path"] = f"../plates/{Path(clip['path']).name}"
        change(document)
        keep_positions_true(document)
        every = [clip for track in document["tracks"] for clip in track["clips"]]
        key = json.dumps([[clip[field] for field in MEDIA_FIELDS] for clip in every])
        root = self.folder / f"delivery{len(self.made)}" / "out"
        if own_media or key not in self.made:
            root.mkdir(parents=True)
            for clip in every:
                write_media(root, clip, self.pictures(clip))
            self.made[f"{key} of {root}" if own_media else key] = root
        else:
            root = self.made[key]
        for clip in clips(document, "PLATE"):
            clip["path"] = str(root.parent / "plates" / Path(clip["path"]).name)
        for report in root.glob("*_report.json"):
            report.unlink()
        path = root / "delivery.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path


def keep_positions_true(document: Document) -> None:
    """Let ``in_position`` follow an ``in_frame`` that a test has changed."""
    for clip in (clip for track in document["tracks"] for clip in track["clips"]):
        if floor(Fraction(clip["in_position"])) != clip["in_frame"]:
            clip["in_position"] = str(clip["in_frame"])


def write_media(folder: Path, clip: Document, picture: Path | None) -> None:
    """Files of the right names: links to ``picture``, or empty for those who only look at names."""
    first = folder / clip["path"]
    first.parent.mkdir(parents=True, exist_ok=True)
    names = [first.name]
    if clip["kind"] == "sequence":
        names = [clip["pattern"] % number for number in range(clip["start_index"], clip["end_index"] + 1)]
    if picture is None:
        picture = folder / "empty"
        picture.touch()
    for name in {*names}.difference(path.name for path in first.parent.iterdir()):
        os.link(picture, first.parent / name)  # twenty times as fast as a new file


def clips(document: Document, track: str) -> list[Document]:
    """The clips of the track whose name starts with ``track``, in record order."""
    found: list[Document] = next(one["clips"] for one in document["tracks"] if one["name"].startswith(track))
    return found


def set_on(track: str, index: int, **values: Any) -> Change:
    """A change for ``deliver``: new values in one clip."""
    return lambda document: clips(document, track)[index].update(values)


def make_version_2(change: Change = lambda document: None) -> Change:
    """A change for ``deliver``: the whole delivery as version 2."""

    def bump(document: Document) -> None:
        for track in document["tracks"][1:]:
            track["name"] = track["name"].replace("v001", "v002")
            for clip in track["clips"]:
                clip["version"] = 2
                for field in ("name", "path", "pattern"):
                    clip[field] = clip[field].replace("v001", "v002")
        change(document)

    return bump


def retime(speed: float, *, frame_count: int, record_count: int) -> Change:
    """A change for ``deliver``: the first shot at another speed, on all tracks."""

    def change(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(speed=speed, frame_count=frame_count, record_count=record_count)

    return change
