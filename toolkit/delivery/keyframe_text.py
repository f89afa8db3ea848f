"""Write faces as After Effects keyframe text, to be copied and pasted onto a layer without installing a script.

``<shot>/<shot>_face0.ae.txt`` moves a null with the face, ``<shot>/<shot>_face0_corner_pin.ae.txt`` pins a layer to the
corners of its crop. Frames count from the first layer file, so they match a comp made from the FACE layer.

The header says 8.0 because each version reads the text of earlier ones, and nothing here is newer. Effects are named
by their match names, which are the same in every language; lines end in LF, which pastes on both systems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from toolkit.delivery.ae_timing import newest_face_clips, to_ae_pixel
from toolkit.documents import Delivery, DeliveryClip, FaceKeys, write_atomically

_PIN = "ADBE Corner Pin"
"""Its parameters 1 to 4 are upper left, upper right, lower left, lower right, as in ``FaceKeys.corners``."""

Row = Sequence[float]


def write_keyframes(delivery: Delivery, root: Path) -> tuple[Path, ...]:
    """Write both texts of each face under ``root`` and remove those of other faces; returns the paths written.

    Raises OutputNotWritable.
    """
    layers = newest_face_clips(delivery)
    written: list[Path] = []
    for keys in delivery.faces:
        layer = layers[keys.shot]
        for path, blocks in zip(
            keyframe_paths(keys, root), (_transform_blocks(keys), _corner_pin_blocks(keys)), strict=True
        ):
            with write_atomically(path) as temporary:
                temporary.write_text(_format_text(layer, blocks), encoding="ascii", newline="\n")
            written.append(path)
    for shot in layers:
        for stale in set((root / shot).glob(f"{shot}_face*.ae.txt")) - set(written):
            stale.unlink()
    return tuple(written)


def keyframe_paths(keys: FaceKeys, root: Path) -> tuple[Path, Path]:
    """Where the two texts of a face go: its transform, and its corner pin."""
    stem = root / keys.shot / f"{keys.shot}_face{keys.face}"
    return Path(f"{stem}.ae.txt"), Path(f"{stem}_corner_pin.ae.txt")


# --- the text ----------------------------------------------------------------------------------------------------


def _transform_blocks(keys: FaceKeys) -> Iterator[str]:
    positions = ((*to_ae_pixel(position), 0.0) for position in zip(keys.x, keys.y, strict=True))
    yield from _property_block("Transform\tPosition", "X pixels\tY pixels\tZ pixels", keys, positions)
    scales = ((scale, scale, 100.0) for scale in keys.scale)
    yield from _property_block("Transform\tScale", "X percent\tY percent\tZ percent", keys, scales)
    yield from _property_block("Transform\tRotation", "degrees", keys, ((roll,) for roll in keys.roll))


def _corner_pin_blocks(keys: FaceKeys) -> Iterator[str]:
    for number, corner in enumerate(zip(*keys.corners, strict=True), start=1):
        name = f"Effects\t{_PIN} #1\t{_PIN}-{number:04d}"
        yield from _property_block(name, "X pixels\tY pixels", keys, map(to_ae_pixel, corner))


def _property_block(name: str, columns: str, keys: FaceKeys, rows: Iterable[Row]) -> Iterator[str]:
    """The lines of one property: its name, its column titles, and one row per keyframe."""
    yield name
    yield f"\tFrame\t{columns}\t"
    for frame, row in zip(keys.frames, rows, strict=True):
        yield f"\t{frame}\t" + "".join(f"{_format_number(value)}\t" for value in row)
    yield ""


def _format_text(layer: DeliveryClip, blocks: Iterable[str]) -> str:
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


def _format_number(value: float) -> str:
    """Decimal notation without trailing zeros, exponent or negative zero."""
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")
