"""An editor's later cut gets the layers that exist, wherever their frames are now; what is not rendered is said."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.delivery._deliveries import frames_of, plan_of, video_tracks, write_layers
from tests.turnover import _xmeml as xm
from tests.turnover._cuts import (
    Json,
    clip,
    freeze,
    gap,
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
from toolkit.cli import run_command
from toolkit.documents import Cut, Delivery, PassName
from toolkit.errors import CutIncomplete, MissingDocument, OutputNotWritable
from toolkit.settings import Settings, load_settings
from toolkit.stages import conform, conform_onto
from toolkit.turnover import read_cut

COUNT = 80
FEW_FILES = load_settings(overrides=["delivery.fusion=false", "delivery.keyframes=false"])
HANDLES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A cut whose passes are rendered."""

    out: Path
    sources: dict[str, dict[int, tuple[str, int]]]
    """Folder and source frame by the number of each layer file, by the start of the layer's file name."""

    @property
    def pictures(self) -> set[tuple[str, int]]:
        return {picture for frames in self.sources.values() for picture in frames.values()}

    def shown_by(self, prefix: str, number: int) -> tuple[str, int]:
        return self.sources[re.split(r"_(?:BODY|FACE)_v\d+\.$", prefix)[0]][number]


def media(folder: Path, name: str) -> Json:
    return sequence_reference(f"{folder.as_posix()}/{name}/", 1, time_range(0, COUNT))


def write_timeline(path: Path, *tracks: Json) -> Path:
    return write(path, timeline(*tracks, start=time(0)))


def render(folder: Path, *tracks: Json, passes: tuple[PassName, ...] = tuple(PassName)) -> Rendered:
    """Read a cut of ``tracks`` and give every source shot complete layers."""
    for name in ("a", "b"):
        write_sequence(folder / name, range(1, COUNT + 1))
    cut = read_cut(write_timeline(folder / "cut.otio", *tracks), handles=HANDLES)
    out = folder / "out"
    cut.write(out / "shots.json")
    sources = {}
    for shot in cut.source_shots():
        for name in passes:
            plan = plan_of(shot, name)
            plan.write(plan.files(out).folder / "plan.json")
            write_layers(plan, out)
            here = Path(shot.media.path).parent.name
            sources[shot.name] = {frame.shot_frame: (here, frame.source_frame) for frame in plan.frames}
    return Rendered(out=out, sources=sources)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """``a`` 7-34 and 47-64, ``b`` 2-19, handles included."""
    folder = tmp_path_factory.mktemp("onto")
    a, b = media(folder, "a"), media(folder, "b")
    uses = [
        clip(a, time_range(10, 20), name="one"),
        clip(b, time_range(5, 10), name="two"),
        clip(a, time_range(50, 10), name="three"),
    ]
    return render(folder, track(*uses))


def layers_over(path: Path, rendered: Rendered) -> Iterator[tuple[list[object], list[list[object]]]]:
    """The picture in each record frame of each plate track, and of the layers over it: folder and source frame."""
    plate: list[object] | None = None
    layers: list[list[object]] = []
    for one in video_tracks(path):
        prefixes = {
            child["name"]: next(iter(child["media_references"].values()))
            for child in one["children"]
            if "media_references" in child
        }
        frames = frames_of(one, 24)
        if re.match(r"BODY|FACE", one["name"]):
            layers.append([at and rendered.shown_by(prefixes[at[0]]["name_prefix"], at[1]) for at in frames])
        else:
            if plate is not None:
                yield plate, layers
            plate, layers = [at and (Path(prefixes[at[0]]["target_url_base"]).name, at[1]) for at in frames], []
    assert plate is not None
    yield plate, layers


