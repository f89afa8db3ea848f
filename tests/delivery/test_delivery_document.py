"""``delivery.json``: all numbers are final, so hosts compute nothing."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.delivery._deliveries import deliver, face, plan_of
from tests.delivery._fusion import read_comp
from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    missing_reference,
    movie_reference,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_movie,
    write_sequence,
)
from toolkit import __version__
from toolkit.delivery import write_delivery
from toolkit.documents import Cut, Delivery, FacePlan, PassName
from toolkit.errors import CorruptMedia
from toolkit.plates import write_exr
from toolkit.turnover import read_cut


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """A movie with timecode, a gap, a sequence at half speed; handles of up to 8 frames."""
    write_movie(tmp_path / "media" / "A001.mov", 60, timecode="10:00:00:00")
    write_sequence(tmp_path / "media" / "B002", range(101, 151))
    movie = movie_reference("media/A001.mov", time_range(864000, 60))
    sequence = sequence_reference("media/B002/", 101, time_range(0, 50))
    document = timeline(
        track(
            clip(movie, time_range(864003, 40), name="sc 1"),
            gap(8),
            clip(sequence, time_range(20, 24), name="plate.[101-150].png", effects=[speed(0.5)]),
        ),
        start=time(86400),
        name="reel 1",
    )
    return read_cut(write(tmp_path / "cut.otio", document), handles=8)


def test_the_facts_of_the_timeline(cut: Cut, tmp_path: Path) -> None:
    delivery = deliver(cut, tmp_path / "out")

    assert delivery == Delivery.read(tmp_path / "out" / "delivery.json")
    assert (delivery.toolkit, delivery.name) == (__version__, "reel 1")
    assert (delivery.rate, delivery.fps, delivery.drop_frame) == (24, 24.0, False)
    assert (delivery.start_timecode, delivery.start_frame, delivery.record_count) == ("01:00:00:00", 86400, 72)
    assert (delivery.width, delivery.height) == (32, 16)
    assert [(item.name, item.pass_name, len(item.clips)) for item in delivery.tracks] == [
        ("PLATE", None, 2),
        ("BODY v001", PassName.BODY, 2),
        ("FACE v001", PassName.FACE, 2),
    ]


def test_every_field_of_the_clips(cut: Cut, tmp_path: Path) -> None:
    deliver(cut, tmp_path / "out")
    tracks = json.loads((tmp_path / "out" / "delivery.json").read_text())["tracks"]
    common = {
        **{"rate": "24", "fps": 24.0, "width": 32, "height": 16, "encoding": "display", "version": None},
        **{
            "opacity": 100.0,
            "interpolation": "host",
            "motion": "host",
            "off_by_one": 0,
            "input_colour_space": "",
            "is_nested": False,
            "comp": "",
        },
    }

    assert tracks[0]["clips"] == [
        {
            **common,
            "name": "sc 1",
            "shot": "sc_1",
            "kind": "movie",
            "path": f"{tmp_path}/media/A001.mov",
            "pattern": "",
            "start_index": 0,
            "end_index": 59,
            "in_frame": 3,
            "in_position": "3",
            "frame_count": 40,
            "record_first": 0,
            "record_count": 40,
            "speed": 1.0,
            "timecode": "10:00:00:00",
            "alpha": "none",
        },
        {
            **common,
            "name": "plate.[101-150].png",
            "shot": "plate",
            "kind": "sequence",
            "path": f"{tmp_path}/media/B002/plate.0101.png",
            "pattern": "plate.%04d.png",
            "start_index": 101,
            "end_index": 150,
            "in_frame": 20,
            "in_position": "20",
            "frame_count": 12,
            "record_first": 48,
            "record_count": 24,
            "speed": 0.5,
            "timecode": "00:00:00:00",
            "alpha": "none",
        },
    ]
    assert tracks[2]["clips"] == [
        {
            **common,
            "name": "sc_1_FACE_v001",
            "comp": "sc_1/sc_1_FACE_v001.comp",
            "shot": "sc_1",
            "kind": "sequence",
            "path": "sc_1/FACE/v001/sc_1_FACE_v001.1001.exr",
            "pattern": "sc_1_FACE_v001.%04d.exr",
            "start_index": 1001,
            "end_index": 1051,
            "in_frame": 3,
            "in_position": "3",
            "frame_count": 40,
            "record_first": 0,
            "record_count": 40,
            "speed": 1.0,
            "timecode": "10:00:00:00",
            "alpha": "premultiplied",
            "version": 1,
        },
        {
            **common,
            "name": "plate_FACE_v001",
            "comp": "plate/plate_FACE_v001.comp",
            "shot": "plate",
            "kind": "sequence",
            "path": "plate/FACE/v001/plate_FACE_v001.1001.exr",
            "pattern": "plate_FACE_v001.%04d.exr",
            "start_index": 1001,
            "end_index": 1020,
            "in_frame": 4,
            "in_position": "4",
            "frame_count": 12,
            "record_first": 48,
            "record_count": 24,
            "speed": 0.5,
            "timecode": "00:00:00:16",
            "alpha": "premultiplied",
            "version": 1,
        },
    ]


def test_every_file_that_a_clip_names_exists(cut: Cut, tmp_path: Path) -> None:
    root = tmp_path / "out"
    for item in deliver(cut, root).tracks:
        for clip_entry in item.clips:
            first = root / clip_entry.path
            assert first.exists()
            names = (
                [clip_entry.pattern % n for n in range(clip_entry.start_index, clip_entry.end_index + 1)]
                if clip_entry.pattern
                else []
            )
            assert all((first.parent / name).exists() for name in names)
            assert clip_entry.in_frame + clip_entry.frame_count <= clip_entry.end_index - clip_entry.start_index + 1


@pytest.mark.parametrize(
    ("start", "rate", "position", "off"),
    [(10, 30.0, "10", 0), (10.5, 30.0, "21/2", 8), (10.5, 24.0, "21/2", 0), (10.25, 60.0, "41/4", 0)],
)
def test_a_clip_may_start_between_two_frames(
    start: float, rate: float, position: str, off: int, tmp_path: Path
) -> None:
    """At 24 fps with media at 30, eight frames would be off; at the media's own rate or at 60, none would."""
    write_movie(tmp_path / "a.mov", 90, rate=Fraction(rate))
    used = time_range(start, 18, rate) | {"duration": time(18, 24)}
    item = clip(movie_reference("a.mov", time_range(0, 90, rate)), used)
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(item), start=time(0))), handles=4)
    delivery = deliver(cut, tmp_path / "out")
    for each, head in zip(delivery.tracks, (0, 6, 6), strict=True):
        (found,) = each.clips
        assert (found.in_position, found.off_by_one) == (Fraction(position) - head, off)
        assert found.in_frame == 10 - head


