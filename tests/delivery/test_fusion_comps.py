"""Fusion comps of a delivery, read by a real Lua interpreter: the rigs are where the faces are."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.delivery._deliveries import deliver, face, plan_of
from tests.delivery._fusion import Comp, read_comp
from tests.turnover._cuts import clip, movie_reference, time_range, timeline, track, write, write_movie
from toolkit.delivery.fusion import write_comps
from toolkit.delivery.lua_tables import Table
from toolkit.documents import Delivery, DeliveryClip
from toolkit.errors import OutputNotWritable
from toolkit.turnover import read_cut

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "delivery.json"
A_HUNDREDTH = 0.01
"""Of a pixel."""


@pytest.fixture(scope="module")
def delivery() -> Delivery:
    return Delivery.read(GOLDEN)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, delivery: Delivery) -> Path:
    root = tmp_path_factory.mktemp("out")
    write_comps(delivery, root)
    return root


def face_clip(delivery: Delivery, shot: str) -> DeliveryClip:
    return next(clip for clip in delivery.tracks[-1].clips if clip.shot == shot)


def change(delivery: Delivery, shot: str, **values: Any) -> Delivery:
    """``delivery`` with ``values`` in every clip of ``shot``."""
    tracks = [
        one.model_copy(update={"clips": tuple(c.model_copy(update=values) if c.shot == shot else c for c in one.clips)})
        for one in delivery.tracks
    ]
    return delivery.model_copy(update={"tracks": tuple(tracks)})


def pixels(comp: Comp, name: str, size: tuple[int, int]) -> dict[float, tuple[float, float]]:
    """The centre of a tool by time, in pixels of the delivery."""
    path = comp.source(name, "Center")
    assert comp.tools[path]["__kind"] == "XYPath"
    x, y = (comp.values(comp.source(path, axis)) for axis in ("X", "Y"))
    assert x.keys() == y.keys()
    return {time: (x[time] * size[0] - 0.5, (1 - y[time]) * size[1] - 0.5) for time in x}


def sources(value: Any) -> list[str]:
    """Names of all tools that ``value`` is connected to."""
    if not isinstance(value, dict):
        return []
    own = [value["SourceOp"]] if "SourceOp" in value else []
    return own + [name for one in value.values() for name in sources(one)]


BOTH = pytest.mark.parametrize(
    ("name", "first_time"), [("sh{}_FACE_v001.comp", -8), ("sh{}_FACE_v001_loaders.comp", 0)], ids=["clip", "loaders"]
)
SHOTS = pytest.mark.parametrize("shot", ["sh010", "sh020"])


@BOTH
@SHOTS
def test_the_rig_is_where_the_face_is(root: Path, delivery: Delivery, shot: str, name: str, first_time: int) -> None:
    comp = read_comp(root / shot / name.format(shot[2:]))
    keys = next(one for one in delivery.faces if one.shot == shot)
    found = pixels(comp, "Face0Follow", (1280, 720))
    sizes = comp.values(comp.source("Face0Follow", "Size"))
    angles = comp.values(comp.source("Face0Follow", "Angle"))
    assert list(found) == [frame + first_time for frame in keys.frames]
    for entry, (time, (x, y)) in enumerate(found.items()):
        assert abs(x - keys.x[entry]) < A_HUNDREDTH and abs(y - keys.y[entry]) < A_HUNDREDTH
        assert sizes[time] == pytest.approx(keys.scale[entry] / 100, abs=1e-6)
        assert angles[time] == pytest.approx(-keys.roll[entry], abs=1e-6)


@BOTH
@SHOTS
def test_the_polygon_is_the_oval(root: Path, delivery: Delivery, shot: str, name: str, first_time: int) -> None:
    comp = read_comp(root / shot / name.format(shot[2:]))
    keys = next(one for one in delivery.faces if one.shot == shot)
    shapes = comp.curve(comp.source("Face0Oval", "Polyline"))
    assert sorted(shapes) == [frame + first_time for frame in keys.frames]
    for entry, (time, key) in enumerate(sorted(shapes.items())):
        assert key[1] == entry and key["Value"]["Closed"] is True
        points = [key["Value"]["Points"][number + 1] for number in range(len(keys.ovals[entry]))]
        for point, (x, y) in zip(points, keys.ovals[entry], strict=True):
            assert abs((point["X"] + 0.5) * 1280 - 0.5 - x) < A_HUNDREDTH, time
            assert abs((0.5 - point["Y"]) * 720 - 0.5 - y) < A_HUNDREDTH, time
            assert point["Linear"] is True, "a corner, not a curve through it"


@BOTH
def test_the_polygon_is_off_on_frames_without_a_face(
    root: Path, delivery: Delivery, name: str, first_time: int
) -> None:
    """sh020 has no face on frames 33 to 44: one key on each side of a change."""
    comp = read_comp(root / "sh020" / name.format("020"))
    level = comp.values(comp.source("Face0Oval", "Level"))
    assert level == {time + first_time: value for time, value in {0: 1, 32: 1, 33: 0, 44: 0, 45: 1}.items()}
    whole = read_comp(root / "sh010" / name.format("010"))
    assert whole.values(whole.source("Face0Oval", "Level")) == {first_time: 1}


@BOTH
@SHOTS
def test_curves_are_linear_by_flag_and_by_handles(root: Path, shot: str, name: str, first_time: int) -> None:
    comp = read_comp(root / shot / name.format(shot[2:]))
    for curve in ("Face0X", "Face0Y", "Face0Size", "Face0Angle"):
        keys = sorted(comp.curve(curve).items())
        assert all(key["Flags"] == {"Linear": True} for _, key in keys)
        assert "LH" not in keys[0][1] and "RH" not in keys[-1][1]
        for (time, key), (then, other) in pairwise(keys):
            step, rise = then - time, other[1] - key[1]
            assert key["RH"][1] == pytest.approx(time + step / 3, abs=1e-6)
            assert key["RH"][2] == pytest.approx(key[1] + rise / 3, abs=1e-6)
            assert other["LH"][1] == pytest.approx(then - step / 3, abs=1e-6)
            assert other["LH"][2] == pytest.approx(other[1] - rise / 3, abs=1e-6)


@BOTH
@SHOTS
def test_all_connections_lead_to_existing_tools(root: Path, shot: str, name: str, first_time: int) -> None:
    comp = read_comp(root / shot / name.format(shot[2:]))
    names = sources(comp.tree)
    assert names and set(names) <= comp.tools.keys()


@SHOTS
def test_a_clip_comp_passes_pixels_through_and_has_the_clips_range(root: Path, shot: str) -> None:
    comp = read_comp(root / shot / f"{shot}_FACE_v001.comp")
    assert (comp.tree["__kind"], comp.source("MediaOut1", "Input")) == ("Composition", "MediaIn1")
    assert (comp.tree["RenderRange"], comp.tree["GlobalRange"]) == ({1: 0, 2: 47}, {1: -8, 2: 55})
    kinds = [tool["__kind"] for tool in comp.tools.values()]
    assert (kinds.count("MediaIn"), kinds.count("MediaOut"), kinds.count("Loader")) == (1, 1, 0)


def test_loaders_of_plate_body_and_face_are_in_sync(root: Path, delivery: Delivery) -> None:
    """sh020's layer starts 12 frames into its plate, whose files start at 101."""
    comp = read_comp(root / "sh020" / "sh020_FACE_v001_loaders.comp")
    assert (comp.tree["RenderRange"], comp.tree["GlobalRange"]) == ({1: 8, 2: 55}, {1: 0, 2: 63})
    clips = {name: comp.tools[name]["Clips"][1] for name in ("PLATE", "BODY", "FACE")}
    assert {clip["GlobalStart"] for clip in clips.values()} == {0}
    assert {clip["GlobalEnd"] for clip in clips.values()} == {
        clip["TrimOut"] - clip["TrimIn"] for clip in clips.values()
    }
    assert {name: clip["StartFrame"] + clip["TrimIn"] for name, clip in clips.items()} == {
        "PLATE": 101 + 12,
        "BODY": 1001,
        "FACE": 1001,
    }
    assert {clip["GlobalEnd"] for clip in clips.values()} == {63}
    assert clips["FACE"]["Filename"] == str(root / face_clip(delivery, "sh020").path)
    assert (clips["FACE"]["FormatID"], clips["PLATE"]["FormatID"]) == ("OpenEXRFormat", "PNGFormat")


