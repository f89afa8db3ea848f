"""After Effects keyframe text: the exact layout, and the delivery's numbers read back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.delivery._deliveries import deliver, face, plan_of
from tests.turnover._cuts import clip, movie_reference, time_range, timeline, track, write, write_movie
from toolkit.delivery.keyframe_text import write_keyframes
from toolkit.documents import Cut, Delivery, FaceKeys, FaceState
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "delivery.json"

Changed = Callable[..., Delivery]


@pytest.fixture(scope="module")
def delivery() -> Delivery:
    return Delivery.read(GOLDEN)


@pytest.fixture
def with_layer_values(delivery: Delivery) -> Changed:
    """The golden delivery with other values in the clips of its top track."""

    def change(**values: object) -> Delivery:
        *below, top = delivery.tracks
        clips = tuple(one.model_copy(update=values) for one in top.clips)
        return delivery.model_copy(update={"tracks": (*below, top.model_copy(update={"clips": clips}))})

    return change


# --- an independent reader of the clipboard text -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyframeText:
    """Keyframe text as parsed from the clipboard."""

    header: dict[str, str]
    columns: dict[tuple[str, ...], list[str]]
    """Column titles by property."""
    keys: dict[tuple[str, ...], dict[int, list[float]]]
    """Values by property and frame."""


def parse(text: str) -> KeyframeText:
    """Parse ``text``: a line without indentation starts a property, indented lines belong to it."""
    lines = iter(text.split("\n"))
    assert next(lines).startswith("Adobe After Effects ")
    text_parts = KeyframeText(header={}, columns={}, keys={})
    name: tuple[str, ...] | None = None
    for line in lines:
        if line == "End of Keyframe Data":
            assert list(lines) == [""], "something follows the end"
            return text_parts
        if line == "":
            continue
        if not line.startswith("\t"):
            name = tuple(line.split("\t"))
            continue
        _, *cells = line.split("\t")
        if name is None:
            title, value = cells
            text_parts.header[title] = value
            continue
        assert cells.pop() == "", "a row ends in a tab"
        if name not in text_parts.columns:
            assert cells.pop(0) == "Frame"
            text_parts.columns[name] = cells
            text_parts.keys[name] = {}
            continue
        frame, *values = cells
        assert len(values) == len(text_parts.columns[name])
        assert int(frame) not in text_parts.keys[name], "two keys on one frame"
        text_parts.keys[name][int(frame)] = [float(value) for value in values]
    raise AssertionError("the text has no end")


def read(path: Path) -> KeyframeText:
    return parse(path.read_bytes().decode("ascii"))


# --- the rules ---------------------------------------------------------------------------------------------------


def test_the_exact_text_of_a_small_face(delivery: Delivery, tmp_path: Path) -> None:
    keys = FaceKeys(
        shot="sh010",
        face=0,
        frames=(0, 3),
        states=(FaceState.FOUND, FaceState.HELD),
        x=(420.0, 422.857),
        y=(330.0, -0.5),
        scale=(100.0, 98.0001),
        roll=(-0.0, -361.25),
        corners=(((0, 1), (2, 3), (4, 5), (6, 7)), ((10.5, 11.25), (12, 13), (14, 15), (16, 17))),
    )
    write_keyframes(delivery.model_copy(update={"faces": (keys,)}), tmp_path)

    header = (
        "Adobe After Effects 8.0 Keyframe Data\n\n\tUnits Per Second\t24\n\tSource Width\t1280\n\tSource Height\t720\n"
        "\tSource Pixel Aspect Ratio\t1\n\tComp Pixel Aspect Ratio\t1\n\n"
    )
    assert (tmp_path / "sh010" / "sh010_face0.ae.txt").read_bytes().decode() == (
        f"{header}"
        "Transform\tPosition\n\tFrame\tX pixels\tY pixels\tZ pixels\t\n"
        "\t0\t420.5\t330.5\t0\t\n\t3\t423.357\t0\t0\t\n\n"
        "Transform\tScale\n\tFrame\tX percent\tY percent\tZ percent\t\n"
        "\t0\t100\t100\t100\t\n\t3\t98.0001\t98.0001\t100\t\n\n"
        "Transform\tRotation\n\tFrame\tdegrees\t\n\t0\t0\t\n\t3\t-361.25\t\n\n\n"
        "End of Keyframe Data\n"
    )
    assert (tmp_path / "sh010" / "sh010_face0_corner_pin.ae.txt").read_bytes().decode() == (
        f"{header}"
        "Effects\tADBE Corner Pin #1\tADBE Corner Pin-0001\n\tFrame\tX pixels\tY pixels\t\n"
        "\t0\t0.5\t1.5\t\n\t3\t11\t11.75\t\n\n"
        "Effects\tADBE Corner Pin #1\tADBE Corner Pin-0002\n\tFrame\tX pixels\tY pixels\t\n"
        "\t0\t2.5\t3.5\t\n\t3\t12.5\t13.5\t\n\n"
        "Effects\tADBE Corner Pin #1\tADBE Corner Pin-0003\n\tFrame\tX pixels\tY pixels\t\n"
        "\t0\t4.5\t5.5\t\n\t3\t14.5\t15.5\t\n\n"
        "Effects\tADBE Corner Pin #1\tADBE Corner Pin-0004\n\tFrame\tX pixels\tY pixels\t\n"
        "\t0\t6.5\t7.5\t\n\t3\t16.5\t17.5\t\n\n\n"
        "End of Keyframe Data\n"
    )


def test_the_null_follows_the_face(delivery: Delivery, tmp_path: Path) -> None:
    write_keyframes(delivery, tmp_path)
    for keys in delivery.faces:
        text_parts = read(tmp_path / keys.shot / f"{keys.shot}_face{keys.face}.ae.txt")
        assert list(text_parts.keys) == [("Transform", "Position"), ("Transform", "Scale"), ("Transform", "Rotation")]
        position, scale, rotation = text_parts.keys.values()
        assert [*position] == [*scale] == [*rotation] == [*keys.frames]
        for entry, frame in enumerate(keys.frames):
            # the middle of the first pixel is 0 in the delivery and a half in After Effects
            assert position[frame] == pytest.approx([keys.x[entry] + 0.5, keys.y[entry] + 0.5, 0], abs=1e-4)
            assert scale[frame] == pytest.approx([keys.scale[entry]] * 2 + [100], abs=1e-4)
            assert rotation[frame] == pytest.approx([keys.roll[entry]], abs=1e-4)


def test_the_corner_pin_has_the_corners_of_the_crop(delivery: Delivery, tmp_path: Path) -> None:
    write_keyframes(delivery, tmp_path)
    for keys in delivery.faces:
        text_parts = read(tmp_path / keys.shot / f"{keys.shot}_face{keys.face}_corner_pin.ae.txt")
        pins = [
            text_parts.keys["Effects", "ADBE Corner Pin #1", f"ADBE Corner Pin-000{number}"] for number in (1, 2, 3, 4)
        ]
        assert len(text_parts.keys) == 4
        for entry, frame in enumerate(keys.frames):
            for pin, (x, y) in zip(pins, keys.corners[entry], strict=True):
                assert pin[frame] == pytest.approx([x + 0.5, y + 0.5], abs=1e-4)


def test_frames_without_a_face_have_no_keyframe(delivery: Delivery, tmp_path: Path) -> None:
    write_keyframes(delivery, tmp_path)
    text_parts = read(tmp_path / "sh020" / "sh020_face0.ae.txt")
    assert set(range(64)) - set(text_parts.keys["Transform", "Position"]) == set(range(33, 45))


@pytest.mark.parametrize(
    ("fps", "written"),
    [(24.0, "24"), (24000 / 1001, "23.976"), (30000 / 1001, "29.97"), (12.5, "12.5"), (120000 / 1001, "119.88")],
)
def test_rate_and_size_are_those_of_the_layer(
    with_layer_values: Changed, tmp_path: Path, fps: float, written: str
) -> None:
    write_keyframes(with_layer_values(fps=fps, width=2048, height=858), tmp_path)
    assert read(tmp_path / "sh010" / "sh010_face0.ae.txt").header == {
        "Units Per Second": written,
        "Source Width": "2048",
        "Source Height": "858",
        "Source Pixel Aspect Ratio": "1",
        "Comp Pixel Aspect Ratio": "1",
    }


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """One shot of 20 frames without handles."""
    write_movie(tmp_path / "media" / "A001.mov", 20, timecode="10:00:00:00")
    movie = movie_reference("media/A001.mov", time_range(864000, 20))
    document = timeline(track(clip(movie, time_range(864000, 20), name="sh010")))
    return read_cut(write(tmp_path / "cut.otio", document), handles=0)


def test_conform_writes_texts_for_every_face_and_removes_stale_ones(cut: Cut, tmp_path: Path) -> None:
    (shot,) = cut.shots
    two = [(face(0, 16.0), face(1, 20.0))] * 20
    deliver(cut, tmp_path / "out", [plan_of(shot, faces=two)])
    texts = {path.name for path in (tmp_path / "out" / "sh010").glob("*.txt")}
    assert texts == {
        "sh010_face0.ae.txt",
        "sh010_face0_corner_pin.ae.txt",
        "sh010_face1.ae.txt",
        "sh010_face1_corner_pin.ae.txt",
    }

    deliver(cut, tmp_path / "out", [plan_of(shot)])
    assert {path.name for path in (tmp_path / "out" / "sh010").glob("*.txt")} == {
        "sh010_face0.ae.txt",
        "sh010_face0_corner_pin.ae.txt",
    }


def test_conform_writes_no_texts_when_disabled(cut: Cut, tmp_path: Path) -> None:
    settings = Settings(delivery=DeliverySettings(keyframes=False))
    deliver(cut, tmp_path / "out", settings=settings)
    assert not list((tmp_path / "out").rglob("*.ae.txt"))
