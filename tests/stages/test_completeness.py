"""What is delivered is complete and current: every frame is as the last render wanted it, whatever came in between."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import toolkit
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.documents import Delivery
from toolkit.engines import PaintRequest
from toolkit.engines.builtin import BuiltinEngine
from toolkit.errors import MissingDocument, OtherCut, VersionDelivered
from toolkit.settings import Settings, load_settings
from toolkit.stages import check_run

BODY_ONLY = "output.passes=BODY"
OTHER_LOOK = "body.strength=0.3"


def settings(*assignments: str) -> Settings:
    return load_settings(overrides=[BODY_ONLY, *assignments])


def stop_after(pictures: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The artist presses Ctrl-C when so many pictures are painted."""
    painted: list[PaintRequest] = []
    paint = BuiltinEngine.paint

    def paint_some(engine: BuiltinEngine, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        if len(painted) >= pictures:
            raise KeyboardInterrupt
        painted.extend(requests)
        return paint(engine, requests)

    monkeypatch.setattr(BuiltinEngine, "paint", paint_some)


def shots_of(delivery: Delivery) -> list[str]:
    return [str(one.shot) for each in delivery.tracks if each.pass_name for one in each.clips]


def omitted(delivery: Delivery) -> list[str]:
    return [note for note in delivery.notes if "omitted" in note]


def version_tracks(delivery: Delivery) -> list[tuple[str, list[str | None]]]:
    """Name and shots of every layer track, bottom to top."""
    return [(each.name, [one.shot for one in each.clips]) for each in delivery.tracks if each.pass_name]


def test_after_an_interrupted_re_render_a_mix_of_two_looks_is_not_delivered(
    out: Path, cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All files are there, and some of them are of the earlier look."""
    overwrite = settings(OTHER_LOOK, "output.overwrite=true")
    with monkeypatch.context() as patches:
        stop_after(6, patches)
        with pytest.raises(KeyboardInterrupt):
            toolkit.run(cut, out, overwrite)
    delivery = toolkit.conform(out, settings())
    assert shots_of(delivery) == ["sh010"]
    (note,) = omitted(delivery)
    assert note.startswith("sh020: BODY omitted: BODY v001 is not complete (")
    assert note.endswith(" of 4 frames up to date)")

    toolkit.run(cut, out, overwrite)
    assert shots_of(toolkit.conform(out, settings())) == ["sh010", "sh020"]


def test_a_pass_that_was_planned_again_is_not_delivered_until_it_is_rendered(out: Path) -> None:
    overwrite = settings(OTHER_LOOK, "output.overwrite=true")
    toolkit.plan(out, overwrite)
    with pytest.raises(MissingDocument, match="a complete pass"):
        toolkit.conform(out, settings())
    toolkit.render(out, overwrite, shots=["sh020"])
    assert shots_of(toolkit.conform(out, settings())) == ["sh020"]


def test_the_same_plan_again_changes_nothing(out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("frame_keys.json")}
    toolkit.plan(out, settings())
    assert shots_of(toolkit.conform(out, settings())) == ["sh010", "sh020"]
    assert sum(one.rendered for one in toolkit.render(out, settings())) == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("frame_keys.json")} == before


def test_a_frame_that_is_missing_or_truncated_is_not_delivered(out: Path) -> None:
    one, other = sorted(out.glob("*/BODY/v001/*.1002.exr"))
    one.unlink()
    other.write_bytes(other.read_bytes()[:-10])
    with pytest.raises(MissingDocument, match="a complete pass"):
        toolkit.conform(out, settings())


# --- versions ---------------------------------------------------------------------------------------------------------


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.exr")}


def test_another_look_is_a_new_version_once_the_old_one_was_delivered(out: Path, cut: Path) -> None:
    before = digests(out)
    result = toolkit.run(cut, out, settings(OTHER_LOOK))
    assert version_tracks(result.delivery) == [("BODY v002", ["sh010", "sh020"])]
    assert digests(out).items() >= before.items() and len(digests(out)) == 2 * len(before)


def test_before_it_was_delivered_a_version_is_rendered_again_in_place(cut: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    toolkit.track(toolkit.read_cut(cut, handles=0), out, settings())
    for look in ((), (OTHER_LOOK,)):
        toolkit.plan(out, settings(*look))
        toolkit.render(out, settings(*look))
    assert version_tracks(toolkit.conform(out, settings())) == [("BODY v001", ["sh010", "sh020"])]


def test_a_new_version_has_only_the_shots_that_changed(out: Path, cut: Path) -> None:
    result = toolkit.run(cut, out, settings(OTHER_LOOK), shots=["sh020"])
    assert version_tracks(result.delivery) == [("BODY v001", ["sh010"]), ("BODY v002", ["sh020"])]
    assert version_tracks(toolkit.conform(out, settings())) == version_tracks(result.delivery)
    assert version_tracks(toolkit.conform(out, settings("output.version=1"))) == [("BODY v001", ["sh010", "sh020"])]


def test_a_version_by_number_leaves_the_other_shots_in_the_delivery(out: Path, cut: Path) -> None:
    result = toolkit.run(cut, out, settings("output.version=3"), shots=["sh010"])
    assert version_tracks(result.delivery) == [("BODY v001", ["sh020"]), ("BODY v003", ["sh010"])]
    assert version_tracks(toolkit.conform(out, settings())) == version_tracks(result.delivery)
    assert [(one.rendered, one.reused) for one in result.rendered] == [(0, 4)]


def test_a_delivered_version_by_number_is_refused_unless_it_may_be_overwritten(out: Path, cut: Path) -> None:
    before = digests(out)
    with pytest.raises(VersionDelivered, match="sh010 BODY v001 has been delivered, and its frames would change"):
        toolkit.run(cut, out, settings(OTHER_LOOK, "output.version=1"))
    assert digests(out) == before
    toolkit.run(cut, out, settings("output.version=1"))  # the same look
    toolkit.run(cut, out, settings(OTHER_LOOK, "output.version=1", "output.overwrite=true"))
    assert digests(out).keys() == before.keys() and digests(out) != before


def test_an_interrupted_new_version_leaves_the_old_one_in_the_delivery(
    out: Path, cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patches:
        stop_after(6, patches)
        with pytest.raises(KeyboardInterrupt):
            toolkit.run(cut, out, settings(OTHER_LOOK))
    delivery = toolkit.conform(out, settings())
    assert version_tracks(delivery) == [("BODY v001", ["sh020"]), ("BODY v002", ["sh010"])]
    (note,) = [note for note in delivery.notes if "is delivered" in note]
    assert note.startswith("sh020: BODY v002 is not complete (") and note.endswith("); BODY v001 is delivered")
    assert version_tracks(toolkit.run(cut, out, settings(OTHER_LOOK)).delivery) == [("BODY v002", ["sh010", "sh020"])]


def test_a_plate_that_changed_is_a_new_version_of_its_shot(out: Path, cut: Path) -> None:
    """The plan is the same: only the pixels that it reads are others."""
    one, other = sorted((cut.parent / "sh010").iterdir())[:2]
    one.write_bytes(other.read_bytes())
    result = toolkit.run(cut, out, settings())
    assert version_tracks(result.delivery) == [("BODY v001", ["sh020"]), ("BODY v002", ["sh010"])]
    assert [(one.rendered, one.reused, one.kept) for one in result.rendered] == [(1, 3, 0), (0, 0, 4)]


def test_guides_that_moved_are_no_change(cut: Path, tmp_path: Path) -> None:
    """A plan names their folder; what they show is what counts."""
    look = settings('body.controls=[{kind="lineart", source="guides/{shot}/lineart.####.png"}]')
    out = tmp_path / "out"
    toolkit.run(cut, out, look)
    shutil.copytree(cut.parent / "sh010", tmp_path / "moved" / "sh010")
    shutil.copytree(cut.parent / "sh020", tmp_path / "moved" / "sh020")
    result = toolkit.run(shutil.copy(cut, tmp_path / "moved" / "cut.otio"), out, look)
    assert version_tracks(result.delivery) == [("BODY v001", ["sh010", "sh020"])]
    assert [(one.rendered, one.kept) for one in result.rendered] == [(0, 4), (0, 4)]
    assert version_tracks(toolkit.conform(out, settings())) == version_tracks(result.delivery)


def test_a_version_of_other_source_frames_is_not_delivered(out: Path, cut: Path) -> None:
    """The cut was trimmed and tracked again, and nothing is rendered yet."""
    trim(cut, 1, 3)
    toolkit.track(toolkit.read_cut(cut, handles=0), out, settings())
    with pytest.raises(MissingDocument, match="a complete pass"):
        toolkit.conform(out, settings())
    toolkit.plan(out, settings())
    toolkit.render(out, settings(), shots=["sh010"])
    delivery = toolkit.conform(out, settings())
    assert version_tracks(delivery) == [("BODY v002", ["sh010"])]
    assert "sh020: BODY omitted: BODY v002 is not complete (0 of 3 frames up to date)" in delivery.notes


# --- trims ------------------------------------------------------------------------------------------------------------


def trim(cut: Path, first: int, count: int) -> None:
    """Use so many frames of each shot, from this one of its four on."""
    clips = [
        clip(sequence_reference(f"{name}/", 1001, time_range(0, 4)), time_range(first, count), name=name)
        for name in ("sh010", "sh020")
    ]
    write(cut, timeline(track(*clips), start=time(0)))


def test_a_trimmed_shot_is_not_tracked_again(cut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A track that starts elsewhere differs by fractions of a pixel, and every face would be rendered again."""
    out, both = tmp_path / "out", load_settings(overrides=["cut.handles=0"])
    toolkit.run(cut, out, both)
    trim(cut, 1, 3)
    with monkeypatch.context() as patches:
        patches.setattr("toolkit.stages.tracking.track_faces", lambda *_: pytest.fail("it was tracked again"))
        result = toolkit.run(cut, out, both)
    assert [(one.rendered, one.reused) for one in result.rendered] == [(0, 3)] * 4
    trim(cut, 0, 4)
    result = toolkit.run(cut, out, both)
    assert [(one.rendered, one.reused) for one in result.rendered] == [(0, 4)] * 4


def test_a_longer_shot_is_tracked_together_with_what_was_tracked_before(cut: Path, tmp_path: Path) -> None:
    """So it starts where it started, and the faces of the earlier frames keep their places."""
    out, both = tmp_path / "out", load_settings(overrides=["cut.handles=0"])

    def tracked(first: int, count: int) -> str:
        trim(cut, first, count)
        toolkit.run(cut, out, both)
        return str(toolkit.FaceTracks.read(out / "sh010" / "face_track.json").source_range)

    assert tracked(0, 2) == "1001-1002"
    assert tracked(1, 2) == "1001-1003"
    assert tracked(2, 1) == "1001-1003"
    assert tracked(2, 2) == "1001-1004"
    assert tracked(0, 1) == "1001-1004"


def test_a_clip_that_shows_other_frames_altogether_is_another_shot_and_tracked_alone(cut: Path, tmp_path: Path) -> None:
    out, both = tmp_path / "out", load_settings(overrides=["cut.handles=0"])
    for first, count in ((0, 1), (2, 2)):
        trim(cut, first, count)
        toolkit.run(cut, out, both)
    assert str(toolkit.FaceTracks.read(out / "sh010_2" / "face_track.json").source_range) == "1003-1004"


def test_a_longer_shot_and_a_changed_plate_are_tracked_again(cut: Path, tmp_path: Path) -> None:
    out, both = tmp_path / "out", load_settings(overrides=["cut.handles=0"])
    trim(cut, 1, 3)
    toolkit.run(cut, out, both)
    before = {path: path.read_text(encoding="utf-8") for path in out.glob("*/face_track.json")}
    trim(cut, 0, 4)
    toolkit.run(cut, out, both)
    one, other = sorted(before)
    longer = one.read_text(encoding="utf-8")
    plate, another = sorted((cut.parent / "sh010").iterdir())[:2]
    plate.write_bytes(another.read_bytes())
    trim(cut, 1, 2)
    toolkit.run(cut, out, both)
    assert one.read_text(encoding="utf-8") != longer and other.read_text(encoding="utf-8") != before[other]


# --- one folder, one cut ----------------------------------------------------------------------------------------------


def test_another_cut_does_not_take_over_a_folder_unless_it_may(out: Path, cut: Path, tmp_path: Path) -> None:
    plates = write_sequence(tmp_path / "other", range(1, 3), prefix="other.").parent
    other = plates / "other.####.png"
    before = (out / "delivery.json").read_bytes()
    with pytest.raises(OtherCut, match=r"holds the layers of another cut, 'cut'; choose another .* with --replace"):
        toolkit.run(other, out, settings())
    with pytest.raises(OtherCut):
        toolkit.track(toolkit.read_cut(other, handles=0), out, settings())
    assert (out / "delivery.json").read_bytes() == before
    assert shots_of(toolkit.run(other, out, settings(), replace=True).delivery) == ["other"]


def test_the_next_cut_of_the_same_shots_goes_on_in_their_folder(out: Path, cut: Path, tmp_path: Path) -> None:
    """Under another name, with a shot less, and in another place."""
    write_sequence(tmp_path / "moved" / "sh010", range(1001, 1005))
    reference = sequence_reference("sh010/", 1001, time_range(0, 4))
    clips = [clip(reference, time_range(0, 4), name="sh010")]
    later = write(tmp_path / "moved" / "cut_v2.otio", timeline(track(*clips), start=time(0)))
    assert shots_of(toolkit.run(later, out, settings()).delivery) == ["sh010"]


# --- a dry run --------------------------------------------------------------------------------------------------------


def forecast(cut: Path, out: Path, *assignments: str) -> list[tuple[str, int, int, int, dict[str, int]]]:
    """Per shot: the version of BODY, the frames that would be kept, reused and rendered, and why."""
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    found = check_run(cut, out, settings(*assignments))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    return [(one.label, one.kept, one.reused, one.rendered, dict(one.reasons)) for one in found.passes]


def test_a_dry_run_tells_what_a_run_then_does(out: Path, cut: Path) -> None:
    assert forecast(cut, out) == [("BODY v001", 4, 0, 0, {})] * 2
    assert forecast(cut, out, OTHER_LOOK) == [("BODY v002", 0, 0, 4, {"other settings": 4})] * 2
    one, other = sorted((cut.parent / "sh010").iterdir())[:2]
    one.write_bytes(other.read_bytes())
    (out / "sh020" / "BODY" / "v001" / "sh020_BODY_v001.1003.exr").unlink()
    told = forecast(cut, out)
    assert told[0] == ("BODY", 0, 0, 4, {"not tracked yet": 4})  # the plate is another one
    assert told[1] == ("BODY v001", 3, 0, 1, {"new": 1})
    toolkit.track(toolkit.read_cut(cut, handles=0), out, settings())
    told = forecast(cut, out)
    assert told[0] == ("BODY v002", 0, 3, 1, {"another plate, guide, matte, face or model": 1})
    done = toolkit.run(cut, out, settings()).rendered
    assert [(one.plan.label, one.kept, one.reused, one.rendered) for one in done] == [row[:4] for row in told]


def test_a_dry_run_of_a_new_cut_counts_all_frames_and_guesses_their_space(cut: Path, tmp_path: Path) -> None:
    found = check_run(cut, tmp_path / "out", settings())
    assert not (tmp_path / "out").exists()
    assert [(one.label, one.rendered, one.reasons) for one in found.passes] == [("BODY", 4, {"not tracked yet": 4})] * 2
    assert all(one.size > 0 and one.seconds is None for one in found.passes)


def test_a_dry_run_counts_the_frames_of_a_pass_on_twos(cut: Path, tmp_path: Path) -> None:
    """Four frames, of which the first and the third are rendered, and the last to reach over the end."""
    found = check_run(cut, tmp_path / "out", settings("body.on=twos"))
    assert [one.rendered for one in found.passes] == [3, 3]
    (first,) = check_run(
        cut, tmp_path / "out", settings("body.on=twos", "output.frames=1001-1002"), shots=["sh010"]
    ).passes
    assert first.rendered == 1


def test_a_dry_run_estimates_time_and_space_from_earlier_frames(out: Path, cut: Path) -> None:
    files = sorted((out / "sh010" / "BODY" / "v001").glob("*.exr"))
    for number, path in enumerate(files):
        os.utime(path, (1000 + 7 * number, 1000 + 7 * number))
    one = check_run(cut, out, settings(OTHER_LOOK)).passes[0]
    assert (one.seconds, one.size) == (28, sum(path.stat().st_size for path in files))


def test_a_dry_run_refuses_what_a_run_would(out: Path, cut: Path, tmp_path: Path) -> None:
    other = write_sequence(tmp_path / "other", range(1, 3), prefix="other.").parent / "other.####.png"
    with pytest.raises(OtherCut):
        check_run(other, out, settings())
    with pytest.raises(VersionDelivered):
        check_run(cut, out, settings(OTHER_LOOK, "output.version=1"))
