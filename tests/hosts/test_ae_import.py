"""Import Passes, bundled as it is installed: what it builds in a new project, and what it reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hosts.after_effects import Studio, comps, footage, layers
from tests.hosts.delivered import Document, clips, set_on

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

STACK = ["BODY", "FACE", "face matte", "face 0", "face 0 correction", "face 0 corner pin"]


def add_marker(document: Document, record_frame: int, shot: str, colour: str = "Red") -> None:
    marker = {"record_frame": record_frame, "shot": shot, "name": "hm", "note": "look", "colour": colour}
    document.setdefault("markers", []).append(marker)


def test_each_shot_and_the_cut_get_a_comp(studio: Studio) -> None:
    dump = studio.run(studio.deliver())
    assert dump["report"]["problems"] == dump["report"]["differences"] == dump["report"]["by_hand"] == []
    assert list(comps(dump)) == ["sh010", "sh020", "scene_04"]
    assert list(layers(dump, "sh010")) == ["plate A001C003", *STACK]
    assert list(layers(dump, "sh020")) == ["plate B002C011", *STACK]
    assert list(layers(dump, "scene_04")) == ["plate A001C003", "plate B002C011", "sh010", "sh020"]


def test_the_comp_of_the_cut_has_the_cuts_format(studio: Studio) -> None:
    made = comps(studio.run(studio.deliver()))["scene_04"]
    assert (made["width"], made["height"], made["frameRate"]) == (1280, 720, 24)
    assert made["duration"] == pytest.approx(96 / 24)
    assert made["displayStartTime"] == pytest.approx(3600)


def test_a_shot_comp_includes_handles_and_starts_at_its_first_file_number(studio: Studio) -> None:
    made = comps(studio.run(studio.deliver()))["sh020"]
    assert made["duration"] == pytest.approx(64 / 24)
    assert made["displayStartTime"] * 24 == pytest.approx(1001)
    assert made["workArea"] == pytest.approx([8 / 24, 48 / 24])


@pytest.mark.parametrize("version", ["17.0x1", "16.1.2x55", "26.3x1"])
def test_the_first_frame_number_is_set_in_every_version(studio: Studio, version: str) -> None:
    dump = studio.run(studio.deliver(), version=version)
    assert dump["report"]["problems"] == dump["report"]["by_hand"] == []
    assert comps(dump)["sh010"]["displayStartTime"] * 24 == pytest.approx(1001)


def test_only_plates_are_guides_and_only_shot_plates_are_locked(studio: Studio) -> None:
    dump = studio.run(studio.deliver())
    for comp in comps(dump):
        guides = {name for name, layer in layers(dump, comp).items() if layer["guideLayer"]}
        assert guides == {name for name in layers(dump, comp) if name.startswith("plate")}
    assert {name for name, layer in layers(dump, "sh010").items() if layer["locked"]} == {"plate A001C003"}


def test_masks_and_mattes_have_no_effect_until_the_artist_enables_them(studio: Studio) -> None:
    """The oval exists as a mask on FACE and as a matte layer, and neither changes the image."""
    shot = layers(studio.run(studio.deliver()), "sh010")
    assert [mask["mode"] for mask in shot["FACE"]["masks"]] == ["NONE"]
    assert {name for name, layer in shot.items() if not layer["enabled"]} == {"face matte", "face 0 corner pin"}
    assert shot["face 0 correction"]["adjustmentLayer"]
    assert shot["face 0 correction"]["effects"] == []


def test_full_frame_layers_are_not_parented_to_the_null(studio: Studio) -> None:
    shot = layers(studio.run(studio.deliver()), "sh010")
    assert {name: layer["parent"] for name, layer in shot.items() if layer["parent"]} == {"face 0 correction": "face 0"}


def test_each_type_of_layer_has_its_own_label_colour(studio: Studio) -> None:
    shot = layers(studio.run(studio.deliver()), "sh010")
    assert len({shot[name]["label"] for name in ("plate A001C003", "BODY", "FACE", "face 0")}) == 4


def test_sequences_are_conformed_and_face_is_premultiplied_with_black(studio: Studio) -> None:
    found = footage(studio.run(studio.deliver()))
    assert {item["fps"] for item in found.values()} == {24}
    assert {item["frames"] for item in found.values()} == {120, 96, 64}
    premultiplied = {name for name, item in found.items() if item["alphaMode"] == "PREMULTIPLIED"}
    assert premultiplied == {"sh010_FACE_v001", "sh020_FACE_v001"}
    assert found["sh010_FACE_v001"]["premulColor"] == [0, 0, 0]


def test_everything_is_in_one_folder_and_one_undo_step(studio: Studio) -> None:
    dump = studio.run(studio.deliver())
    assert {item["folder"] for item in comps(dump).values()} == {"scene_04"}
    assert {item["folder"] for item in footage(dump).values()} == {"footage"}
    assert dump["undo"] == ["Import passes scene_04"]


def test_media_used_twice_are_imported_once(studio: Studio) -> None:
    def reuse_plate(document: Document) -> None:
        document["record_count"] = 148
        plate = clips(document, "PLATE")[0]
        clips(document, "PLATE").append({**plate, "record_first": 100, "name": "again", "shot": "sh030"})

    dump = studio.run(studio.deliver(reuse_plate))
    assert dump["report"]["problems"] == []
    assert len(footage(dump)) == 6
    assert list(layers(dump, "scene_04"))[:3] == ["plate A001C003", "plate B002C011", "plate again"]


def test_a_second_plate_track_is_above_the_shots_of_the_first(studio: Studio) -> None:
    def split_tracks(document: Document) -> None:
        for track in [*document["tracks"]]:
            name = "PLATE 2" if track["pass_name"] is None else f"{track['name']} (PLATE 2)"
            document["tracks"].append({**track, "name": name, "clips": [track["clips"].pop(1)]})

    dump = studio.run(studio.deliver(split_tracks))
    assert dump["report"]["problems"] == []
    assert list(layers(dump, "scene_04")) == ["plate A001C003", "sh010", "plate B002C011", "sh020"]


def test_a_shot_without_passes_has_only_its_plate(studio: Studio) -> None:
    def remove_passes(document: Document) -> None:
        for track in document["tracks"][1:]:
            del track["clips"][1]
        del document["faces"][1]

    dump = studio.run(studio.deliver(remove_passes))
    assert dump["report"]["problems"] == []
    assert list(comps(dump)) == ["sh010", "scene_04"]
    assert list(layers(dump, "scene_04")) == ["plate A001C003", "plate B002C011", "sh010"]


def test_the_newer_of_two_versions_is_enabled(studio: Studio) -> None:
    def add_version_2(document: Document) -> None:
        newer = json.loads(json.dumps(document["tracks"][2]).replace("v001", "v002"))
        newer["clips"] = [{**clip, "version": 2} for clip in newer["clips"]]
        document["tracks"].append(newer)

    shot = layers(studio.run(studio.deliver(add_version_2)), "sh010")
    assert (shot["FACE"]["source"], shot["FACE"]["enabled"]) == ("sh010_FACE_v002", True)
    assert shot["sh010_FACE_v001"]["enabled"] is False


def test_a_plate_of_another_size_is_scaled_to_fit(studio: Studio) -> None:
    dump = studio.run(studio.deliver(set_on("PLATE", 0, width=640, height=480)))
    assert dump["report"]["problems"] == []
    for comp in ("sh010", "scene_04"):
        assert layers(dump, comp)["plate A001C003"]["transform"]["ADBE Scale"]["value"] == [150, 150, 100]


def test_a_shot_of_another_size_is_scaled_to_fit_the_cut(studio: Studio) -> None:
    def enlarge(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(width=2560, height=1920)

    dump = studio.run(studio.deliver(enlarge))
    assert dump["report"]["problems"] == []
    assert (comps(dump)["sh010"]["width"], comps(dump)["sh010"]["height"]) == (2560, 1920)
    assert layers(dump, "scene_04")["sh010"]["transform"]["ADBE Scale"]["value"] == [37.5, 37.5, 100]


def test_opacity_comes_from_the_delivery(studio: Studio) -> None:
    shot = layers(studio.run(studio.deliver(set_on("BODY", 0, opacity=40.0))), "sh010")
    assert shot["BODY"]["transform"]["ADBE Opacity"]["value"] == 40


@pytest.mark.parametrize(
    ("interpolation", "blending"),
    [("host", "NO_FRAME_BLEND"), ("nearest", "NO_FRAME_BLEND"), ("blend", "FRAME_MIX"), ("flow", "PIXEL_MOTION")],
)
def test_frame_blending_follows_the_delivery(studio: Studio, interpolation: str, blending: str) -> None:
    dump = studio.run(studio.deliver(set_on("FACE", 0, interpolation=interpolation)))
    assert layers(dump, "sh010")["FACE"]["frameBlendingType"] == blending
    assert layers(dump, "sh010")["BODY"]["frameBlendingType"] == "NO_FRAME_BLEND"
    is_blended = blending != "NO_FRAME_BLEND"
    assert [comps(dump)[name]["frameBlending"] for name in ("sh010", "sh020", "scene_04")] == [
        is_blended,
        False,
        is_blended,
    ]


def test_markers_appear_in_the_cut_and_in_their_shot(studio: Studio) -> None:
    def add_markers(document: Document) -> None:
        add_marker(document, 60, "sh020")
        add_marker(document, 10, "", "Green")

    dump = studio.run(studio.deliver(add_markers))
    note = "sh020: no face in shot frames 1034-1045; its FACE layer is transparent there"
    found = [
        (round(m["time"] * 24), m["value"]["comment"], m["value"]["label"]) for m in comps(dump)["scene_04"]["markers"]
    ]
    assert found == [(0, note, 2), (10, "hm\nlook", 9), (60, "sh020: hm\nlook", 1)]
    (marker,) = comps(dump)["sh020"]["markers"]
    assert (round(marker["time"] * 24), marker["value"]["comment"]) == (60 - 48 + 8, "hm\nlook")
    assert comps(dump)["sh010"]["markers"] == []


def test_two_comments_on_one_frame_share_a_marker(studio: Studio) -> None:
    dump = studio.run(studio.deliver(lambda document: add_marker(document, 0, "sh010")))
    (marker,) = comps(dump)["scene_04"]["markers"]
    assert marker["value"]["comment"].startswith("sh010: hm\nlook\nsh020: no face")


@pytest.mark.parametrize("drop", [True, False])
def test_drop_frame_is_set_at_ntsc_rates(studio: Studio, drop: bool) -> None:
    def use_ntsc_rate(document: Document) -> None:
        fps = 30000 / 1001
        document.update(rate="30000/1001", fps=fps, drop_frame=drop, start_frame=107892)
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip.update(rate="30000/1001", fps=fps)

    dump = studio.run(studio.deliver(use_ntsc_rate))
    assert dump["report"]["problems"] == []
    assert comps(dump)["scene_04"]["dropFrame"] is drop


def test_a_cut_may_start_before_frame_zero(studio: Studio) -> None:
    dump = studio.run(studio.deliver(lambda document: document.update(start_frame=-24, start_timecode="23:59:59:00")))
    assert dump["report"]["problems"] == dump["report"]["by_hand"] == []
    assert comps(dump)["scene_04"]["displayStartTime"] * 24 == pytest.approx(-24)


def test_non_ascii_names_are_kept(studio: Studio) -> None:
    dump = studio.run(studio.deliver(lambda document: document.update(name="Zürich “B” 東")))
    assert "Zürich “B” 東" in comps(dump) and dump["report"]["comps"][-1]["name"] == "Zürich “B” 東"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("quantised", [False, True], ids=["exact times", "times on frames only"])
def test_language_and_rounded_times_make_no_difference(studio: Studio, language: str, quantised: bool) -> None:
    dump = studio.run(studio.deliver(), language=language, quantised=quantised)
    assert dump["report"]["problems"] == dump["report"]["differences"] == []
    assert list(layers(dump, "sh010")) == ["plate A001C003", *STACK]


# --- the project --------------------------------------------------------------------------------------------------


def test_the_project_is_set_to_32_bits_and_the_change_is_reported(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), bitsPerChannel=8)
    assert dump["bitsPerChannel"] == 32
    assert "the project is now set to 32 bits per channel; it was set to 8" in dump["report"]["notes"]


def test_a_project_with_32_bits_gets_no_note(studio: Studio) -> None:
    assert not any("bits" in note for note in studio.run(studio.deliver(), bitsPerChannel=32)["report"]["notes"])


def test_a_project_that_refuses_32_bits_is_reported(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), refusesBits=True)
    assert dump["report"]["done"] == "built"
    assert any("refused 32 bits" in todo for todo in dump["report"]["by_hand"])


@pytest.mark.parametrize(
    ("space", "encoding", "message"),
    [
        ("", "display", None),
        ("sRGB IEC61966-2.1", "linear", None),
        ("sRGB IEC61966-2.1", "display", "the project is colour-managed and the layers use the plate's own encoding"),
        ("", "linear", "the layers are linear and the project is not colour-managed"),
    ],
)
def test_a_colour_mismatch_is_reported(studio: Studio, space: str, encoding: str, message: str | None) -> None:
    def set_encoding(document: Document) -> None:
        for track in document["tracks"][1:]:
            for clip in track["clips"]:
                clip["encoding"] = encoding

    todos = studio.run(studio.deliver(set_encoding), workingSpace=space)["report"]["by_hand"]
    assert [message in todo for todo in todos] == [True] if message else todos == []


@pytest.mark.parametrize(("host", "count"), [("after effects", 1), ("resolve", 0)])
def test_a_working_space_that_differs_from_the_cuts_is_reported(studio: Studio, host: str, count: int) -> None:
    colour = {"mode": "unmanaged", "science": "", "working": "Rec.709 Gamma 2.4", "linear": False}
    origin = {"host": host, "name": "scene_04", "timeline_id": "", "colour": colour}
    todos = studio.run(studio.deliver(lambda document: document.update(origin=origin)))["report"]["by_hand"]
    assert sum("working space Rec.709 Gamma 2.4; this project uses None" in todo for todo in todos) == count


# --- the report --------------------------------------------------------------------------------------------------


def test_the_report_is_beside_the_delivery_and_matches_the_comps(studio: Studio) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery)
    report = json.loads((delivery.parent / "ae_report.json").read_text(encoding="utf-8"))
    assert report == dump["report"] and report["done"] == "built"
    for comp in report["comps"]:
        built = layers(dump, comp["name"])
        assert [layer["name"] for layer in comp["layers"]] == list(built)
        for layer in comp["layers"]:
            actual = built[layer["name"]]
            for time in ("startTime", "inPoint", "outPoint"):
                assert layer[time] == pytest.approx(actual[time] * 24, abs=1e-3)
            assert [layer[name] for name in ("parent", "enabled", "stretch")] == [
                actual[name] for name in ("parent", "enabled", "stretch")
            ]
    (null,) = (layer for layer in report["comps"][0]["layers"] if layer["name"] == "face 0")
    assert len(null["transform"]["ADBE Position"]["values"]) == 64
    (face,) = (layer for layer in report["comps"][0]["layers"] if layer["name"] == "FACE")
    assert face["masks"][0]["path"]["keys"] == 64 and len(face["masks"][0]["path"]["values"][1]) == 36


def test_after_a_dialog_one_alert_summarises_the_import(studio: Studio) -> None:
    dump = studio.run(studio.deliver(), automated=False)
    assert dump["dialogs"] == 1 and dump["alerts"] == [dump["summary"]]
    assert "'scene_04': imported 2 shots" in dump["summary"] and "ae_report.json" in dump["summary"]
    assert "no face in shot frames" in dump["summary"]  # the delivery's own note


def test_an_automated_run_opens_no_window(studio: Studio) -> None:
    dump = studio.run(studio.deliver())
    assert (dump["dialogs"], dump["alerts"]) == (0, [])


def test_a_cancelled_dialog_does_nothing(studio: Studio) -> None:
    dump = studio.run(None, automated=False)
    assert dump["items"] == dump["alerts"] == dump["undo"] == []


@pytest.mark.parametrize("preferences", ["known", "v2"])
def test_without_permission_to_write_the_alert_says_so(studio: Studio, preferences: str) -> None:
    delivery = studio.deliver()
    dump = studio.run(delivery, automated=False, mayWrite=False, preferences=preferences)
    assert "allow scripts to write files" in dump["alerts"][0]
    assert dump["report"]["problems"] == [] and dump["files"] == []
    assert not (delivery.parent / "ae_report.json").exists()


def test_a_report_that_cannot_be_written_is_mentioned(studio: Studio) -> None:
    assert "cannot write" in studio.run(studio.deliver(), mayWrite=False, preferences="unknown")["summary"]


def test_a_face_without_a_layer_is_noted_and_the_rest_is_built(studio: Studio) -> None:
    dump = studio.run(studio.deliver(lambda document: document["faces"][0].update(shot="sh990")))
    assert "face 0 of sh990 was skipped: its shot has no FACE layer" in dump["report"]["notes"]
    assert list(layers(dump, "sh010")) == ["plate A001C003", "BODY", "FACE"]


def test_an_old_report_is_replaced_completely(studio: Studio) -> None:
    delivery = studio.deliver()
    (delivery.parent / "ae_report.json").write_text("old", encoding="utf-8")
    studio.run(delivery)
    assert json.loads((delivery.parent / "ae_report.json").read_text(encoding="utf-8"))["done"] == "built"
    assert not list(Path(delivery.parent).glob("*.part"))
