"""The After Effects script, bundled as it is installed, under a strict After Effects in a third-edition language."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import zlib
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from toolkit.install import install_scripts

FAKE = Path(__file__).resolve().parent / "fake_ae" / "run.js"

Dump = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """A machine with After Effects: the installed script, real pictures, and a way to run it."""

    node: str
    script: Path
    folder: Path
    deliver: Deliveries

    def run(self, delivery: Path | None, *, automated: bool = True, **quirks: Any) -> Dump:
        """What the fake tells after one run; ``delivery`` None cancels the dialog."""
        scenario = {
            "dialog": None if automated or delivery is None else str(delivery),
            "automated": str(delivery) if automated else None,
            "movies": movies(delivery),
            "quirks": quirks,
        }
        file = self.folder / "scenario.json"
        file.write_text(json.dumps(scenario), encoding="utf-8")
        command = [self.node, str(FAKE), str(self.script), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        dump: Dump = json.loads(done.stdout)
        assert dump["error"] is None, dump["error"]
        assert dump["openUndoGroups"] == 0
        assert dump["globals"] in ([], ["TOOLKIT_REPORT"], ["TOOLKIT_DELIVERY", "TOOLKIT_REPORT"])
        return dump


def movies(delivery: Path | None) -> Document:
    """What the fake should see in the movies of a delivery that can be read."""
    try:
        document = json.loads(delivery.read_text(encoding="utf-8-sig")) if delivery else {}
        found = [clip for track in document["tracks"] for clip in track["clips"] if clip["kind"] == "movie"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {
        clip["path"]: {
            "width": clip["width"],
            "height": clip["height"],
            "fps": clip["fps"],
            "frames": clip["end_index"] + 1,
        }
        for clip in found
    }


@pytest.fixture(scope="session")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Deliveries of real pictures: one per size and kind of channels, linked for every frame of a sequence."""
    folder = tmp_path_factory.mktemp("pictures")

    def picture(clip: Document) -> Path | None:
        if clip["kind"] == "movie":
            return None
        suffix = Path(clip["path"]).suffix
        file = folder / f"{clip['width']}x{clip['height']}{clip['alpha']}{suffix}"
        if not file.exists():
            write = write_png if suffix == ".png" else write_exr
            write(file, clip["width"], clip["height"], clip["alpha"] != "none")
        return file

    return Deliveries(tmp_path_factory.mktemp("deliveries"), picture)


def write_exr(file: Path, width: int, height: int, alpha: bool) -> None:
    import OpenEXR

    black = np.zeros((height, width), np.float16)
    channels = {name: OpenEXR.Channel(black) for name in ("RGBA" if alpha else "RGB")}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, channels).write(str(file))


