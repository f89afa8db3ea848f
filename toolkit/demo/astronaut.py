"""The photograph the footage is made from, and what was measured on it once.

NASA's portrait of Eileen Collins, in the public domain, ships inside scikit-image as do the two backdrops (SpaceX's
launch pad and NASA's Hubble deep field, public domain too). The landmarks below are a measurement, kept here so that
making footage needs no face model: each is the mean of the Face Landmarker's answers to 117 renderings of the
photograph at 1.5 to 3.2 times its size, tilted up to 12 degrees either way (standard deviation of a single answer:
0.3 px on average). The outline is a GrabCut, smoothed and reduced to a polygon.

Photo coordinates: pixels, x right, y down, 0 at the centre of the top left pixel.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import CorruptMedia, MissingMedia

PHOTOGRAPH = "astronaut.png"
_PHOTOGRAPH_SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"
"""Of the file: the numbers in this module hold for these pixels and for no others."""

ROLL = 3.0
"""Tilt of the head in the photograph, degrees clockwise: the median over five left-right pairs of rigid landmarks."""
RIGID = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 98, 327, 2)
"""Landmark indices that no expression moves: corners of the eyes, bridge, tip and wings of the nose."""
TOP_OF_FACE, CHIN = 10, 152
"""Landmark indices: their distance is the height of the face."""
SIDES_OF_FACE = (234, 454)
"""Landmark indices: their distance is the width of the face."""

_LANDMARKS = """
223.3 140.1 223.3 130.7 223.3 133.1 220.6 116.1 223.5 126.6 223.8 120.8 224.5 106.4 196.6 101.7 224.9 95.9 225.1
90.6 225.8 71.4 223.3 141.2 223.3 142.1 223.2 142.7 222.7 149.4 222.6 150.9 222.6 152.8 222.4 154.9 222.1 159.8
223.3 132.5 219.1 131.5 183.2 85.2 208.0 105.9 204.0 106.0 200.1 105.6 195.0 102.9 211.3 105.4 201.6 94.3 206.3 95.1
197.3 94.8 194.6 96.3 191.9 105.0 205.5 163.6 195.1 100.5 181.2 101.9 187.5 101.9 202.6 121.7 217.1 139.0 217.3
141.4 211.4 138.7 207.4 138.6 212.4 140.5 208.6 140.0 201.2 145.0 219.8 130.3 219.6 126.2 189.5 92.7 212.3 113.0
210.3 126.1 210.2 123.6 190.6 119.4 220.1 120.8 198.5 89.6 193.1 90.3 186.9 79.1 216.0 94.6 210.4 97.2 198.1 139.4
182.4 139.6 213.0 128.9 216.3 130.5 201.9 139.0 203.1 139.3 191.2 87.6 209.9 127.2 205.9 90.7 205.3 87.5 202.5 71.8
189.1 83.5 204.2 79.6 187.5 90.5 185.4 88.4 217.1 140.2 212.0 139.7 208.1 139.3 213.9 129.5 202.5 139.2 204.8 142.9
203.6 139.6 215.3 129.0 209.2 140.4 212.9 141.0 217.6 142.0 215.4 158.7 216.2 153.8 216.5 151.8 216.8 150.0 217.3
148.6 209.3 145.1 208.5 145.5 207.6 146.4 207.0 147.5 203.6 135.0 180.4 118.7 223.3 133.0 206.7 142.9 205.7 142.8
217.5 132.0 211.0 129.1 216.9 131.3 207.9 114.5 200.8 116.2 209.3 124.9 192.9 74.5 195.0 80.4 197.2 86.4 204.6 150.3
214.8 89.5 214.1 80.1 213.1 71.0 196.9 104.6 187.7 107.1 213.4 104.6 191.2 97.8 215.2 111.1 212.9 125.9 183.5 109.6
190.1 109.9 194.9 111.7 202.5 112.0 208.3 111.1 212.4 109.9 220.6 107.0 183.0 117.3 188.3 96.9 221.1 132.2 212.1
117.1 180.3 100.9 215.5 108.4 208.8 124.6 193.4 100.5 213.1 122.8 180.9 128.6 213.3 103.3 216.5 121.5 188.7 150.6
189.1 155.9 180.3 118.4 184.4 144.5 183.3 94.5 204.6 168.7 221.6 132.8 208.1 119.3 184.5 102.2 200.5 103.5 204.0
103.9 204.1 143.4 182.5 125.5 212.0 176.1 199.7 167.7 194.7 162.6 225.5 80.8 221.2 177.6 207.3 103.8 210.5 103.5
212.6 103.5 185.8 95.7 209.4 99.8 205.9 98.1 202.4 97.6 199.0 98.0 197.0 99.0 181.2 92.2 198.2 102.7 223.2 135.4
208.4 134.1 213.2 128.6 216.9 134.7 224.7 101.0 193.9 157.1 199.0 162.8 212.1 172.8 185.3 148.8 212.1 102.0 217.7
113.3 221.3 174.7 205.1 172.4 180.6 127.4 212.9 147.2 212.1 148.0 211.5 149.4 211.0 151.3 209.1 155.3 205.5 139.5
204.9 139.1 204.3 138.7 200.0 136.6 186.7 127.9 218.0 108.9 216.1 100.7 213.7 100.8 206.1 139.9 185.4 137.9 219.5
101.2 207.3 159.0 224.1 115.8 220.6 111.8 224.2 111.3 214.5 119.1 221.5 169.9 221.9 164.4 214.2 162.9 198.5 147.1
205.2 127.0 202.3 153.6 195.4 125.6 200.7 130.3 191.5 131.2 212.8 168.1 211.9 120.4 195.2 151.4 200.3 157.8 195.1
140.7 182.7 132.7 190.2 142.4 181.7 136.3 196.7 133.8 215.0 115.2 214.1 128.2 211.4 127.9 216.1 126.0 212.9 96.8
206.3 93.8 200.4 92.8 195.7 93.3 192.5 94.9 191.0 101.3 180.4 110.1 194.0 106.7 198.0 108.3 203.3 108.7 208.3 108.3
212.1 107.4 214.6 106.6 180.3 109.6 211.4 128.4 217.5 117.3 216.9 129.3 218.9 131.1 216.8 129.7 212.3 129.3 219.7
131.8 220.1 132.2 214.7 103.7 216.6 104.8 217.8 105.7 195.9 99.8 193.2 98.1 227.4 116.4 253.4 104.7 227.6 131.9
268.2 89.9 241.4 107.7 245.4 108.2 249.5 108.2 254.8 106.0 238.1 106.8 248.9 96.6 243.9 97.0 253.2 97.7 255.8 99.5
258.0 108.4 238.2 165.4 254.9 103.6 269.2 106.6 262.7 106.0 245.3 124.0 229.6 139.4 229.3 141.8 235.3 139.5 239.3
139.7 234.2 141.4 238.0 141.0 244.4 147.1 226.8 130.7 227.4 126.6 261.4 96.5 236.4 114.2 237.1 127.4 237.4 125.0
257.8 123.0 227.4 121.1 252.5 92.1 257.9 93.6 264.8 83.3 234.2 95.3 239.7 98.6 248.3 141.7 264.9 143.9 233.9 129.8
230.5 131.0 244.6 140.5 243.5 140.8 260.1 91.2 237.5 128.4 244.8 92.5 245.7 89.4 249.4 74.4 262.1 87.3 247.0 81.8
263.6 94.6 265.6 92.7 229.5 140.7 234.7 140.5 238.7 140.4 233.1 130.3 244.1 140.6 241.3 144.3 243.0 141.0 231.6
129.7 237.4 141.4 233.7 141.8 228.9 142.4 228.9 159.3 228.8 154.3 228.8 152.3 228.6 150.4 228.1 149.1 236.5 146.1
237.3 146.5 238.1 147.5 238.6 148.6 243.1 137.0 269.0 123.4 239.4 144.1 240.3 144.1 229.2 132.5 236.3 130.3 229.8
131.9 240.7 116.1 247.8 118.6 238.3 126.3 259.0 78.1 256.3 83.6 254.0 89.3 240.5 152.2 235.8 90.3 237.0 81.3 238.7
72.3 252.8 107.4 262.1 111.1 236.1 105.9 259.2 101.4 233.5 112.0 234.3 126.9 266.3 114.0 259.3 113.6 254.2 114.8
246.5 114.2 240.7 112.7 236.5 111.0 228.3 107.4 266.1 121.8 262.2 100.9 225.5 132.3 236.2 118.3 270.3 105.7 233.6
109.2 238.8 126.0 256.6 103.8 234.6 123.8 267.7 133.3 236.3 104.6 231.0 122.2 256.7 154.4 255.9 159.4 269.0 123.1
261.9 148.6 267.5 99.0 238.8 170.5 225.0 132.9 240.1 120.9 265.9 106.5 249.2 106.0 245.7 106.1 242.0 144.6 265.8
129.9 230.4 177.1 243.8 170.1 249.5 165.6 242.2 105.7 239.1 105.1 237.1 104.8 265.0 100.0 240.4 101.5 244.1 100.1
247.8 100.0 251.1 100.8 253.2 102.0 269.9 96.9 251.6 105.5 238.3 135.5 233.8 129.6 229.8 135.3 250.6 160.1 245.0
165.3 230.7 173.9 260.8 152.8 237.7 103.4 230.7 114.0 237.7 174.3 267.8 132.2 232.7 147.9 233.4 148.8 234.0 150.4
234.2 152.2 235.5 156.6 241.2 140.9 241.8 140.4 242.4 140.0 246.7 139.0 261.2 131.9 230.8 109.5 233.6 101.5 236.0
102.0 240.4 141.2 261.3 142.1 230.0 101.7 237.0 160.5 227.9 112.1 233.5 119.9 229.6 163.7 247.2 149.6 242.3 128.9
242.5 155.6 252.3 128.7 246.6 132.7 255.8 134.6 230.5 169.1 236.1 121.6 249.9 154.3 244.2 160.1 251.1 143.5 264.8
137.1 256.0 146.0 265.8 140.8 250.2 136.6 233.3 116.1 232.8 129.0 235.7 129.0 231.0 126.7 237.2 97.9 244.2 95.5
250.2 95.3 255.0 96.4 258.0 98.3 259.1 104.9 269.4 114.8 255.6 110.0 251.3 111.0 245.9 110.9 240.8 109.9 237.1 108.7
234.5 107.6 269.8 114.3 235.7 129.4 230.5 117.9 229.9 129.8 227.8 131.5 229.9 130.3 234.9 130.4 226.9 132.0 226.5
132.5 234.8 104.7 232.7 105.6 231.4 106.4 254.2 102.9 257.2 101.5 203.2 101.0 207.4 101.2 203.4 97.3 199.0 100.7
203.0 104.7 245.9 103.3 250.3 103.4 246.0 99.6 241.6 103.1 245.7 107.0
"""

_OUTLINE = """
200.8 22.9 192.3 29.3 189.7 33.7 185.2 37.2 173.8 42.9 159.9 53.6 155.8 58.2 152.6 69.3 153.6 90.7 156.8 103.8 162.3
110.7 169.2 116.4 170.1 121.6 174.3 128.7 176.7 130.3 182.3 130.4 184.2 131.4 186.2 147.6 184.3 148.6 162.3 148.6
153.7 150.7 139.8 157.9 133.6 163.9 123.1 177.8 120.7 183.6 119.3 193.3 115.1 196.1 112.2 204.6 109.2 206.4 105.8
211.7 100.2 215.4 90.8 225.7 75.6 235.2 61.9 249.8 55.1 261.7 53.2 267.1 46.1 277.7 39.8 294.1 38.4 305.4 33.8 315.1
25.7 342.6 25.6 364.7 19.6 387.3 19.6 413.7 23.6 433.3 22.6 458.7 24.6 476.7 29.1 493.6 35.9 501.6 39.6 511.4 504.6
511.4 504.3 507.3 507.4 503.7 507.4 492.3 504.4 483.3 502.2 481.8 500.6 475.4 498.3 472.7 497.2 472.9 496.7 476.3
495.6 477.3 492.7 477.3 491.6 475.9 493.8 467.9 497.2 464.3 501.2 462.4 502.9 457.6 501.6 454.9 497.6 453.9 495.7
451.7 495.4 436.3 493.2 421.1 487.9 404.4 478.1 383.8 455.2 360.9 436.6 351.1 417.9 344.8 382.3 344.6 368.2 348.8
364.4 347.8 360.4 342.3 359.7 336.2 362.2 330.4 357.6 322.4 356.4 303.3 352.3 286.7 347.7 281.4 345.2 272.1 340.1
261.9 331.7 253.3 319.7 243.3 304.3 233.7 298.9 218.4 288.7 202.3 276.7 189.3 255.7 172.7 256.7 163.1 264.2 148.9
266.8 137.4 275.7 133.7 290.1 117.2 295.9 107.6 300.3 91.4 299.4 73.3 296.6 65.4 296.3 58.6 285.7 39.3 276.2 30.9
258.4 21.8 247.4 17.7 241.2 18.3 236.1 15.7 228.3 15.6 218.4 18.1 211.8 21.3 207.2 19.9
"""


_CENTRED = (0.27, 0.24)
"""The table was taken down as if the Face Landmarker counted from pixel corners. It counts from pixel centres: half a
pixel of each rendering is missing, in photo pixels this much on average."""


def _points(table: str, *, shift: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float64]:
    points = np.array(table.split(), dtype=np.float64).reshape(-1, 2) + shift
    points.setflags(write=False)
    return points


LANDMARKS = _points(_LANDMARKS, shift=_CENTRED)
"""float64 (478, 2), read-only: x, y of the face's landmarks in photo pixels, in MediaPipe's order."""
OUTLINE = _points(_OUTLINE)
"""float64 (116, 2), read-only: the polygon around the person in photo pixels."""
CENTRE = LANDMARKS[list(RIGID)].mean(axis=0)
"""float64 (2,): mean of the rigid landmarks in photo pixels; the point the ground truth calls the centre."""
FACE_HEIGHT = float(np.linalg.norm(LANDMARKS[CHIN] - LANDMARKS[TOP_OF_FACE]))
"""Photo pixels, mouth as in the photograph."""
FACE_WIDTH = float(np.linalg.norm(LANDMARKS[SIDES_OF_FACE[1]] - LANDMARKS[SIDES_OF_FACE[0]]))
"""Photo pixels."""


def read_picture(name: str) -> NDArray[np.uint8]:
    """One of the pictures in scikit-image's wheel: uint8 (H, W, 3) RGB, display codes.

    Read as a file: ``skimage.data`` would import SciPy and imageio for it. Raises MissingMedia when the package or the
    file is not there, CorruptMedia when it cannot be decoded or the photograph is not the one measured.
    """
    import cv2

    package = find_spec("skimage")
    if package is None or package.origin is None:
        raise MissingMedia(name, "it comes with scikit-image, which is not installed")
    path = Path(package.origin).parent / "data" / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingMedia(path, error.strerror or str(error)) from error
    if name == PHOTOGRAPH and hashlib.sha256(content).hexdigest() != _PHOTOGRAPH_SHA256:
        raise CorruptMedia(path, "not the photograph the demo was measured on")
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise CorruptMedia(path, "not a picture")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def cut_out_person() -> NDArray[np.float32]:
    """The person alone: float32 (512, 512, 4), R G B A premultiplied, display codes 0..1.

    The matte is drawn inside the outline by its own soft edge (about 2 px), so that none of the studio shows.
    """
    import cv2

    photograph = read_picture(PHOTOGRAPH)
    matte = np.zeros(photograph.shape[:2], dtype=np.uint8)
    sixteenths = np.round(OUTLINE * 16).astype(np.int32)
    cv2.fillPoly(matte, [sixteenths], 255, lineType=cv2.LINE_AA, shift=4)
    soft = cv2.GaussianBlur(matte.astype(np.float32) / 255, (0, 0), 1.2)
    alpha = np.clip(2 * soft - 1, 0, 1)[..., np.newaxis]
    return np.concatenate([photograph.astype(np.float32) / 255 * alpha, alpha], axis=2, dtype=np.float32)