def test_face_lies_over_body_over_plate(root: Path) -> None:
    comp = read_comp(root / "sh010" / "sh010_FACE_v001_loaders.comp")
    assert (comp.source("OverFACE", "Background"), comp.source("OverFACE", "Foreground")) == ("OverBODY", "FACE")
    assert (comp.source("OverBODY", "Background"), comp.source("OverBODY", "Foreground")) == ("PLATE", "BODY")
    assert comp.tools["BODY"]["Inputs"]["MakeAlphaSolid"]["Value"] == 1
    assert comp.tools["FACE"]["Inputs"]["PostMultiplyByAlpha"]["Value"] == 0
    movie = comp.tools["PLATE"]["Clips"][1]
    assert (movie["Multiframe"], movie["TrimIn"], movie["FormatID"]) == (True, 32, "QuickTimeMovies")
    assert comp.tree["Prefs"]["Comp"]["FrameFormat"] == {"Rate": 24, "Width": 1280, "Height": 720}


@pytest.mark.parametrize(("name", "first"), [("paint.png", -1), ("paint_0104.png", 104)])
def test_a_loader_treats_a_still_as_a_sequence(delivery: Delivery, tmp_path: Path, name: str, first: int) -> None:
    """The delivery lists it as a movie of one frame, as hosts import it; Fusion needs the number in its name, or -1."""
    plate = delivery.tracks[0].clips[0].model_copy(update={"path": f"/plates/{name}", "end_index": 0, "in_frame": 0})
    tracks = (delivery.tracks[0].model_copy(update={"clips": (plate,)}), *delivery.tracks[1:])
    still = change(delivery.model_copy(update={"tracks": tracks}), "sh010", in_frame=0)
    write_comps(still, tmp_path)
    loader = read_comp(tmp_path / "sh010" / "sh010_FACE_v001_loaders.comp").tools["PLATE"]["Clips"][1]
    assert "Multiframe" not in loader
    assert (loader["FormatID"], loader["StartFrame"], loader["Length"]) == ("PNGFormat", first, 1)


