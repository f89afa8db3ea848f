"""Make ``docs/images/demo.jpg``, the picture in the README, from the layers of ``toolkit demo``.

    toolkit demo -o demo_out --set body.strength=1 --set face.strength=0
    python docs/make_picture.py demo_out docs/images/demo.jpg

Four panels of one frame: plate, BODY, FACE over BODY, and the alpha of FACE.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
from numpy.typing import NDArray

from toolkit import Cut
from toolkit.plates import open_plate

SHOT, FRAME = "push_in", 1058
"""The frame shown, by its file number: a large face with its mouth open."""
SIDE = 320
"""Width and height of a panel, pixels."""
CROP = 560
"""Side of the square around the face that a panel shows, plate pixels."""


def main(demo: Path, target: Path) -> None:
    """Write the picture of the demo in the folder ``demo``."""
    body = read_layer(demo, "BODY")[..., :3]
    face = read_layer(demo, "FACE")
    alpha = face[..., 3:]
    over = face[..., :3] + body * (1 - alpha)  # FACE is premultiplied
    rows, columns = np.nonzero(alpha[..., 0] > 0.5)
    centre = int(rows.mean()), int(columns.mean())
    panels = {
        "plate": read_plate(demo),
        "BODY": body,
        "FACE over BODY": over,
        "alpha of FACE": np.repeat(alpha, 3, axis=2),
    }
    drawn = [draw_panel(title, crop_around(picture, centre)) for title, picture in panels.items()]
    target.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(target), np.hstack(drawn), [cv2.IMWRITE_JPEG_QUALITY, 88])


def read_plate(demo: Path) -> NDArray[np.float32]:
    """The plate of the frame, (H, W, 3) display codes 0..1."""
    cut = Cut.read(demo / "shots.json")
    shot = next(one for one in cut.shots if one.name == SHOT)
    with open_plate(shot.media) as plate:
        source_frame = shot.source_work_range.first + FRAME - 1001
        return next(plate.frames([source_frame])).rgb


def read_layer(demo: Path, name: str) -> NDArray[np.float32]:
    """One layer of the frame, (H, W, 3 or 4) in the plate's encoding."""
    path = demo / SHOT / name / "v001" / f"{SHOT}_{name}_v001.{FRAME}.exr"
    channels = OpenEXR.File(str(path)).channels()
    return np.asarray(next(iter(channels.values())).pixels, np.float32)


def crop_around(picture: NDArray[np.float32], centre: tuple[int, int]) -> NDArray[np.float32]:
    """The square of ``CROP`` pixels around ``centre`` (row, column), moved to fit into the picture."""
    top, left = (
        max(0, min(middle - CROP // 2, size - CROP)) for middle, size in zip(centre, picture.shape, strict=False)
    )
    return picture[top : top + CROP, left : left + CROP]


def draw_panel(title: str, picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A panel with its title, BGR as OpenCV writes it."""
    panel = cv2.resize(np.clip(picture[..., ::-1], 0, 1), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    panel = np.ascontiguousarray((panel * 255).round().astype(np.uint8))
    for colour, thickness in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(panel, title, (10, SIDE - 12), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, thickness, cv2.LINE_AA)
    return np.asarray(panel, np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
