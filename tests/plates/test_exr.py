"""EXR files: they are read back as written, unsupported values are refused, and the binding's pitfalls are avoided."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
import pytest
from numpy.typing import NDArray

from toolkit.errors import CorruptMedia, MissingMedia, OutputNotWritable, UnsupportedMedia
from toolkit.frames import Timecode
from toolkit.plates import is_complete, open_plate, probe, read_attributes, read_channels, read_exr, write_exr

RNG = np.random.default_rng(12)
LAYER = RNG.random((20, 30, 4)).astype(np.float16)


def _read_with_oiio(path: Path) -> NDArray[np.float32]:
    """(H, W, C), read by OpenImageIO."""
    image = OpenImageIO.ImageInput.open(str(path))
    assert image is not None, OpenImageIO.geterror()
    pixels = np.asarray(image.read_image("float"))
    image.close()
    return pixels


# --- writing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [3, 4])
def test_a_layer_is_read_back_bit_for_bit(channels: int, tmp_path: Path) -> None:
    path = tmp_path / "layer.exr"
    pixels = np.ascontiguousarray(LAYER[..., :channels])
    write_exr(path, pixels, {})
    assert np.array_equal(_read_with_oiio(path).astype(np.float16), pixels)
    picture = read_exr(path)
    assert np.array_equal(picture.rgb, pixels[..., :3].astype(np.float32))
    assert (picture.alpha is None) == (channels == 3)
    if picture.alpha is not None:
        assert np.array_equal(picture.alpha, pixels[..., 3].astype(np.float32))
    assert (picture.premultiplied, picture.encoding) == (channels == 4, "linear")


def test_the_file_is_flat_scanline_zip_with_one_full_window(tmp_path: Path) -> None:
    write_exr(tmp_path / "layer.exr", LAYER, {})
    header = OpenEXR.File(str(tmp_path / "layer.exr"), header_only=True).header()
    assert header["compression"] == OpenEXR.ZIP_COMPRESSION
    assert header["type"] == OpenEXR.scanlineimage
    assert [channel.name for channel in header["channels"]] == ["A", "B", "G", "R"]
    for window in ("dataWindow", "displayWindow"):
        assert [corner.tolist() for corner in header[window]] == [[0, 0], [29, 19]]


@pytest.mark.parametrize(
    "pixels",
    [LAYER[::-1], LAYER[:, ::2], LAYER[..., ::-1], LAYER[2:9, 3:11], np.asfortranarray(LAYER)],
    ids=["upside down", "every other column", "channels reversed", "a crop", "Fortran order"],
)
def test_views_are_written_correctly(pixels: NDArray[np.float16], tmp_path: Path) -> None:
    """OpenEXR's binding writes garbage for arrays that are not contiguous (openexr issue 1929)."""
    write_exr(tmp_path / "layer.exr", pixels, {})
    assert np.array_equal(_read_with_oiio(tmp_path / "layer.exr").astype(np.float16), pixels)


def test_named_channels_of_half_and_float_can_be_written(tmp_path: Path) -> None:
    depth = np.linspace(0, 1e6, 600, dtype=np.float32).reshape(20, 30)
    write_exr(tmp_path / "a.exr", {"R": LAYER[..., 0], "Z": depth[:, ::-1]}, {})
    _, channels = read_channels(tmp_path / "a.exr")
    assert np.array_equal(channels["R"], LAYER[..., 0])
    assert np.array_equal(channels["Z"], depth[:, ::-1])


