"""The acting of a shot as curves in one PNG: of the plate, of FACE over BODY, and of BODY alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import FaceReview, MeasureCurve, write_atomically
from toolkit.report.entries import ShotEntry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BYTES = 130_000
"""Of such a picture, about."""

_STYLES = {"COMPOSITE": ("FACE over BODY", "#1a5fd0", "-"), "BODY": ("BODY alone", "#b07a10", "--")}
"""By clip: its name in the legend, its colour and its line."""


def write_curves(path: Path, entry: ShotEntry) -> None:
    """Draw every curve of a shot that has some, by source frame, failing ones shaded. Raises OutputNotWritable."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = [(face, curve) for face in entry.faces for curve in face.curves]
    figure = Figure(figsize=(11, 0.8 + 1.05 * len(rows)), dpi=90, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    first = entry.review.source_range.first if entry.review is not None else 0
    for one, (face, curve) in zip(axes, rows, strict=True):
        _draw(one, face, curve, first)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="upper right", ncols=3, fontsize=8, frameon=False)
    axes[-1].set_xlabel("source frame", fontsize=8)
    figure.suptitle(entry.shot.name.replace("$", r"\$"), fontsize=10)
    with write_atomically(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def _draw(axes: Axes, face: FaceReview, curve: MeasureCurve, first: int) -> None:
    frames = range(first, first + len(curve.plate))
    for span in face.acting.failing:
        axes.axvspan(span.first - 0.5, span.last + 0.5, color="#b02d1f", alpha=0.16, linewidth=0)
    axes.plot(frames, _gaps(curve.plate), color="#222222", linewidth=1.2, label="plate")
    for clip, values in curve.clips.items():
        label, colour, line = _STYLES.get(clip, (clip, "#555555", ":"))
        axes.plot(frames, _gaps(values), line, color=colour, linewidth=1.1, label=label)
    axes.set_ylabel(f"face {face.face}\n{curve.measure}\n%", fontsize=7)
    axes.tick_params(labelsize=7)
    axes.margins(x=0)


def _gaps(values: Sequence[float | None]) -> list[float]:
    """A frame without the face is a gap in the line."""
    return [float("nan") if value is None else value for value in values]
