"""Import Passes, frame by frame: every frame of the cut shows the correct source frame through the shot's comp."""

from __future__ import annotations

import json
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from tests.delivery._deliveries import deliver_frames, frames_of, video_tracks
from tests.hosts.after_effects import Dump, Step, Studio, comps, footage, layers, picture_at, picture_in_cut
from tests.hosts.delivered import Document, clips, retime
from tests.turnover import _cuts as otio
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


def expected_source_frame(clip: Document, record_frame: int, fps: float) -> int | None:
    """The rule of ``toolkit.frames.FrameMap``, for whole in points."""
    i = record_frame - clip["record_first"]
    if not 0 <= i < clip["record_count"]:
        return None
    j = i if clip["speed"] >= 0 else clip["record_count"] - 1 - i
    return int(clip["in_frame"] + floor(abs(clip["speed"]) * j * clip["fps"] / fps + 1e-6))


def assert_source_frames(dump: Dump, delivery: Path) -> None:
    """Check plates in the cut, and every layer in its shot's comp in the cut, at every frame and just outside it."""
    document = json.loads(delivery.read_text(encoding="utf-8"))
    fps = comps(dump)[document["name"]]["frameRate"]
    plates = {plate["shot"]: plate for plate in clips(document, "PLATE")}
    for track in document["tracks"]:
        for clip in track["clips"]:
            name = f"plate {clip['name']}" if track["pass_name"] is None else track["pass_name"]
            for frame in range(-2, document["record_count"] + 2):
                expected = expected_source_frame(clip, frame, document["fps"])
                assert picture_in_cut(dump, document["name"], clip["shot"], name, frame) == expected, (name, frame)
                if track["pass_name"] is None:
                    media = footage(dump)[clip["name"]]
                    shown = layers(dump, document["name"])[name]
                    found = (
                        0 if media["isStill"] and expected is not None else picture_at(shown, frame / fps, media["fps"])
                    )
                    assert found == expected, (name, frame)
    assert plates.keys() <= set(comps(dump))


def test_every_frame_shows_the_editors_source_frame(studio: Studio) -> None:
    delivery = studio.deliver()
    assert_source_frames(studio.run(delivery), delivery)


@pytest.mark.parametrize("moves", [True, False], ids=["inPoint moves outPoint", "inPoint moves alone"])
def test_in_and_out_points_are_correct_however_they_are_coupled(studio: Studio, moves: bool) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery, inPointMovesOutPoint=moves)
    assert dump["report"]["problems"] == []
    assert_source_frames(dump, delivery)


def test_handles_are_available_in_the_shot_comp(studio: Studio) -> None:
    """Outside the cut's range, a shot's comp shows the layer's handles in sync with the plate."""
    shot = layers(studio.run(studio.deliver()), "sh010")
    for frame in range(64):
        assert picture_at(shot["FACE"], frame / 24, 24) == frame
        assert picture_at(shot["plate A001C003"], frame / 24, 24) == frame + 32


RETIMES = [(2.0, 47, 24), (0.5, 20, 40), (-1.0, 40, 40), (-2.0, 39, 20), (0.0, 1, 30), (1.5, 44, 30), (-0.5, 20, 40)]
RETIMES += [(0.333, 16, 48), (-0.333, 16, 48), (0.999, 47, 48)]  # close to whole source frames without reaching them


@pytest.mark.parametrize("interpolation", ["host", "flow"])
@pytest.mark.parametrize(("speed", "frame_count", "record_count"), RETIMES)
def test_retimed_shots_show_the_editors_source_frames(
    studio: Studio, speed: float, frame_count: int, record_count: int, interpolation: str
) -> None:
    def change(document: Document) -> None:
        retime(speed, frame_count=frame_count, record_count=record_count)(document)
        for name in ("BODY", "FACE"):
            clips(document, name)[0]["interpolation"] = interpolation

    delivery = studio.deliver(change)
    dump = studio.run(delivery, quantised=True)
    assert dump["report"]["problems"] == dump["report"]["differences"] == []
    assert_source_frames(dump, delivery)


