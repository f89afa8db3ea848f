"""The script that made the README's picture still runs on what the demo writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from tests.docs._pages import REPOSITORY


def test_the_picture_is_made_from_the_demo(demo_out: Path, tmp_path: Path) -> None:
    target = tmp_path / "images" / "demo.jpg"
    script = REPOSITORY / "docs" / "make_picture.py"
    command = [sys.executable, str(script), str(demo_out), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    made, committed = cv2.imread(str(target)), cv2.imread(str(REPOSITORY / "docs" / "images" / "demo.jpg"))
    assert made is not None
    assert committed is not None
    assert made.shape == committed.shape == (2 * 320, 3 * 320, 3)
    assert np.abs(made.astype(float) - committed).mean() < 2, "made with what the demo renders now"
