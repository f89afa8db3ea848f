"""Two cuts in one output folder: their frames in common are rendered once, and each has documents of its own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import toolkit
from tests.stages.test_completeness import settings
from tests.stages.test_recut import HANDLES, painted
from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    sequence_reference,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.cli import run_command
from toolkit.documents import Cut, Delivery, DeliveryClip
from toolkit.errors import OtherCut
from toolkit.stages import check_run, conform, find_changes
from toolkit.stages.cuts_of_output import find_output
from toolkit.turnover import read_cut


@pytest.fixture
def media(tmp_path: Path) -> Json:
    write_sequence(tmp_path / "plates", range(1, 101))
    return sequence_reference("plates/", 1, time_range(0, 100))


@pytest.fixture
def reel(media: Json, tmp_path: Path) -> Path:
    a, b = clip(media, time_range(10, 10), name="a"), clip(media, time_range(50, 10), name="b")
    return write(tmp_path / "reel.otio", timeline(track(a, gap(4), b), start=time(0), name="Reel 2"))


@pytest.fixture
def trailer(media: Json, tmp_path: Path) -> Path:
    """Frames of both scenes of the reel, one of them beyond its end; and a scene of its own called like one there."""
    uses = (
        clip(media, time_range(55, 9), name="b"),
        gap(2),
        clip(media, time_range(12, 5), name="a"),
        clip(media, time_range(85, 4), name="a"),
    )
    return write(tmp_path / "trailer.otio", timeline(track(*uses), start=time(0), name="The Trailer"))


def digests(out: Path, pattern: str) -> dict[str, str]:
    files = [path for path in out.glob(pattern) if path.is_file()]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def layers(delivery: Delivery) -> list[tuple[str, str, int]]:
    clips = sorted((one for each in delivery.tracks if each.pass_name for one in each.clips), key=by_record)
    return [(one.name, one.path.split("/")[0], one.in_frame) for one in clips]


def by_record(one: DeliveryClip) -> int:
    return one.record_first


def test_frames_in_common_are_painted_once_and_the_first_delivery_stays(
    reel: Path, trailer: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = toolkit.run(reel, out, settings(HANDLES))
    assert painted(first) == {"a": (14, 0), "b": (14, 0)}
    before = digests(out, "*.*") | digests(out, "*/BODY/v001/*")
    done = toolkit.run(trailer, out, settings(HANDLES), add=True)
    assert painted(done) == {"b": (4, 14), "a": (0, 14), "a_3": (8, 0)}
    assert {
        name: digest for name, digest in (digests(out, "*.*") | digests(out, "*/BODY/v001/*")).items() if name in before
    } == before
    assert done.cut_name == "The_Trailer"
    assert layers(Delivery.read(out / "delivery.The_Trailer.json")) == [
        ("b_2_BODY_v002", "b", 7),
        ("a_2_BODY_v001", "a", 4),
        ("a_3_BODY_v001", "a_3", 2),
    ]
    assert (out / "return.The_Trailer.otio").exists()
    assert layers(Delivery.read(out / "delivery.json")) == layers(first.delivery)


def test_the_first_cut_takes_the_frames_that_the_second_added_and_paints_nothing(
    reel: Path, trailer: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    toolkit.run(reel, out, settings(HANDLES))
    toolkit.run(trailer, out, settings(HANDLES), add=True)
    assert find_changes(reel, out, settings(HANDLES)).frames_to_render == 0
    again = toolkit.run(reel, out, settings(HANDLES))
    assert painted(again) == {"a": (0, 14), "b": (0, 18)}
    assert layers(again.delivery) == [("a_BODY_v001", "a", 2), ("b_BODY_v002", "b", 2)]
    assert again.cut_name == ""
    assert not list(out.glob("*/BODY/v003"))
    both = [toolkit.run(trailer, out, settings(HANDLES), add=add) for add in (True, False)]
    assert [one.cut_name for one in both] == ["The_Trailer"] * 2
    assert all(count == 0 for one in both for count, _ in painted(one).values())


def test_conform_delivers_either_cut(reel: Path, trailer: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = toolkit.run(reel, out, settings(HANDLES)).delivery
    second = toolkit.run(trailer, out, settings(HANDLES), add=True).delivery
    again = conform(out, settings(HANDLES))
    assert layers(again) == layers(first)
    assert layers(conform(out, settings(HANDLES), cut_name="The_Trailer")) == layers(second)
    assert run_command(["conform", str(out), "--cut", "The_Trailer", "--json"]) == 0
    assert run_command(["conform", str(out), "--cut", "no such"]) == 2


def test_other_formats_of_both_cuts_are_kept_apart(reel: Path, trailer: Path, tmp_path: Path) -> None:
    out, formats = tmp_path / "out", settings(HANDLES, "delivery.formats=xml,edl,resolve")
    toolkit.run(reel, out, formats)
    first = digests(out, "return*")
    toolkit.run(trailer, out, formats, add=True)
    both = digests(out, "return*")
    assert first.items() <= both.items()
    assert len(both) > len(first)
    conform(out, settings(HANDLES, "delivery.formats=csv"))
    assert set(digests(out, "return*")) == (set(both) - set(first)) | {"return.otio", "return.csv"}


def test_a_changed_cut_is_a_version_of_the_cut_that_it_is_most_like(
    reel: Path, trailer: Path, media: Json, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    toolkit.run(reel, out, settings(HANDLES))
    toolkit.run(trailer, out, settings(HANDLES), add=True)
    uses = clip(media, time_range(85, 4), name="a"), clip(media, time_range(56, 8), name="b")
    changed = write(tmp_path / "trailer_v2.otio", timeline(track(*uses), start=time(0), name="Trailer v2"))
    planned = check_run(changed, out, settings(HANDLES))
    assert [(shot.name, shot.rendered_name) for shot in planned.cut.shots] == [("a_3", "a_3"), ("b_2", "b")]
    changes = find_changes(changed, out, settings(HANDLES))
    done = toolkit.run(changed, out, settings(HANDLES))
    assert done.cut_name == "The_Trailer"
    assert changes.frames_to_render == sum(count for count, _ in painted(done).values()) == 0
    assert Cut.read(out / "shots.The_Trailer.json").name == "Trailer v2"
    assert Cut.read(out / "shots.json").name == "Reel 2"


def test_a_foreign_cut_is_refused_without_add(reel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    toolkit.run(reel, out, settings(HANDLES))
    write_sequence(tmp_path / "elsewhere", range(1, 21))
    other = sequence_reference("elsewhere/", 1, time_range(0, 20))
    foreign = write(tmp_path / "foreign.otio", timeline(track(clip(other, time_range(4, 4), name="a")), start=time(0)))
    with pytest.raises(OtherCut, match="--add"):
        toolkit.run(foreign, out, settings(HANDLES))
    done = toolkit.run(foreign, out, settings(HANDLES), add=True)
    assert painted(done) == {"a_2": (8, 0)}
    assert run_command(["run", str(foreign), "-o", str(out), "--add", "--replace"]) == 2
    assert "--replace" in capsys.readouterr().err


def test_another_cut_under_the_same_path_can_be_added(reel: Path, tmp_path: Path) -> None:
    """As hosts do, which always write turnover.json."""
    out = tmp_path / "out"
    toolkit.run(reel, out, settings(HANDLES))
    write_sequence(tmp_path / "elsewhere", range(1, 21))
    other = sequence_reference("elsewhere/", 1, time_range(0, 20))
    write(reel, timeline(track(clip(other, time_range(4, 4), name="c")), start=time(0), name="Reel 3"))
    with pytest.raises(OtherCut, match="Reel 2"):
        toolkit.run(reel, out, settings(HANDLES))
    assert toolkit.run(reel, out, settings(HANDLES), add=True).cut_name == "Reel_3"


@pytest.mark.parametrize(
    ("name", "kept_apart"),
    [
        ("trailer_resolve", "trailer-resolve"),
        ("v_PLATE", "v-PLATE"),
        ("v_plate2", "v-plate2"),
        ("v_FACE_v001", "v-FACE_v001"),
        ("FACE_off_v2", "FACE_off_v2"),
        ("v_resolved", "v_resolved"),
    ],
)
def test_no_file_of_an_added_cut_is_called_like_one_of_another_cut(
    name: str, kept_apart: str, reel: Path, tmp_path: Path
) -> None:
    cut = read_cut(reel, handles=0)
    cut.write(tmp_path / "out" / "shots.json")
    added = cut.model_copy(update={"name": name, "path": str(tmp_path / "other.otio")})
    assert find_output(added, tmp_path / "out", add=True).cut == kept_apart


def test_add_to_an_empty_folder_is_a_run(reel: Path, tmp_path: Path) -> None:
    done = toolkit.run(reel, tmp_path / "out", settings(HANDLES), add=True)
    assert done.cut_name == ""
    assert (tmp_path / "out" / "delivery.json").exists()


def test_without_sharing_a_second_cut_renders_its_own_under_its_own_names(
    reel: Path, trailer: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    toolkit.run(reel, out, settings(HANDLES))
    done = toolkit.run(trailer, out, settings(HANDLES, "cut.share=false"), add=True)
    assert painted(done) == {"b_2": (13, 0), "a_2": (9, 0), "a_3": (8, 0)}
    assert [shot.name for shot in read_cut(reel, handles=2).shots] == ["a", "b"]
