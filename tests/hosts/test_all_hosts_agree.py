"""One delivery drives all hosts, and on every frame of the timeline they show one and the same picture.

A cut of real media, retimed and reversed clips among them, is conformed once. What each host ends with is laid beside
the others and beside ``return.otio``, read by OpenTimelineIO's own transforms. It proves that the hosts' ends and the
timeline agree with one another under the imitations; what the real programs show is not seen here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tests.delivery._deliveries import deliver
from tests.hosts import placed
from tests.hosts.placed import Delivered, Shown
from tests.turnover import _cuts as cuts
from toolkit.turnover import read_cut

HANDLES = 32
"""So many that a slow clip's layer fills its place at normal speed: Resolve places first and sets the speed then."""


@pytest.fixture(scope="module", params=["24", "24000/1001", "25"])
def conformed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """A plain shot with handles, one at double speed, one backwards, one at half speed, one frozen, and gaps."""
    folder, exact = tmp_path_factory.mktemp("cut"), Fraction(request.param)
    rate, hour = float(exact), round(exact) * 3600
    for name in ("A001", "C003", "D004", "E005"):
        cuts.write_movie(folder / f"{name}.mov", 120, rate=exact, timecode="10:00:00:00")
    cuts.write_sequence(folder / "B002", range(101, 221))

    def movie(file: str, start: int, count: int, name: str, *effects: cuts.Json) -> cuts.Json:
        reference = cuts.movie_reference(file, cuts.time_range(10 * hour, 120, rate))
        return cuts.clip(reference, cuts.time_range(10 * hour + start, count, rate), name=name, effects=effects)

    numbered = cuts.sequence_reference("B002/", 101, cuts.time_range(0, 120, rate), rate=rate)
    document = cuts.timeline(
        cuts.track(
            cuts.gap(6, rate),
            movie("A001.mov", 40, 20, "plain"),
            cuts.clip(numbered, cuts.time_range(50, 20, rate), name="double", effects=[cuts.speed(2.0)]),
            cuts.gap(3, rate),
            movie("C003.mov", 45, 24, "backwards", cuts.speed(-1.0)),
            movie("D004.mov", 45, 24, "half", cuts.speed(0.5)),
            movie("E005.mov", 50, 20, "frozen", cuts.freeze()),
        ),
        start=cuts.time(hour, rate),
        name="agreement",
    )
    deliver(read_cut(cuts.write(folder / "cut.otio", document), handles=HANDLES), folder / "out")
    return Delivered(folder / "out" / "delivery.json")


MIXED = {
    "30": [("24000/1001", 1.0), ("30000/1001", -0.5), ("60000/1001", 1.0), ("25", 2.0)],
    "24": [("30000/1001", 2.0), ("60000/1001", 0.5), ("25", -1.0), ("24000/1001", 1.1)],
    "60000/1001": [("30000/1001", 2.0), ("24000/1001", -1.0), ("24", 0.5), ("60000/1001", 3.0)],
}
"""Rate of the cut to rates and speeds of its clips. NTSC media in a cut of a whole rate come within a thousandth of the
edges of their pictures; double speed at half the rate is a picture a frame without being plain."""


@pytest.fixture(scope="module", params=MIXED)
def mixed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """Clips whose media run at other rates than the cut."""
    folder, record_rate = tmp_path_factory.mktemp("mixed"), float(Fraction(request.param))
    clips = []
    for number, (media_rate, speed) in enumerate(MIXED[request.param]):
        file, rate = f"M00{number}.mov", float(Fraction(media_rate))
        cuts.write_movie(folder / file, 150, rate=Fraction(media_rate))
        used = {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": cuts.time(45, rate),
            "duration": cuts.time(18, record_rate),
        }
        effects = [cuts.speed(speed)] if speed != 1 else []
        media = cuts.movie_reference(file, cuts.time_range(0, 150, rate))
        clips.append(cuts.clip(media, used, name=f"clip{number}", effects=effects))
    document = cuts.timeline(cuts.track(*clips), start=cuts.time(0, record_rate), name="mixed")
    deliver(read_cut(cuts.write(folder / "cut.otio", document), handles=HANDLES), folder / "out")
    return Delivered(folder / "out" / "delivery.json")


# --- every host ------------------------------------------------------------------------------------------------------

HOSTS: dict[str, Callable[[Delivered, Path], Shown]] = {
    "return.otio": lambda delivered, _: placed.in_return_otio(delivered),
    "DaVinci Resolve": placed.in_resolve,
    "After Effects": placed.in_after_effects,
    "a ready-made project": lambda delivered, _: placed.in_project(delivered),
}


def assert_shows(host: str, delivered: Delivered, folder: Path) -> None:
    expected = placed.asked(delivered)
    found = HOSTS[host](delivered, folder)
    assert found.keys() == expected.keys()
    for key, pictures in expected.items():
        assert found[key] == pictures, key


@pytest.mark.parametrize("host", HOSTS)
def test_the_host_shows_what_the_delivery_asks_for_frame_by_frame(
    conformed: Delivered, host: str, at_home: Path
) -> None:
    assert_shows(host, conformed, at_home)


@pytest.mark.parametrize("host", [host for host in HOSTS if host != "DaVinci Resolve"])
def test_so_it_does_where_media_run_at_other_rates_than_the_cut(mixed: Delivered, host: str, at_home: Path) -> None:
    """Resolve is left out: it places whole pictures, which seldom end where a frame of another rate does, and then its
    entry refuses instead of landing a frame off."""
    assert_shows(host, mixed, at_home)


def test_a_layer_shows_what_its_plate_shows(conformed: Delivered) -> None:
    """Read from return.otio alone: both count from pictures whose timecode is the same."""
    shown = placed.in_return_otio(conformed)
    labels = {key: clip["start_index"] + clip["in_frame"] for key, clip in conformed.clips()}
    for (pass_name, shot), pictures in shown.items():
        plate = shown["PLATE", shot]
        shift = labels[pass_name, shot] - labels["PLATE", shot]
        assert pictures == [(record_frame, picture + shift) for record_frame, picture in plate]


def test_the_cut_is_what_it_says(conformed: Delivered) -> None:
    """The table by hand, so that hosts which agree on something wrong do not pass."""
    shown = placed.in_return_otio(conformed)
    assert shown["PLATE", "plain"] == [(6 + i, 40 + i) for i in range(20)]
    assert shown["PLATE", "double"] == [(26 + i, 151 + 2 * i) for i in range(20)]
    assert shown["PLATE", "backwards"] == [(49 + i, 68 - i) for i in range(24)]
    assert shown["PLATE", "half"] == [(73 + i, 45 + i // 2) for i in range(24)]
    assert shown["PLATE", "frozen"] == [(97 + i, 50) for i in range(20)]
    assert shown["FACE", "plain"] == [(6 + i, 1001 + HANDLES + i) for i in range(20)]
    assert shown["FACE", "double"] == [(26 + i, 1001 + 50 + 2 * i) for i in range(20)]  # 50 pictures were left there
    assert shown["FACE", "backwards"] == [(49 + i, 1001 + HANDLES + 23 - i) for i in range(24)]
    assert shown["FACE", "half"] == [(73 + i, 1001 + HANDLES // 2 + i // 2) for i in range(24)]
    assert shown["FACE", "frozen"] == [(97 + i, 1001) for i in range(20)]