ATTRIBUTES: Mapping[str, Any] = {
    "framesPerSecond": Fraction(24000, 1001),
    "timeCode": Timecode(hours=1, minutes=2, seconds=3, frames=4),
    "toolkit/shot": "sh010",
    "toolkit/empty": "",
    "toolkit/faces": '[{"scale": 0.97312345678901}]' * 400,
    "toolkit/sourceFrame": -(2**31),
    "toolkit/shotFrame": 2**31 - 1,
    "toolkit/face0/centre": (0.5, -2.25),
    "toolkit/face0/scale": 181.5,
    "chromaticities": (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    "notes": ["ä", "b"],
}


def test_attributes_are_read_back_as_written(tmp_path: Path) -> None:
    write_exr(tmp_path / "layer.exr", LAYER, ATTRIBUTES)
    found = read_attributes(tmp_path / "layer.exr")
    for name, value in ATTRIBUTES.items():
        assert found[name] == (pytest.approx(value) if name == "chromaticities" else value), name


def test_other_programs_see_rate_and_timecode(tmp_path: Path) -> None:
    write_exr(tmp_path / "layer.exr", LAYER, ATTRIBUTES)
    image = OpenImageIO.ImageInput.open(str(tmp_path / "layer.exr"))
    assert image is not None
    assert image.spec().get_string_attribute("smpte:TimeCode") == "01:02:03:04"
    assert tuple(image.spec().getattribute("FramesPerSecond")) == (24000, 1001)
    image.close()


def test_rates_below_one_have_a_timecode(tmp_path: Path) -> None:
    label = Timecode(hours=0, minutes=1, seconds=1, frames=0)
    write_exr(tmp_path / "layer.exr", LAYER, {"framesPerSecond": Fraction(1, 4), "timeCode": label})
    assert read_attributes(tmp_path / "layer.exr")["timeCode"] == label


def test_the_callers_attributes_are_not_changed(tmp_path: Path) -> None:
    """The binding puts the data window of the first picture into the caller's dictionary."""
    attributes = {"toolkit/shot": "sh010"}
    write_exr(tmp_path / "a.exr", LAYER, attributes)
    write_exr(tmp_path / "b.exr", LAYER[:7, :5], attributes)
    assert attributes == {"toolkit/shot": "sh010"}
    assert _read_with_oiio(tmp_path / "b.exr").shape == (7, 5, 4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("toolkit/frame", 2**31),
        ("toolkit/frame", -(2**31) - 1),
        ("toolkit/scale", float("nan")),
        ("toolkit/scale", 1e39),
        ("toolkit/name", "a\0b"),
        ("toolkit/rate", Fraction(24000, 1001)),
        ("framesPerSecond", Fraction(2**31, 3)),
        ("toolkit/point", (1.0, 2)),
        ("toolkit/point", (1.0, 2.0, 3.0, 4.0)),
        ("toolkit/list", []),
        ("toolkit/none", None),
        ("dataWindow", "0 0 1 1"),
        ("", "nameless"),
        ("n" * 256, "too long"),
        ("timeCode", Timecode(hours=1, minutes=0, seconds=0, frames=48)),
    ],
)
def test_attributes_that_cannot_be_stored_exactly_are_refused(name: str, value: Any, tmp_path: Path) -> None:
    """The binding would silently wrap them, round them to infinity or drop them."""
    with pytest.raises(ValueError, match=r"attribute|timeCode"):
        write_exr(tmp_path / "layer.exr", LAYER, {name: value})
    assert list(tmp_path.iterdir()) == []


def test_infinities_are_written_as_the_largest_half(tmp_path: Path) -> None:
    pixels = LAYER.copy()
    pixels[0, 0, :2] = np.inf, -np.inf
    write_exr(tmp_path / "layer.exr", pixels, {})
    assert _read_with_oiio(tmp_path / "layer.exr")[0, 0, :2].tolist() == [65504, -65504]
    assert np.isinf(pixels[0, 0, 0]), "the caller's array is not changed"


@pytest.mark.parametrize(
    "pixels",
    [LAYER.astype(np.float32), LAYER[..., :2], LAYER[..., 0], np.full((2, 2, 3), np.nan, np.float16)],
    ids=["float32", "two channels", "no channels", "NaN"],
)
def test_pixels_that_are_not_a_layer_are_refused(pixels: NDArray[Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"half|NaN"):
        write_exr(tmp_path / "layer.exr", pixels, {})
    assert list(tmp_path.iterdir()) == []


def test_channels_of_different_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one size"):
        write_exr(tmp_path / "a.exr", {"R": LAYER[..., 0], "G": LAYER[:5, :, 1]}, {})


# --- errors of the file system ----------------------------------------------------------------------------------


def test_a_folder_of_the_same_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "layer.exr" / "sub").mkdir(parents=True)
    with pytest.raises(OutputNotWritable, match=r"cannot write .*layer\.exr"):
        write_exr(tmp_path / "layer.exr", LAYER, {})
    assert [path.name for path in tmp_path.iterdir()] == ["layer.exr"]


