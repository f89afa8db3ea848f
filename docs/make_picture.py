"""Make ``docs/images/demo.jpg``, the picture in the README, from the layers of ``toolkit demo``.

    toolkit demo -o demo_out
    python docs/make_picture.py demo_out docs/images/demo.jpg

Two frames of one shot, the face at its most and at rest: the plate, BODY, and FACE over BODY.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
from numpy.typing import NDArray

from toolkit import Cut, PassPlan
from toolkit.demo import TrueFace, read_ground_truth
from toolkit.plates import open_plate

SHOT = "push_in"
SIDE = 320
"""Width and height of a panel, pixels."""
BAR = 28
"""Height of the bar with its label."""
CROP = 1.25
"""Side of the square around the face that a panel shows, in heights of the face."""


def main(demo: Path, target: Path) -> None:
    """Write the picture of the demo in the folder ``demo``."""
    cut = Cut.read(demo / "shots.json")
    shot = next(one for one in cut.shots if one.name == SHOT)
    faces = [face for face in read_true_faces(demo) if face.source_frame in shot.source_work_range]
    most = max(faces, key=acting_of)
    chosen = most, min(faces[faces.index(most) :], key=acting_of)
    rows = []
    with open_plate(shot.media) as plate:
        for frame, face in zip(plate.frames([face.source_frame for face in chosen]), chosen, strict=True):
            number = shot.frame_map.shot_frame(face.source_frame)
            body, over = composite(demo, number)
            labels = "plate", f"whole frame at {strength(demo, 'BODY')}", f"FACE at {strength(demo, 'FACE')} over it"
            panels = dict(zip(labels, (frame.rgb, body, over), strict=True))
            rows.append(np.hstack([draw_panel(label, crop(picture, face)) for label, picture in panels.items()]))
    target.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(target), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])


def read_true_faces(demo: Path) -> tuple[TrueFace, ...]:
    """What the face of the shot does in each frame of its media."""
    truth = read_ground_truth(demo / "footage")
    return next(one.faces for one in truth.shots if one.name == SHOT)


def acting_of(face: TrueFace) -> float:
    """How far the face is from rest, 0..2."""
    return face.mouth_open + face.brow_raise


def strength(demo: Path, name: str) -> str:
    """The denoising strength of a pass."""
    plan = PassPlan.read(demo / SHOT / name / "v001" / "plan.json")
    return f"{plan.look.strength:g}"


def composite(demo: Path, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """BODY of a frame, and FACE over it: (H, W, 3) in the plate's encoding."""
    body, face = read_layer(demo, "BODY", number)[..., :3], read_layer(demo, "FACE", number)
    return body, face[..., :3] + body * (1 - face[..., 3:])  # FACE is premultiplied


def read_layer(demo: Path, name: str, number: int) -> NDArray[np.float32]:
    """One layer of a frame, (H, W, 3 or 4) in the plate's encoding."""
    path = demo / SHOT / name / "v001" / f"{SHOT}_{name}_v001.{number}.exr"
    channels = OpenEXR.File(str(path)).channels()
    return np.asarray(next(iter(channels.values())).pixels, np.float32)


def crop(picture: NDArray[np.float32], face: TrueFace) -> NDArray[np.float32]:
    """The square around the face, moved to fit into the picture."""
    side = round(CROP * face.scale)
    height, width = picture.shape[:2]
    left, top = (
        max(0, min(round(middle) - side // 2, size - side))
        for middle, size in zip(face.landmarks.mean(axis=0), (width, height), strict=True)
    )
    return picture[top : top + side, left : left + side]


def draw_panel(label: str, picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A panel with its label, BGR as OpenCV writes it."""
    panel = cv2.resize(np.clip(picture[..., ::-1], 0, 1), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    panel = np.ascontiguousarray((panel * 255).round().astype(np.uint8))
    panel[-BAR:] //= 3
    cv2.putText(panel, label, (8, SIDE - 9), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(panel, np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