@pytest.mark.parametrize(("speed", "frame_count", "record_count"), RETIMES)
def test_a_retimed_shot_keeps_all_available_handles(
    studio: Studio, speed: float, frame_count: int, record_count: int
) -> None:
    dump = studio.run(studio.deliver(retime(speed, frame_count=frame_count, record_count=record_count)))
    shot, face = comps(dump)["sh010"], layers(dump, "sh010")["FACE"]
    count = round(shot["duration"] * 24)
    shown = [picture_at(face, frame / 24, 24) for frame in range(count)]
    assert None not in shown and all(0 <= picture < 64 for picture in shown if picture is not None)
    head, tail = round(shot["workArea"][0] * 24), count - round(sum(shot["workArea"]) * 24)
    first, last = (8, 64 - 8 - frame_count) if speed > 0 else (64 - 8 - frame_count, 8)
    assert (head, tail) == ((0, 0) if speed == 0 else pytest.approx((first / abs(speed), last / abs(speed)), abs=1))


def test_time_remap_keys_are_in_the_middle_of_a_source_frame(studio: Studio) -> None:
    """On the edge between two source frames, rounding would decide which one is shown."""
    dump = studio.run(studio.deliver(retime(-1.0, frame_count=40, record_count=40)))
    remap = layers(dump, "sh010")["FACE"]["remap"]
    assert [key["value"] * 24 % 1 for key in remap] == [pytest.approx(0.5), pytest.approx(0.5)]


def test_with_frame_blending_time_remap_keys_are_on_source_frames(studio: Studio) -> None:
    """Keys in the middle of a source frame would blend in part of the next frame everywhere."""

    def change(document: Document) -> None:
        retime(0.5, frame_count=20, record_count=40)(document)
        clips(document, "FACE")[0]["interpolation"] = "flow"

    remap = layers(studio.run(studio.deliver(change)), "sh010")["FACE"]["remap"]
    halves = [key["value"] * 24 * 2 for key in remap]
    assert halves == pytest.approx([round(half) for half in halves])


@pytest.mark.parametrize(("rate", "fps"), [("24000/1001", 24000 / 1001), ("25", 25.0), ("60", 60.0)])
def test_every_frame_is_correct_at_other_rates(studio: Studio, rate: str, fps: float) -> None:
    def set_rate(document: Document) -> None:
        document.update(rate=rate, fps=fps, start_frame=round(fps) * 3600)
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip.update(rate=rate, fps=fps)

    delivery = studio.deliver(set_rate)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert comps(dump)["scene_04"]["displayStartTime"] * fps == pytest.approx(round(fps) * 3600)
    assert_source_frames(dump, delivery)


def test_times_use_the_comps_rounded_rate(studio: Studio) -> None:
    """An in point that is slightly late hides the first frame, and after an hour the rounding of 23.976 causes that."""

    def move_late(document: Document) -> None:
        fps = 24000 / 1001
        document.update(rate="24000/1001", fps=fps, record_count=100_096, faces=[])
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip.update(rate="24000/1001", fps=fps, record_first=clip["record_first"] + 100_000)

    dump = studio.run(studio.deliver(move_late))
    assert dump["report"]["problems"] == []
    cut = comps(dump)["scene_04"]
    for layer, frame in zip(layers(dump, "scene_04").values(), (100_000, 100_048, 100_000, 100_048), strict=True):
        assert layer["inPoint"] * cut["frameRate"] == pytest.approx(frame, abs=1e-6)


