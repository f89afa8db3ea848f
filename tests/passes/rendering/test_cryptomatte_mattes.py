"""A face's matte picked from the Cryptomatte of its plate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH
from tests.passes.rendering.test_given_mattes import alpha, block, plans_for, put, render
from tests.passes.rendering.test_reuse import counts
from tests.plates.test_cryptomatte import attributes, bits_of, manifest
from tests.plates.test_guide_files import exr
from toolkit.documents import PassName
from toolkit.errors import UnsupportedMedia
from toolkit.passes import describe_mattes

HEAD = slice(40, 50), slice(75, 85)
"""Rows and columns of the plate: inside the face's crop."""
ASKED = "matte.cryptomatte=head_geo"


def plane(inside: float, outside: float) -> np.ndarray:
    found = np.full((HEIGHT, WIDTH), outside, np.float32)
    found[HEAD] = inside
    return found


def write_plates(folder: Path, *, plate_alpha: float | None = None, head: float = 0.5) -> Path:
    """A head that covers half of its pixels, before a wall or nothing; it is in the manifest of the last frame only."""
    folder.mkdir()
    wall = "sky" if plate_alpha is not None else "wall"
    grey = plane(0.25, 0.25)
    channels = {
        **dict.fromkeys("RGB", grey),
        **({} if plate_alpha is None else {"A": plane(plate_alpha, 0.0)}),
        "CryptoObject00.R": plane(bits_of("head_geo"), bits_of(wall)),
        "CryptoObject00.G": plane(head, 0.0 if plate_alpha is not None else 1.0),
        "CryptoObject00.B": plane(bits_of(wall), 0.0),
        "CryptoObject00.A": plane(0.0 if plate_alpha is not None else 1 - head, 0.0),
    }
    for frame in range(FIRST, FIRST + COUNT):
        names = ("head_geo", "wall") if frame == FIRST + COUNT - 1 else ("wall",)
        exr(folder / f"plate.{frame:04d}.exr", channels, **attributes(manifest=manifest(*names)))
    return folder / "plate.####.exr"


def test_the_matte_is_the_coverage_of_the_object(tmp_path: Path) -> None:
    pattern = write_plates(tmp_path / "plates")
    done = render(pattern, tmp_path / "out", ASKED, "output.passes=FACE")[PassName.FACE]
    (sentence,) = describe_mattes(done.plan)
    assert sentence == (
        f"sh010: FACE v001 has the matte of face 0 from head_geo in the Cryptomatte of {pattern} in all frames"
    )
    assert alpha(tmp_path / "out", FIRST) == pytest.approx(plane(0.5, 0.0), abs=1e-3)


def test_a_plates_alpha_is_not_counted_twice(tmp_path: Path) -> None:
    """The head covers half of its pixels, and so does all that the plate shows there."""
    pattern = write_plates(tmp_path / "plates", plate_alpha=0.5)
    render(pattern, tmp_path / "out", ASKED, "output.passes=FACE")
    assert alpha(tmp_path / "out", FIRST) == pytest.approx(plane(0.5, 0.0), abs=1e-3)


def test_a_matte_made_by_hand_comes_first_frame_by_frame(tmp_path: Path) -> None:
    pattern = write_plates(tmp_path / "plates")
    put(pattern.parent, block(), FIRST)
    plan = render(pattern, tmp_path / "out", ASKED, "output.passes=FACE")[PassName.FACE].plan
    assert [bool(matte.objects) for matte in plan.mattes] == [False, True]
    assert alpha(tmp_path / "out", FIRST) == pytest.approx(block() / 255, abs=1e-3)
    assert alpha(tmp_path / "out", FIRST + 1) == pytest.approx(plane(0.5, 0.0), abs=1e-3)


def test_another_object_renders_face_again_and_not_body(tmp_path: Path) -> None:
    pattern = write_plates(tmp_path / "plates")
    render(pattern, tmp_path / "out", ASKED)
    again = render(pattern, tmp_path / "out", "matte.cryptomatte=head_geo+wall")
    assert counts(again) == {"BODY": (0, 0, COUNT), "FACE": (COUNT, 0, 0)}
    assert counts(render(pattern, tmp_path / "out", "matte.cryptomatte=head_geo+wall"))["FACE"] == (0, 0, COUNT)


def test_frames_without_the_setting_keep_their_keys(tmp_path: Path) -> None:
    pattern = write_plates(tmp_path / "plates")
    (_, usual), (_, asked) = plans_for(pattern), plans_for(pattern, ASKED)
    assert (usual.settings, usual.digest()) == (asked.settings, asked.digest())


def test_an_object_that_is_in_no_frame_is_an_error(tmp_path: Path) -> None:
    pattern = write_plates(tmp_path / "plates")
    with pytest.raises(UnsupportedMedia, match=r"no object head \(matte\.cryptomatte\); did you mean head_geo\?"):
        render(pattern, tmp_path / "out", "matte.cryptomatte=head")
    with pytest.raises(UnsupportedMedia, match=r"no object zzz \(matte\.cryptomatte\); it has head_geo, wall"):
        render(pattern, tmp_path / "out", "matte.cryptomatte=zzz")


def test_a_plate_without_a_cryptomatte_is_an_error(plate_pattern: Path, tmp_path: Path) -> None:
    grey = plane(0.25, 0.25)
    for frame in range(FIRST, FIRST + COUNT):
        exr(tmp_path / f"plate.{frame:04d}.exr", dict.fromkeys("RGB", grey))
    with pytest.raises(UnsupportedMedia, match=r"plate\.0101\.exr: it has no Cryptomatte"):
        render(tmp_path / "plate.####.exr", tmp_path / "out", ASKED)
    with pytest.raises(UnsupportedMedia, match=r"needs its Cryptomatte as .*/guides/sh010/cryptomatte\.####\.exr"):
        plans_for(plate_pattern, ASKED)


def test_a_cryptomatte_beside_the_cut_is_used_for_any_plate(plate_pattern: Path, tmp_path: Path) -> None:
    rendered = write_plates(tmp_path / "rendered").parent
    guides = plate_pattern.parent / "guides/sh010"
    guides.mkdir(parents=True)
    for frame in range(FIRST, FIRST + COUNT):
        (rendered / f"plate.{frame:04d}.exr").rename(guides / f"cryptomatte.{frame:04d}.exr")
    render(plate_pattern, tmp_path / "out", ASKED, "output.passes=FACE")
    assert alpha(tmp_path / "out", FIRST) == pytest.approx(plane(0.5, 0.0), abs=1e-3)
