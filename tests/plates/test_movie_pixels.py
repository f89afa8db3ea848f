"""From codes to display codes 0..1, compared with values computed here, not by FFmpeg."""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.plates._footage import encode, encode_frames, number_in, picture, yuv_frame
from toolkit.errors import UnsupportedMedia
from toolkit.plates import file_digest, open_plate, probe
from toolkit.plates.movie_pixels import describe_problem, to_float_rgb

Movies = Callable[[str], Path]
Array = NDArray[np.float64]
LIMITED, FULL = 1, 2
LUMA = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
PLANES = {8: "yuv444p", 10: "yuv444p10le", 12: "yuv444p12le", 16: "yuv444p16le"}
TENTH_OF_A_10_BIT_CODE = 0.1 / 1023


def to_yuv(rgb: Array, *, matrix: int, bits: int, codes: int) -> list[Array]:
    """Unrounded codes of Y, Cb, Cr: ITU-R BT.709 section 3 and 4 with the weights of ``matrix``."""
    red, blue = LUMA[matrix]
    luma = rgb @ np.array([red, 1 - red - blue, blue])
    differences = (rgb[..., 2] - luma) / (2 - 2 * blue), (rgb[..., 0] - luma) / (2 - 2 * red)
    if codes == FULL:
        return [luma * (2**bits - 1), *(d * (2**bits - 1) + 2 ** (bits - 1) for d in differences)]
    step = 2 ** (bits - 8)
    return [(219 * luma + 16) * step, *((224 * d + 128) * step for d in differences)]


def to_rgb(planes: list[Array], *, matrix: int, bits: int, codes: int) -> Array:
    """RGB of the rounded codes."""
    red, blue = LUMA[matrix]
    step = 2 ** (bits - 8)
    y, u, v = (np.rint(plane) for plane in planes)
    if codes == FULL:
        luma, cb, cr = y / (2**bits - 1), *((c - 2 ** (bits - 1)) / (2**bits - 1) for c in (u, v))
    else:
        luma, cb, cr = (y / step - 16) / 219, *((c / step - 128) / 224 for c in (u, v))
    r, b = luma + (2 - 2 * red) * cr, luma + (2 - 2 * blue) * cb
    g = (luma - red * r - blue * b) / (1 - red - blue)
    return np.asarray(np.clip(np.stack([r, g, b], axis=-1), 0, 1))


def colours() -> Array:
    """White, black, the primaries, and noise."""
    rgb = np.random.default_rng(3).random((24, 32, 3))
    rgb[:4, :4], rgb[:4, 4:8] = 1.0, 0.0
    for channel in range(3):
        rgb[4:8, 4 * channel : 4 * channel + 4] = np.eye(3)[channel]
    return rgb


@pytest.mark.parametrize("codes", [LIMITED, FULL], ids=["limited", "full"])
@pytest.mark.parametrize("bits", PLANES)
@pytest.mark.parametrize("matrix", LUMA)
def test_every_matrix_depth_and_range_is_right_to_a_tenth_of_a_10_bit_code(matrix: int, bits: int, codes: int) -> None:
    planes = to_yuv(colours(), matrix=matrix, bits=bits, codes=codes)
    planes = [np.clip(plane, 0, 2**bits - 1) for plane in planes]
    rgb, alpha = to_float_rgb(yuv_frame(PLANES[bits], planes, matrix=matrix, codes=codes), centred_chroma=False)
    truth = to_rgb(planes, matrix=matrix, bits=bits, codes=codes)
    assert np.abs(rgb - truth).max() < TENTH_OF_A_10_BIT_CODE / 10
    assert np.abs(rgb[:4, :4] - 1.0).max() < 1e-3, "white is 1.0"
    assert (rgb.dtype, rgb.flags.c_contiguous, alpha) == (np.float32, True, None)