def test_a_still_is_one_file_without_a_pattern(tmp_path: Path) -> None:
    write_sequence(tmp_path, [7])
    still = clip(movie_reference("plate.0007.png", time_range(0, 1)), time_range(0, 48), name="card")
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(still), start=time(0))), handles=8)
    plate = deliver(cut, tmp_path / "out").tracks[0].clips[0]

    assert (plate.kind, plate.path, plate.pattern) == ("movie", f"{tmp_path}/plate.0007.png", "")
    assert (plate.start_index, plate.end_index, plate.in_frame, plate.frame_count) == (0, 0, 0, 1)
    assert (plate.record_count, plate.speed) == (48, 0.0)


@pytest.mark.parametrize(
    ("name", "channels", "alpha"),
    [("p.1001.png", 3, "none"), ("p.1001.png", 4, "straight"), ("p.1001.exr", 3, "none"),
     ("p.1001.exr", 4, "premultiplied")],
)  # fmt: skip
def test_a_plate_says_whether_it_has_alpha(name: str, channels: int, alpha: str, tmp_path: Path) -> None:
    if name.endswith(".png"):
        assert cv2.imwrite(str(tmp_path / name), np.full((16, 32, channels), 99, np.uint8))
    else:
        write_exr(tmp_path / name, np.full((16, 32, channels), 0.5, np.float16), {})
    cut = read_cut(tmp_path / name.replace("1001", "####"))
    plate = deliver(cut, tmp_path / "out").tracks[0].clips[0]
    assert plate.alpha == alpha
    # A Fusion comp makes the plate solid or premultiplied.
    name, value = {
        "none": ("MakeAlphaSolid", 1),
        "straight": ("PostMultiplyByAlpha", 1),
        "premultiplied": ("PostMultiplyByAlpha", 0),
    }[alpha]
    comp = read_comp(next((tmp_path / "out").rglob("*_loaders.comp")))
    assert comp.tools["PLATE"]["Inputs"][name]["Value"] == value


def test_ntsc_rates_are_exact_and_also_given_as_a_float(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 30, rate=Fraction(30000, 1001))
    item = clip(movie_reference("a.mov", time_range(0, 30, 29.97)), time_range(5, 10, 29.97))
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(item), start=time(107892, 29.97))), handles=0)
    deliver(cut, tmp_path / "out")

    written = json.loads((tmp_path / "out" / "delivery.json").read_text())
    assert (written["rate"], written["fps"]) == ("30000/1001", 30000 / 1001)
    assert (written["start_timecode"], written["start_frame"], written["drop_frame"]) == ("01:00:00;00", 107892, True)
    assert {item["rate"] for each in written["tracks"] for item in each["clips"]} == {"30000/1001"}


