"""How a report's pictures were made, and what is missing from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version

import toolkit
from toolkit.documents import Cut, Review
from toolkit.report.budget import MEGABYTE
from toolkit.report.entries import ShotEntry
from toolkit.settings import Settings

_PACKAGES = ("av", "mediapipe", "numpy", "opencv-contrib-python", "OpenEXR", "OpenTimelineIO")
"""Those that affect what is measured and shown."""


def list_left_out(cut: Cut, notes: Iterable[str], review: Review | None, left_out: Mapping[str, str]) -> list[str]:
    """Everything that is missing, guessed or capped, each once."""
    lines = [f"{name}: {reason}" for name, reason in left_out.items()]
    for row in cut.skipped:
        at = f", timeline frames {row.record_range}" if row.record_range is not None else ""
        lines.append(f"{row.clip_name} (V{row.track_index + 1}{at}): {row.reason}")
    lines += [*notes, *cut.notes, *(note for shot in cut.source_shots() for note in shot.media.notes)]
    lines += review.notes if review is not None else ()
    return list(dict.fromkeys(lines))


def tell_how_made(cut: Cut, entries: Sequence[ShotEntry], settings: Settings, curves: int) -> Iterator[tuple[str, str]]:
    """Names and values, for whoever must make it again or finds it years later.

    ``curves`` is the size of the pictures of the curves, bytes.
    """
    yield "toolkit", toolkit.__version__
    yield "cut", cut.path
    if cut.digest:
        yield "digest of the cut", cut.digest
    yield "engines", ", ".join(sorted({plan.engine for entry in entries for plan in entry.plans})) or settings.engine
    yield "packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    taken = sum(entry.proxy.taken for entry in entries if entry.proxy is not None) + curves
    yield "size of the pictures", f"{taken / MEGABYTE:.1f} MB of at most {settings.report.size:g} MB (report.size)"
    for text in dict.fromkeys(_kinds_of_pictures(entries)):
        yield "pictures", text


def _kinds_of_pictures(entries: Iterable[ShotEntry]) -> Iterator[str]:
    for entry in entries:
        if entry.proxy is not None and entry.proxy.movie is not None:
            yield f"H.264, each clip {entry.proxy.movie.width} x {entry.proxy.movie.height}"
        if entry.proxy is not None and entry.proxy.stills is not None:
            each = "frame" if entry.proxy.stride == 1 else f"{entry.proxy.stride} frames"
            yield f"JPEG of every {each}, each clip {entry.proxy.stills.width} x {entry.proxy.stills.height}"