def write_png(file: Path, width: int, height: int, alpha: bool) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width * (4 if alpha else 3)) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    file.write_bytes(signature + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


@pytest.fixture
def studio(tmp_path: Path, pictured: Deliveries) -> Studio:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine: the After Effects script was read, not run")
    (script,) = install_scripts("ae", tmp_path / "Scripts")
    return Studio(node=node, script=script, folder=tmp_path, deliver=pictured)


def comp(dump: Dump) -> Dump:
    (found,) = (item for item in dump["items"] if item["kind"] == "CompItem")
    return dict(found)


def layer(dump: Dump, name: str) -> Dump:
    (found,) = (one for one in comp(dump)["layers"] if one["name"] == name)
    return dict(found)


def footage(dump: Dump) -> dict[str, Dump]:
    return {Path(item["file"]).name: item for item in dump["items"] if item["kind"] == "FootageItem"}


def picture_at(shown: Dump, record_frame: int, fps: float, media_fps: float) -> int | None:
    """Which picture of its media a layer shows in a frame of the comp; None where it shows nothing."""
    time = record_frame / fps
    if not shown["inPoint"] - 1e-6 <= time < shown["outPoint"] - 1e-6:
        return None
    if shown["remap"] is None:
        source = float((time - shown["startTime"]) * 100 / shown["stretch"])
    else:
        times, values = ([key[field] for key in shown["remap"]] for field in ("time", "value"))
        source = float(np.interp(time, times, values))
    return floor(source * media_fps + 1e-6)


def expected_picture(clip: Document, record_frame: int, fps: float) -> int | None:
    """The same as ``toolkit.frames.FrameMap`` has it, with whole in points."""
    i = record_frame - clip["record_first"]
    if not 0 <= i < clip["record_count"]:
        return None
    j = i if clip["speed"] >= 0 else clip["record_count"] - 1 - i
    return int(clip["in_frame"] + floor(abs(clip["speed"]) * j * clip["fps"] / fps + 1e-6))


def assert_shows(dump: Dump, delivery: Path) -> None:
    """Every frame of the comp shows, on every layer, the picture the delivery asks for."""
    document = json.loads(delivery.read_text(encoding="utf-8"))
    for track in document["tracks"]:
        for clip in track["clips"]:
            shown = layer(dump, clip["name"])
            for frame in range(-2, document["record_count"] + 2):
                found = picture_at(shown, frame, document["fps"], clip["fps"])
                assert found == expected_picture(clip, frame, document["fps"]), (clip["name"], frame)


# --- what it builds -----------------------------------------------------------------------------------------------


def test_one_comp_with_the_layers_of_the_cut_bottom_to_top(studio: Studio) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    made = comp(dump)
    assert [one["name"] for one in reversed(made["layers"])] == [
        "A001C003",
        "B002C011",
        "sh010_BODY_v001",
        "sh020_BODY_v001",
        "sh010_FACE_v001",
        "sh020_FACE_v001",
        "sh010 face 0",
        "sh020 face 0",
    ]
    assert (made["name"], made["width"], made["height"], made["frameRate"]) == ("scene_04", 1280, 720, 24)
    assert made["duration"] == pytest.approx(96 / 24)
    assert made["displayStartTime"] == pytest.approx(3600)
    assert_shows(dump, delivery)


@pytest.mark.parametrize("moves", [True, False], ids=["inPoint moves outPoint", "inPoint stands alone"])
def test_in_and_out_points_hold_whichever_way_they_are_coupled(studio: Studio, moves: bool) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery, inPointMovesOutPoint=moves)
    assert dump["report"]["problems"] == []
    assert_shows(dump, delivery)


def test_plates_are_guides_and_layers_are_not(studio: Studio) -> None:
    guides = {one["name"]: one["guideLayer"] for one in comp(studio.run(studio.deliver()))["layers"]}
    assert {name for name, guide in guides.items() if guide} == {"A001C003", "B002C011"}


def test_sequences_are_conformed_and_face_is_premultiplied_with_black(studio: Studio) -> None:
    found = footage(studio.run(studio.deliver()))
    assert {item["fps"] for item in found.values()} == {24}
    assert {item["frames"] for item in found.values()} == {120, 96, 64}
    assert {name for name, item in found.items() if item["alphaMode"] == "PREMULTIPLIED"} == {
        "sh010_FACE_v001.1001.exr",
        "sh020_FACE_v001.1001.exr",
    }
    assert found["sh010_FACE_v001.1001.exr"]["premulColor"] == [0, 0, 0]
    assert [item["sequence"] for item in found.values()].count(False) == 1  # the movie


def test_everything_is_in_one_folder_and_one_undo_step(studio: Studio) -> None:
    dump = studio.run(studio.deliver())
    assert {item["folder"] for item in dump["items"][1:]} == {"scene_04"}
    assert dump["undo"] == ["Import delivery scene_04"]


def test_media_used_twice_become_one_footage(studio: Studio) -> None:
    def again(document: Document) -> None:
        document["record_count"] = 148
        for track in document["tracks"]:
            track["clips"].append({**track["clips"][0], "record_first": 100, "name": track["clips"][0]["name"] + "_b"})

    delivery = studio.deliver(again)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert len(footage(dump)) == 6 == sum(item["kind"] == "FootageItem" for item in dump["items"])
    assert_shows(dump, delivery)