def test_media_at_another_rate_show_the_correct_source_frames(studio: Studio) -> None:
    def double_media_rate(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(fps=48.0, rate="48", in_frame=4, frame_count=60, record_count=30)

    delivery = studio.deliver(double_media_rate)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert_source_frames(dump, delivery)


@pytest.mark.parametrize("speed", [1.0, 2.0, -1.0, 0.5, 1.5])
@pytest.mark.parametrize(
    ("fps", "media_fps"),
    [("24000/1001", "24000/1001"), ("24", "24000/1001"), ("30000/1001", "60000/1001"), ("25", "30000/1001")],
)
def test_a_shot_from_late_in_a_long_movie_is_correct(studio: Studio, fps: str, media_fps: str, speed: float) -> None:
    """After Effects rounds NTSC rates: 200,000 frames in, seconds by the exact rate are a fifth of a frame off."""

    def make_late(document: Document) -> None:
        document.update(rate=fps, fps=float(Fraction(fps)), faces=[])
        for track in document["tracks"]:
            del track["clips"][1:]
        plate = document["tracks"][0]["clips"][0]
        plate.update(
            rate=media_fps, fps=float(Fraction(media_fps)), in_frame=200_000, end_index=200_400, speed=speed,
            in_position="400001/2", frame_count=120,
        )  # fmt: skip

    delivery = studio.deliver(make_late)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    document = json.loads(delivery.read_text(encoding="utf-8"))
    plate = clips(document, "PLATE")[0]
    layer = layers(dump, document["name"])[f"plate {plate['name']}"]
    cut, media = comps(dump)[document["name"]], footage(dump)[plate["name"]]
    for i in range(plate["record_count"]):
        j = i if speed > 0 else plate["record_count"] - 1 - i
        expected = Fraction(plate["in_position"]) + Fraction(abs(speed)) * j * Fraction(media_fps) / Fraction(fps)
        assert picture_at(layer, i / cut["frameRate"], media["fps"]) == floor(expected), i


def test_a_pass_on_twos_stays_in_sync_with_its_plate(studio: Studio) -> None:
    def halve_face_rate(document: Document) -> None:
        clips(document, "FACE")[0].update(fps=12.0, rate="12", in_frame=4, frame_count=24, interpolation="flow")

    delivery = studio.deliver(halve_face_rate)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert footage(dump)["sh010_FACE_v001"]["fps"] == 12
    assert_source_frames(dump, delivery)


def test_a_shot_of_one_frame_is_a_still(studio: Studio) -> None:
    def keep_one_frame(document: Document) -> None:
        for track in document["tracks"]:
            del track["clips"][1:]
            track["clips"][0].update(
                in_frame=0, frame_count=1, record_count=1, end_index=track["clips"][0]["start_index"]
            )
        document.update(record_count=1, faces=[])

    delivery = studio.deliver(keep_one_frame)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert_source_frames(dump, delivery)


@pytest.mark.parametrize("speed", [1.0, 0.0])
def test_a_still_is_as_long_as_in_the_cut(studio: Studio, speed: float) -> None:
    def make_still(document: Document) -> None:
        document["faces"] = []
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(in_frame=0, frame_count=1, end_index=clip["start_index"], speed=speed)

    dump = studio.run(studio.deliver(make_still))
    assert dump["report"]["problems"] == []
    assert [picture_in_cut(dump, "scene_04", "sh010", "FACE", frame) for frame in range(49)] == [0] * 48 + [None]


# --- the same cut in return.otio -----------------------------------------------------------------------------------


def build_clip(name: str, first: int, count: int, *effects: otio.Json) -> otio.Json:
    return otio.clip(
        otio.sequence_reference("/offline", 1001, otio.time_range(86400, 120)),
        otio.time_range(first, count),
        name=name,
        effects=effects,
    )


CUTS = {
    "plain": [build_clip("a", 86410, 20)],
    "twice as fast": [build_clip("a", 86420, 24, otio.speed(2))],
    "reversed at half": [build_clip("a", 86420, 24, otio.speed(-0.5))],
    "frozen": [build_clip("a", 86420, 24, otio.freeze())],
    "two shots": [build_clip("a", 86410, 20), build_clip("b", 86430, 30, otio.speed(1.5))],
}


@pytest.mark.parametrize("children", CUTS.values(), ids=CUTS)
def test_after_effects_shows_the_same_source_frames_as_the_return_timeline(
    studio: Studio, tmp_path: Path, children: list[otio.Json]
) -> None:
    cut = read_cut(otio.write(tmp_path / "cut.otio", otio.timeline(otio.track(*children))), handles=8)
    delivery = deliver_frames(cut, tmp_path / "out")
    (dump,) = studio.session([Step(delivery=tmp_path / "out" / "delivery.json")])
    assert dump["report"]["problems"] == []
    tracks = {
        track["name"]: frames_of(track, float(cut.record_rate)) for track in video_tracks(tmp_path / "out/return.otio")
    }
    for pass_name in ("BODY", "FACE"):
        for frame, shown in enumerate(tracks[f"{pass_name} v001"]):
            assert shown is not None
            name, number = shown
            shot = name.partition("_")[0]
            found = picture_in_cut(dump, delivery.name, shot, pass_name, frame)
            assert found is not None and 1001 + found == number, (name, frame)
