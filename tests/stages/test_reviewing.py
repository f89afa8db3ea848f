"""The passes of a delivery are compared with their plates; what cannot be compared is said, shot by shot."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from tests.conftest import link_folder
from toolkit.cli import run_command
from toolkit.documents import ClipName, Cut, Review, Shot
from toolkit.errors import CorruptMedia, MediaError, MissingDocument, NoMatchingShot
from toolkit.output import Output
from toolkit.review import open_pictures
from toolkit.settings import Settings, load_settings
from toolkit.stages import review_passes, reviewing
from toolkit.stages.conforming import choose_passes

pytestmark = pytest.mark.usefixtures("model")


NO_REPORT = load_settings(overrides={"report.write": False})


@pytest.fixture
def out(demo_out: Path, tmp_path: Path) -> Path:
    """The reviewed delivery of the demo, to be changed."""
    link_folder(demo_out, tmp_path / "out")
    return tmp_path / "out"


def test_a_review_has_every_score_of_every_shot_and_is_printed(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["review", str(out), "--no-report"]) == 0
    said = capsys.readouterr().out
    found = Review.read(out / "review.json")
    assert [shot.shot for shot in found.shots] == ["push_in", "float_away"]
    for shot in found.shots:
        (face,) = shot.faces
        assert list(face.passes) == [ClipName.COMPOSITE, ClipName.BODY]
        assert face.acting == face.passes[ClipName.COMPOSITE]
        for name, acting in face.passes.items():
            assert acting.score is not None
            assert acting.delay_frames == pytest.approx(0, abs=1)
            assert (face.alignment[name] or 9) < 1
        assert {curve.region for curve in face.curves} == {"brows", "eyes", "cheeks", "mouth", "jaw"}
        assert all(len(curve.plate) == len(shot.source_range) for curve in face.curves)
        composite, body = shot.clips
        assert composite.seam is not None and composite.seam < 3
        assert composite.flicker is not None and body.flicker is not None
        assert shot.shot in said
    schema = json.loads(Path("schemas/review.schema.json").read_text())
    jsonschema.validate(json.loads((out / "review.json").read_text()), schema)


def test_shots_that_have_not_changed_are_not_read_again(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Review.read(out / "review.json")

    def read(*_: object, **__: object) -> None:
        raise AssertionError("its pictures are read")

    monkeypatch.setattr(reviewing, "open_pictures", read)
    again = review_passes(out, NO_REPORT)
    assert again.model_dump(mode="json") == first.model_dump(mode="json")
    keys = next((out / "push_in" / "BODY").rglob("frame_keys.json"))
    text = keys.read_text()
    keys.unlink()
    keys.write_text(text.replace(text[text.index('"keys"') + 20 : text.index('"keys"') + 24], "0000", 1))
    with pytest.raises(AssertionError, match="its pictures are read"):
        review_passes(out, NO_REPORT, shots="push_in")


def test_only_the_chosen_shots_are_reviewed_and_the_others_keep_theirs(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is up to date; reading ends at once, as that takes long."""

    def read(shot: Shot, *_: object, **__: object) -> None:
        raise CorruptMedia(Path(shot.media.path), "it is read")

    known = Review.read(out / "review.json")
    old = known.model_copy(update={"shots": tuple(shot.model_copy(update={"key": "old"}) for shot in known.shots)})
    (out / "review.json").unlink()
    old.write(out / "review.json")
    monkeypatch.setattr(reviewing, "open_pictures", read)
    found = review_passes(out, NO_REPORT, shots="push*")
    assert found.shots == old.shots[1:]
    (note,) = found.notes
    assert note.startswith("push_in: ") and note.endswith("it is read")
    with pytest.raises(NoMatchingShot):
        review_passes(out, NO_REPORT, shots="sh99")


def test_a_shot_that_cannot_be_read_is_a_note_and_the_others_go_on(out: Path) -> None:
    frame = next((out / "push_in" / "FACE" / "v001").glob("*.1020.exr"))
    data = bytearray(frame.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    frame.unlink()
    frame.write_bytes(data)
    (out / "review.json").unlink()
    found = review_passes(out, NO_REPORT, shots="push_in")
    assert found.shots == ()
    (note,) = found.notes
    assert note.startswith("push_in: it could not be reviewed: ") and frame.name in note
    with pytest.raises(MediaError):
        review_passes(out, load_settings(overrides={"strict": True, "report.write": False}))


def test_a_shot_without_its_track_is_a_note(out: Path) -> None:
    (out / "push_in" / "face_track.json").unlink()
    found = review_passes(out, NO_REPORT)
    assert [shot.shot for shot in found.shots] == ["float_away"]
    assert found.notes == (
        "push_in: it could not be reviewed: its face track is missing; run 'toolkit track CUT -o OUT'",
    )


def test_a_folder_without_layers_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(MissingDocument):
        review_passes(tmp_path / "nowhere")


def test_the_composite_is_face_over_body_and_the_plate_where_there_is_no_body(out: Path) -> None:
    cut = Cut.read(out / "shots.json")
    shot = cut.source_shots()[0]
    plans, _ = choose_passes([shot], Settings(), Output(root=out))
    with open_pictures(shot, plans, out) as pictures:
        frame = next(pictures.frames())
    assert frame.body is not None and frame.composite is not None and frame.matte is not None
    outside, inside = frame.matte == 0, frame.matte == 1
    assert (frame.composite[outside] == frame.body[outside]).all()
    assert np.abs(frame.composite[inside].astype(int) - frame.plate[inside]).mean() < 20
    grey = frame.face_over_grey()
    assert grey is not None and (grey[outside] == 118).all()
    assert np.abs(grey[inside].astype(int) - frame.composite[inside]).max() <= 1

    alone = [plan for plan in plans if plan.pass_name == "FACE"]
    with open_pictures(shot, alone, out) as pictures:
        assert pictures.clips == (ClipName.COMPOSITE,)
        only = next(pictures.frames())
    assert only.body is None and only.composite is not None
    for where, shown in ((outside, frame.plate), (inside, frame.composite)):
        assert np.abs(only.composite[where].astype(int) - shown[where]).max() <= 1
