"""Faces as After Effects keyframe text: copied from a text editor and pasted onto a layer, with no script installed.

``<shot>/<shot>_face0.ae.txt`` moves a null with the face, ``<shot>/<shot>_face0_corner_pin.ae.txt`` pins a layer to the
corners of its crop. Frames count from the first layer file, so they fit a comp made of the FACE layer.

The header says 8.0: a version reads what an earlier one copied, and nothing written here is newer. Effects go by their
match names, which are the same in every language; lines end in LF, which both systems paste.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from toolkit.delivery.ae_timing import face_layers, pixel
from toolkit.documents import Delivery, DeliveryClip, FaceKeys, write_atomically

_PIN = "ADBE Corner Pin"
"""Its parameters 1 to 4 are upper left, upper right, lower left, lower right: the order of ``FaceKeys.corners``."""

Row = Sequence[float]


def write_keyframes(delivery: Delivery, root: Path) -> tuple[Path, ...]:
    """Write both texts of every face under ``root`` and take away those of faces that are gone; what was written.

    Raises OutputNotWritable.
    """
    layers = face_layers(delivery)
    written: list[Path] = []
    for keys in delivery.faces:
        layer = layers[keys.shot]
        stem = root / keys.shot / f"{keys.shot}_face{keys.face}"
        for path, blocks in (
            (Path(f"{stem}.ae.txt"), _transform(keys)),
            (Path(f"{stem}_corner_pin.ae.txt"), _corner_pin(keys)),
        ):
            with write_atomically(path) as temporary:
                temporary.write_text(_text(layer, blocks), encoding="ascii", newline="\n")
            written.append(path)
    for shot in layers:
        for stale in set((root / shot).glob(f"{shot}_face*.ae.txt")) - set(written):
            stale.unlink()
    return tuple(written)


# --- the text ----------------------------------------------------------------------------------------------------


def _transform(keys: FaceKeys) -> Iterator[str]:
    places = ((*pixel(place), 0.0) for place in zip(keys.x, keys.y, strict=True))
    yield from _block("Transform\tPosition", "X pixels\tY pixels\tZ pixels", keys, places)
    sizes = ((scale, scale, 100.0) for scale in keys.scale)
    yield from _block("Transform\tScale", "X percent\tY percent\tZ percent", keys, sizes)
    yield from _block("Transform\tRotation", "degrees", keys, ((roll,) for roll in keys.roll))


def _corner_pin(keys: FaceKeys) -> Iterator[str]:
    for number, corner in enumerate(zip(*keys.corners, strict=True), start=1):
        yield from _block(f"Effects\t{_PIN} #1\t{_PIN}-{number:04d}", "X pixels\tY pixels", keys, map(pixel, corner))


def _block(name: str, columns: str, keys: FaceKeys, rows: Iterable[Row]) -> Iterator[str]:
    """One property: its name, its columns, and a row for each frame with a key."""
    yield name
    yield f"\tFrame\t{columns}\t"
    for frame, row in zip(keys.frames, rows, strict=True):
        yield f"\t{frame}\t" + "".join(f"{_number(value)}\t" for value in row)
    yield ""


def _text(layer: DeliveryClip, blocks: Iterable[str]) -> str:
    lines = (
        "Adobe After Effects 8.0 Keyframe Data",
        "",
        f"\tUnits Per Second\t{layer.fps:.5g}",
        f"\tSource Width\t{layer.width}",
        f"\tSource Height\t{layer.height}",
        "\tSource Pixel Aspect Ratio\t1",
        "\tComp Pixel Aspect Ratio\t1",
        "",
        *blocks,
        "",
        "End of Keyframe Data",
    )
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """Plain decimals without trailing zeros: no exponent, no minus before a zero."""
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")