def test_a_full_disk_leaves_the_old_file_intact(tmp_path: Path) -> None:
    """A limit on file sizes simulates it: writing fails halfway, as on a full disk."""
    path = tmp_path / "layer.exr"
    write_exr(path, LAYER, {"toolkit/shot": "old"})
    script = f"""
import resource, signal
import numpy as np
from pathlib import Path
from toolkit.errors import OutputNotWritable
from toolkit.plates import write_exr
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_exr(Path({str(path)!r}), np.random.default_rng(1).random((200, 200, 4)).astype(np.float16), {{}})
except OutputNotWritable as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"cannot write {path}"), done
    assert [file.name for file in tmp_path.iterdir()] == ["layer.exr"]
    assert read_attributes(path)["toolkit/shot"] == "old"


# --- reading plates --------------------------------------------------------------------------------------------


def _write_with_binding(path: Path, channels: Mapping[str, NDArray[Any]], **header: Any) -> Path:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    OpenEXR.File(header, {name: np.ascontiguousarray(pixels) for name, pixels in channels.items()}).write(str(path))
    return path


def _window(left: int, top: int, right: int, bottom: int) -> Any:
    return np.array([left, top], np.int32), np.array([right, bottom], np.int32)


@pytest.mark.parametrize(
    ("data", "display"),
    [((10, 5, 39, 24), (0, 0, 59, 39)), ((-4, -3, 25, 16), (0, 0, 19, 9)), ((-10, 4, 19, 23), (5, 5, 30, 40)),
     ((100, 100, 129, 119), (0, 0, 9, 9)), ((0, 0, 29, 19), (100, 0, 129, 19))],
    ids=["crop", "overscan", "both, display window not at zero", "outside", "beside"],
)  # fmt: skip
def test_the_data_window_is_placed_in_the_display_window(data: Any, display: Any, tmp_path: Path) -> None:
    path = _write_with_binding(
        tmp_path / "a.exr", {"RGBA": LAYER}, dataWindow=_window(*data), displayWindow=_window(*display)
    )
    canvas = np.zeros((400, 400, 4), np.float32)
    canvas[data[1] + 150 : data[3] + 151, data[0] + 150 : data[2] + 151] = LAYER
    truth = canvas[display[1] + 150 : display[3] + 151, display[0] + 150 : display[2] + 151]
    picture = read_exr(path)
    assert picture.alpha is not None
    assert np.array_equal(picture.rgb, truth[..., :3])
    assert np.array_equal(picture.alpha, truth[..., 3])


@pytest.mark.parametrize(
    ("channels", "alpha"),
    [
        ({"R": 0, "G": 1, "B": 2}, False),
        ({"R": 0, "G": 1, "B": 2, "A": 3}, True),
        ({"beauty.R": 0, "beauty.G": 1, "beauty.B": 2, "beauty.A": 3}, True),
        ({"rgba.red": 0, "rgba.green": 1, "rgba.blue": 2}, False),
        ({"R": 0, "G": 1, "B": 2, "spec.R": 3, "spec.G": 3, "spec.B": 3, "Z": 3}, False),
    ],
    ids=["RGB", "RGBA", "one layer", "full names", "unnamed layer first"],
)
def test_the_channels_of_the_picture_are_chosen(channels: Mapping[str, int], alpha: bool, tmp_path: Path) -> None:
    path = _write_with_binding(tmp_path / "a.exr", {name: LAYER[..., index] for name, index in channels.items()})
    picture = read_exr(path)
    assert np.array_equal(picture.rgb, LAYER[..., :3].astype(np.float32))
    assert (picture.alpha is not None) == alpha


def test_float_pixels_are_exact_and_luminance_becomes_grey(tmp_path: Path) -> None:
    luminance = RNG.random((20, 30)).astype(np.float32)
    picture = read_exr(_write_with_binding(tmp_path / "a.exr", {"Y": luminance}))
    assert np.array_equal(picture.rgb, np.repeat(luminance[..., None], 3, axis=2))


def test_luminance_keeps_its_alpha(tmp_path: Path) -> None:
    picture = read_exr(_write_with_binding(tmp_path / "a.exr", {"Y": LAYER[..., 0], "A": LAYER[..., 3]}))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, LAYER[..., 3].astype(np.float32))
    assert picture.premultiplied


def test_the_first_part_is_the_plate(tmp_path: Path) -> None:
    def part(pixels: NDArray[Any], name: str) -> Any:
        return OpenEXR.Part({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage},
                            {"RGB": np.ascontiguousarray(pixels)}, name)  # fmt: skip

    path = tmp_path / "a.exr"
    OpenEXR.File([part(LAYER[..., :3], "beauty"), part(LAYER[..., 1:], "other")]).write(str(path))
    assert np.array_equal(read_exr(path).rgb, LAYER[..., :3].astype(np.float32))

    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    with pytest.raises(CorruptMedia, match="truncated"):
        read_exr(path)


def test_a_damaged_later_part_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The binding prints a warning to stdout, omits the part, and reports success."""
    path = tmp_path / "a.exr"
    parts = [
        OpenEXR.Part({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": pixels}, name)
        for name, pixels in (("a", LAYER[..., :3].copy()), ("b", LAYER[..., 1:].copy()))
    ]
    OpenEXR.File(parts).write(str(path))
    data = bytearray(path.read_bytes())
    data[-300:-200] = bytes(100)
    path.write_bytes(data)
    with pytest.raises(CorruptMedia, match="decoder"):
        read_exr(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("channels", "reason"),
    [
        ({"Z": LAYER[..., 0]}, "no R, G, B or Y among its channels: Z"),
        (dict.fromkeys("XYZ", LAYER[..., 0]), "its channels X, Y, Z are not RGB"),
        (dict.fromkeys(("BY", "RY", "Y"), LAYER[..., 0]), "its channels BY, RY, Y are not RGB"),
        ({"R": np.zeros((4, 4), np.uint32), "G": np.zeros((4, 4), np.uint32), "B": np.zeros((4, 4), np.uint32)},
         "channel R is uint32"),
    ],
    ids=["depth only", "XYZ", "luminance and chroma", "integers"],
)  # fmt: skip
def test_an_exr_without_a_picture_is_refused(channels: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia, match=reason):
        read_exr(_write_with_binding(tmp_path / "a.exr", channels))


def test_nan_and_infinite_pixels_are_replaced(tmp_path: Path) -> None:
    pixels = LAYER[..., :3].copy()
    pixels[3, 4] = np.nan, np.inf, -np.inf
    picture = read_exr(_write_with_binding(tmp_path / "a.exr", {"RGB": pixels}))
    assert picture.rgb[3, 4].tolist() == [0, 65504, -65504]
    assert np.array_equal(picture.rgb[4:], pixels[4:].astype(np.float32))


def test_pixels_that_are_not_square_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_exr(tmp_path / "p.0001.exr", LAYER[..., :3], {"pixelAspectRatio": 2.0})
    open_plate(probe(tmp_path / "p.####.exr")).close()
    assert "pixel aspect ratio is 2." in caplog.text


def test_a_plate_of_exr_files_is_linear(tmp_path: Path) -> None:
    light = np.zeros((4, 6, 3), np.float16)
    light[..., 0], light[..., 1] = 0.5, 4.0
    for number in (1, 2):
        write_exr(tmp_path / f"p.{number:04d}.exr", light, {})
    with open_plate(probe(tmp_path / "p.####.exr")) as plate:
        assert plate.encoding == "linear"
        assert [frame.rgb[0, 0].tolist() for frame in plate.frames([1, 2])] == [[0.5, 4.0, 0.0]] * 2
        _, seen = next(plate.frames_8bit([1]))
    assert seen[0, 0].tolist() == [188, 255, 0], "detectors get it through the sRGB curve"


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    for read in (read_exr, read_attributes):
        with pytest.raises(MissingMedia):
            read(tmp_path / "a.exr")
    assert not is_complete(tmp_path / "a.exr")


def test_prints_of_other_threads_are_not_captured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.exr"
    write_exr(path, RNG.random((200, 200, 4)).astype(np.float16), {})
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            read_exr(path)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(200):
        print(number)
    stop.set()
    for reader in readers:
        reader.join()
    assert capsys.readouterr().out.split() == [str(number) for number in range(200)]
    print("after")
    assert capsys.readouterr().out == "after\n"
