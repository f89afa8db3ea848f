"""The Resolve entries as they are installed: bundled, and started as Resolve or a terminal starts them."""

from __future__ import annotations

import copy
import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.hosts.delivered import Document, clips
from tests.hosts.resolve import Behaviour, FakeResolve, Footage, Switch
from toolkit.install import bundle_python

SCRIPTS = Path(__file__).resolve().parents[2] / "resolve_scripts"
ENTRIES = sorted(path.name for path in SCRIPTS.glob("*.py"))

Report = dict[str, Any]

PROBES = (
    *("TimelineItem.GetSpeed", "TimelineItem.SetSpeed", "TimelineItem.GetType", "TimelineItem.GetLinkedItems"),
    *("TimelineItem.GetSourceStartFrame", "TimelineItem.GetSourceEndFrame"),
    *("Timeline.GetSelectedClips", "Timeline.GetMarkInOut", "MediaPool.GetSelectedClips", "Resolve.IsStudio"),
)
"""What entries ask a version that may lack it, to learn that it does."""


def load(entry: str, folder: Path) -> ModuleType:
    """The bundle of an entry as a module; the package it is made from is not on the path."""
    path = folder / entry
    path.write_text(bundle_python(SCRIPTS, entry), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(entry.replace(" ", "_").removesuffix(".py"), path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["pause"] = lambda seconds: time.sleep(min(seconds, 0.001))
    module.__dict__["open_file"] = lambda path: None
    return module


INJECTED = ("resolve", "fusion", "fu", "bmd", "app")


def start_in(entry: ModuleType, desk: Desk, *arguments: str) -> Report:
    """Start an entry as Resolve's menu does (without arguments) or as a terminal does."""
    for name in INJECTED:
        entry.__dict__.pop(name, None)
    entry.__dict__.update(desk.fake.script_globals())
    report: Report = entry.main(list(arguments))
    return report


def footage_of(document: Document) -> dict[str, Footage]:
    """What a test vouches for: the movies of a delivery, as long and as fast as it says."""
    return {
        clip["path"]: Footage(frames=clip["end_index"] + 1, fps=clip["fps"])
        for track in document["tracks"]
        for clip in track["clips"]
        if clip["kind"] == "movie"
    }


class Desk:
    """An editor's Resolve, with the cut of a delivery on a timeline that it was sent from."""

    def __init__(self, deliver: Callable[..., Path], behaviour: Behaviour | None = None, **changes: Any) -> None:
        self.deliver = deliver
        self.path = self.delivery(**changes)
        document = self.document
        self.fake = FakeResolve(behaviour, footage_of(document), probes=PROBES)
        self.sent = self.fake.users
        plates = self.fake.users.tracks["video"][0]
        plates.items.clear()
        for clip in clips(document, "PLATE"):
            media = self.fake.add_media(pool_path(self.path, clip), footage_for(clip), first=clip["start_index"])
            at = {"at": clip["record_first"], "left": clip["in_frame"], "duration": clip["record_count"]}
            self.fake.add_item(self.sent, media, **at, speed=100 * clip["speed"])

    def delivery(self, change: Callable[[Document], Any] = lambda document: None, *, origin: bool = True) -> Path:
        """Write a delivery of the cut on the timeline, changed; the path.

        Without its faces: they are most of a document, which thousands of imports read, and no entry for Resolve uses
        them.
        """

        def told(document: Document) -> None:
            document["faces"] = []
            if origin:
                colour = {"mode": "unmanaged", "science": "davinciYRGB", "working": "", "linear": False}
                document["origin"] = {"host": "resolve", "name": "scene_04", "timeline_id": "", "colour": colour}
            change(document)

        path = self.deliver(told)
        if hasattr(self, "fake"):
            self.fake.world.footage.update(footage_of(json.loads(path.read_text(encoding="utf-8"))))
        return path

    def frozen(self) -> Callable[[], Desk]:
        """What makes this desk again as it is now, for tests that go on from one state in many ways."""
        resolve = self.fake.frozen()

        def thaw() -> Desk:
            desk = copy.copy(self)
            desk.fake = resolve()
            desk.sent = desk.fake.users
            return desk

        return thaw

    def switch_on(self, switch: Switch) -> None:
        """From now on this Resolve behaves so; what the editor has made by now stands."""
        for name, value in switch.changes.items():
            setattr(self.fake.behaviour, name, value)
        world, behaviour = self.fake.world, self.fake.behaviour
        world.modal, world.page, world._changes = behaviour.modal_after == 0, behaviour.page, 0

    @property
    def document(self) -> Document:
        """The delivery as plain JSON."""
        document: Document = json.loads(self.path.read_text(encoding="utf-8"))
        return document


def pool_path(path: Path, clip: Document) -> str:
    """How the media pool calls a clip's media."""
    first = (path.parent / clip["path"]).resolve() if not Path(clip["path"]).is_absolute() else Path(clip["path"])
    if clip["kind"] == "movie":
        return str(first)
    span = f"[{clip['start_index']:04d}-{clip['end_index']:04d}]"
    return str(first.parent / clip["pattern"].replace("%04d", span))


def footage_for(clip: Document) -> Footage:
    """As the delivery says."""
    return Footage(frames=clip["end_index"] - clip["start_index"] + 1, fps=clip["fps"])
