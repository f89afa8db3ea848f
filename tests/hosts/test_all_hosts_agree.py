"""One delivery drives all hosts, and on every frame of the timeline they show one and the same picture.

A cut of real media, retimed and reversed clips among them, is conformed once. What each host ends with is laid beside
the others and beside ``return.otio``, read by OpenTimelineIO's own transforms. It proves that the hosts' ends and the
timeline agree with one another under the imitations; what the real programs show is not seen here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from tests.delivery._deliveries import deliver_frames
from tests.hosts import placed
from tests.hosts.placed import Delivered, Shown
from tests.hosts.resolve import VERSIONS
from tests.turnover import _cuts as cuts
from toolkit.documents import Cut, Shot
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests

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
    deliver_frames(read_cut(cuts.write(folder / "cut.otio", document), handles=HANDLES), folder / "out")
    return Delivered(folder / "out" / "delivery.json")


MIXED = {
    "30": [("24000/1001", 1.0), ("30000/1001", -0.5), ("60000/1001", 1.0), ("25", 2.0)],
    "24": [("30000/1001", 2.0), ("60000/1001", 0.5), ("25", -1.0), ("24000/1001", 1.1)],
    "60000/1001": [("30000/1001", 2.0), ("24000/1001", -1.0), ("24", 0.5), ("60000/1001", 3.0)],
}
"""Rate of the cut to rates and speeds of its clips. NTSC media in a cut of a whole rate come within a thousandth of the
edges of their pictures; double speed at half the rate is a picture a frame without being plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One clip of a cut: what it shows, and how."""

    rate: str
    """Frames per second of its media."""
    start: float
    """Its in point, media frames."""
    speed: float = 1.0


def deliver_uses(record_rate: Fraction, uses: Sequence[Use], folder: Path, *, step: int = 1) -> tuple[Cut, Delivered]:
    """A cut of clips of 18 frames, one after another, and its delivery."""
    clips = []
    for number, use in enumerate(uses):
        file, rate = f"M{number:03}.mov", float(Fraction(use.rate))
        cuts.write_movie(folder / file, 150, rate=Fraction(use.rate))
        used = {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": cuts.time(use.start, rate),
            "duration": cuts.time(18, float(record_rate)),
        }
        effects = [cuts.speed(use.speed)] if use.speed != 1 else []
        media = cuts.movie_reference(file, cuts.time_range(0, 150, rate))
        clips.append(cuts.clip(media, used, name=f"clip{number}", effects=effects))
    document = cuts.timeline(cuts.track(*clips), start=cuts.time(0, float(record_rate)), name="mixed")
    cut = read_cut(cuts.write(folder / "cut.otio", document), handles=HANDLES)
    deliver_frames(cut, folder / "out", step=step)
    return cut, Delivered(folder / "out" / "delivery.json")


@pytest.fixture(scope="module", params=MIXED)
def mixed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """Clips whose media run at other rates than the cut."""
    uses = [Use(rate=rate, start=45, speed=speed) for rate, speed in MIXED[request.param]]
    return deliver_uses(Fraction(request.param), uses, tmp_path_factory.mktemp("mixed"))[1]


RATES = ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
STARTS = (45.5, 45.25, 45.2, 45 + 2 / 3, 45.99, 45.01)
SPEEDS = (1.0, 0.5, -1.0, 2.0, -0.75, 1.1)


@pytest.fixture(scope="module", params=RATES)
def between_frames(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Cut, Delivered]:
    """Clips that start between two frames of their media: media at every rate, and every start and speed somewhere."""
    uses = [
        Use(rate=rate, start=start, speed=SPEEDS[(RATES.index(request.param) + number) % len(SPEEDS)])
        for number, (rate, start) in enumerate(
            (rate, STARTS[(index + shift) % len(STARTS)]) for index, rate in enumerate(RATES) for shift in (0, 3)
        )
    ]
    return deliver_uses(Fraction(request.param), uses, tmp_path_factory.mktemp("between"))


@pytest.fixture(scope="module", params=[("24", 2), ("24000/1001", 3)])
def on_twos(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Cut, Delivered, int]:
    """BODY on twos or threes over plates of the cut's rate and of others, some of them retimed; FACE on ones."""
    rate, step = request.param
    uses = [
        Use(rate=rate, start=45),
        Use(rate=rate, start=46, speed=2.0),
        Use(rate=rate, start=47, speed=-1.0),
        Use(rate=rate, start=40, speed=0.5),
        Use(rate="30", start=44),
        Use(rate="24", start=45.5),
    ]
    cut, delivered = deliver_uses(Fraction(rate), uses, tmp_path_factory.mktemp("twos"), step=step)
    return cut, delivered, step