@pytest.mark.parametrize("face", [0, 1])
def test_a_null_goes_with_each_face(studio: Studio, face: int) -> None:
    dump = studio.run(studio.deliver())
    keys, clip = golden()["faces"][face], clips(golden(), "FACE")[face]
    null = layer(dump, f"{keys['shot']} face 0")
    assert null["isNull"] and null["anchor"] == [0, 0, 0]
    records = [clip["record_first"] + frame - clip["in_frame"] for frame in keys["frames"]]
    inside = [index for index, record in enumerate(records) if 0 <= record < 96]
    assert len(inside) < len(records), "the golden delivery has keys in handles outside the comp"
    for name in ("position", "scale", "rotation"):
        assert [key["time"] for key in null[name]] == pytest.approx([records[index] / 24 for index in inside])
    for key, index in zip(null["position"], inside, strict=True):
        # a Point is the centre of a pixel, a position of After Effects its corner
        assert key["value"] == pytest.approx([keys["x"][index] + 0.5, keys["y"][index] + 0.5, 0])
    assert [key["value"][0] for key in null["scale"]] == pytest.approx([keys["scale"][index] for index in inside])
    assert [key["value"] for key in null["rotation"]] == pytest.approx([keys["roll"][index] for index in inside])
    assert (null["inPoint"], null["outPoint"]) == pytest.approx((face * 2, face * 2 + 2))


def test_a_plate_of_another_size_is_fitted_with_its_layers_and_its_face(studio: Studio) -> None:
    def large(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(width=1920, height=1440)
        document["faces"] = [
            {**document["faces"][0], "frames": [8], "x": [959.5], "y": [719.5], "scale": [100], "roll": [0]}
        ]

    dump = studio.run(studio.deliver(large))
    assert dump["report"]["problems"] == []
    assert {tuple(layer(dump, name)["staticScale"]) for name in ("A001C003", "sh010_FACE_v001")} == {(50, 50, 100)}
    (key,) = layer(dump, "sh010 face 0")["position"]
    assert key["value"] == pytest.approx([640, 360, 0])


def test_a_face_of_a_retimed_shot_is_keyed_where_its_picture_shows(studio: Studio) -> None:
    delivery = studio.deliver(retime(2.0, frame_count=48, record_count=24))
    null = layer(studio.run(delivery), "sh010 face 0")
    assert [key["time"] * 24 for key in null["position"]][:3] == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize(
    ("speed", "frame_count", "record_count"),
    [(2.0, 47, 24), (0.5, 20, 40), (-1.0, 40, 40), (-2.0, 39, 20), (0.0, 1, 30), (1.5, 44, 30), (-0.5, 20, 40)],
)
def test_retimed_clips_show_the_editors_pictures(
    studio: Studio, speed: float, frame_count: int, record_count: int
) -> None:
    delivery = studio.deliver(retime(speed, frame_count=frame_count, record_count=record_count))
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert sum("compare its ends" in note for note in dump["report"]["notes"]) == 3
    assert_shows(dump, delivery)


def test_a_remapped_time_stands_inside_its_picture(studio: Studio) -> None:
    """On the edge between two pictures, rounding decides which one shows."""
    dump = studio.run(studio.deliver(retime(-1.0, frame_count=40, record_count=40)))
    pictures = [key["value"] * 24 % 1 for key in layer(dump, "sh010_FACE_v001")["remap"]]
    assert len(pictures) == 2 and all(0.005 < part < 0.5 for part in pictures)


@pytest.mark.parametrize(("rate", "fps"), [("24000/1001", 24000 / 1001), ("25", 25.0), ("60", 60.0)])
def test_every_frame_is_right_at_other_rates(studio: Studio, rate: str, fps: float) -> None:
    def at_rate(document: Document) -> None:
        document.update(rate=rate, fps=fps, start_frame=round(fps) * 3600)
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip.update(rate=rate, fps=fps)

    delivery = studio.deliver(at_rate)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert comp(dump)["displayStartTime"] == pytest.approx(round(fps) * 3600 / fps)
    assert_shows(dump, delivery)


def test_media_at_another_rate_than_the_cut_keep_their_pictures(studio: Studio) -> None:
    def faster(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(fps=48.0, rate="48", in_frame=4, frame_count=60, record_count=30)

    delivery = studio.deliver(faster)
    dump = studio.run(delivery)
    assert dump["report"]["problems"] == []
    assert_shows(dump, delivery)


@pytest.mark.parametrize("drop", [True, False])
def test_drop_frame_is_set_where_there_is_such_a_thing(studio: Studio, drop: bool) -> None:
    def ntsc(document: Document) -> None:
        fps = 30000 / 1001
        document.update(rate="30000/1001", fps=fps, drop_frame=drop, start_frame=107892)
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip.update(rate="30000/1001", fps=fps)

    dump = studio.run(studio.deliver(ntsc))
    assert dump["report"]["problems"] == []
    assert comp(dump)["dropFrame"] is drop


def test_a_clip_of_one_frame_is_a_still(studio: Studio) -> None:
    def single(document: Document) -> None:
        for track in document["tracks"]:
            del track["clips"][1:]
            track["clips"][0].update(
                in_frame=0, frame_count=1, record_count=1, end_index=track["clips"][0]["start_index"]
            )
        document.update(record_count=1, faces=[])

    dump = studio.run(studio.deliver(single))
    assert dump["report"]["problems"] == []
    assert layer(dump, "sh010_FACE_v001")["outPoint"] == pytest.approx(1 / 24)


@pytest.mark.parametrize("speed", [1.0, 0.0])
def test_a_still_lasts_as_long_as_the_cut_says(studio: Studio, speed: float) -> None:
    def still(document: Document) -> None:
        document["faces"] = []
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(in_frame=0, frame_count=1, end_index=clip["start_index"], speed=speed)

    dump = studio.run(studio.deliver(still))
    assert dump["report"]["problems"] == []
    assert layer(dump, "sh010_FACE_v001")["outPoint"] == pytest.approx(2)


def test_names_beyond_ascii_survive(studio: Studio) -> None:
    dump = studio.run(studio.deliver(lambda document: document.update(name="Zürich “B” 東")))
    assert comp(dump)["name"] == "Zürich “B” 東" == dump["report"]["comp"]


# --- what it reports ----------------------------------------------------------------------------------------------


def test_the_report_lies_beside_the_delivery_and_says_what_the_comp_says(studio: Studio) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery)
    written = json.loads((delivery.parent / "ae_report.json").read_text(encoding="utf-8"))
    assert written == dump["report"]
    made = comp(dump)["layers"]
    for said, there in zip(written["layers"], made, strict=True):
        assert [said[name] for name in ("name", "inPoint", "outPoint", "startTime", "guideLayer")] == pytest.approx(
            [there[name] for name in ("name", "inPoint", "outPoint", "startTime", "guideLayer")]
        )
        assert said["keys"] == len(there["position"])


def test_one_alert_says_it_all_after_a_dialog(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), automated=False)
    assert dump["dialogs"] == 1 and len(dump["alerts"]) == 1
    assert dump["alerts"] == [dump["summary"]]
    assert "Comp 'scene_04': 8 layers." in dump["summary"] and "ae_report.json" in dump["summary"]
    assert "no face in shot frames" in dump["summary"]  # the delivery's own note