def check_every_layer(edited: Path, rendered: Rendered, settings: Settings | None = None) -> Delivery:
    """Each layer shows what its plate shows; where one is missing, the notes tell. Returns the delivery."""
    done = conform_onto(rendered.out, edited, settings)
    holes = 0
    for plate, layers in layers_over(rendered.out / "return.otio", rendered):
        expected = [picture if picture in rendered.pictures else None for picture in plate]
        assert all(shown == expected for shown in layers)
        assert layers or not any(expected)
        holes += sum(picture is not None and one is None for picture, one in zip(plate, expected, strict=True))
    assert bool(holes) == bool(done.left_out)
    lacking = {marker.shot for marker in done.delivery.markers if marker.name == "Not rendered"}
    assert lacking == set(done.left_out)
    assert all(any(note.startswith(f"{name}: ") for note in done.delivery.notes) for name in lacking)
    check_document(done.delivery, rendered)
    return done.delivery


def check_document(delivery: Delivery, rendered: Rendered) -> None:
    """``delivery.json`` has every layer where ``return.otio`` has it, from the same file on."""
    for one in delivery.tracks:
        for layer in one.clips:
            if one.pass_name is not None and layer.speed == 1:
                assert layer.start_index + layer.in_frame in rendered.sources[Path(layer.path).parts[0]]
                assert layer.in_frame + layer.frame_count <= layer.end_index - layer.start_index + 1


PIECE = st.fixed_dictionaries(
    {
        "space": st.sampled_from((0, 0, 3)),
        "of": st.sampled_from("ab"),
        "first": st.integers(0, 60),
        "count": st.integers(1, 16),
        "speed": st.sampled_from((1, 1, 1, -1, 0.5, 0, -0.5, 1.25)),
        "name": st.sampled_from(("one", "two", "three", "new")),
    }
)


def build_track(folder: Path, pieces: list[Json]) -> Json:
    children = []
    for piece in pieces:
        rate = piece["speed"]
        effects = [] if rate == 1 else [freeze() if rate == 0 else speed(rate)]
        used = time_range(piece["first"], piece["count"])
        children += [gap(piece["space"])] if piece["space"] else []
        children.append(clip(media(folder, piece["of"]), used, name=piece["name"], effects=effects))
    # Each clip has its own name in the reader of the tests.
    for number, child in enumerate(children):
        child.setdefault("name", "")
        child["name"] = f"{child['name']}{'x' * number}"
    return track(*children)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tracks=st.lists(st.lists(PIECE, min_size=1, max_size=5), min_size=1, max_size=2))
