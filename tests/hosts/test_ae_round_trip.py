"""What a comp shows is what comes back: its turnover, the delivery, ``return.otio`` and the imported comp agree.

The comp's frames are calculated here, by After Effects' own rule: forwards a frame shows the source frame that begins
at or before its position, in reverse the one that ends at or after it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.delivery._deliveries import deliver_frames
from tests.hosts import placed
from tests.hosts.placed import Delivered, Shown
from tests.hosts.users import Machine, comp, machine, project, shown
from tests.turnover import _cuts as cuts
from toolkit.documents import Cut, Turnover
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests

__all__ = ["machine"]

LENGTH = 12
RATES = ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
STRETCHES = (-100, -50, -200, 100, -125, 80, -66, 66.667, -66.667)
STARTS = (31, 36, 30.5, 33, 40)


class Use(NamedTuple):
    """A layer of the table: media of a rate, stretched."""

    rate: Fraction
    stretch: float
    start: Fraction
    """Of the layer, in frames of its first visible one: where the media's first frame would be."""

    def frames(self, record_rate: Fraction) -> list[int]:
        """What the comp shows."""
        step = self.rate / record_rate * 100 / Fraction(str(self.stretch))
        positions = [(index - self.start) * step for index in range(LENGTH)]
        return [floor(position) if step > 0 else ceil(position) - 1 for position in positions]


def uses_in(record_rate: str) -> Iterator[Use]:
    shift = RATES.index(record_rate)
    for number, rate in enumerate(RATES):
        for reach in (0, 3):
            stretch = STRETCHES[(number + shift + reach) % len(STRETCHES)]
            start = Fraction(STARTS[(number + shift + reach) % len(STARTS)])
            yield Use(Fraction(rate), stretch, start if stretch < 0 else -start)


class Sent(NamedTuple):
    """A comp of the table, sent, read and delivered."""

    uses: list[Use]
    turnover: Turnover
    cut: Cut
    delivered: Delivered


@pytest.fixture(scope="module", params=RATES)
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("sent")
    (folder / "home" / ".toolkit").mkdir(parents=True)
    desk, uses = Machine(folder=folder), list(uses_in(request.param))
    layers, footage = [], {}
    for number, use in enumerate(uses):
        file, first = folder / f"M{number:02}.mov", number * LENGTH
        cuts.write_movie(file, 240, rate=use.rate)
        footage[file.name] = {"path": str(file), "fps": float(use.rate), "frames": 240, "width": 128, "height": 72}
        ends = {"in": first, "out": first + LENGTH, "start": float(first + use.start)}
        layers.append({"source": file.name, "stretch": use.stretch, **ends})
    size = {"frames": LENGTH * len(uses), "width": 128, "height": 72}
    turnover = desk.send(project(comp(*layers, fps=float(Fraction(request.param)), **size), footage=footage))
    cut = read_cut(desk.out / "turnover.json", handles=8)
    deliver_frames(cut, folder / "out")
    return Sent(uses, turnover, cut, Delivered(folder / "out" / "delivery.json"))


def expected(sent: Sent) -> list[list[int]]:
    return [use.frames(sent.cut.record_rate) for use in sent.uses]


def test_the_turnover_shows_the_frames_of_the_comp(sent: Sent) -> None:
    clips = sorted(sent.turnover.clips, key=lambda clip: clip.record_first)
    assert [shown(clip, sent.turnover.fps) for clip in clips] == expected(sent)


def test_the_toolkit_reads_the_frames_of_the_comp(sent: Sent) -> None:
    shots = sorted(sent.cut.shots, key=lambda shot: shot.record_range.first)
    read = [[shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range] for shot in shots]
    assert read == expected(sent)


READERS: dict[str, Callable[[Delivered, Path], Shown]] = {
    "delivery.json": lambda delivered, _: placed.asked(delivered),
    "return.otio": lambda delivered, _: placed.in_return_otio(delivered),
    "After Effects": placed.in_after_effects,
    "a ready-made project": lambda delivered, _: placed.in_project(delivered),
}


@pytest.mark.parametrize("reader", READERS)
def test_what_is_delivered_shows_the_frames_of_the_comp(sent: Sent, reader: str, at_home: Path) -> None:
    found = READERS[reader](sent.delivered, at_home)
    shots = sorted(sent.cut.shots, key=lambda shot: shot.record_range.first)
    for shot, frames in zip(shots, expected(sent), strict=True):
        assert [picture for _, picture in found["PLATE", shot.name]] == frames, shot.frame_map
        layer = [shot.frame_map.shot_frame(frame) for frame in frames]
        for name in ("BODY", "FACE"):
            assert [picture for _, picture in found[name, shot.name]] == layer, shot.frame_map


# --- even remaps --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [2, 24, 480])
@pytest.mark.parametrize(("fps", "media_fps"), [(24, 24), (25, 30000 / 1001), (24000 / 1001, 24)])
def test_an_even_remap_is_a_speed_whatever_its_keys(
    machine: Machine, length: int, fps: float, media_fps: float
) -> None:
    cuts.write_movie(machine.folder / "a.mov", 1200, rate=Fraction(media_fps).limit_denominator(1001))
    footage = {"a": {"path": str(machine.folder / "a.mov"), "fps": media_fps, "frames": 1200}}
    chance = random.Random(7)
    layers: list[dict[str, Any]] = []
    for number in range(10):
        first, speed = chance.uniform(5, 50) / media_fps, chance.uniform(0.3, 1.6) * (-1 if number % 3 == 2 else 1)
        start, end = number * length, (number + 1) * length
        values = [first, first + abs(speed) * length / fps]
        keys = [[start, values[speed < 0]], [end, values[speed > 0]]]
        layers.append({"source": "a", "in": start, "out": end, "remap": keys})
    turnover = machine.send(project(comp(*layers, fps=fps, frames=10 * length), footage=footage))
    assert [clip.remap for clip in turnover.clips] == [()] * 10
    cut = read_cut(machine.out / "turnover.json", handles=2)
    clips = {clip.record_first: clip for clip in turnover.clips}
    for shot in cut.shots:
        read = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
        (first, low), (after, high) = layers[shot.record_range.first // length]["remap"]
        positions = [(low + (high - low) * n / (after - first)) * media_fps for n in range(length)]
        assert read == [floor(position + 0.001) for position in positions]  # as near to a whole frame as makes no odds
        assert read == shown(clips[shot.record_range.first], turnover.fps)