def frames_in_files(shot: Shot, step: int) -> list[tuple[int, int]]:
    """Timeline frames of ``shot`` with the number of the file that lasts over what its plate shows.

    The first frame that is used begins a file, and so does every ``step``-th before and after it.
    """
    first = shot.source_work_range.first
    begin = first - (first - shot.source_range.first) % step
    sources = [(frame, shot.frame_map.source_frame_at_record(frame)) for frame in shot.record_range]
    return [(frame, 1001 + (source - begin) // step) for frame, source in sources]


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


@pytest.mark.parametrize("host", [host for host in HOSTS if host != "DaVinci Resolve"])
def test_clips_that_start_between_two_frames_show_the_frames_of_the_cut(
    between_frames: tuple[Cut, Delivered], host: str, at_home: Path
) -> None:
    cut, delivered = between_frames
    found = HOSTS[host](delivered, at_home)
    for shot in cut.shots:
        sources = [(frame, shot.frame_map.source_frame_at_record(frame)) for frame in shot.record_range]
        assert found["PLATE", shot.name] == sources, shot.frame_map
        layer = [(frame, shot.frame_map.shot_frame(source)) for frame, source in sources]
        assert found["FACE", shot.name] == found["BODY", shot.name] == layer, shot.frame_map


@pytest.mark.parametrize("version", ["19.1", "21.1"])
def test_resolve_places_them_on_the_frames_of_the_cut_or_leaves_them_out_and_says_so(
    between_frames: tuple[Cut, Delivered], version: str, at_home: Path
) -> None:
    cut, delivered = between_frames
    shown, by_hand = placed.in_resolve_as_far_as_it_goes(delivered, at_home, VERSIONS[version])
    kept = 0
    for shot in cut.shots:
        sources = [(frame, shot.frame_map.source_frame_at_record(frame)) for frame in shot.record_range]
        layer = [(frame, shot.frame_map.shot_frame(source)) for frame, source in sources]
        for name, expected in (("PLATE", sources), ("BODY", layer), ("FACE", layer)):
            clip_name = shot.clip_name if name == "PLATE" else f"{shot.name}_{name}_v001"
            is_said = any(f"'{clip_name}'" in line for line in by_hand)
            if (name, shot.name) in shown and not is_said:
                kept += 1
                assert shown[name, shot.name] == expected, (name, shot.frame_map)
            assert is_said or (name, shot.name) in shown
    assert kept > 0


@pytest.mark.parametrize("host", [host for host in HOSTS if host != "DaVinci Resolve"])
def test_a_pass_on_twos_lies_over_the_frames_of_its_plate(
    on_twos: tuple[Cut, Delivered, int], host: str, at_home: Path
) -> None:
    cut, delivered, step = on_twos
    found = HOSTS[host](delivered, at_home)
    for shot in cut.shots:
        assert found["BODY", shot.name] == frames_in_files(shot, step), shot.frame_map
        assert found["FACE", shot.name] == frames_in_files(shot, 1), shot.frame_map


def test_resolve_places_a_pass_on_twos_or_leaves_it_out_and_says_so(
    on_twos: tuple[Cut, Delivered, int], at_home: Path
) -> None:
    """Whole files of 12 frames per second fill an even number of frames of 24."""
    cut, delivered, step = on_twos
    shown, by_hand = placed.in_resolve_as_far_as_it_goes(delivered, at_home, VERSIONS["21.1"])
    kept = 0
    for shot in cut.shots:
        is_said = any(f"'{shot.name}_BODY_v001'" in line for line in by_hand)
        if ("BODY", shot.name) in shown and not is_said:
            kept += 1
            assert shown["BODY", shot.name] == frames_in_files(shot, step), shot.frame_map
        assert is_said or ("BODY", shot.name) in shown
    assert kept > 0


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cut, Delivered]:
    """Clips whose media lack frames: holes plain, at double speed and backwards; an end that is missing."""
    folder = tmp_path_factory.mktemp("parts")
    for name in ("A", "B", "C"):
        cuts.write_sequence(folder / name, [number for number in range(101, 221) if number not in {150, 158, 159}])
    cuts.write_movie(folder / "short.mov", 50, timecode="10:00:00:00")

    def holed(name: str, start: int, label: str, *effects: cuts.Json) -> cuts.Json:
        reference = cuts.sequence_reference(f"{name}/", 101, cuts.time_range(0, 120))
        return cuts.clip(reference, cuts.time_range(start, 20), name=label, effects=effects)

    short = cuts.movie_reference("short.mov", cuts.time_range(10 * 86400, 60))
    document = cuts.timeline(
        cuts.track(
            cuts.gap(5),
            holed("A", 40, "plain"),
            holed("B", 34, "double", cuts.speed(2.0)),
            holed("C", 41, "backwards", cuts.speed(-1.0)),
            cuts.clip(short, cuts.time_range(10 * 86400 + 35, 20), name="short"),
        ),
        start=cuts.time(86400),
        name="parts",
    )
    cut = read_cut(cuts.write(folder / "cut.otio", document), handles=HANDLES)
    deliver_frames(cut, folder / "out")
    return cut, Delivered(folder / "out" / "delivery.json")


@pytest.mark.parametrize("host", HOSTS)
def test_parts_of_a_clip_lie_over_the_frames_that_its_media_have(
    in_parts: tuple[Cut, Delivered], host: str, at_home: Path
) -> None:
    """Plates are compared in After Effects: return.otio keeps the editor's whole clips, and in Resolve the table cannot
    tell stretches of one sequence apart."""
    cut, delivered = in_parts
    assert Counter(shot.clip_name for shot in cut.shots) == {"plain": 3, "double": 3, "backwards": 3, "short": 1}
    found = HOSTS[host](delivered, at_home)
    for shot in cut.shots:
        sources = [(frame, shot.frame_map.source_frame_at_record(frame)) for frame in shot.record_range]
        layer = [(frame, shot.frame_map.shot_frame(source)) for frame, source in sources]
        assert found["FACE", shot.name] == found["BODY", shot.name] == layer, shot.name
        if host in {"After Effects", "a ready-made project"}:
            assert found["PLATE", shot.name] == sources, shot.name


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
