"""BODY has the alpha of its plate, and engines see an opaque picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH, plate_picture
from tests.passes.rendering.test_render import layer, read, render
from toolkit.engines import Engine, PaintRequest
from toolkit.errors import UnsupportedMedia
from toolkit.plates import open_plate, probe, write_exr

ALPHA = np.zeros((HEIGHT, WIDTH), np.float32)
ALPHA[20:70, 30:120] = 1.0
ALPHA = np.round(cv2.GaussianBlur(ALPHA, (0, 0), 4) * 255) / 255
COLOURS = (plate_picture(FIRST) / 255.0).astype(np.float32)


class White(Engine):
    """Paints white everywhere."""

    name = "white"
    revision = "1"

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        return [np.ones_like(request.image) for request in requests]


def _write_straight(folder: Path, alpha: NDArray[np.float32] | None = ALPHA) -> Path:
    bgr = plate_picture(FIRST)[..., ::-1]
    picture = bgr if alpha is None else np.dstack([bgr, np.rint(alpha * 255).astype(np.uint8)])
    for number in range(FIRST, FIRST + COUNT):
        assert cv2.imwrite(str(folder / f"plate.{number:04d}.png"), np.ascontiguousarray(picture))
    return folder / "plate.####.png"


def _write_premultiplied(folder: Path) -> Path:
    """With a lamp twelve times as bright as white inside, and a glow where the plate is transparent."""
    light = COLOURS * ALPHA[..., None]
    light[40:44, 60:64] = 12.0
    light[5:9, 140:150] = 0.3
    for number in range(FIRST, FIRST + COUNT):
        write_exr(folder / f"plate.{number:04d}.exr", np.dstack([light, ALPHA]).astype(np.float16), {})
    return folder / "plate.####.exr"


def test_a_straight_plate_gives_a_premultiplied_body_with_its_alpha(tmp_path: Path) -> None:
    render(_write_straight(tmp_path), tmp_path / "out", "body.strength=0", "output.passes=BODY")
    spec, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    assert spec.channelnames == ("R", "G", "B", "A")
    assert spec.getattribute("toolkit/alpha") == "premultiplied"
    assert np.allclose(pixels[..., 3], ALPHA, atol=5e-4)
    assert np.allclose(pixels[..., :3], COLOURS * ALPHA[..., None], atol=1e-3)


def test_a_premultiplied_plate_is_given_back_as_it_is(tmp_path: Path) -> None:
    render(_write_premultiplied(tmp_path), tmp_path / "out", "body.strength=0", "output.passes=BODY")
    _, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    _, plate = read(tmp_path / f"plate.{FIRST:04d}.exr")
    assert np.allclose(pixels, plate, rtol=2e-3, atol=3e-4)


def test_an_engine_that_paints_outside_the_alpha_adds_no_light_there(tmp_path: Path) -> None:
    for write in (_write_straight, _write_premultiplied):
        folder = tmp_path / write.__name__
        folder.mkdir()
        render(write(folder), folder / "out", "output.passes=BODY", engine=White())
        _, pixels = read(layer(folder / "out", "BODY", 1001))
        solid, outside = ALPHA == 1, ALPHA == 0
        outside[5:9, 140:150] = solid[40:44, 60:64] = False
        assert np.allclose(pixels[solid][:, :3], 1, atol=1e-3)
        assert not pixels[outside].any()
        edge = (ALPHA > 0.2) & (ALPHA < 0.8)
        assert np.allclose(pixels[edge][:, :3], pixels[edge][:, 3:], atol=2e-3), "white, premultiplied"


def test_a_face_adds_no_light_outside_the_alpha_either(tmp_path: Path) -> None:
    """The face of the tests is around (74, 45), half in front of nothing here."""
    alpha = np.zeros((HEIGHT, WIDTH), np.float32)
    alpha[:, 74:] = 1.0
    for number in range(FIRST, FIRST + COUNT):
        write_exr(tmp_path / f"plate.{number:04d}.exr", np.dstack([alpha] * 4).astype(np.float16), {})
    render(tmp_path / "plate.####.exr", tmp_path / "out", "output.passes=FACE", engine=White())
    _, pixels = read(layer(tmp_path / "out", "FACE", 1003))
    assert pixels[:, 76:, :3].max() == pytest.approx(1, abs=1e-3)
    assert not pixels[:, :74].any()


def test_engines_see_an_opaque_picture(tmp_path: Path) -> None:
    seen: list[NDArray[np.float32]] = []

    class Looking(White):
        def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
            seen.extend(request.image for request in requests)
            return [request.image for request in requests]

    render(_write_straight(tmp_path), tmp_path / "out", "output.passes=BODY", engine=Looking())
    assert np.allclose(seen[0][:HEIGHT, :WIDTH], COLOURS, atol=1e-6)


def test_alpha_stays_as_sharp_as_the_plate_on_a_smaller_canvas(tmp_path: Path) -> None:
    """The layer is as large as the plate, so its alpha is the plate's, however small the canvas was."""
    render(_write_straight(tmp_path), tmp_path / "out", "body.size=64", "output.passes=BODY")
    _, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    assert np.allclose(pixels[..., 3], ALPHA, atol=5e-4)


def test_every_file_has_the_same_channels(tmp_path: Path) -> None:
    """A file without alpha in a sequence that has some is opaque."""
    pattern = _write_straight(tmp_path)
    assert cv2.imwrite(str(tmp_path / f"plate.{FIRST + 1:04d}.png"), plate_picture(FIRST))
    render(pattern, tmp_path / "out", "body.strength=0", "output.passes=BODY")
    spec, pixels = read(layer(tmp_path / "out", "BODY", 1002))
    assert spec.channelnames == ("R", "G", "B", "A")
    assert (pixels[..., 3] == 1).all()


@pytest.mark.parametrize("opaque", [True, False])
def test_transparency_that_begins_within_a_sequence_is_refused(opaque: bool, tmp_path: Path) -> None:
    pattern = _write_straight(tmp_path)
    assert cv2.imwrite(str(tmp_path / f"plate.{FIRST:04d}.png"), plate_picture(FIRST))
    if opaque:
        whole = np.dstack([plate_picture(FIRST), np.full((HEIGHT, WIDTH), 255, np.uint8)])
        assert cv2.imwrite(str(tmp_path / f"plate.{FIRST + 1:04d}.png"), whole)
    with open_plate(probe(pattern)) as plate:
        if opaque:
            assert len(list(plate.frames([FIRST, FIRST + 1]))) == 2
        else:
            with pytest.raises(UnsupportedMedia, match=rf"{FIRST + 1} has transparency, the first frame has no alpha"):
                list(plate.frames([FIRST, FIRST + 1]))
