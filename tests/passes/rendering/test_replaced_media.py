"""Plates and guides that are replaced during a render: an error, and no old pixels under the key of the new file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, HEIGHT, WIDTH, plate_picture, sample, shot_of, tracks_of
from tests.plates import _footage
from tests.plates._footage import encode
from toolkit.documents import MediaKind, PassPlan, Shot
from toolkit.engines import Engine, PaintRequest
from toolkit.errors import MediaChanged, UnsupportedMedia
from toolkit.frames import FrameRange
from toolkit.passes import plan_passes, render_passes
from toolkit.plates import open_plate, probe, read_exr
from toolkit.settings import load_settings


class Interrupted(Engine):
    """Returns what it is given; after ``wait`` pictures, something else happens."""

    name: ClassVar[str] = "interrupted"
    revision = "1"
    wants_guides: ClassVar[bool] = True

    def __init__(self, wait: int, event: Callable[[], object]) -> None:
        self._left, self._event = wait, event

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        if self._left == 0:
            self._event()
        self._left -= 1
        return [request.image.copy() for request in requests]


def movie_shot(path: Path) -> Shot:
    """The first frames of a movie, as the shot that the tracks of these tests belong to."""
    shot = shot_of(path)
    work = FrameRange.of(0, COUNT)
    return shot.model_copy(
        update={
            "media": probe(path),
            "source_work_range": work,
            "source_range": FrameRange(first=2, last=COUNT - 3),
            "frame_map": replace(shot.frame_map, source_first=0, source_work_first=0),
        }
    )


def plan(shot: Shot, *assignments: str, cut_folder: Path = CUT_FOLDER) -> tuple[PassPlan, ...]:
    tracks = tracks_of([sample(frame) for frame in shot.source_work_range])
    if shot.media.kind is MediaKind.MOVIE:
        tracks = tracks.model_copy(update={"width": _footage.WIDTH, "height": _footage.HEIGHT})
    settings = load_settings(overrides=["output.passes=BODY", *assignments])
    return plan_passes(shot, tracks, settings, cut_folder=cut_folder)


def render(shot: Shot, root: Path, engine: Engine, plans: Sequence[PassPlan]) -> dict[str, NDArray[np.float32]]:
    """The layers on disk afterwards."""
    with open_plate(shot.media) as plate:
        render_passes(plans, plate, engine, root, writers=1)
    return {path.name: read_exr(path).rgb for path in sorted(root.rglob("*.exr"))}


def other_movie(path: Path) -> Path:
    """Of the same size and length, with other pictures."""
    pictures = [_footage.picture(number + 500) for number in range(COUNT)]
    frames = [av.VideoFrame.from_ndarray(one, "rgb24").reformat(format="yuvj420p") for one in pictures]
    return _footage.encode_frames(path, "mjpeg", frames)


def nothing() -> None:
    pass


@pytest.mark.parametrize("wait", [0, 1, 4, COUNT - 1])
@pytest.mark.parametrize("how", ["moved over", "written over"])
def test_no_picture_of_a_replaced_movie_is_kept(tmp_path: Path, wait: int, how: str) -> None:
    old = encode(tmp_path / "a.mov", "mjpeg", count=COUNT, pixels="yuvj420p")
    new = other_movie(tmp_path / "b.mov")
    content = new.read_bytes()
    shot, out = movie_shot(old), tmp_path / "out"

    def happen() -> None:
        if how == "moved over":
            new.replace(old)
        else:
            old.write_bytes(content)

    with pytest.raises(MediaChanged, match=r"a\.mov"):
        render(shot, out, Interrupted(wait, happen), plan(shot))
    layers = render(shot, out, Interrupted(-1, nothing), plan(shot))
    fresh = render(shot, tmp_path / "fresh", Interrupted(-1, nothing), plan(shot))
    assert layers.keys() == fresh.keys()
    assert all(np.array_equal(layers[name], fresh[name]) for name in fresh)


def test_a_movie_replaced_between_tracking_and_rendering_is_noticed(tmp_path: Path) -> None:
    """A run opens a plate once: its decoder holds the old movie when the content keys are made."""
    old = encode(tmp_path / "a.mov", "mjpeg", count=COUNT, pixels="yuvj420p")
    new = other_movie(tmp_path / "b.mov")
    shot = movie_shot(old)
    with open_plate(shot.media) as plate:
        list(plate.frames_8bit([0, 1]))
        new.replace(old)
        with pytest.raises(MediaChanged, match=r"a\.mov"):
            render_passes(plan(shot), plate, Interrupted(-1, nothing), tmp_path / "out", writers=1)
    assert not list((tmp_path / "out").rglob("*.exr"))


def test_a_plate_of_another_size_than_was_planned_is_an_error(plate_pattern: Path, tmp_path: Path) -> None:
    shot = shot_of(plate_pattern)
    plans = plan(shot)
    for path in plate_pattern.parent.iterdir():
        assert cv2.imwrite(str(path), np.zeros((2 * HEIGHT, 2 * WIDTH, 3), np.uint8))
    with pytest.raises(UnsupportedMedia, match=r"it is 320x180 now, and was 160x90 when .* track .* again"):
        render(shot, tmp_path / "out", Interrupted(-1, nothing), plans)


@pytest.mark.parametrize("kind", ["image", "depth"])
def test_a_guide_that_is_rendered_again_meanwhile_is_an_error(plate_pattern: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "cut/guides/sh010"
    folder.mkdir(parents=True)
    for number in range(FIRST, FIRST + COUNT):
        assert cv2.imwrite(str(folder / f"{kind}.{number:04d}.png"), plate_picture(number))
    last = folder / f"{kind}.{FIRST + COUNT - 1:04d}.png"

    def happen() -> None:
        assert cv2.imwrite(str(last), np.zeros((HEIGHT, WIDTH, 3), np.uint8))

    source = f"guides/{{shot}}/{kind}.####.png"
    control = f'body.controls=[{{kind="{kind}", model="m", source="{source}"}}]'
    shot = shot_of(plate_pattern)
    plans = plan(shot, control, cut_folder=tmp_path / "cut")
    with pytest.raises(MediaChanged, match=last.name):
        render(shot, tmp_path / "out", Interrupted(1, happen), plans)