@example(tracks=[[{"space": 0, "of": "a", "first": 20, "count": 40, "speed": 1, "name": "one"}]])
def test_after_random_edits_every_layer_shows_what_its_plate_shows(
    tracks: list[list[Json]], rendered: Rendered
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = [build_track(rendered.out.parent, pieces) for pieces in tracks]
        edited = write_timeline(Path(folder) / "edited.otio", *built)
        before = (rendered.out / "shots.json").read_bytes()
        plates = [picture for plate, _ in layers_over(edited, rendered) for picture in plate]
        if any(picture in rendered.pictures for picture in plates):
            check_every_layer(edited, rendered, FEW_FILES)
        else:
            with pytest.raises(MissingDocument, match="toolkit run"):
                conform_onto(rendered.out, edited)
        assert (rendered.out / "shots.json").read_bytes() == before


def edit(rendered: Rendered, folder: Path, *children: Json) -> Path:
    return write_timeline(folder / "edited.otio", track(*children))


def use(rendered: Rendered, of: str, first: int, count: int, name: str = "one", **facts: object) -> Json:
    reference = media(rendered.out.parent, of)
    return clip(reference, time_range(first, count), name=name, **facts)  # type: ignore[arg-type]


def notes_of(delivery: Delivery, shot: str) -> list[str]:
    return [note.removeprefix(f"{shot}: ") for note in delivery.notes if note.startswith(f"{shot}: ")]


def transitions_on(path: Path) -> dict[str, int]:
    """The number of transitions on each track."""
    return {
        one["name"]: sum("Transition" in child["OTIO_SCHEMA"] for child in one["children"])
        for one in video_tracks(path)
    }


def test_what_is_trimmed_out_beyond_the_handles_is_said_and_the_rest_has_its_layers(
    rendered: Rendered, tmp_path: Path
) -> None:
    """``a`` is rendered 7-34 and 47-64; one clip now shows 3-70 of it."""
    edited = edit(rendered, tmp_path, use(rendered, "a", 2, 68))
    delivery = check_every_layer(edited, rendered)
    assert [track.name for track in delivery.tracks] == ["PLATE", "BODY v001", "FACE v001"]
    assert [(one.name, one.record_first, one.record_count) for one in delivery.tracks[1].clips] == [
        ("one_BODY_v001", 4, 28),
        ("one_part4_BODY_v001", 44, 18),
    ]
    remedy = f'to render them: toolkit run "{edited}" -o "{rendered.out}"'
    of_clip = "of the 68 source frames of its clip are not rendered"
    assert notes_of(delivery, "one_part1") == [f"4 {of_clip}: 3-6; {remedy}"]
    assert notes_of(delivery, "one_part3") == [f"12 {of_clip}: 35-46; {remedy}"]
    assert notes_of(delivery, "one_part5") == [f"6 {of_clip}: 65-70; {remedy}"]
    assert sum(one.record_count for one in delivery.tracks[0].clips) == 68
    (plate, *_) = video_tracks(rendered.out / "return.otio")
    assert [child["name"] for child in plate["children"]] == ["one"]  # the editor's clip stays whole


def test_a_dissolve_has_its_layers_as_far_as_they_reach(rendered: Rendered, tmp_path: Path) -> None:
    """``b`` is rendered 2-19."""
    whole = edit(rendered, tmp_path, use(rendered, "a", 10, 20), transition(3, 3), use(rendered, "b", 6, 10, "two"))
    check_every_layer(whole, rendered)
    assert transitions_on(rendered.out / "return.otio") == {"Video 1": 1, "BODY v001": 1, "FACE v001": 1}
    short = edit(rendered, tmp_path, use(rendered, "a", 10, 20), transition(3, 3), use(rendered, "b", 2, 10, "two"))
    done = conform_onto(rendered.out, short)
    assert list(done.left_out) == ["two"]
    delivery = done.delivery
    assert transitions_on(rendered.out / "return.otio") == {"Video 1": 1, "BODY v001": 0, "FACE v001": 0}
    (note,) = notes_of(delivery, "two")
    assert note.startswith("1 source frame under its transition is not rendered: 1; its layers are cut where")
    (skipped,) = [note for note in delivery.notes if note.startswith("skipped: ")]
    assert "their layers are cut where it is, as frames under it are not rendered" in skipped


def test_layers_of_an_earlier_delivery_stay_and_the_newer_ones_are_on_top(tmp_path: Path) -> None:
    folder = tmp_path / "show"
    rendered = render(folder, track(clip(media(folder, "a"), time_range(10, 20), name="one")))
    conform(rendered.out)
    returned = json.loads((rendered.out / "return.otio").read_text())
    for one in returned["tracks"]["children"]:  # the editor trims the whole stack
        child = one["children"][0]
        child["source_range"]["start_time"]["value"] += 5
        child["source_range"]["duration"]["value"] -= 8
    edited = write(rendered.out / "edited.otio", returned)
    (shot,) = Cut.read(rendered.out / "shots.json").source_shots()
    newer = plan_of(shot, PassName.FACE, version=2)
    newer.write(newer.files(rendered.out).folder / "plan.json")
    write_layers(newer, rendered.out)
    delivery = conform(rendered.out, onto=edited)
    assert [one["name"] for one in video_tracks(rendered.out / "return.otio")] == [
        *("Video 1", "BODY v001", "FACE v001", "BODY v001", "FACE v002")
    ]
    assert [(one.name, one.clips[0].in_frame, one.clips[0].record_count) for one in delivery.tracks] == [
        *(("PLATE", 15, 12), ("BODY v001", 9, 12), ("FACE v002", 9, 12))
    ]
    for one in video_tracks(rendered.out / "return.otio"):
        assert [at and (rendered.sources["one"][at[1]][1] if at[1] > 1000 else at[1]) for at in frames_of(one, 24)] == [
            *range(16, 28)
        ]


def test_a_varying_speed_that_leaves_what_is_rendered_keeps_the_layers_up_to_there(
    rendered: Rendered, tmp_path: Path
) -> None:
    keys = [[0.0, 0.0, False, 0, 0, 0, 0], [0.5, 1.0, False, 0, 0, 0, 0], [1.0, 1.25, False, 0, 0, 0, 0]]
    ramp = {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": {"Resolve_OTIO": {"Key Frames": keys}}}
    edited = edit(rendered, tmp_path, use(rendered, "a", 0, 24, effects=[ramp]))
    delivery = conform_onto(rendered.out, edited).delivery
    body, *_ = (one for one in delivery.tracks if one.pass_name is PassName.BODY)
    (layer,) = body.clips  # the frames 1, 3, 5 of a come before 7
    assert (layer.record_first, layer.record_count, layer.speed) == (3, 21, 1.0)
    assert any("not rendered: 1, 3, 5;" in note for note in delivery.notes)


def test_media_that_was_moved_is_known_by_its_folder_and_name_unless_that_is_ambiguous(tmp_path: Path) -> None:
    for folder in ("x", "y", "z"):
        write_sequence(tmp_path / folder / "a", range(1, COUNT + 1))
    write_sequence(tmp_path / "short" / "a", range(11, COUNT + 1))

    def named(folder: str, first: int = 10, number: int = 1) -> Json:
        reference = sequence_reference(f"{tmp_path}/{folder}/a/", number, time_range(0, COUNT + 1 - number))
        return clip(reference, time_range(first, 12), name=folder)

    one = render(tmp_path / "one", track(named("x")))
    moved = write_timeline(tmp_path / "moved.otio", track(named("y")))
    assert not conform_onto(one.out, moved).left_out
    trimmed = write_timeline(tmp_path / "trimmed.otio", track(named("short", number=11)))
    with pytest.raises(MissingDocument):
        conform_onto(one.out, trimmed)
    other = clip(sequence_reference(f"{tmp_path}/y/b/", 1, time_range(0, COUNT)), time_range(10, 12), name="x")
    write_sequence(tmp_path / "y" / "b", range(1, COUNT + 1))
    with pytest.raises(MissingDocument):  # the plate of another shot, which is called like it
        conform_onto(one.out, write_timeline(tmp_path / "other.otio", track(other)))
    two = render(tmp_path / "two", track(named("x"), named("y")))
    either = write_timeline(tmp_path / "either.otio", track(named("z")))
    with pytest.raises(MissingDocument):
        conform_onto(two.out, either)


def test_a_clip_that_takes_the_name_of_another_source_shot_does_not_get_its_layers(tmp_path: Path) -> None:
    """Both uses are rendered as ``one``; the first one is played at another rate now."""
    folder = tmp_path / "show"
    a = media(folder, "a")
    rendered = render(folder, track(clip(a, time_range(10, 10), name="one"), clip(a, time_range(12, 10), name="two")))
    faster = sequence_reference(f"{folder}/a/", 1, time_range(0, COUNT, 48), rate=48)
    edited = write_timeline(
        tmp_path / "edited.otio",
        track(clip(faster, time_range(10, 20, 48), name="one"), clip(a, time_range(12, 10), name="two")),
    )
    done = conform_onto(rendered.out, edited)
    body, *_ = (one for one in done.delivery.tracks if one.pass_name is PassName.BODY)
    assert [layer.record_first for layer in body.clips] == [10]
    assert list(done.left_out) == ["one_part1"]
    assert done.left_out["one_part1"].startswith("none of the 10 source frames of its clip is rendered: 11, 13, ")


def test_over_an_edit_of_an_added_cut_its_own_files_are_written_and_its_names_kept(tmp_path: Path) -> None:
    """The other cut of the folder is more like the edited one."""
    folder = tmp_path / "show"
    a, b = media(folder, "a"), media(folder, "b")
    two = (clip(a, time_range(10, 20), name="one"), clip(b, time_range(5, 10), name="two"))
    rendered = render(folder, track(*two))
    cut = read_cut(write_timeline(folder / "added.otio", track(clip(b, time_range(5, 10), name="other"))))
    (shot,) = cut.source_shots()
    cut.write(rendered.out / "shots.added.json")
    plan = plan_of(shot, PassName.FACE)
    plan.write(plan.files(rendered.out).folder / "plan.json")
    write_layers(plan, rendered.out)
    edited = write_timeline(tmp_path / "edited.otio", track(*two))
    done = conform_onto(rendered.out, edited, cut_name="added")
    written = {path.name for kind in ("return", "delivery") for path in rendered.out.glob(f"{kind}*")}
    assert {"return.added.otio", "delivery.added.json"} < written
    assert all(".added" in name for name in written)
    (face,) = (one for one in done.delivery.tracks if one.pass_name is PassName.FACE)
    assert [(layer.shot, layer.record_first) for layer in face.clips] == [("other", 20)]
    assert len(done.left_out) == 1


def test_the_return_timeline_itself_is_not_written_over(rendered: Rendered, tmp_path: Path) -> None:
    conform_onto(rendered.out, edit(rendered, tmp_path, use(rendered, "a", 12, 9)))
    before = (rendered.out / "return.otio").read_bytes()
    with pytest.raises(OutputNotWritable, match="save that elsewhere"):
        conform_onto(rendered.out, rendered.out / "return.otio")
    assert (rendered.out / "return.otio").read_bytes() == before


def test_with_strict_nothing_is_written_when_frames_are_missing(rendered: Rendered, tmp_path: Path) -> None:
    edited = edit(rendered, tmp_path, use(rendered, "a", 12, 9), use(rendered, "a", 0, 20))
    before = {path: path.read_bytes() for path in rendered.out.glob("*.*") if path.is_file()}
    with pytest.raises(CutIncomplete, match="6 of the 20 source frames"):
        conform_onto(rendered.out, edited, load_settings(overrides=["strict=true"]))
    assert {path: path.read_bytes() for path in rendered.out.glob("*.*") if path.is_file()} == before


def test_the_command_says_what_to_run_and_exits_with_5(
    rendered: Rendered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = edit(rendered, tmp_path, use(rendered, "a", 12, 9))
    assert run_command(["conform", str(rendered.out), "--onto", str(whole)]) == 0
    edited = edit(rendered, tmp_path, use(rendered, "b", 6, 9, "two"), use(rendered, "a", 0, 20))
    capsys.readouterr()
    assert run_command(["conform", str(rendered.out), "--onto", str(edited), "--json"]) == 5
    printed = capsys.readouterr()
    assert "one_part1 (6 of the 20 source frames of its clip are not rendered: 1-6" in printed.err
    assert f'toolkit run "{edited}" -o "{rendered.out}"' in printed.err
    facts = json.loads(printed.out)
    assert [(row["shot"], row["pass"]) for row in facts["passes"]][:2] == [("two", "BODY v001"), ("one", "BODY v001")]


def test_an_edit_list_of_the_edited_cut_gets_its_layers_too(rendered: Rendered, tmp_path: Path) -> None:
    lines = [
        "TITLE: EDITED",
        "FCM: NON-DROP FRAME",
        "001  AX       V     C        00:00:00:12 00:00:00:20 01:00:00:00 01:00:00:08",
        "* FROM CLIP NAME: plate.[0001-0080].png",
        f"* SOURCE FILE PATH: {rendered.out.parent}/a/plate.[0001-0080].png",
    ]
    (tmp_path / "edited.edl").write_text("\n".join(lines))
    settings = load_settings(overrides=["cut.rate=24", f"cut.media={rendered.out.parent}", "plate.rate=24"])
    done = conform_onto(rendered.out, tmp_path / "edited.edl", settings)
    assert done.delivery.name == "EDITED"
    body, *_ = (one for one in done.delivery.tracks if one.pass_name is PassName.BODY)
    assert [(layer.in_frame, layer.record_first, layer.record_count) for layer in body.clips] == [(5, 0, 8)]


def test_an_xml_of_an_edited_movie_cut_gets_its_layers_too(tmp_path: Path) -> None:
    """Rendered from OTIO with the timecode of the movie, edited as FCP7 XML: the same pictures have other numbers."""
    folder = tmp_path / "show"
    movie = write_movie(folder / "A001.mov", COUNT, timecode="01:00:00:00")
    reference = movie_reference(str(movie), time_range(86400, COUNT))
    rendered = render(folder, track(clip(reference, time_range(86410, 20), name="one")))  # pictures 6-33
    part = xm.clip("one", 0, 8, 26, 34, xm.file("f", movie.as_uri(), duration=COUNT, start=86400))
    back = xm.clip("one", 12, 20, 54, 62, '<file id="f"/>', filters=xm.retime(100, reverse=True))
    xm.write(tmp_path, xm.sequence(xm.track(part, back)))
    done = conform_onto(rendered.out, tmp_path / "cut.xml")
    assert not done.left_out
    cut = read_cut(tmp_path / "cut.xml", handles=0)
    (plate, body, _) = video_tracks(rendered.out / "return.otio")
    shown = [at and rendered.sources["one"][at[1]][1] for at in frames_of(body, 24)]
    assert shown == [at and at[1] for at in frames_of(plate, 24)]
    assert shown[:8] == list(range(26, 34))
    expected = [shot.frame_map.source_frame_at_record(frame) for shot in cut.shots for frame in shot.record_range]
    assert [frame for frame in shown if frame is not None] == expected


def test_clips_in_compounds_get_their_layers_as_far_as_they_go(rendered: Rendered, tmp_path: Path) -> None:
    """``a`` is rendered 7-34; the compound shows 4-33 of it in two clips."""
    inner = track(use(rendered, "a", 0, 20), use(rendered, "a", 20, 20, "two"))
    compound = {"OTIO_SCHEMA": "Stack.1", "name": "comp", "source_range": time_range(3, 30), "children": [inner]}
    edited = edit(rendered, tmp_path, gap(2), compound | {"effects": [], "metadata": {}})
    done = conform_onto(rendered.out, edited)
    (_, body, face) = video_tracks(rendered.out / "return.otio")
    for layers in (body, face):
        shown = [at and rendered.sources["one"][at[1]][1] for at in frames_of(layers, 24)]
        assert shown == [*[None] * 5, *range(7, 34)]
    assert [reason.partition(";")[0] for reason in done.left_out.values()] == [
        "3 of the 17 source frames of its clip are not rendered: 4-6"
    ]


def test_a_shot_that_is_not_complete_says_why_its_clips_have_no_layers(tmp_path: Path) -> None:
    folder = tmp_path / "show"
    a, b = (clip(media(folder, name), time_range(10, 10), name=name) for name in "ab")
    rendered = render(folder, track(a, b))
    for path in rendered.out.glob("a/*/v001/*.1003.exr"):
        path.unlink()
    done = conform_onto(rendered.out, write_timeline(tmp_path / "edited.otio", track(a, b)))
    assert len(done.left_out) == 1
    assert "a: BODY omitted: BODY v001 is not complete (17 of 18 frames up to date)" in done.delivery.notes