def test_driven_from_outside_it_opens_no_window(studio: Studio) -> None:
    dump = studio.run(studio.deliver())
    assert (dump["dialogs"], dump["alerts"]) == (0, [])


def test_a_dialog_that_is_cancelled_does_nothing(studio: Studio) -> None:
    dump = studio.run(None, automated=False)
    assert dump["items"] == [] and dump["alerts"] == [] and dump["undo"] == []


@pytest.mark.parametrize("preferences", ["known", "v2"])
def test_without_permission_to_write_the_alert_says_so(studio: Studio, preferences: str) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery, automated=False, mayWrite=False, preferences=preferences)
    assert "allow scripts to write files" in dump["alerts"][0]
    assert dump["report"]["problems"] == [] and dump["files"] == []
    assert not (delivery.parent / "ae_report.json").exists()


def test_a_report_that_cannot_be_written_is_said(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), mayWrite=False, preferences="unknown")
    assert "could not be written" in dump["summary"]


@pytest.mark.parametrize(
    ("quirks", "says"),
    [
        pytest.param({"noAlpha": True}, "shows no alpha", id="FACE without alpha"),
        pytest.param({"alphaIgnored": True}, "set its alpha to Premultiplied", id="alphaMode does not stick"),
        pytest.param({"conformIgnored": True}, "plays at 30 fps instead of 24", id="conformFrameRate does not stick"),
        pytest.param(
            {"startIgnored": True}, "starts at 0 s instead of 01:00:00:00", id="displayStartTime does not stick"
        ),
        pytest.param({"rateRounded": True}, "the comp runs at 25 fps", id="the comp has another rate"),
        pytest.param({"guideIgnored": True}, "has guideLayer false instead of true", id="guideLayer does not stick"),
        pytest.param({"outPointIgnored": True}, "has its outPoint at", id="outPoint does not stick"),
        pytest.param({"losesKeys": True}, "has keys 28 instead of 56", id="keys are lost"),
        pytest.param({"losesLayer": "sh020_BODY_v001"}, "7 layers instead of 8", id="a layer is gone"),
        pytest.param({"pixelAspect": 1.0667}, "pixel aspect of 1.0667", id="pixels are not square"),
        pytest.param({"noTransform": "ADBE Rotate Z"}, "has no property ADBE Rotate Z", id="a property is not there"),
    ],
)
def test_what_after_effects_does_not_do_is_a_problem(studio: Studio, quirks: Dump, says: str) -> None:
    report = studio.run(studio.deliver(), **quirks)["report"]
    assert any(says in problem for problem in report["problems"]), report["problems"]