@pytest.mark.parametrize("kind", ["nv12", "nv21", "yuyv422", "uyvy422", "p010le", "y210le", "v30xle", "vuyx"])
def test_interleaved_formats_equal_their_planar_counterparts(kind: str) -> None:
    twin = {"nv12": "yuv420p", "nv21": "yuv420p", "p010le": "yuv420p10le", "y210le": "yuv422p10le",
            "v30xle": "yuv444p10le", "vuyx": "yuv444p"}.get(kind, "yuv422p")  # fmt: skip
    bits = 10 if "10" in twin else 8
    shape = av.VideoFrame(32, 24, twin)
    random = np.random.default_rng(4)
    planes = [random.integers(16, 235, (p.height, p.width)) * 2 ** (bits - 8) for p in shape.planes]
    planar = yuv_frame(twin, planes, matrix=1, codes=LIMITED)
    interleaved = planar.reformat(format=kind, src_color_range=LIMITED, dst_color_range=LIMITED)
    assert np.array_equal(
        to_float_rgb(interleaved, centred_chroma=False)[0], to_float_rgb(planar, centred_chroma=False)[0]
    )


@pytest.mark.parametrize("centred", [False, True], ids=["chroma on the left sample", "chroma between"])
@pytest.mark.parametrize("kind", ["yuv420p10le", "yuv422p10le"])
def test_chroma_is_interpolated_from_its_siting(kind: str, centred: bool) -> None:
    """A colour ramp, sampled with the standard's siting, is restored."""
    height, width = 140, 64  # more than two bands of lines
    y, x = np.mgrid[:height, :width]
    rgb = np.stack([0.2 + 0.6 * x / width, 0.8 - 0.6 * x / width, 0.2 + 0.6 * y / height], axis=-1)
    luma, *differences = to_yuv(rgb, matrix=1, bits=10, codes=LIMITED)
    at_x = np.arange(0, width, 2) + (0.5 if centred else 0.0)
    at_y = np.arange(0, height, 2) + 0.5 if "420" in kind else np.arange(height)

    def sampled(plane: Array) -> Array:
        across = np.stack([np.interp(at_x, np.arange(width), row) for row in plane])
        return np.stack([np.interp(at_y, np.arange(height), column) for column in across.T], axis=1)

    frame = yuv_frame(kind, [luma, *map(sampled, differences)], matrix=1, codes=LIMITED)
    found, _ = to_float_rgb(frame, centred_chroma=centred)
    inside = np.s_[4:-4, 4:-4]
    assert np.abs(found - rgb)[inside].mean() * 1023 < 0.6, "half a pixel of chroma shift would be 3 codes"


def test_codes_beyond_black_and_white_are_clamped() -> None:
    planes = [np.array([[0.0, 64, 940, 1023]]), *np.full((2, 1, 4), 512.0)]
    rgb, _ = to_float_rgb(yuv_frame("yuv444p10le", planes, matrix=1, codes=LIMITED), centred_chroma=False)
    assert np.allclose(rgb[0, :, 0], [0, 0, 1, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "bits"),
    [("rgb24", 8), ("bgra", 8), ("gbrp10le", 10), ("gbrp12le", 12), ("rgb48le", 16), ("gbrap16le", 16)],
)
def test_rgb_codes_are_divided_by_full_scale_exactly(kind: str, bits: int) -> None:
    channels = 4 if "a" in kind else 3
    values = np.random.default_rng(5).integers(0, 2**bits, (12, 20, channels))
    planar = kind.startswith("gb")
    order = [2, 1, 0, 3][:channels] if kind == "bgra" else list(range(channels))
    stored = values[..., order] if not planar else values
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored.astype(np.uint8 if bits == 8 else np.uint16)), kind)
    rgb, alpha = to_float_rgb(frame, centred_chroma=False)
    unit = (values / (2**bits - 1)).astype(np.float32)
    assert np.array_equal(rgb, unit[..., :3])
    if channels == 3:
        assert alpha is None
    else:
        assert alpha is not None
        assert np.array_equal(alpha, unit[..., 3])


def test_an_unknown_matrix_is_refused() -> None:
    frame = yuv_frame("yuv444p", [np.zeros((4, 4))] * 3, matrix=14, codes=LIMITED)
    assert "matrix 14" in describe_problem(frame)


@pytest.mark.parametrize("kind", ["xyz12le", "rgb565le", "gbrpf16le", "bayer_rggb8"])
def test_unsupported_pixel_formats_are_refused(kind: str) -> None:
    assert f"pixel format {kind}" in describe_problem(av.VideoFrame(8, 8, kind))


# --- from files ------------------------------------------------------------------------------------------------


def _lossless(path: Path, frame: av.VideoFrame, **tags: int) -> Path:
    return encode_frames(path, "ffv1", [frame], **tags)


