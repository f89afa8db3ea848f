"""Mattes that lie beside the cut are found by name; one that cannot be meant is an error, never left unused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.passes._plate import COUNT, FIRST
from tests.passes.planning.test_fades import SHOT, tracks
from toolkit.documents import FaceTracks, MattePlan, PassName
from toolkit.errors import UnsupportedMedia
from toolkit.passes import plan_passes
from toolkit.settings import load_settings
from toolkit.stages.given_mattes import find_mattes

ONE = tracks("F" * COUNT)
TWO = tracks("F" * COUNT, "F" * COUNT)
NONE = ONE.model_copy(update={"faces": ()})


def find(cut_folder: Path, found: FaceTracks, *assignments: str) -> dict[int, str]:
    """Name of the sequence by face."""
    mattes = find_mattes(SHOT, found, load_settings(overrides=list(assignments)), cut_folder=cut_folder)
    assert all(Path(one.path).parent == cut_folder / "guides/sh010" for one in mattes)
    return {one.face: Path(one.path).name for one in mattes}


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    folder = tmp_path / "guides/sh010"
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize(
    ("found", "names", "expected"),
    [
        (ONE, ["matte.0103.exr", "matte.0104.exr"], {0: "matte.####.exr"}),
        (ONE, ["matte_face0.103.png"], {0: "matte_face0.###.png"}),
        (TWO, ["matte_face1.0103.tif"], {1: "matte_face1.####.tif"}),
        (TWO, ["matte_face1.0103.exr", "matte_face0.0104.png"], {0: "matte_face0.####.png", 1: "matte_face1.####.exr"}),
        (ONE, ["sh010_FACE_v001_matte_face0.0103.exr"], {0: "sh010_FACE_v001_matte_face0.####.exr"}),
        (ONE, ["depth.0103.exr", "mattes.txt", ".matte.0103.exr"], {}),
        (NONE, ["depth.0103.exr"], {}),
    ],
)
def test_a_matte_is_recognised_by_its_name(
    found: FaceTracks, names: list[str], expected: dict[int, str], guides: Path, tmp_path: Path
) -> None:
    put(guides, *names)
    assert find(tmp_path, found) == expected


def test_without_a_folder_there_is_none(tmp_path: Path) -> None:
    assert find(tmp_path, ONE) == {}


def test_only_faces_that_face_has_need_a_matte(guides: Path, tmp_path: Path) -> None:
    put(guides, "matte.0103.exr")
    assert find(tmp_path, TWO, "face.only=1") == {1: "matte.####.exr"}
    assert find(tmp_path, TWO, "face.only=7") == {}
    assert find(tmp_path, TWO, "output.passes=BODY") == {}
    (guides / "matte.0103.exr").rename(guides / "matte_face0.0103.exr")
    assert find(tmp_path, TWO, "face.only=1") == {}


@pytest.mark.parametrize(
    ("found", "names", "problem"),
    [
        (TWO, ["matte.0103.exr"], r"may be for any of the faces 0, 1 of sh010; name it matte_face<number>\.####\.exr"),
        (TWO, ["matte_face2.0103.exr"], "there is no face 2: sh010 has faces 0, 1; rename it, or move it away"),
        (ONE, ["matte_face1.0103.exr"], "there is no face 1: sh010 has face 0"),
        (NONE, ["matte.0103.exr"], "sh010 has no face for it; move it away"),
        (ONE, ["matte_face0.0103.exr", "matte.0103.png"], r"exr: matte\.####\.png is a matte of face 0, too; keep one"),
        (ONE, ["matte.1003.exr"], "numbered 1003-1003, and sh010 has the source frames 101-112; number them like the"),
        (ONE, ["matte.104.exr", "matte.0105.exr"], "different numbers of digits"),
    ],
)
def test_a_matte_that_cannot_be_meant_is_an_error(
    found: FaceTracks, names: list[str], problem: str, guides: Path, tmp_path: Path
) -> None:
    put(guides, *names)
    with pytest.raises(UnsupportedMedia, match=problem):
        find(tmp_path, found)


@pytest.mark.parametrize("name", ["matte_face0.exr", "Matte.0103.exr", "matte_0.0103.exr"])
def test_a_file_that_is_almost_named_like_a_matte_is_warned_of(
    name: str, guides: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(guides, name, name.replace("0103", "0104"))
    assert find(tmp_path, ONE) == {}
    assert len(caplog.messages) == 1
    assert f"{name} is not used: a matte is named matte_face0.####.exr" in caplog.text


def test_mattes_are_those_of_face_and_change_no_digest_by_their_place(tmp_path: Path) -> None:
    given = (MattePlan(face=0, path="/shows/cut/guides/sh010/matte.####.exr"),)
    body, face = plan_passes(SHOT, ONE, load_settings(), cut_folder=tmp_path, mattes=given)
    usual = plan_passes(SHOT, ONE, load_settings(), cut_folder=tmp_path)
    assert (body.pass_name, body.mattes, face.mattes) == (PassName.BODY, (), given)
    assert (body.digest(), face.digest()) == (usual[0].digest(), usual[1].digest())
    assert "mattes" not in usual[1].model_dump_json()
    assert face.frames[0].source_frame == FIRST


@pytest.mark.parametrize(
    ("setting", "found", "expected"),
    [
        ("head", ONE, {0: ("head",)}),
        (" head + hair ", ONE, {0: ("head", "hair")}),
        ("hero, villain+hat", TWO, {0: ("hero",), 1: ("villain", "hat")}),
        (", villain", TWO, {1: ("villain",)}),
        ("hero, villain", ONE, {0: ("hero",)}),
        ("", TWO, {}),
    ],
)
def test_objects_of_a_cryptomatte_are_named_face_by_face(
    setting: str, found: FaceTracks, expected: dict[int, tuple[str, ...]], guides: Path, tmp_path: Path
) -> None:
    put(guides, "cryptomatte.0103.exr")
    settings = load_settings(overrides={"matte.cryptomatte": setting})
    mattes = find_mattes(SHOT, found, settings, cut_folder=tmp_path)
    assert {matte.face: matte.objects for matte in mattes} == expected
    assert {matte.path for matte in mattes} <= {str(guides / "cryptomatte.####.exr")}


def test_a_cryptomatte_beside_the_cut_is_numbered_like_the_plate(guides: Path, tmp_path: Path) -> None:
    put(guides, "cryptomatte.1003.exr")
    with pytest.raises(UnsupportedMedia, match=r"cryptomatte\.####\.exr: its files are numbered 1003-1003"):
        find(tmp_path, ONE, "matte.cryptomatte=head")
