"""``return.otio``: the editor's timeline, unchanged, with every layer exactly over its plate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from tests.delivery._deliveries import Json, deliver_frames, frames_of, plan_of, video_tracks, write_layers
from tests.turnover._cuts import (
    clip,
    freeze,
    gap,
    missing_reference,
    movie_reference,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
    write_movie,
    write_sequence,
)
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.delivery import write_delivery
from toolkit.documents import Cut, PassName, Shot
from toolkit.errors import InputError, OutputNotWritable, UnreadableCut
from toolkit.plates import read_attributes
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

NTSC = 23.976024627685547


def sequence(start_frame: int = 1001, available: Json | None = None, *, rate: float = 24) -> Json:
    return sequence_reference("/offline", start_frame, available or time_range(86400, 120), rate=rate)


PLAIN = clip(sequence(), time_range(86410, 20), name="a")
SECOND = clip(sequence(), time_range(86410, 20), name="b")


def read(folder: Path, document: Json, *, handles: int = 8) -> Cut:
    return read_cut(write(folder / "cut.otio", document), handles=handles)


def layers_of(root: Path, name: str) -> list[Json]:
    """The clips of the track ``name``."""
    (found,) = [item for item in video_tracks(root / "return.otio") if item["label"] == name]
    return [child for child in found["children"] if child["OTIO_SCHEMA"].startswith("Clip")]


def all_children(root: Path, name: str) -> list[Json]:
    """Those of the track ``name``, gaps and transitions included."""
    (found,) = [item for item in video_tracks(root / "return.otio") if item["label"] == name]
    return list(found["children"])


def assert_layers_lie_over_their_plate(cut: Cut, root: Path) -> None:
    """Compare every record frame of every shot, read from the JSON, with ``FrameMap``."""
    tracks = {item["label"]: item for item in video_tracks(root / "return.otio")}
    plates = [name for name in tracks if name.startswith("PLATE")]
    frames = {name: frames_of(item, float(cut.record_rate)) for name, item in tracks.items()}
    for shot in cut.shots:
        over = [
            name
            for name, shown in frames.items()
            if any(entry and entry[0] == f"{shot.name}_{_label(name)}" for entry in shown) and name not in plates
        ]
        assert len(over) == 2
        for record_frame in shot.record_range:
            source_frame = shot.frame_map.source_frame_at_record(record_frame)
            for name in over:
                label = _label(name)
                number = shot.frame_map.shot_frame(source_frame)
                if shot.frame_map.frames is not None:  # its files are in the order of the timeline
                    number = 1001 + record_frame - shot.record_range.first
                assert frames[name][record_frame] == (f"{shot.name}_{label}", number)
        if shot.frame_map.frames is not None:
            assert_baked_files_hold_what_the_timeline_shows(shot, root)
        if shot.frame_map.speed != 0:
            (plate,) = [
                shown
                for name, shown in frames.items()
                if name in plates and _shows(shown, shot.clip_name, shot.record_range.first)
            ]
            numbers = [entry[1] for frame in shot.record_range if (entry := plate[frame])]
            assert numbers == [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]


def assert_baked_files_hold_what_the_timeline_shows(shot: Shot, root: Path) -> None:
    for name in PassName:
        (folder,) = (root / shot.name / name / "v001").glob("retime_*")
        files = sorted(folder.glob("*.exr"))
        found = [read_attributes(path)["toolkit/sourceFrame"] for path in files]
        assert found == [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]


def _label(track_name: str) -> str:
    """``FACE_v001`` of ``FACE v001 (PLATE 2)``."""
    return track_name.partition(" (")[0].replace(" ", "_")


def _shows(shown: list[tuple[str, int] | None], clip_name: str, record_frame: int) -> bool:
    entry = shown[record_frame] if record_frame < len(shown) else None
    return entry is not None and entry[0] == clip_name


# --- from a host's clip list -----------------------------------------------------------------------------------


def test_layers_of_a_turnover_without_an_export_lie_over_their_plates(tmp_path: Path) -> None:
    """Plain, retimed, reversed, frozen, remapped and at another rate, on two tracks."""
    movie: dict[str, Any] = {"path": "/offline/a.mov", "media_count": 200, "media_timecode": "10:00:00:00"}
    files: dict[str, Any] = {"path": "D:\\plates\\p.[1001-1200].exr", "media_count": 200, "media_index": 1001}
    cut = read_cut(
        write_turnover(
            tmp_path,
            host_clip(record=(0, 20), source_first=12, name="plain", **movie),
            host_clip(record=(24, 20), source_first=30, name="double", speed=2.0, **files),
            host_clip(record=(44, 20), source_first=30, name="back", speed=-0.5, **files),
            host_clip(record=(64, 20), source_first=30, name="still", speed=0.0, **movie),
            host_clip(record=(10, 8), name="remapped", track=3, remap=[40.0 - 3 * i for i in range(8)], **movie),
            host_clip(record=(30, 20), source_first=7.5, name="fast", track=3, **{**movie, "media_fps": 30.0}),
        ),
        handles=8,
    )
    assert [shot.name for shot in cut.shots] == ["plain", "double", "back", "still", "remapped", "fast"]
    deliver_frames(cut, tmp_path)
    assert_layers_lie_over_their_plate(cut, tmp_path)


@pytest.mark.parametrize("retime", [1.75, -0.75, 1 / 3, -0.3333])
def test_layers_of_a_retimed_clip_on_a_trimmed_track_lie_over_their_plate(retime: float, tmp_path: Path) -> None:
    before = clip(sequence(), time_range(86402, 9), name="before")
    trimmed = clip(sequence(), time_range(86413, 52), name="a", effects=[speed(retime)])
    cut = read(tmp_path, timeline(track(before, trimmed, source_range=time_range(20, 23)), start=time(0)))

    assert [(shot.name, str(shot.record_range)) for shot in cut.shots] == [("a", "0-22")]
    deliver_frames(cut, tmp_path)
    assert_layers_lie_over_their_plate(cut, tmp_path)


# --- the numbered cases ----------------------------------------------------------------------------------------


def test_t07_two_shots_with_a_gap(tmp_path: Path) -> None:
    document = timeline(
        track(
            clip(sequence(), time_range(86408, 48), name="a"),
            gap(12),
            clip(sequence_reference("/other", 1001, time_range(90000, 60)), time_range(90003, 50), name="b"),
        ),
        start=time(86400),
    )
    cut = read(tmp_path, document)
    deliver_frames(cut, tmp_path)

    back = otio.adapters.read_from_file(str(tmp_path / "return.otio"))
    item = list(back.tracks)
    assert [each.name for each in item] == ["Video 1", "BODY v001", "FACE v001"]
    for each in item:
        assert each.duration() == otio.opentime.RationalTime(110, 24)
        ranges = [each.range_of_child(child) for child in each if isinstance(child, otio.schema.Clip)]
        assert [(found.start_time.value, found.duration.value) for found in ranges] == [(0, 48), (60, 50)]
    second = layers_of(tmp_path, "FACE v001")[1]
    assert second["metadata"]["resolve_ae_toolkit"]["handles"] == [3, 7]
    reference = second["media_references"]["DEFAULT_MEDIA"]
    assert reference["start_frame"] == 1001
    assert reference["available_range"]["duration"]["value"] == 60
    shown = frames_of(video_tracks(tmp_path / "return.otio")[2], 24)
    assert (shown[60], shown[109]) == (("b_FACE_v001", 1004), ("b_FACE_v001", 1053))
    assert_layers_lie_over_their_plate(cut, tmp_path)


POLICY_A = {
    "T03 handles of 8": (86408, 8, (86400, 64), (1009, 1056)),
    "T04 head clipped": (86403, 8, (86400, 59), (1004, 1051)),
    "T05 tail clipped": (86470, 8, (86462, 58), (1009, 1056)),
    "T06 no handles": (86408, 0, (86408, 48), (1001, 1048)),
}


@pytest.mark.parametrize(("start", "handles", "available", "visible"), POLICY_A.values(), ids=POLICY_A.keys())
def test_the_media_of_a_layer_has_the_plates_timecode(
    start: int, handles: int, available: tuple[int, int], visible: tuple[int, int], tmp_path: Path
) -> None:
    cut = read(tmp_path, timeline(track(clip(sequence(), time_range(start, 48))), start=time(0)), handles=handles)
    deliver_frames(cut, tmp_path)

    (layer,) = layers_of(tmp_path, "FACE v001")
    reference = layer["media_references"]["DEFAULT_MEDIA"]
    has = reference["available_range"]
    assert (has["start_time"]["value"], has["duration"]["value"]) == available
    assert has["start_time"]["rate"] == reference["rate"] == 24
    used = layer["source_range"]
    assert (used["start_time"]["value"], used["duration"]["value"]) == (start, 48)
    shown = frames_of(video_tracks(tmp_path / "return.otio")[2], 24)
    assert (shown[0], shown[47]) == (("sh010_FACE_v001", visible[0]), ("sh010_FACE_v001", visible[1]))


@pytest.mark.parametrize("source_range", [None, time_range(5, 20)], ids=["all of its media", "part of it"])
def test_a_layer_counts_like_the_cut_and_not_like_its_media(source_range: Json | None, tmp_path: Path) -> None:
    """The cut counts the movie from zero, although it has a timecode."""
    write_movie(tmp_path / "A001.mov", 31, timecode="01:00:00:00")
    plate = clip(movie_reference("A001.mov", time_range(0, 31)), source_range)
    cut = read(tmp_path, timeline(track(plate), start=time(0)), handles=3)
    deliver_frames(cut, tmp_path / "out")

    (layer,) = layers_of(tmp_path / "out", "FACE v001")
    start, count, head = (5, 20, 3) if source_range else (0, 31, 0)
    assert cut.shots[0].media.timecode_first == 86400
    assert _floats(layer["source_range"]) == (start, 24, count, 24)
    media = layer["media_references"]["DEFAULT_MEDIA"]
    assert _floats(media["available_range"]) == (start - head, 24, count + 2 * head, 24)


def test_a_clip_without_any_range_counts_by_the_timecode_of_its_file(tmp_path: Path) -> None:
    write_movie(tmp_path / "A001.mov", 31, timecode="01:00:00:00")
    cut = read(tmp_path, timeline(track(clip(movie_reference("A001.mov", None), None)), start=time(0)))
    deliver_frames(cut, tmp_path / "out")

    (layer,) = layers_of(tmp_path / "out", "FACE v001")
    assert _floats(layer["source_range"]) == (86400, 24, 31, 24)
    assert _floats(layer["media_references"]["DEFAULT_MEDIA"]["available_range"]) == (86400, 24, 31, 24)


# --- frame by frame --------------------------------------------------------------------------------------------

MOVIE_25_IN_24 = movie_reference("/offline/a.mov", time_range(86400, 100, 24))
SCENARIOS: dict[str, tuple[Json, float]] = {
    "double speed": (clip(sequence(), time_range(86410, 30), effects=[speed(2)]), 24),
    "half speed": (clip(sequence(), time_range(86410, 30), effects=[speed(0.5)]), 24),
    "an uneven speed": (clip(sequence(), time_range(86410, 30), effects=[speed(1.0999999999999999)]), 24),
    "reversed": (clip(sequence(), time_range(86410, 30), effects=[speed(-1)]), 24),
    "reversed at half speed": (clip(sequence(), time_range(86410, 31), effects=[speed(-0.5)]), 24),
    "frozen": (clip(sequence(), time_range(86410, 30), effects=[freeze()]), 24),
    "24 fps in a 25 fps timeline": (clip(MOVIE_25_IN_24, time_range(90032, 44, 25)), 25),
    "a fractional start over mixed rates": (
        clip(sequence(1000, time_range(87399, 101)), time_range(91046.625, 74, 25)),
        25,
    ),
    "a rate through a 32-bit float": (
        clip(sequence(948674, time_range(948674, 301, 25), rate=25), time_range(909990.8339241028, 5, NTSC)),
        NTSC,
    ),
    "decimals for NTSC": (
        clip(sequence(883750, time_range(883750, 1000)), time_range(883159, 108, 23.976)),
        23.976,
    ),
    "no source range": (clip(sequence(1001, time_range(0, 30)), None), 24),
    "a still": (clip(movie_reference("/offline/t.png", time_range(0, 1)), time_range(-5, 40)), 24),
}


@pytest.mark.parametrize("handles", [0, 7])
@pytest.mark.parametrize(("item", "rate"), SCENARIOS.values(), ids=SCENARIOS.keys())
def test_each_record_frame_shows_the_same_frame_of_layer_and_plate(
    item: Json, rate: float, handles: int, tmp_path: Path
) -> None:
    plain = clip(sequence(), time_range(86440, 20), name="plain")
    cut = read(tmp_path, timeline(track(plain, gap(5, rate), item), start=time(0, rate)), handles=handles)
    assert len(cut.shots) == 2, cut.skipped
    deliver_frames(cut, tmp_path)

    assert_layers_lie_over_their_plate(cut, tmp_path)
    lengths = {len(frames_of(each, rate)) for each in video_tracks(tmp_path / "return.otio")}
    assert lengths == {cut.record_count}


@pytest.mark.parametrize("retime", [1.0, 1.1, -0.5])
def test_a_layer_over_a_converted_start_is_as_far_from_it_as_the_plate(retime: float, tmp_path: Path) -> None:
    """In plain seconds, as hosts and OpenTimelineIO itself read it."""
    available = time_range(1937896, 98, 23.976)
    used = time_range(1937905.9905694576, 40, NTSC)  # 8 frames later, converted
    cut = read(tmp_path, timeline(track(clip(sequence(1001, available, rate=23.976), used, effects=[speed(retime)]))))
    deliver_frames(cut, tmp_path)

    (shot,), (layer,) = cut.shots, layers_of(tmp_path, "FACE v001")
    media = layer["media_references"]["DEFAULT_MEDIA"]
    start = media["available_range"]["start_time"]
    head = (used["start_time"]["value"] / NTSC - start["value"] / start["rate"]) * start["rate"]
    assert start["rate"] == 23.976
    assert head == pytest.approx(1009 - shot.source_work_range.first, abs=1e-4)
    assert media["start_frame"] == shot.shot_range.first


def test_a_layer_over_a_clip_that_counts_from_the_first_file_counts_from_it_too(tmp_path: Path) -> None:
    used = time_range(10, 20)
    cut = read(tmp_path, timeline(track(clip(sequence(1000, time_range(1000, 101)), used)), start=time(0)))
    deliver_frames(cut, tmp_path)

    (shot,), (layer,) = cut.shots, layers_of(tmp_path, "FACE v001")
    assert (shot.source_range.first, shot.source_work_range.first) == (1010, 1002)
    assert _floats(layer["media_references"]["DEFAULT_MEDIA"]["available_range"]) == (2, 24, 36, 24)


def test_layer_tracks_are_trimmed_like_their_plate_track(tmp_path: Path) -> None:
    edit = track(
        clip(sequence(), time_range(86410, 20), name="a"),
        clip(sequence(), time_range(86450, 20), name="b", effects=[speed(-1)]),
        source_range=time_range(5, 30),
    )
    cut = read(tmp_path, timeline(edit, start=time(0)), handles=2)
    deliver_frames(cut, tmp_path)

    assert [len(shot.record_range) for shot in cut.shots] == [15, 15]
    assert_layers_lie_over_their_plate(cut, tmp_path)


def test_real_timelines_return_frame_for_frame(shared: Path, tmp_path: Path) -> None:
    delivered = 0
    for path in sorted((shared / "timelines").rglob("*.otio")):
        try:
            cut = read_cut(path, handles=8)
        except InputError:
            continue
        root = tmp_path / path.stem
        deliver_frames(cut, root, only_first=True)
        assert_layers_lie_over_their_plate(cut, root)
        original = json.loads(path.read_text().replace(": Inf,", ": Infinity,"))  # one sample tests how JSON is spelt
        back = json.loads((root / "return.otio").read_text())
        assert _numbers_of_plates(back) == _numbers_of_plates(original)
        delivered += 1
    assert delivered >= 10


def _numbers_of_plates(document: Json) -> list[object]:
    """Children of all tracks except ours as (kind, name, source range)."""
    result: list[object] = []
    for item in document["tracks"]["children"]:
        if item["name"].startswith(("BODY v", "FACE v")):
            continue
        rows = [
            (child["OTIO_SCHEMA"].partition(".")[0], child.get("name"), _floats(child.get("source_range")))
            for child in item["children"]
        ]
        result.append(rows)
    return result


def _floats(time_range: Json | None) -> tuple[float, ...] | None:
    if time_range is None:
        return None
    return tuple(float(time_range[key][part]) for key in ("start_time", "duration") for part in ("value", "rate"))


# --- the stack -------------------------------------------------------------------------------------------------


def test_plate_clips_audio_and_timeline_metadata_are_unchanged(tmp_path: Path) -> None:
    item = clip(sequence(), time_range(86408, 48), effects=[speed(2)])
    item["metadata"] = {"Resolve_OTIO": {"Link Group ID": 3}}
    sound = track(
        clip(movie_reference("/offline/a.wav", time_range(0, 99)), time_range(0, 40)), kind="Audio", name="A1"
    )
    document = dict(timeline(track(item), sound, start=time(86400), name="reel"), metadata={"job": "x"})
    deliver_frames(read(tmp_path, document, handles=0), tmp_path / "out")

    back = json.loads((tmp_path / "out" / "return.otio").read_text())
    plate, *layers, audio = back["tracks"]["children"]
    assert [plate, audio] == document["tracks"]["children"]
    assert [layer["name"] for layer in layers] == ["BODY v001", "FACE v001"]
    del back["tracks"]["children"][1:3]
    assert back == document


def test_layers_lie_directly_over_their_own_plate_and_below_the_next(tmp_path: Path) -> None:
    """A title on V3 stays over everything, and the overlay on V2 stays over the BODY of V1."""
    title = clip(missing_reference(), time_range(0, 10), name="Text+")
    document = timeline(
        track(clip(sequence(), time_range(86410, 30), name="a"), name="V1"),
        track(gap(30), name="V2 empty"),
        track(gap(5), clip(sequence(), time_range(86450, 10), name="b"), name="V3"),
        track(gap(5), title, name="V4"),
        start=time(0),
    )
    cut = read(tmp_path, document)
    delivery = deliver_frames(cut, tmp_path)

    assert [item["name"] for item in video_tracks(tmp_path / "return.otio")] == [
        "V1",
        "BODY v001",
        "FACE v001",
        "V2 empty",
        "V3",
        "BODY v001 (PLATE 2)",
        "FACE v001 (PLATE 2)",
        "V4",
    ]
    assert [item.name for item in delivery.tracks] == [
        "BODY v001",
        "FACE v001",
        "BODY v001 (PLATE 2)",
        "FACE v001 (PLATE 2)",
    ]
    assert_layers_lie_over_their_plate(cut, tmp_path)


def test_every_plate_track_of_the_delivery_has_only_its_own_clips(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_movie(tmp_path / f"{name}.mov", 40)
    tracks = [
        track(clip(movie_reference(f"{name}.mov", time_range(0, 40)), time_range(5, 20), name=name))
        for name in ("a", "b")
    ]
    delivery = deliver_frames(read(tmp_path, timeline(*tracks, start=time(0))), tmp_path / "out")
    plates = {item.name: [each.name for each in item.clips] for item in delivery.tracks if item.pass_name is None}
    assert plates == {"PLATE": ["a"], "PLATE 2": ["b"]}


def test_two_identical_tracks_get_their_own_layers(tmp_path: Path) -> None:
    alike = track(clip(sequence(), time_range(86410, 10), name="a"), name="V")
    cut = read(tmp_path, timeline(alike, alike, start=time(0)))
    deliver_frames(cut, tmp_path)

    assert [item["label"] for item in video_tracks(tmp_path / "return.otio")] == [
        "PLATE",
        "BODY v001",
        "FACE v001",
        "PLATE 2",
        "BODY v001 (PLATE 2)",
        "FACE v001 (PLATE 2)",
    ]
    assert [layers_of(tmp_path, f"BODY v001{of}")[0]["name"] for of in ("", " (PLATE 2)")] == [
        "a_BODY_v001",
        "a_2_BODY_v001",
    ]


def test_each_version_has_its_own_track(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(clip(sequence(), time_range(86410, 10))), start=time(0)))
    (shot,) = cut.shots
    deliver_frames(
        cut, tmp_path, [plan_of(shot, PassName.FACE, version=2), plan_of(shot), plan_of(shot, PassName.BODY)]
    )

    names = [item["label"] for item in video_tracks(tmp_path / "return.otio")]
    assert names == ["PLATE", "BODY v001", "FACE v001", "FACE v002"]


def test_a_shot_without_a_pass_leaves_a_gap_of_its_length(tmp_path: Path) -> None:
    clips = [clip(sequence(), time_range(86410 + 20 * index, 20), name=f"s{index}") for index in range(3)]
    cut = read(tmp_path, timeline(track(*clips), start=time(0)))
    deliver_frames(cut, tmp_path, [plan_of(cut.shots[1])])

    shown = frames_of(video_tracks(tmp_path / "return.otio")[1], 24)
    assert [frame for frame, entry in enumerate(shown) if entry] == list(range(20, 40))
    assert len(shown) == 60
    children = video_tracks(tmp_path / "return.otio")[1]["children"]
    assert [child["OTIO_SCHEMA"] for child in children] == ["Gap.1", "Clip.2", "Gap.1"]
    assert [children[at]["source_range"]["start_time"]["value"] for at in (0, 2)] == [0, 0]


def test_layer_tracks_are_as_long_as_their_plate_and_no_gap_is_added_to_a_plate(tmp_path: Path) -> None:
    document = timeline(
        track(clip(sequence(), time_range(86410, 20), name="a")),
        track(gap(40), clip(sequence(), time_range(86410, 20), name="b")),
        start=time(0),
    )
    deliver_frames(read(tmp_path, document), tmp_path)

    assert [len(frames_of(item, 24)) for item in video_tracks(tmp_path / "return.otio")] == [20] * 3 + [60] * 3


def test_transitions_of_the_plate_are_repeated_on_its_layers(tmp_path: Path) -> None:
    edit = track(
        clip(sequence(), time_range(86410, 30), name="a"),
        transition(6, 4),
        clip(sequence(), time_range(86450, 30), name="b"),
        transition(5, 5),
        clip(missing_reference(), time_range(0, 20), name="title"),
        transition(3, 3),
        clip(missing_reference(), time_range(0, 20), name="title 2"),
    )
    cut = read(tmp_path, timeline(edit, start=time(0)))
    deliver_frames(cut, tmp_path)

    _, _, over = video_tracks(tmp_path / "return.otio")
    kinds = [child["OTIO_SCHEMA"] for child in over["children"]]
    assert kinds == ["Clip.2", "Transition.1", "Clip.2", "Transition.1", "Gap.1"]
    assert over["children"][1]["in_offset"]["value"] == 6
    back = otio.adapters.read_from_file(str(tmp_path / "return.otio"))
    face_track = back.tracks[2]
    handles = face_track.handles_of_child(face_track[0])
    assert handles[1] == otio.opentime.RationalTime(4, 24)
    assert_layers_lie_over_their_plate(cut, tmp_path)


def test_a_transition_into_a_layer_from_something_else_is_repeated_too(tmp_path: Path) -> None:
    edit = track(
        clip(missing_reference(), time_range(0, 20), name="title"),
        transition(3, 3),
        clip(sequence(), time_range(86410, 30), name="a"),
    )
    cut = read(tmp_path, timeline(edit, start=time(0)))
    deliver_frames(cut, tmp_path)

    _, _, over = video_tracks(tmp_path / "return.otio")
    assert [child["OTIO_SCHEMA"] for child in over["children"]] == ["Gap.1", "Transition.1", "Clip.2"]
    assert_layers_lie_over_their_plate(cut, tmp_path)


def test_effects_of_the_plate_are_repeated_on_its_layers(tmp_path: Path) -> None:
    zoom = {
        "OTIO_SCHEMA": "Effect.1",
        "name": "",
        "effect_name": "Resolve Effect",
        "enabled": True,
        "metadata": {
            "Resolve_OTIO": {"Effect Name": "Transform", "Enabled": True, "Parameters": [{"Parameter ID": "z"}]}
        },
    }
    off = json.loads(json.dumps(zoom))
    off["metadata"]["Resolve_OTIO"] |= {"Effect Name": "Dynamic Zoom", "Enabled": False}
    item = clip(sequence(), time_range(86410, 20), effects=[speed(0.5), zoom, off])
    delivery = deliver_frames(read(tmp_path, timeline(track(item), start=time(0))), tmp_path)

    plate, body, over = (layers_of(tmp_path, name)[0] for name in ("PLATE", "BODY v001", "FACE v001"))
    as_otio_writes_them = [
        json.loads(otio.core.deserialize_json_from_string(json.dumps(one)).to_json_string()) for one in plate["effects"]
    ]
    assert body["effects"] == over["effects"] == as_otio_writes_them
    assert [note for note in delivery.notes if "Transform" in note]
    assert not [note for note in delivery.notes if "Dynamic Zoom" in note]


def test_a_still_becomes_a_frozen_sequence_of_one_frame(tmp_path: Path) -> None:
    still = clip(movie_reference("/offline/t.png", time_range(0, 1)), time_range(0, 40))
    deliver_frames(read(tmp_path, timeline(track(still), start=time(0))), tmp_path)

    plate, over = (layers_of(tmp_path, name)[0] for name in ("PLATE", "FACE v001"))
    assert not plate["effects"]
    assert [effect["OTIO_SCHEMA"] for effect in over["effects"]] == ["FreezeFrame.1"]


def test_the_metadata_and_the_path_of_a_layer(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(clip(sequence(), time_range(86404, 20))), start=time(0)))
    deliver_frames(cut, tmp_path / "out")

    (layer,) = layers_of(tmp_path / "out", "FACE v001")
    assert layer["name"] == "sh010_FACE_v001"
    assert layer["metadata"] == {
        "resolve_ae_toolkit": {
            "schema": "toolkit.layer/1",
            "pass": "FACE",
            "shot": "sh010",
            "version": 1,
            "handles": [4, 8],
            "encoding": "display",
            "alpha": "premultiplied",
        }
    }
    reference = layer["media_references"]["DEFAULT_MEDIA"]
    assert reference["target_url_base"] == "sh010/FACE/v001/"
    first = reference["target_url_base"] + reference["name_prefix"] + "1001" + reference["name_suffix"]
    assert (tmp_path / "out" / first).exists()
    assert (reference["frame_zero_padding"], reference["frame_step"]) == (4, 1)
    assert layers_of(tmp_path / "out", "BODY v001")[0]["metadata"]["resolve_ae_toolkit"]["alpha"] == "none"


def test_return_otio_is_strict_json(tmp_path: Path) -> None:
    deliver_frames(read(tmp_path, timeline(track(clip(sequence(), time_range(86404, 20))), start=time(0))), tmp_path)

    def refuse(text: str) -> None:
        pytest.fail(f"{text} is not JSON")

    json.loads((tmp_path / "return.otio").read_text(), parse_constant=refuse)


def test_a_single_movie_returns_as_a_timeline(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "A001.mov", 12, timecode="01:00:00:00")
    cut = read_cut(movie, handles=8)
    deliver_frames(cut, tmp_path / "out")

    assert [item["label"] for item in video_tracks(tmp_path / "out/return.otio")] == ["PLATE", "BODY v001", "FACE v001"]
    (layer,) = layers_of(tmp_path / "out", "FACE v001")
    assert layer["media_references"]["DEFAULT_MEDIA"]["available_range"]["start_time"]["value"] == 86400
    shown = frames_of(video_tracks(tmp_path / "out/return.otio")[2], 24)
    assert shown == [("A001_FACE_v001", 1001 + frame) for frame in range(12)]


def test_paths_relative_to_the_cut_become_absolute(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "a.mov", 30)
    item = clip(movie_reference("media/a.mov", time_range(0, 30)), time_range(5, 10))
    deliver_frames(read(tmp_path, timeline(track(item), start=time(0))), tmp_path / "elsewhere" / "out")

    (plate,) = layers_of(tmp_path / "elsewhere" / "out", "PLATE")
    assert plate["media_references"]["DEFAULT_MEDIA"]["target_url"] == f"{tmp_path}/media/a.mov"


@pytest.mark.parametrize("plates", ["plates", "out/footage"])
def test_an_output_folder_that_was_moved_is_loaded_with_all_its_layers(tmp_path: Path, plates: str) -> None:
    """The plates too, if they are in it, as those of the demo."""
    write_movie(tmp_path / plates / "a.mov", 30)
    item = clip(movie_reference(f"{plates}/a.mov", time_range(0, 30)), time_range(5, 10), name="a")
    cut = read(tmp_path, timeline(track(item), start=time(0)))
    deliver_frames(cut, tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "out").rename(tmp_path / "elsewhere" / "moved")

    loaded = otio.adapters.read_from_file(str(moved / "return.otio"))
    references = [one.media_reference for one in loaded.find_clips()]
    sequences = [one for one in references if isinstance(one, otio.schema.ImageSequenceReference)]
    assert len(sequences) == 2
    for one in sequences:
        files = [moved / one.target_url_for_image_number(i) for i in range(one.number_of_images_in_sequence())]
        assert len(files) == 23 and all(file.is_file() for file in files)
        assert not one.target_url_base.startswith("./"), "Resolve may not take it"
    (again,) = read_cut(moved / "return.otio", handles=0).shots
    assert again.media.online
    assert again.source_range == cut.shots[0].source_range


def test_absolute_paths_on_request(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 30)
    item = clip(movie_reference("a.mov", time_range(0, 30)), time_range(5, 10), name="a")
    settings = Settings(delivery=DeliverySettings(relative=False))
    deliver_frames(read(tmp_path, timeline(track(item), start=time(0))), tmp_path / "out", settings=settings)
    (layer,) = layers_of(tmp_path / "out", "FACE v001")
    assert layer["media_references"]["DEFAULT_MEDIA"]["target_url_base"] == f"{tmp_path}/out/a/FACE/v001/"


# --- refused ---------------------------------------------------------------------------------------------------


CHANGES: dict[str, tuple[Json | None, str]] = {
    "another clip in its place": (timeline(track(PLAIN, dict(PLAIN, name="c"))), "b is no longer in its place"),
    "fewer clips": (timeline(track(PLAIN)), "b is no longer in its place"),
    "no tracks": (timeline(), "track 1 is missing"),
    "moved": (
        timeline(track(PLAIN, dict(SECOND, source_range=time_range(86410, 21)))),
        "b has moved or has a different",
    ),
    "trimmed before it": (
        timeline(track(dict(PLAIN, source_range=time_range(86410, 19)), SECOND)),
        "a has moved or has a different length",
    ),
    "slipped": (
        timeline(track(PLAIN, dict(SECOND, source_range=time_range(86411, 20)))),
        "b shows different source frames",
    ),
    "retimed": (timeline(track(PLAIN, dict(SECOND, effects=[speed(2)]))), "b has a different speed"),
    "slowed": (timeline(track(PLAIN, dict(SECOND, effects=[speed(0.5)]))), "b has a different speed"),
    "gone": (None, "no such file"),
}


@pytest.mark.parametrize(("changed", "problem"), CHANGES.values(), ids=CHANGES.keys())
def test_a_cut_that_changed_since_it_was_read_is_refused(changed: Json | None, problem: str, tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(PLAIN, SECOND)))
    (tmp_path / "cut.otio").unlink()
    if changed is not None:
        write(tmp_path / "cut.otio", changed)
    with pytest.raises(InputError, match=problem) as caught:
        deliver_frames(cut, tmp_path / "out")

    assert isinstance(caught.value, UnreadableCut) == (changed is not None)
    assert not (tmp_path / "out" / "delivery.json").exists()
    assert not (tmp_path / "out" / "return.otio").exists()


def test_a_cut_is_the_same_after_it_was_saved_again_with_other_line_ends_and_an_effect(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(PLAIN, SECOND)))
    plans = [plan_of(shot) for shot in cut.source_shots()]
    for plan in plans:
        write_layers(plan, tmp_path / "out")
    before = write_delivery(cut, plans, tmp_path / "out")
    blur = {"OTIO_SCHEMA": "Effect.1", "name": "blur", "effect_name": "Blur", "metadata": {}}
    path = write(tmp_path / "cut.otio", timeline(track(PLAIN, dict(SECOND, effects=[blur]))))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert write_delivery(cut, plans, tmp_path / "out") == before
    assert "Blur" in (tmp_path / "out" / "return.otio").read_text(encoding="utf-8")


def test_a_picture_that_is_offline_is_no_changed_clip(tmp_path: Path) -> None:
    logo = clip(movie_reference("/offline/logo.png", time_range(0, 48)), time_range(0, 48), name="logo")
    cut = read(tmp_path, timeline(track(PLAIN, logo, SECOND), start=time(0)))
    assert [clip.shot for clip in deliver_frames(cut, tmp_path / "out").tracks[0].clips] == ["a", "logo", "b"]


HUGE = {"start_time": time(0), "duration": time(2.0**60), "OTIO_SCHEMA": "TimeRange.1"}
UNUSABLE: dict[str, Json] = {
    "a clip of a length beyond counting": dict(SECOND, source_range=HUGE),
    "a gap of no rate": dict(gap(5), source_range=time_range(0, 5, rate=0)),
    "a clip of negative length": dict(SECOND, source_range=time_range(5, -4)),
    "media of a negative rate": dict(
        clip(movie_reference("/offline/b.mov", time_range(0, 9, rate=-24)), None), name="b"
    ),
}


@pytest.mark.parametrize("child", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_child_of_unusable_length_costs_only_itself(child: Json, tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(PLAIN, child), track(SECOND, name="V2"), start=time(0)))
    delivery = deliver_frames(cut, tmp_path / "out")
    assert {clip.shot for delivered in delivery.tracks for clip in delivered.clips} == {"a", "b"}


@pytest.mark.parametrize("offset", [time(2.0**60), time(3, rate=0), time(3, rate=-24), time(-2)])
@pytest.mark.parametrize("end", ["in_offset", "out_offset"])
def test_a_transition_whose_times_cannot_be_is_left_out(end: str, offset: Json, tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(PLAIN, dict(transition(3, 3), **{end: offset}), SECOND), start=time(0)))
    (row,) = cut.skipped
    assert row.reason.endswith("and their layers are cut where it is, as its times are invalid")
    assert [len(shot.record_range) for shot in cut.shots] == [20, 20]
    deliver_frames(cut, tmp_path / "out")
    assert not any(one["OTIO_SCHEMA"].startswith("Transition") for one in all_children(tmp_path / "out", "BODY v001"))


@pytest.mark.parametrize("slip", [1, -3])
def test_a_slipped_movie_is_refused(slip: int, tmp_path: Path) -> None:
    movie = movie_reference("/offline/b.mov", time_range(86400, 120))
    cut = read(tmp_path, timeline(track(PLAIN, clip(movie, time_range(86410, 20), name="b")), start=time(0)))
    slipped = clip(movie, time_range(86410 + slip, 20), name="b")
    write(tmp_path / "cut.otio", timeline(track(PLAIN, slipped), start=time(0)))
    with pytest.raises(UnreadableCut, match="b shows different source frames"):
        deliver_frames(cut, tmp_path / "out")


def test_an_unchanged_clip_of_a_pattern_is_not_taken_for_a_slipped_one(tmp_path: Path) -> None:
    """A pattern does not say which file it starts at."""
    files = clip(movie_reference("/offline/plate.%04d.png", time_range(1001, 120)), time_range(1011, 20), name="b")
    cut = read(tmp_path, timeline(track(PLAIN, files), start=time(0)))
    assert [layer.shot for layer in deliver_frames(cut, tmp_path / "out").tracks[0].clips] == ["a", "b"]


def test_the_cut_itself_is_never_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path / "return.otio", timeline(track(PLAIN)))
    before = path.read_bytes()
    with pytest.raises(OutputNotWritable, match="it is the cut itself"):
        deliver_frames(read_cut(path, handles=0), tmp_path)

    assert path.read_bytes() == before


def test_a_return_timeline_read_as_a_cut_has_the_same_plates(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(PLAIN, gap(5), SECOND), start=time(0)))
    deliver_frames(cut, tmp_path / "out")
    again = read_cut(tmp_path / "out" / "return.otio", handles=8)

    assert [(shot.name, shot.source_work_range, shot.record_range) for shot in again.shots] == [
        (shot.name, shot.source_work_range, shot.record_range) for shot in cut.shots
    ]
    assert {row.reason for row in again.skipped} == {"a layer made by this toolkit, not a plate"}
    notes = [note for note in deliver_frames(again, tmp_path / "again").notes if note.startswith("skipped")]
    assert notes == ["skipped: 4 layers made by this toolkit, not plates"]


def test_a_second_delivery_over_a_return_timeline_keeps_the_track_names(tmp_path: Path) -> None:
    """Tracks of older layers keep their names and are not plates; the newer layers go over them."""
    upper = track(gap(4), clip(sequence(), time_range(86420, 10), name="c"), name="Video 2")
    cut = read(tmp_path, timeline(track(PLAIN, gap(5), SECOND), upper, start=time(0)))
    names = [track.name for track in deliver_frames(cut, tmp_path / "one").tracks]
    again = read_cut(tmp_path / "one" / "return.otio", handles=8)
    plans = [plan_of(shot, name, version=2) for shot in again.source_shots() for name in PassName]
    delivery = deliver_frames(again, tmp_path / "two", plans)

    assert [track.name for track in delivery.tracks] == [name.replace("v001", "v002") for name in names]
    assert [item["label"] for item in video_tracks(tmp_path / "two" / "return.otio")] == [
        *("PLATE", "BODY v001", "FACE v001", "BODY v002", "FACE v002"),
        *("PLATE 2", "BODY v001 (PLATE 2)", "FACE v001 (PLATE 2)", "BODY v002 (PLATE 2)", "FACE v002 (PLATE 2)"),
    ]


def test_a_failed_write_leaves_no_partial_files(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(clip(sequence(), time_range(86410, 20))), start=time(0)))
    (tmp_path / "out" / "return.otio").mkdir(parents=True)
    with pytest.raises(OutputNotWritable, match=r"return\.otio"):
        deliver_frames(cut, tmp_path / "out")

    assert not (tmp_path / "out" / "delivery.json").exists()
    assert not list((tmp_path / "out").glob(".*.part"))


def test_a_transition_is_copied_only_where_the_layers_reach_it(tmp_path: Path) -> None:
    """A dissolve from a layer that ends at a hole in its plate would ask for frames that nobody has."""
    write_sequence(tmp_path / "whole", range(1, 41))
    write_sequence(tmp_path / "holed", [number for number in range(1, 41) if number != 20])
    whole = sequence_reference("whole/", 1, time_range(0, 40))
    holed = sequence_reference("holed/", 1, time_range(0, 40))
    reaching = [clip(whole, time_range(8, 12), name="a"), transition(3, 3), clip(holed, time_range(8, 16), name="b")]
    short = [transition(3, 3), clip(holed, time_range(18, 12), name="c")]  # its first part has one frame
    document = timeline(track(*reaching, *short), start=time(0))
    cut = read(tmp_path, document, handles=4)
    deliver_frames(cut, tmp_path / "out")
    (face,) = [one for one in video_tracks(tmp_path / "out" / "return.otio") if one["name"] == "FACE v001"]

    kinds = [child["OTIO_SCHEMA"].partition(".")[0] for child in face["children"]]
    assert kinds == ["Clip", "Transition", "Clip", "Gap", "Clip", "Clip", "Gap", "Clip"]