# --- faces -----------------------------------------------------------------------------------------------------


def test_faces_have_keyframes_on_frames_with_a_face(cut: Cut, tmp_path: Path) -> None:
    shot = cut.shots[1]
    frames: list[list[FacePlan]] = [[] for _ in shot.source_work_range]
    frames[2] = [face(0, 10.0, scale=8.0, roll=350.0), face(1, 20.0, scale=4.0)]
    frames[3] = [face(0, 10.5, scale=10.0, roll=365.0, state="HELD")]
    frames[7] = [face(1, 21.0, scale=3.0), face(0, 11.0, scale=4.0, roll=370.5)]
    delivery = deliver(cut, tmp_path, [plan_of(shot, faces=frames), plan_of(shot, PassName.BODY)])

    first, second = delivery.faces
    assert (first.shot, first.face, first.frames) == ("plate", 0, (2, 3, 7))
    assert first.states == ("FOUND", "HELD", "FOUND")
    assert (first.x, first.y) == ((10.0, 10.5, 11.0), (5.0, 5.0, 5.0))
    assert first.scale == (100.0, 125.0, 50.0)
    assert first.roll == (350.0, 365.0, 370.5)
    assert first.corners[1] == ((6.5, 1.0), (14.5, 1.0), (6.5, 9.0), (14.5, 9.0))
    assert (second.face, second.frames, second.scale) == (1, (2, 7), (100.0, 75.0))


def test_a_shot_without_a_face_is_noted(cut: Cut, tmp_path: Path) -> None:
    shot = cut.shots[0]
    delivery = deliver(cut, tmp_path, [plan_of(shot, faces=[[]] * len(shot.source_work_range))])

    assert delivery.faces == ()
    assert "sc_1: no face found; its FACE layer is fully transparent" in delivery.notes


@pytest.mark.parametrize(
    ("unchosen", "is_empty", "says"),
    [
        ((1,), False, "sc_1: FACE is without face 1, as face.only says"),
        ((0, 2), False, "sc_1: FACE is without faces 0, 2, as face.only says"),
        ((0, 1), True, "sc_1: face.only names none of its faces; its FACE layer is fully transparent"),
    ],
)
def test_faces_that_were_not_chosen_are_noted(
    cut: Cut, tmp_path: Path, unchosen: tuple[int, ...], is_empty: bool, says: str
) -> None:
    shot = cut.shots[0]
    faces: list[list[FacePlan]] = [[] if is_empty else [face(3, 10.0)] for _ in shot.source_work_range]
    plan = plan_of(shot, faces=faces).model_copy(update={"unchosen": unchosen})
    assert says in deliver(cut, tmp_path, [plan]).notes


# --- notes -----------------------------------------------------------------------------------------------------


def test_notes_list_skipped_retimed_and_offline_clips(tmp_path: Path) -> None:
    media: Json = movie_reference("/offline/a.mov", time_range(0, 99))
    document = timeline(
        track(
            clip(media, time_range(0, 24), name="a"),
            clip(missing_reference(), time_range(0, 24), name="Text+"),
            clip(media, time_range(0, 24), name="b", effects=[speed(-0.5)]),
            clip(media, time_range(0, 24), name="c", enabled=False),
        ),
        start=time(86400),
    )
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)
    notes = deliver(cut, tmp_path, notes=["first of all"]).notes

    assert notes == (
        "first of all",
        "a: media offline (/offline/a.mov); its plate is not in delivery.json",
        "b: media offline (/offline/a.mov); its plate is not in delivery.json",
        "b runs at -50 %: its layers have the same in return.otio and in After Effects; in Resolve see the report of "
        "the import",
        "skipped: Text+ (track 1, 01:00:01:00): no media: a title, a generator, or a clip that was offline when the "
        "cut was exported",
        "skipped: c (track 1, 01:00:03:00): disabled in the timeline",
    )


@pytest.mark.parametrize("encoding", ["linear", "acescg"])
def test_another_encoding_than_the_plates_is_noted_once(cut: Cut, tmp_path: Path, encoding: str) -> None:
    plans = [plan_of(shot).model_copy(update={"encoding": encoding}) for shot in cut.shots]
    notes = [note for note in deliver(cut, tmp_path, plans).notes if "as requested, unlike their plates" in note]
    assert len(notes) == 1


def test_a_layer_without_a_slate_is_refused(cut: Cut, tmp_path: Path) -> None:
    import numpy as np

    from toolkit.plates import write_exr

    plan = plan_of(cut.shots[0])
    write_exr(plan.files(tmp_path).path(1001), np.zeros((16, 32, 4), np.float16), {})
    with pytest.raises(CorruptMedia, match="it has no slate"):
        write_delivery(cut, [plan], tmp_path)
