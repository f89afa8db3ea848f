"""The compression of layer files: lossless ones change no pixel and render nothing again, lossy ones do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT
from tests.passes.rendering.test_reuse import WHOLE, counts, digests, render
from toolkit.documents import PassPlan
from toolkit.frames import FrameRange

LOSSLESS, LOSSY = ("zip", "zips", "piz"), ("dwaa", "dwab")


def read(path: Path) -> tuple[str, NDArray[np.float32]]:
    """Compression and pixels, from an independent reader."""
    opened = OpenImageIO.ImageInput.open(str(path))
    assert opened is not None, OpenImageIO.geterror()
    compression = opened.spec().getattribute("compression")
    pixels = opened.read_image("float")
    opened.close()
    return compression, np.asarray(pixels)


def pictures(root: Path) -> dict[str, NDArray[np.float32]]:
    return {path.name: read(path)[1] for path in sorted(root.rglob("*.exr"))}


@pytest.mark.parametrize("name", [*LOSSLESS, *LOSSY])
def test_the_files_have_the_compression_that_is_set(plate_pattern: Path, tmp_path: Path, name: str) -> None:
    render(plate_pattern, tmp_path, f"output.compression={name}")
    assert {read(path)[0] for path in tmp_path.rglob("*.exr")} == {name}


@pytest.mark.parametrize("name", LOSSLESS[1:])
def test_a_lossless_one_changes_no_pixel_and_no_key(plate_pattern: Path, tmp_path: Path, name: str) -> None:
    render(plate_pattern, tmp_path / "zip")
    render(plate_pattern, tmp_path / "other", f"output.compression={name}")
    ours, theirs = pictures(tmp_path / "zip"), pictures(tmp_path / "other")
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[one], theirs[one]) for one in ours)
    before = digests(tmp_path / "zip")
    again = render(plate_pattern, tmp_path / "zip", f"output.compression={name}")
    assert counts(again) == {"BODY": (0, 0, COUNT), "FACE": (0, 0, COUNT)}
    assert digests(tmp_path / "zip") == before
    copied = render(plate_pattern, tmp_path / "zip", f"output.compression={name}", "output.version=2")
    assert counts(copied) == {"BODY": (0, COUNT, 0), "FACE": (0, COUNT, 0)}


@pytest.mark.parametrize("name", LOSSY)
def test_a_lossy_one_is_rendered_anew_and_keeps_alpha_exact(plate_pattern: Path, tmp_path: Path, name: str) -> None:
    """The plates of these tests have far more detail than footage; see the help text for that."""
    render(plate_pattern, tmp_path / "zip")
    render(plate_pattern, tmp_path / "lossy", f"output.compression={name}")
    ours, theirs = pictures(tmp_path / "zip"), pictures(tmp_path / "lossy")
    for one in ours:
        error = 255 * np.abs(ours[one] - theirs[one])
        assert error[..., :3].mean() < 2
        assert one.startswith("sh010_FACE") == (error.shape[2] == 4)
        assert np.array_equal(ours[one][..., 3:], theirs[one][..., 3:])
    again = render(plate_pattern, tmp_path / "zip", f"output.compression={name}")
    assert counts(again) == {"BODY": (COUNT, 0, 0), "FACE": (COUNT, 0, 0)}
    assert digests(tmp_path / "zip") == digests(tmp_path / "lossy")


@pytest.mark.parametrize("name", LOSSY)
def test_copies_of_lossy_frames_equal_a_render(plate_pattern: Path, tmp_path: Path, name: str) -> None:
    """Compressed again, they would lose more each time the shot is trimmed."""
    setting, work = f"output.compression={name}", FrameRange(first=WHOLE.first + 2, last=WHOLE.last)
    render(plate_pattern, tmp_path / "out", setting)
    again = render(plate_pattern, tmp_path / "out", setting, work=work)
    assert counts(again) == {"BODY": (0, COUNT - 2, 0), "FACE": (0, COUNT - 2, 0)}
    render(plate_pattern, tmp_path / "fresh", setting, work=work)
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")


def test_plans_from_before_the_setting_have_the_same_digest(plate_pattern: Path, tmp_path: Path) -> None:
    plan = next(iter(render(plate_pattern, tmp_path).values())).plan
    assert "compression" not in plan.model_dump_json()
    assert plan.model_copy(update={"compression": "piz"}).digest() == plan.digest()
    assert plan.model_copy(update={"compression": "dwaa"}).digest() != plan.digest()
    assert PassPlan.model_validate_json(plan.model_dump_json(by_alias=True)).compression == "zip"
