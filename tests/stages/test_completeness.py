"""What is delivered is complete and current: every frame is as the last render wanted it, whatever came in between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import toolkit
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.documents import Delivery
from toolkit.engines import PaintRequest
from toolkit.engines.builtin import BuiltinEngine
from toolkit.errors import MissingDocument
from toolkit.settings import Settings, load_settings

BODY_ONLY = "output.passes=BODY"
OTHER_LOOK = "body.strength=0.3"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Two shots of four frames."""
    clips = []
    for name in ("sh010", "sh020"):
        write_sequence(tmp_path / name, range(1001, 1005))
        clips.append(clip(sequence_reference(f"{name}/", 1001, time_range(0, 4)), time_range(0, 4), name=name))
    return write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0)))


@pytest.fixture
def out(cut: Path, tmp_path: Path) -> Path:
    """The cut, rendered and delivered."""
    toolkit.run(cut, tmp_path / "out", settings())
    return tmp_path / "out"


def settings(*assignments: str) -> Settings:
    return load_settings(overrides=[BODY_ONLY, *assignments])


def stop_after(pictures: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The artist presses Ctrl-C when so many pictures are painted."""
    painted: list[PaintRequest] = []
    paint = BuiltinEngine.paint

    def paint_some(engine: BuiltinEngine, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        if len(painted) >= pictures:
            raise KeyboardInterrupt
        painted.extend(requests)
        return paint(engine, requests)

    monkeypatch.setattr(BuiltinEngine, "paint", paint_some)


def shots_of(delivery: Delivery) -> list[str]:
    return [str(one.shot) for each in delivery.tracks if each.pass_name for one in each.clips]


def omitted(delivery: Delivery) -> list[str]:
    return [note for note in delivery.notes if "omitted" in note]


def test_after_an_interrupted_re_render_a_mix_of_two_looks_is_not_delivered(
    out: Path, cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All files are there, and some of them are of the earlier look."""
    with monkeypatch.context() as patches:
        stop_after(6, patches)
        with pytest.raises(KeyboardInterrupt):
            toolkit.run(cut, out, settings(OTHER_LOOK))
    delivery = toolkit.conform(out, settings())
    assert shots_of(delivery) == ["sh010"]
    (note,) = omitted(delivery)
    assert note.startswith("sh020: BODY omitted (") and note.endswith(" of 4 frames are up to date)")

    toolkit.run(cut, out, settings(OTHER_LOOK))
    assert shots_of(toolkit.conform(out, settings())) == ["sh010", "sh020"]


def test_a_pass_that_was_planned_again_is_not_delivered_until_it_is_rendered(out: Path) -> None:
    toolkit.plan(out, settings(OTHER_LOOK))
    with pytest.raises(MissingDocument, match="a complete pass"):
        toolkit.conform(out, settings())
    toolkit.render(out, settings(), shots=["sh020"])
    assert shots_of(toolkit.conform(out, settings())) == ["sh020"]


def test_the_same_plan_again_changes_nothing(out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("frame_keys.json")}
    toolkit.plan(out, settings())
    assert shots_of(toolkit.conform(out, settings())) == ["sh010", "sh020"]
    assert sum(one.rendered for one in toolkit.render(out, settings())) == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("frame_keys.json")} == before


def test_a_frame_that_is_missing_or_truncated_is_not_delivered(out: Path) -> None:
    one, other = sorted(out.glob("*/BODY/v001/*.1002.exr"))
    one.unlink()
    other.write_bytes(other.read_bytes()[:-10])
    with pytest.raises(MissingDocument, match="a complete pass"):
        toolkit.conform(out, settings())
