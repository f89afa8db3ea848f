"""What the template shows of each shot: numbers as text, and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from toolkit.documents import (
    ActingReview,
    BlinkReview,
    ClipName,
    ClipReview,
    Cut,
    FaceReview,
    RegionReview,
    Shot,
    Tuning,
)
from toolkit.report.entries import ShotEntry, body_of, record_timecode, source_timecode
from toolkit.report.overlays import COLOURS
from toolkit.report.tunings import TuningView, tuning_views

KEPT, PARTLY = 75.0, 50.0
"""Scores from which acting counts as kept, and as partly lost; see docs/acting.md."""

Grade = Literal["kept", "partly", "lost", "unknown"]
GRADES: Mapping[Grade, str] = {
    "kept": "kept",
    "partly": "partly lost",
    "lost": "lost",
    "unknown": "not judged",
}
"""What each is called on the page."""


_CLIPS = {ClipName.COMPOSITE: "FACE over BODY", ClipName.BODY: "BODY", ClipName.RESULT: "result"}
"""What each is called on the page."""
_NONE = "\N{EN DASH}"
"""For no number."""


def grade_of(score: float | None) -> Grade:
    """How much acting a score means."""
    if score is None:
        return "unknown"
    return "kept" if score >= KEPT else "partly" if score >= PARTLY else "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """One score."""

    text: str
    """``31``; a dash for none."""
    value: float
    """0 to 100, for a bar; 0 for none."""
    grade: Grade

    @property
    def words(self) -> str:
        """What it means."""
        return GRADES[self.grade]


def score_view(score: float | None) -> ScoreView:
    """``score`` to look at."""
    return ScoreView(text=_NONE if score is None else f"{score:.0f}", value=score or 0.0, grade=grade_of(score))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionView:
    """One region of a face, or all of it."""

    name: str
    score: ScoreView
    body: ScoreView
    amplitude: str
    delay: str
    smoothness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceView:
    """One face."""

    number: int
    colour: str
    regions: tuple[RegionView, ...]
    """All of the face first, then the regions, the least kept first; empty: not judged."""
    clip: str
    """What its scores are of."""
    unmeasured: str
    blinks: str
    """How many are kept and added; empty: there is none, or none can be told."""
    frames_compared: int
    alignment: str
    """How far it is from its place in each clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """One use of the shot in the cut."""

    clip: str
    track: str
    first: str
    """Timecode of the timeline, of the first frame and of the last."""
    last: str
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanView:
    """A part of a shot."""

    first: int
    last: int
    left: float
    """Where it begins, percent of the shot."""
    width: float
    """Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotView:
    """One shot."""

    anchor: str
    """Its place on the page."""
    order: int
    name: str
    media: str
    source: str
    """Its source frames that the cut shows."""
    timecodes: str
    """Those of the media for these frames; empty: unknown."""
    frames: int
    uses: tuple[UseView, ...]
    score: ScoreView
    body: ScoreView
    weakest: str
    """The region of which least is left."""
    faces: tuple[FaceView, ...]
    clips: tuple[ClipReview, ...]
    worst: tuple[int, ...]
    failing: tuple[SpanView, ...]
    passes: tuple[str, ...]
    """Each with its version, engine and digest."""
    remarks: tuple[str, ...]
    strip: str
    """Address of the strip of thumbnails; empty: none."""
    strip_frames: tuple[int, ...]
    strip_cell: tuple[int, int]
    curves: str
    """Address of the curves as a picture; empty: none."""
    tunings: tuple[TuningView, ...]


def shot_view(
    entry: ShotEntry, cut: Cut, *, order: int, remarks: Iterable[str], curves: str, tuning: Tuning | None
) -> ShotView:
    """The shot ``entry``, the ``order``-th of the page; ``curves`` is the name of the picture of its curves."""
    shot, least = entry.shot, entry.least_kept
    first, last = (source_timecode(shot, frame) for frame in (shot.source_range.first, shot.source_range.last))
    return ShotView(
        anchor=f"shot-{order}",
        order=order,
        name=shot.name,
        media=shot.media.path,
        source=f"{shot.source_range.first}-{shot.source_range.last}",
        timecodes=f"{first} - {last}" if first is not None else "",
        frames=len(shot.source_range),
        uses=tuple(_use(use, cut) for use in entry.uses),
        score=score_view(entry.score),
        body=score_view(entry.body_score),
        weakest=next(iter(least.acting.regions), "") if least is not None else "",
        faces=tuple(_face(face) for face in entry.faces),
        clips=entry.review.clips if entry.review is not None else (),
        worst=entry.worst,
        failing=tuple(_spans(entry)),
        passes=tuple(f"{plan.label}, {plan.engine}, plan {plan.digest()[:12]}" for plan in entry.plans),
        remarks=(*entry.problems, *remarks, *(entry.review.notes if entry.review is not None else ())),
        strip=quote(entry.strip_file),
        strip_frames=entry.strip.frames if entry.strip is not None else (),
        strip_cell=(entry.strip.width, entry.strip.height) if entry.strip is not None else (0, 0),
        curves=quote(curves),
        tunings=tuning_views(tuning, shot.name, entry.plans),
    )


def _use(use: Shot, cut: Cut) -> UseView:
    first, last = (str(record_timecode(cut, frame)) for frame in (use.record_range.first, use.record_range.last))
    track = f"V{use.track_index + 1}"
    return UseView(clip=use.clip_name, track=track, first=first, last=last, frames=len(use.record_range))


def _spans(entry: ShotEntry) -> Iterable[SpanView]:
    frames = entry.shot.rendered_range
    for span in entry.failing:
        left = 100 * (span.first - frames.first) / len(frames)
        yield SpanView(first=span.first, last=span.last, left=left, width=100 * len(span) / len(frames))


def _face(face: FaceReview) -> FaceView:
    body, acting = body_of(face), face.acting
    rows = [_region("all", acting, body)] if acting.score is not None else []
    rows += [
        _region(name, region, body.regions.get(name) if body is not None else None)
        for name, region in acting.regions.items()
    ]
    return FaceView(
        number=face.face,
        colour=COLOURS[face.face % len(COLOURS)],
        regions=tuple(rows),
        clip=_CLIPS[next(iter(face.passes), ClipName.COMPOSITE)],
        unmeasured=", ".join(acting.unmeasured),
        blinks=_blinks(acting.blinks),
        frames_compared=acting.frames_compared,
        alignment=", ".join(f"{clip} {value:.2f} %" for clip, value in face.alignment.items() if value is not None),
    )


def _blinks(blinks: BlinkReview | None) -> str:
    if blinks is None or not (blinks.plate or blinks.added):
        return ""
    kept = f"{blinks.kept} of {blinks.plate} kept"
    return f"{kept}, {blinks.added} added" if blinks.added else kept


def _region(name: str, one: ActingReview | RegionReview, body: ActingReview | RegionReview | None) -> RegionView:
    return RegionView(
        name=name,
        score=score_view(one.score),
        body=score_view(body.score if body is not None else None),
        amplitude=_number(one.amplitude),
        delay=_number(one.delay_frames),
        smoothness=_number(one.smoothness),
    )


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{round(value, 2) + 0.0:.2f}"
