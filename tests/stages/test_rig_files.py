"""Faces from a file: no detector runs, and every stage uses them like faces that were detected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import toolkit
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, write, write_sequence
from tests.turnover._cuts import track as track_of
from toolkit.cli import run_command
from toolkit.documents import Delivery, FaceTracks, PassName, PassPlan
from toolkit.errors import AssetUnavailable, DocumentError, NoSuchFile, UntrustedSettings
from toolkit.output import Output
from toolkit.settings import Settings, load_settings
from toolkit.stages import check_run

FRAMES = range(1001, 1005)
PLACE = {"centre": (16, 8), "scale": 10, "roll": 0}


def entry(frames: range = FRAMES, **names: str) -> dict[str, Any]:
    samples = [{"source_frame": frame, **PLACE, "blendshapes": {"jawOpen": 0.5}} for frame in frames]
    return {**names, "faces": [{"name": "Anna", "samples": samples}]}


def write_faces(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"schema": "toolkit.rig_faces/1", "shots": entries}), encoding="utf-8")
    return path


def settings_of(path: Path | str, *assignments: str) -> Settings:
    return load_settings(overrides=[f"track.faces_from={path}", *assignments])


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """The faces of both shots, by name."""
    return write_faces(tmp_path / "faces.json", entry(shot="sh010"), entry(shot="sh020"))


@pytest.fixture
def no_models(tmp_path: Path) -> Path:
    """A folder in which every model is missing."""
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def track(cut: Path, faces: Path | str, out: Path, models: Path) -> list[FaceTracks]:
    return toolkit.track(toolkit.read_cut(cut), out, settings_of(faces), models=models)


def test_no_detector_runs_and_no_model_is_fetched(cut: Path, faces: Path, tmp_path: Path, no_models: Path) -> None:
    with pytest.raises(AssetUnavailable):
        toolkit.track(toolkit.read_cut(cut), tmp_path / "detected", models=no_models)
    found = track(cut, faces, tmp_path / "out", no_models)
    assert [(one.shot, one.faces[0].name, one.notes) for one in found] == [("sh010", "Anna", ()), ("sh020", "Anna", ())]
    assert FaceTracks.read(Output(root=tmp_path / "out").face_track("sh010")).key == found[0].key


def test_a_shot_without_a_file_is_detected(cut: Path, faces: Path, tmp_path: Path, no_models: Path) -> None:
    settings = load_settings(overrides=[f'shots."sh01*".track.faces_from={faces}'])
    source = toolkit.read_cut(cut)
    assert len(toolkit.track(source, tmp_path / "out", settings, shots="sh010", models=no_models)) == 1
    with pytest.raises(AssetUnavailable):
        toolkit.track(source, tmp_path / "out", settings, models=no_models)


def test_a_changed_file_changes_the_track_of_its_shot_only(
    cut: Path, faces: Path, tmp_path: Path, no_models: Path
) -> None:
    before = track(cut, faces, tmp_path / "out", no_models)
    changed = entry(shot="sh020")
    changed["faces"][0]["samples"][0]["roll"] = 5
    write_faces(faces, entry(shot="sh010"), changed)
    stamps = [Output(root=tmp_path / "out").face_track(one).stat().st_mtime_ns for one in ("sh010", "sh020")]
    after = track(cut, faces, tmp_path / "out", no_models)
    assert [one.key == other.key for one, other in zip(before, after, strict=True)] == [True, False]
    again = [Output(root=tmp_path / "out").face_track(one).stat().st_mtime_ns for one in ("sh010", "sh020")]
    assert [one == other for one, other in zip(stamps, again, strict=True)] == [True, False]
    assert after[1].faces[0].samples[0].roll == 5


def test_detected_faces_and_those_of_a_file_replace_each_other(
    cut: Path, faces: Path, tmp_path: Path, no_models: Path, model: Path
) -> None:
    source, out = toolkit.read_cut(cut), tmp_path / "out"
    counts = [
        len(toolkit.track(source, out, settings, shots="sh010")[0].faces)
        for settings in (Settings(), settings_of(faces), Settings())
    ]
    assert counts == [0, 1, 0]


def test_paths_are_relative_to_the_cut_and_may_have_the_name_of_the_shot(
    cut: Path, tmp_path: Path, no_models: Path
) -> None:
    (cut.parent / "rigs").mkdir()
    for name in ("sh010", "sh020"):
        rows = "".join(f"{frame},16,8,10,0\n" for frame in FRAMES)
        (cut.parent / "rigs" / f"{name}.csv").write_text(f"source_frame,centre_x,centre_y,scale,roll\n{rows}")
    found = track(cut, "rigs/{shot}.csv", tmp_path / "out", no_models)
    assert [len(one.faces) for one in found] == [1, 1]


def test_shots_are_found_by_the_name_of_any_use_or_by_their_media(tmp_path: Path, no_models: Path) -> None:
    """Two uses of the same frames are one shot, which has the name of the first."""
    write_sequence(tmp_path / "plates", FRAMES)
    clips = [
        clip(sequence_reference("plates/", 1001, time_range(0, 4)), time_range(0, 4), name=name)
        for name in ("sh010", "sh020")
    ]
    cut = write(tmp_path / "cut.otio", timeline(track_of(*clips), start=time(0)))
    for number, one in enumerate((entry(shot="sh020"), entry(media="plate.####.png"), entry())):
        found = track(cut, write_faces(tmp_path / "faces.json", one), tmp_path / f"out{number}", no_models)
        assert [(one.shot, len(one.faces)) for one in found] == [("sh010", 1)]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (
            {"shots": [entry(shot="sh02")]},
            "shot sh010: FILE: at /shots: nothing is for this shot, plate.####.png; the f",
        ),
        ({"shots": [entry(shot="sh010")] * 2}, "at /shots: 2 entries are for this shot, plate.####.png; leave one"),
        (
            {"shots": [entry(range(4))]},
            "at /shots: it has frames 0-3, and the shot 1001-1004; frames are source frames",
        ),
        (
            {"shots": [entry()], "rate": "25"},
            "at /rate: its frames are at 25 per second, and those of the media at 24;",
        ),
        (
            {"shots": [entry()], "width": 64, "height": 64},
            "at /width: it is for pictures of 64x64, and the plate has 32x",
        ),
    ],
)
def test_a_file_that_does_not_fit_the_cut_is_one_clear_line(
    cut: Path, tmp_path: Path, no_models: Path, document: dict[str, Any], problem: str
) -> None:
    path = tmp_path / "faces.json"
    path.write_text(json.dumps({"schema": "toolkit.rig_faces/1", **document}), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        toolkit.track(toolkit.read_cut(cut), tmp_path / "out", settings_of(path), shots="sh010", models=no_models)
    assert problem.replace("FILE", str(path)) in str(caught.value)


def test_a_file_that_names_no_shot_is_for_one_shot_only(cut: Path, tmp_path: Path, no_models: Path) -> None:
    path = write_faces(tmp_path / "faces.json", entry())
    with pytest.raises(DocumentError, match="it does not say which of the 2 shots it is for; name it"):
        track(cut, path, tmp_path / "out", no_models)


def test_a_file_that_is_missing_is_found_out_before_work(cut: Path, tmp_path: Path, no_models: Path) -> None:
    with pytest.raises(NoSuchFile, match=r"shot sh010: no such file: .*none\.json"):
        track(cut, tmp_path / "none.json", tmp_path / "out", no_models)
    assert not (tmp_path / "out").exists()


def test_a_file_in_another_folder_needs_trust(cut: Path, tmp_path: Path) -> None:
    (cut.parent / "toolkit.toml").write_text('[track]\nfaces_from = "/elsewhere/faces.json"\n')
    with pytest.raises(UntrustedSettings, match=r'track\.faces_from = "/elsewhere/faces.json"'):
        load_settings(toml=cut.parent / "toolkit.toml", origin="cut")


def test_faces_of_a_file_are_planned_with_words_and_without_landmarks(
    cut: Path, faces: Path, tmp_path: Path, no_models: Path
) -> None:
    settings = settings_of(faces, "face.prompt=face, {expression}", "face.only=anna", "engine=flatten")
    out = tmp_path / "out"
    toolkit.track(toolkit.read_cut(cut), out, settings, models=no_models)
    plan = next(one for one in toolkit.plan(out, settings) if one.pass_name is PassName.FACE)
    planned = [frame.faces[0] for frame in plan.frames]
    assert {(one.prompt, one.is_read, one.state.value, one.centre, one.scale) for one in planned} == {
        ("face, mouth open", False, "FOUND", (16, 8), 10)
    }
    assert not any(frame.meshes for frame in plan.frames)


def test_the_command_takes_the_file_and_the_delivery_says_what_is_missing(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Notes do not affect the frames: without them nothing is rendered again."""
    out = tmp_path / "out"
    frames = range(1002, 1005)
    faces = write_faces(tmp_path / "faces.json", entry(frames, shot="sh010"), entry(frames, shot="sh020"))
    command = ["run", str(cut), "-o", str(out), "--face-track", str(faces), "--engine", "builtin", "--no-report"]
    assert run_command(command) == 0
    notes = [f"{shot}: faces.json has no frame 1001: the faces are ABSENT there" for shot in ("sh010", "sh020")]
    assert set(notes) <= set(Delivery.read(out / "delivery.json").notes)
    said = capsys.readouterr().err
    assert all(note in said for note in notes)
    assert (out / "sh010" / "face_track.json").is_file()
    plan_path = next(out.glob("sh010/FACE/v001/plan.json"))
    plan = PassPlan.read(plan_path)
    assert plan.track_notes == (notes[0],)
    assert plan.digest() == plan.model_copy(update={"track_notes": ()}).digest()


def test_a_review_says_that_faces_without_landmarks_are_not_judged(
    cut: Path, faces: Path, tmp_path: Path, model: Path
) -> None:
    toolkit.run(cut, tmp_path / "out", settings_of(faces, "engine=builtin"), shots="sh010")
    notes = toolkit.Review.read(tmp_path / "out" / "review.json").shots[0].notes
    assert notes == ("sh010: face 0 has no landmarks in its track: its acting is not judged",)


@pytest.mark.parametrize("command", ["track", "run", "tune"])
def test_every_command_that_tracks_takes_a_file(
    command: str, cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.csv")
    assert run_command([command, str(cut), "-o", str(tmp_path / "out"), "--face-track", missing]) == 2
    assert f"shot sh010: no such file: {missing}" in capsys.readouterr().err


def test_a_dry_run_knows_that_the_track_is_current(cut: Path, faces: Path, tmp_path: Path) -> None:
    settings = settings_of(faces, "engine=builtin", "report.write=false")
    toolkit.run(cut, tmp_path / "out", settings)
    rendered = [one.rendered for one in check_run(cut, tmp_path / "out", settings).passes]
    assert rendered == [0] * len(rendered) and rendered