def _first_rgb(path: Path) -> NDArray[np.float32]:
    with open_plate(probe(path)) as plate:
        return next(plate.frames([0])).rgb


def test_white_of_a_10_bit_movie_is_one(tmp_path: Path) -> None:
    planes = to_yuv(np.ones((72, 128, 3)), matrix=1, bits=10, codes=LIMITED)
    frame = yuv_frame("yuv444p10le", planes, matrix=1, codes=LIMITED)
    rgb = _first_rgb(_lossless(tmp_path / "white.mkv", frame, colorspace=1, color_range=LIMITED))
    assert np.abs(rgb - 1).max() < TENTH_OF_A_10_BIT_CODE


@pytest.mark.parametrize(("height", "matrix"), [(720, 1), (576, 6)], ids=["720 lines: BT.709", "576 lines: BT.601"])
def test_the_matrix_of_an_untagged_movie_depends_on_its_height_and_is_logged(
    height: int, matrix: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    red = np.broadcast_to([0.8, 0.1, 0.1], (height, 16, 3))
    frame = yuv_frame("yuv444p", to_yuv(red, matrix=matrix, bits=8, codes=LIMITED), matrix=2, codes=0)
    with caplog.at_level(logging.INFO):
        rgb = _first_rgb(_lossless(tmp_path / "untagged.mkv", frame))
    assert np.abs(rgb - red).max() < 1.5 / 255
    assert ("BT.709" if matrix == 1 else "BT.601") in caplog.text


@pytest.mark.parametrize(("aspect", "is_logged"), [(Fraction(4, 3), True), (Fraction(1), False), (Fraction(0), False)])
def test_pixels_that_are_not_square_are_logged(
    aspect: Fraction, is_logged: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Layers have the plate's pixels; the user has to set the pixel aspect in the host."""
    frame = av.VideoFrame(64, 48, "yuv444p")
    path = encode_frames(tmp_path / "a.mov", "libx264", [frame], sample_aspect_ratio=aspect)
    open_plate(probe(path)).close()
    assert ("pixel aspect ratio is 1.333" in caplog.text) == is_logged


def test_a_tag_takes_precedence_over_the_height(tmp_path: Path) -> None:
    red = np.broadcast_to([0.8, 0.1, 0.1], (72, 128, 3))
    frame = yuv_frame("yuv444p", to_yuv(red, matrix=1, bits=8, codes=LIMITED), matrix=1, codes=LIMITED)
    assert np.abs(_first_rgb(_lossless(tmp_path / "a.mkv", frame, colorspace=1)) - red).max() < 1.5 / 255


def test_full_range_is_honoured(tmp_path: Path) -> None:
    grey = np.broadcast_to([0.25, 0.25, 0.25], (72, 128, 3))
    frame = yuv_frame("yuv420p", [np.full((72, 128), 64.0), *np.full((2, 36, 64), 128.0)], matrix=1, codes=FULL)
    rgb = _first_rgb(_lossless(tmp_path / "full.mkv", frame, colorspace=1, color_range=FULL))
    assert np.abs(rgb - grey).max() < 1 / 255


@pytest.mark.parametrize(
    ("codec", "suffix", "kind"), [("png", ".mov", "rgb24"), ("qtrle", ".mov", "rgb24"), ("ffv1", ".mkv", "bgr0")]
)
def test_8_bit_rgb_movies_keep_every_code(codec: str, suffix: str, kind: str, tmp_path: Path) -> None:
    codes = np.random.default_rng(6).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(codes, "rgb24").reformat(format=kind)
    with open_plate(probe(encode_frames(tmp_path / f"rgb{suffix}", codec, [frame] * 3))) as plate:
        assert all(np.array_equal(f.rgb, (codes / 255).astype(np.float32)) for f in plate.frames(range(3)))
        assert all(np.array_equal(rgb, codes) for _, rgb in plate.frames_8bit(range(3)))


def test_alpha_of_prores_4444_is_kept(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 1023, 128), (72, 1))
    planes = [np.full((72, 128), 500.0), np.full((72, 128), 512.0), np.full((72, 128), 512.0), ramp]
    frame = yuv_frame("yuva444p10le", planes, matrix=1, codes=LIMITED)
    with open_plate(probe(encode_frames(tmp_path / "alpha.mov", "prores_ks", [frame]))) as plate:
        assert plate.has_alpha
        found = next(plate.frames([0]))
    assert not found.premultiplied
    assert found.alpha is not None
    assert found.alpha.dtype == np.float32
    assert np.abs(found.alpha - np.rint(ramp) / 1023).max() < 2 / 1023


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_a_rotated_movie_is_read_upright(degrees: int, tmp_path: Path) -> None:
    path = encode(tmp_path / "rotated.mp4", "libx264", count=3, rotation=degrees, options={"crf": "10"})
    upright = np.rot90(picture(2), degrees // 90)
    with open_plate(probe(path)) as plate:
        assert (plate.width, plate.height) == upright.shape[1::-1]
        floats, (_, bytes_8bit) = next(plate.frames([2])).rgb, next(plate.frames_8bit([2]))
    assert np.abs(floats - upright / 255).mean() < 0.02
    assert np.abs(bytes_8bit - upright.astype(float)).mean() < 5
    assert floats.flags.c_contiguous
    assert bytes_8bit.flags.c_contiguous


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        ((-1, 0, 0, 1), lambda stored: stored[:, ::-1]),
        ((1, 0, 0, -1), lambda stored: stored[::-1]),
        ((-1, 0, 0, -1), lambda stored: stored[::-1, ::-1]),
        ((0, 1, 1, 0), lambda stored: np.swapaxes(stored, 0, 1)),
        ((0, -1, -1, 0), lambda stored: np.swapaxes(stored, 0, 1)[::-1, ::-1]),
        ((0, 1, -1, 0), lambda stored: np.rot90(stored, -1)),
        ((0, -1, 1, 0), np.rot90),
    ],
    ids=["left-right", "upside down", "half a turn", "main diagonal", "other diagonal", "clockwise", "anticlockwise"],
)
def test_a_mirrored_movie_is_read_as_players_show_it(
    matrix: tuple[int, ...], shown: Callable[[NDArray[Any]], NDArray[Any]], tmp_path: Path
) -> None:
    """The display matrix is that of the track header: x' = ax + cy, y' = bx + dy, y down."""
    path = encode(tmp_path / "mirrored.mp4", "libx264", count=3, options={"crf": "10"})
    data = bytearray(path.read_bytes())
    place = data.find(b"tkhd") + 44
    a, b, c, d = (value << 16 for value in matrix)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    expected = shown(picture(2))
    with open_plate(probe(path)) as plate:
        assert (plate.width, plate.height) == expected.shape[1::-1]
        floats, (_, bytes_8bit) = next(plate.frames([2])).rgb, next(plate.frames_8bit([2]))
        is_mirrored = matrix[0] * matrix[3] - matrix[1] * matrix[2] < 0
        assert (plate.digest(0) != file_digest(path)) == is_mirrored, "rendered again, as it was read as rotated"
    assert np.abs(floats - expected / 255).mean() < 0.02
    assert np.abs(bytes_8bit - expected.astype(float)).mean() < 5
    assert floats.flags.c_contiguous


def test_detectors_get_the_same_frame_as_engines(movie: Movies) -> None:
    with open_plate(probe(movie("h264_long_group.mp4"))) as plate:
        frame, (number, rgb) = next(plate.frames([7])), next(plate.frames_8bit([7]))
    assert (number, number_in(rgb), rgb.dtype, rgb.flags.c_contiguous) == (7, 7, np.uint8, True)
    assert np.abs(rgb / 255 - frame.rgb).mean() < 0.01


def test_a_change_of_size_in_a_movie_is_refused_at_that_frame(tmp_path: Path) -> None:
    path = tmp_path / "both.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=24)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuvj420p"
        for number, size in enumerate([(192, 108)] * 4 + [(96, 54)]):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = *size, "yuvj420p", Fraction(1, 24)
            frame = av.VideoFrame.from_ndarray(picture(number, *size), "rgb24").reformat(format="yuvj420p")
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 24)
                output.mux(packet)
    with open_plate(probe(path)) as plate:
        frames = plate.frames(range(5))
        assert [next(frames).source_frame for _ in range(4)] == [0, 1, 2, 3]
        with pytest.raises(UnsupportedMedia, match="source frame 4 is 96x54, the first frame 192x108"):
            next(frames)
