"""What the page knows of a shot: its uses, its passes, its pictures, and what is left of the acting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from toolkit.documents import ActingReview, ClipName, Cut, FaceReview, PassName, PassPlan, Shot, ShotReview
from toolkit.frames import FrameRange, Timecode, timecode_from_frames
from toolkit.report.proxies import Proxy
from toolkit.report.strip import Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotEntry:
    """One source shot of the cut."""

    shot: Shot
    uses: tuple[Shot, ...]
    """Where the cut shows its frames, in the order of the cut."""
    plans: tuple[PassPlan, ...]
    """Of the passes that were delivered, bottom to top."""
    review: ShotReview | None
    proxy: Proxy | None
    folder: str
    """Of the proxy, below the folder of the page; empty: none."""
    strip: Strip | None = None
    """Its thumbnails; None: there are none."""
    strip_file: str = ""
    """Below the folder of the page; empty: none."""
    problems: tuple[str, ...]
    """What is missing here and why, one sentence each."""

    def plan_of(self, name: PassName) -> PassPlan | None:
        """The plan of one pass."""
        return next((plan for plan in self.plans if plan.pass_name is name), None)

    @property
    def least_kept(self) -> FaceReview | None:
        """The face of which least is left; None: none could be judged."""
        judged = [face for face in self.faces if face.acting.score is not None]
        return min(judged, key=lambda face: face.acting.score or 0.0, default=None)

    @property
    def faces(self) -> tuple[FaceReview, ...]:
        """The faces that were compared."""
        return self.review.faces if self.review is not None else ()

    @property
    def score(self) -> float | None:
        """0 to 100, of the face of which least is left."""
        return self.least_kept.acting.score if self.least_kept is not None else None

    @property
    def body_score(self) -> float | None:
        """That of BODY alone, of the same face."""
        body = body_of(self.least_kept) if self.least_kept is not None else None
        return body.score if body is not None else None

    @property
    def failing(self) -> tuple[FrameRange, ...]:
        """Where the result is far off, of any face (source space), ascending."""
        return tuple(join_ranges(span for face in self.faces for span in face.acting.failing))

    @property
    def worst(self) -> tuple[int, ...]:
        """The frames that differ most, of the face of which least is left, the worst first."""
        return self.least_kept.acting.worst_frames if self.least_kept is not None else ()


def body_of(face: FaceReview) -> ActingReview | None:
    """What BODY alone keeps of a face."""
    return face.passes.get(ClipName.BODY)


def join_ranges(ranges: Iterable[FrameRange]) -> Iterator[FrameRange]:
    """``ranges``, ascending, with those joined that touch."""
    held: FrameRange | None = None
    for one in sorted(ranges, key=lambda span: (span.first, span.last)):
        if held is not None and one.first <= held.last + 1:
            held = FrameRange(first=held.first, last=max(held.last, one.last))
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def source_timecode(shot: Shot, source_frame: int) -> Timecode | None:
    """The timecode of a frame of the media; None if the media has none."""
    media = shot.media
    if media.timecode_first is None or media.source_range is None:
        return None
    label = media.timecode_first + source_frame - media.source_range.first
    return timecode_from_frames(label, media.rate, drop_frame=media.drop_frame)


def record_timecode(cut: Cut, record_frame: int) -> Timecode:
    """The timecode of a frame of the timeline."""
    return timecode_from_frames(cut.record_start + record_frame, cut.record_rate, drop_frame=cut.drop_frame)


def record_frames(uses: Sequence[Shot]) -> dict[int, int]:
    """Where the timeline first shows each source frame (record space); frames that are only handles are missing."""
    found: dict[int, int] = {}
    for use in uses:
        for record_frame in use.record_range:
            found.setdefault(use.frame_map.source_frame_at_record(record_frame), record_frame)
    return found