def test_an_offline_plate_is_left_out(delivery: Delivery, tmp_path: Path) -> None:
    write_comps(delivery.model_copy(update={"tracks": delivery.tracks[1:]}), tmp_path)
    comp = read_comp(tmp_path / "sh010" / "sh010_FACE_v001_loaders.comp")
    assert "PLATE" not in comp.tools
    assert (comp.source("OverFACE", "Background"), comp.source("OverFACE", "Foreground")) == ("BODY", "FACE")


@pytest.mark.parametrize(("media", "record"), [(48, 24), (24, 48), (Fraction(24000, 1001), 24)])
def test_a_clip_comp_counts_timeline_frames(
    delivery: Delivery, tmp_path: Path, media: Fraction | int, record: int
) -> None:
    changed = change(delivery, "sh010", rate=Fraction(media)).model_copy(update={"rate": Fraction(record)})
    write_comps(changed, tmp_path)
    comp = read_comp(tmp_path / "sh010" / "sh010_FACE_v001.comp")
    keys = delivery.faces[0]
    found = pixels(comp, "Face0Follow", (1280, 720))
    assert min(found) == comp.tree["GlobalRange"][1] and max(found) == comp.tree["GlobalRange"][2]
    for time, (x, _) in found.items():
        picture = 8 + int(time) * media // record  # what the clip shows at this time
        assert abs(x - keys.x[picture]) < A_HUNDREDTH


def test_a_clip_comp_starts_where_the_clip_does_between_two_frames(delivery: Delivery, tmp_path: Path) -> None:
    """Media at 30 fps at 24, from frame 8.5 on: 8.5, 9.75, 11, 12.25."""
    changed = change(delivery, "sh010", in_position=Fraction(17, 2), rate=Fraction(30), fps=30.0)
    write_comps(changed, tmp_path)
    comp = read_comp(tmp_path / "sh010" / "sh010_FACE_v001.comp")
    keys = next(one for one in delivery.faces if one.shot == "sh010")
    found = pixels(comp, "Face0Follow", (1280, 720))
    for time, frame in enumerate([8, 9, 11, 12, 13, 14, 16]):
        assert found[time][0] == pytest.approx(keys.x[keys.frames.index(frame)], abs=A_HUNDREDTH)