def test_a_stretch_that_does_not_stick_is_a_problem(studio: Studio) -> None:
    dump = studio.run(studio.deliver(retime(2.0, frame_count=48, record_count=24)), stretchIgnored=True)
    assert any("has stretch 100 instead of 50" in problem for problem in dump["report"]["problems"])


@pytest.mark.parametrize(
    ("quirks", "says"),
    [
        pytest.param({"cannotImport": "FACE"}, "cannot import", id="a format it does not know"),
        pytest.param({"importsNothing": "FACE"}, "imported nothing", id="importFile answers null"),
        pytest.param({"importThrows": "FACE"}, "unable to import", id="importFile throws"),
    ],
)
def test_a_failed_import_stops_and_can_be_undone_in_one_step(studio: Studio, quirks: Dump, says: str) -> None:
    dump = studio.run(studio.deliver(), **quirks)
    assert any(says in problem for problem in dump["report"]["problems"]), dump["report"]["problems"]
    assert dump["report"]["comp"] is None and dump["undo"] == ["Import delivery scene_04"]
    assert "Edit > Undo" in dump["summary"]


def test_more_files_than_delivered_are_seen(studio: Studio) -> None:
    delivery = studio.deliver(own_media=True)
    first = delivery.parent / "sh010" / "FACE" / "v001" / "sh010_FACE_v001.1001.exr"
    shutil.copy(first, first.with_name("sh010_FACE_v001.1070.exr"))
    problems = studio.run(delivery)["report"]["problems"]
    assert problems == ["'sh010_FACE_v001' has 70 pictures here, 64 in the delivery"]


def test_eight_bits_per_channel_are_mentioned(studio: Studio) -> None:
    assert any("8 bits" in note for note in studio.run(studio.deliver(), bitsPerChannel=8)["report"]["notes"])


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "no proper 'fps'", id="a field is missing"),
        pytest.param(
            lambda d: d.update(fps=120.0), "runs at 120 fps; After Effects comps reach 99", id="too fast a cut"
        ),
        pytest.param(set_on("FACE", 0, fps=119.88), "119.88 fps; After Effects takes at most 99", id="too fast a clip"),
        pytest.param(lambda d: d.update(record_count=24 * 10801), "longer than three hours", id="too long a cut"),
        pytest.param(set_on("FACE", 0, record_first=0.5), "no proper 'record_first'", id="half a frame"),
        pytest.param(set_on("FACE", 0, in_frame=60), "more pictures than its media", id="past the end of the media"),
        pytest.param(set_on("FACE", 0, pattern="%04d.exr"), "is not the pattern", id="a pattern of other files"),
        pytest.param(set_on("FACE", 0, path="../x.1001.exr"), "outside the delivery", id="a layer that climbs"),
        pytest.param(
            set_on("FACE", 0, path="a/../../x.1001.exr"), "outside the delivery", id="a layer that climbs late"
        ),
        pytest.param(set_on("FACE", 0, path="/x.1001.exr"), "outside the delivery", id="an absolute layer"),
        pytest.param(set_on("FACE", 0, path="~/x.1001.exr"), "outside the delivery", id="a layer at home"),
        pytest.param(set_on("FACE", 0, path="C:/x.1001.exr"), "outside the delivery", id="a layer on a drive"),
        pytest.param(
            set_on("FACE", 0, path="..\\x.1001.exr"), "outside the delivery", id="a layer that climbs backwards"
        ),
        pytest.param(set_on("FACE", 0, path="%2e%2e/x.1001.exr"), "outside the delivery", id="a layer in disguise"),
        pytest.param(lambda d: d["faces"][0].update(x=[1.0]), "frames without 'x'", id="keys of unequal length"),
    ],
)
def test_a_document_that_does_not_hold_builds_nothing(studio: Studio, change: Change, says: str) -> None:
    delivery = studio.deliver()
    document = json.loads(delivery.read_text(encoding="utf-8"))
    change(document)
    delivery.write_text(json.dumps(document), encoding="utf-8")
    dump = studio.run(delivery)
    assert says in dump["report"]["problems"][0]
    assert dump["items"] == [] and dump["undo"] == []
    assert dump["summary"].startswith("Nothing was imported.")


