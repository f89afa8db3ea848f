"""Read Cryptomattes: ID mattes that a renderer wrote into EXR files (Cryptomatte specification 1.2).

A pixel lists the objects in it by rank: pairs of an id, which is the hash of the object's name as the bits of a float,
and its coverage. Two pairs fill the four channels of a layer such as ``CryptoObject00``. Attributes of the header name
these layers. They may list the objects, too (the manifest); ids are always computed from names, as the specification
advises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import UnsupportedMedia
from toolkit.plates.exr import ExrPart, read_parts
from toolkit.plates.exr_picture import fit_channel_to_display_window
from toolkit.plates.stored_picture import make_finite

_PREFIX = "cryptomatte/"
_COMPONENTS = {"r": 0, "red": 0, "g": 1, "green": 1, "b": 2, "blue": 2, "a": 3, "alpha": 3}
_BITS = 0xFFFFFFFF

Rank = tuple[NDArray[np.uint32], NDArray[np.float32]]
"""Ids and coverages, (H, W) each."""


def read_cryptomatte(path: Path, names: Sequence[str], *, visible_only: bool = False) -> NDArray[np.float32]:
    """The matte of the objects called ``names`` in the EXR file at ``path``: float32 (H, W) of its display window.

    A value, 0..1, is the share of the pixel that they cover, together. With ``visible_only`` it is their share of what
    is covered by anything: where the plate has alpha, that says the rest. All Cryptomattes of the file are searched: by
    object, material and asset. Raises MissingMedia, CorruptMedia, and UnsupportedMedia for a file without any.
    """
    parts = read_parts(path)
    layers = _list_cryptomattes(path, parts)
    ids = np.array([cryptomatte_id(name) for name in names], np.uint32)
    best: NDArray[np.float32] | None = None
    for layer in layers:
        named, covered = _sum_coverage(_read_ranks(path, parts, layer), ids)
        if visible_only:
            named = np.divide(named, covered, out=np.zeros_like(named), where=covered > 0)
        best = named if best is None else np.maximum(best, named)
    if best is None:
        raise UnsupportedMedia(path, "it has no Cryptomatte")
    return np.asarray(np.clip(best, 0.0, 1.0))


def list_objects(path: Path) -> frozenset[str]:
    """The names in the manifests of the EXR file at ``path``; empty if it has none. Reads the header only.

    Raises MissingMedia, CorruptMedia, and UnsupportedMedia for a file without a Cryptomatte.
    """
    parts = read_parts(path, pixels=False)
    _list_cryptomattes(path, parts)
    texts = [str(value) for part in parts for key, value in part.header.items() if _is_manifest(key)]
    return frozenset(name for text in texts for name in _parse_manifest(text))


def cryptomatte_id(name: str) -> int:
    """The id of the object ``name``, 32 bits: its hash, changed where it would be no ordinary float."""
    found = _murmur3(name.encode())
    exponent = found >> 23 & 0xFF
    return found ^ 1 << 23 if exponent in {0, 0xFF} else found


def _is_manifest(key: str) -> bool:
    return key.startswith(_PREFIX) and key.endswith("/manifest")


def _parse_manifest(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:  # renderers cut long ones off; names are then not checked
        return []
    return list(found) if isinstance(found, dict) else []


def _list_cryptomattes(path: Path, parts: Sequence[ExrPart]) -> list[str]:
    """The names of the Cryptomattes in a file, such as ``CryptoObject``. Raises UnsupportedMedia."""
    named = {
        str(value): str(part.header.get(f"{key.removesuffix('/name')}/hash", "MurmurHash3_32"))
        for part in parts
        for key, value in part.header.items()
        if key.startswith(_PREFIX) and key.endswith("/name")
    }
    if not named:
        raise UnsupportedMedia(path, "it has no Cryptomatte")
    for name, hashing in named.items():
        if hashing != "MurmurHash3_32":
            raise UnsupportedMedia(
                path, f"the names in its Cryptomatte {name} are hashed by {hashing}, not MurmurHash3_32"
            )
    return sorted(named)


def _read_ranks(path: Path, parts: Sequence[ExrPart], cryptomatte: str) -> Iterator[Rank]:
    """The pairs of ids and coverages of a Cryptomatte, by rank. Raises UnsupportedMedia if there are none."""
    layers: dict[str, dict[int, tuple[ExrPart, str]]] = {}
    for part in parts:
        for channel in part.channels:
            layer, _, component = (channel if "." in channel else f"{part.name}.{channel}").rpartition(".")
            number = layer.removeprefix(cryptomatte)
            if layer.startswith(cryptomatte) and number.isdigit() and component.lower() in _COMPONENTS:
                layers.setdefault(number, {})[_COMPONENTS[component.lower()]] = part, channel
    if not layers:
        raise UnsupportedMedia(path, f"the channels of its Cryptomatte {cryptomatte} are missing: {cryptomatte}00.R …")
    for _, channels in sorted(layers.items()):
        for one, other in ((0, 1), (2, 3)):
            if one in channels and other in channels:
                yield _read_ids(path, *channels[one]), make_finite(_read_plane(path, *channels[other]))


def _read_ids(path: Path, part: ExrPart, channel: str) -> NDArray[np.uint32]:
    if part.channels[channel].dtype != np.float32:
        raise UnsupportedMedia(path, f"channel {channel} is not float32, so the ids of its Cryptomatte are lost")
    return np.ascontiguousarray(_read_plane(path, part, channel)).view(np.uint32)


def _read_plane(path: Path, part: ExrPart, channel: str) -> NDArray[np.float32]:
    return fit_channel_to_display_window(path, part.header, part.channels, channel)


def _sum_coverage(ranks: Iterator[Rank], ids: NDArray[np.uint32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The coverage of the objects ``ids``, and of all objects."""
    named: NDArray[np.float32] | None = None
    covered: NDArray[np.float32] | None = None
    for found, coverage in ranks:
        own = coverage * np.isin(found, ids)
        named = own if named is None else named + own
        covered = coverage if covered is None else covered + coverage
    if named is None or covered is None:
        raise ValueError("a Cryptomatte without ranks")
    return named, covered


def _murmur3(key: bytes) -> int:
    """MurmurHash3_x86_32 with the seed 0 (Austin Appleby; public domain)."""
    value = 0
    whole = len(key) - len(key) % 4
    for start in range(0, whole, 4):
        value = _rotate(value ^ _scramble(int.from_bytes(key[start : start + 4], "little")), 13)
        value = value * 5 + 0xE6546B64 & _BITS
    value ^= _scramble(int.from_bytes(key[whole:], "little")) ^ len(key)
    value = (value ^ value >> 16) * 0x85EBCA6B & _BITS
    value = (value ^ value >> 13) * 0xC2B2AE35 & _BITS
    return value ^ value >> 16


def _scramble(block: int) -> int:
    return _rotate(block * 0xCC9E2D51 & _BITS, 15) * 0x1B873593 & _BITS


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _BITS