def test_a_layer_without_a_face_has_no_comp(delivery: Delivery, tmp_path: Path) -> None:
    written = write_comps(delivery.model_copy(update={"faces": delivery.faces[:1]}), tmp_path)
    assert [clip.comp for track in written.tracks for clip in track.clips if clip.comp] == [
        "sh010/sh010_FACE_v001.comp"
    ]
    assert not (tmp_path / "sh020").exists()


def test_each_face_has_its_own_rig(delivery: Delivery, tmp_path: Path) -> None:
    second = delivery.faces[0].model_copy(update={"face": 1, "x": tuple(x + 100 for x in delivery.faces[0].x)})
    write_comps(delivery.model_copy(update={"faces": (*delivery.faces, second)}), tmp_path)
    comp = read_comp(tmp_path / "sh010" / "sh010_FACE_v001.comp")
    x = [comp.values(f"Face{number}X")[0] * 1280 for number in (0, 1)]
    assert x[1] - x[0] == pytest.approx(100, abs=A_HUNDREDTH)


def test_a_face_without_ovals_has_only_a_transform(delivery: Delivery, tmp_path: Path) -> None:
    bare = delivery.faces[0].model_copy(update={"ovals": ()})
    write_comps(delivery.model_copy(update={"faces": (bare,)}), tmp_path)
    tools = read_comp(tmp_path / "sh010" / "sh010_FACE_v001.comp").tools
    assert "Face0Follow" in tools and not [name for name in tools if "Oval" in name]


@pytest.mark.parametrize(
    "folder", ['a "quoted" one', "C:\\new\\table", "tab\tand\nline", "Größe 漢字 [[x]] ${y}", "1\x0122"]
)
def test_special_characters_in_paths_are_kept(delivery: Delivery, tmp_path: Path, folder: str) -> None:
    path = f"/plates/{folder}/B002C011.0101.png"
    plate = delivery.tracks[0].clips[1].model_copy(update={"path": path})
    tracks = (delivery.tracks[0].model_copy(update={"clips": (plate,)}), *delivery.tracks[1:])
    write_comps(delivery.model_copy(update={"tracks": tracks}), tmp_path)
    comp = read_comp(tmp_path / "sh020" / "sh020_FACE_v001_loaders.comp")
    assert comp.tools["PLATE"]["Clips"][1]["Filename"] == path


def test_the_same_delivery_gives_the_same_bytes(root: Path, delivery: Delivery) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.comp")}
    write_comps(delivery, root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert len(before) == 4


def test_an_unwritable_path_is_reported(delivery: Delivery, tmp_path: Path) -> None:
    (tmp_path / "sh010").write_text("in the way")
    with pytest.raises(OutputNotWritable, match=r"sh010_FACE_v001\.comp"):
        write_comps(delivery, tmp_path)


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (Table("Input", fields={"SourceOp": "Face0OvalShape", "Source": "Value"}), 1),
        (Table(items=(1, 1)), 1),
        (Table(items=tuple(range(100, 120))), 1),
        (Table(items=tuple(range(100, 121))), 23),
        (Table(fields={"Inputs": Table(items=tuple(range(100, 121)))}), 25),
    ],
    ids=["an input", "two numbers", "100 characters", "105 characters", "a long table inside"],
)
def test_a_short_table_stays_on_one_line(table: Table, lines: int) -> None:
    assert len(table.text().splitlines()) == lines


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_only_finite_numbers_are_written(value: float) -> None:
    with pytest.raises(ValueError, match="Fusion comp"):
        Table(items=(value,)).text()


def test_conform_writes_the_comps_and_lists_them(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "A001.mov", 60, timecode="10:00:00:00")
    movie = movie_reference("media/A001.mov", time_range(864000, 60))
    document = timeline(track(clip(movie, time_range(864010, 20), name="a shot")))
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=4)
    faces = [[face(0, 10.0 + frame, roll=2.0 * frame)] for frame in range(28)]
    delivery = deliver(cut, tmp_path / "out", [plan_of(cut.shots[0], faces=faces)])
    face_layer = delivery.tracks[-1].clips[0]
    assert face_layer.comp == "a_shot/a_shot_FACE_v001.comp"
    assert Delivery.read(tmp_path / "out" / "delivery.json") == delivery
    comp = read_comp(tmp_path / "out" / face_layer.comp)
    assert comp.values("Face0X")[0] * 32 - 0.5 == pytest.approx(14.0, abs=A_HUNDREDTH)
    assert comp.values("Face0Angle")[0] == -8.0