@pytest.mark.parametrize(
    "gone", ["out/sh020/BODY/v001/sh020_BODY_v001.1030.exr", "plates/A001C003_230114.mov", "plates/B002C011.0101.png"]
)
def test_a_missing_file_is_named_before_anything_is_built(studio: Studio, gone: str) -> None:
    delivery = studio.deliver(own_media=True)
    (delivery.parent.parent / gone).unlink()
    dump = studio.run(delivery)
    assert "is offline" in dump["report"]["problems"][0] and Path(gone).name in dump["report"]["problems"][0]
    assert dump["items"] == []


def test_a_face_without_a_layer_is_a_problem_and_the_rest_is_built(studio: Studio) -> None:
    dump = studio.run(studio.deliver(lambda document: document["faces"][0].update(shot="sh990")))
    assert dump["report"]["problems"] == ["face 0 of sh990 has no layer"]
    assert len(comp(dump)["layers"]) == 7


def test_a_delivery_that_is_not_there_is_said(studio: Studio) -> None:
    assert "cannot read" in studio.run(studio.folder / "nowhere.json")["report"]["problems"][0]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="an open object"),
        pytest.param('{"a": 1,}', id="a trailing comma"),
        pytest.param('{"a": 1} x', id="something after it"),
        pytest.param("{'a': 1}", id="single quotes"),
        pytest.param('{"a": 01}', id="a leading zero"),
        pytest.param('{"a": +1}', id="a plus"),
        pytest.param('{"a": .5}', id="no digit before the point"),
        pytest.param('{"a": 1e999}', id="too large a value"),
        pytest.param('{"a": NaN}', id="not a number"),
        pytest.param('{"a": "\t"}', id="a raw tab in a text"),
        pytest.param('{"a": "\\x41"}', id="an unknown escape"),
        pytest.param('{"a": "\\u00g0"}', id="a bad escape"),
        pytest.param('{"a": "b', id="a text without end"),
        pytest.param('{"a": 1, "a": 2}', id="a key twice"),
        pytest.param('{"__proto__": {}}', id="a key that is no key"),
        pytest.param("[" * 100 + "]" * 100, id="too deep"),
        pytest.param("app.quit()", id="code"),
        pytest.param("(function(){})()", id="more code"),
    ],
)
def test_what_is_no_json_is_refused(studio: Studio, text: str) -> None:
    file = studio.folder / "bad.json"
    file.write_text(text, encoding="utf-8")
    assert studio.run(file)["report"]["problems"][0].startswith("not JSON: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_json_is_read_as_python_reads_it(studio: Studio, encoding: str) -> None:
    """Notes travel through the script's reader and writer unchanged."""
    notes = ['a "quoted" \\ and / and \b\f\n\r\t', "Zürich 東京 🎬", "", "\u2028\x7f\x01"]
    for ensure_ascii in (True, False):
        delivery = studio.deliver(lambda document: document.update(notes=notes))
        document = json.loads(delivery.read_text(encoding="utf-8"))
        text = json.dumps(document, ensure_ascii=ensure_ascii, indent=ensure_ascii or None)
        delivery.write_text(text, encoding=encoding)
        dump = studio.run(delivery)
        assert dump["report"]["problems"] == [] and dump["report"]["notes"] == notes
        assert (delivery.parent / "ae_report.json").read_bytes().isascii()
