"""A run to report on, made here: pictures that carry their frame number, tracks, plans and a review of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from math import sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import LANDMARKS
from toolkit.documents import (
    ActingReview,
    BlinkReview,
    ClipName,
    ClipReview,
    Cut,
    FacePlan,
    FaceReview,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    FramePlan,
    LookPlan,
    MeasureCurve,
    Media,
    MediaKind,
    PassName,
    PassPlan,
    RegionReview,
    Review,
    Shot,
    ShotReview,
    ShotTuning,
    Skipped,
    Trial,
    Tuning,
)
from toolkit.errors import CorruptMedia
from toolkit.frames import FrameMap, FrameRange
from toolkit.mattes import face_outline
from toolkit.output import Output
from toolkit.report import Picture, write_report
from toolkit.settings import ReportSettings, Settings

WIDTH, HEIGHT = 640, 360
BITS = 14
"""Squares in which a picture carries its frame number, from the lowest bit, along the bottom."""
SHADES = {"PLATE": (150, 120, 100), "BODY": (60, 90, 200), "FACE": (128, 128, 128), "COMPOSITE": (60, 160, 90)}
"""RGB of the clips."""
HOSTILE = "</script><script>document.title='broken'</script>\"'`${x} %41 #1 \N{CLAPPER BOARD}&amp;"
"""A clip's name."""
FIRST = 993
"""The first source frame of every shot."""


def numbered(source_frame: int, clip: str) -> Picture:
    """The picture of a frame of a clip: its shade, a moving bar, and its number."""
    picture = np.full((HEIGHT, WIDTH, 3), SHADES[clip], np.uint8)
    left = source_frame * 7 % (WIDTH - 40)
    picture[40:200, left : left + 40] = 235
    for bit in range(BITS):
        x = 40 + bit * 40
        picture[HEIGHT - 70 : HEIGHT - 30, x : x + 40] = 255 if source_frame >> bit & 1 else 0
    return picture


def read_number(picture: NDArray[np.uint8]) -> int:
    """The frame number that a picture of a clip, of any size, carries."""
    height, width = picture.shape[:2]
    row = round((HEIGHT - 50) * height / HEIGHT)
    columns = [round((60 + bit * 40) * width / WIDTH) for bit in range(BITS)]
    return sum(1 << bit for bit, column in enumerate(columns) if int(picture[row, column].mean()) > 127)


def make_shot(name: str, count: int, *, record_first: int = 0, clip_name: str = "", handles: int = 8) -> Shot:
    """A shot of ``count`` frames, handles included, at 23.976 fps, with media from 01:00:00:00 on."""
    work = FrameRange.of(FIRST, count)
    shown = FrameRange(first=work.first + handles, last=work.last - handles)
    rate = Fraction(24000, 1001)
    return Shot(
        name=name,
        clip_name=clip_name or name,
        media=Media(
            kind=MediaKind.SEQUENCE,
            path=f"/nowhere/{name}.####.exr",
            source_range=work,
            rate=rate,
            timecode_first=86_400,
            online=True,
        ),
        source_range=shown,
        source_work_range=work,
        record_range=FrameRange.of(record_first, len(shown)),
        frame_map=FrameMap(
            source_first=work.first,
            source_offset=Fraction(handles),
            source_rate=rate,
            record_first=record_first,
            record_count=len(shown),
            record_rate=rate,
            speed=Fraction(1),
            source_work_first=work.first,
        ),
        track_index=0,
        clip_index=0,
    )


def make_cut(*shots: Shot) -> Cut:
    """The cut of ``shots``, with one clip that is left out."""
    return Cut(
        name="reel 1 " + HOSTILE,
        path="/nowhere/reel.otio",
        record_rate=Fraction(24000, 1001),
        record_start=86_400,
        record_count=max(shot.record_range.last for shot in shots) + 1,
        shots=shots,
        skipped=(Skipped(clip_name="title", track_index=1, record_range=None, reason="generators have no media"),),
    )


def landmarks_at(source_frame: int, face: int) -> NDArray[np.float32]:
    """The face of the demo, somewhere in the picture."""
    flat = np.asarray(LANDMARKS, np.float32)
    centred = (flat - flat.mean(axis=0)) * (120 / np.ptp(flat[:, 1]))
    x, y = 180 + 260 * face + 20 * sin(source_frame / 9), 150 + 10 * sin(source_frame / 5)
    return np.column_stack([centred + np.array([x, y]), np.zeros(len(flat))]).astype(np.float32)


def state_at(source_frame: int, face: int) -> FaceState:
    """Found, but for some frames that are held, and some in which the second face is absent."""
    place = source_frame - FIRST
    if face and place % 50 >= 40:
        return FaceState.ABSENT
    return FaceState.HELD if place % 50 in (20, 21) else FaceState.FOUND


def make_tracks(shot: Shot, faces: int = 2) -> FaceTracks:
    """The tracks of ``shot``."""
    return FaceTracks(
        shot=shot.name,
        key="0" * 32,
        width=WIDTH,
        height=HEIGHT,
        source_range=shot.source_work_range,
        blendshape_names=(),
        faces=tuple(
            FaceTrack(face=face, samples=tuple(_sample(frame, face) for frame in shot.source_work_range))
            for face in range(faces)
        ),
    )


def _sample(frame: int, face: int) -> FaceSample:
    state = state_at(frame, face)
    if state is FaceState.ABSENT:
        return FaceSample(source_frame=frame, state=state)
    return FaceSample(source_frame=frame, state=state, landmarks=landmarks_at(frame, face))


def make_plans(shot: Shot, faces: int = 2) -> list[PassPlan]:
    """BODY and FACE of ``shot``."""
    return [_plan(shot, PassName.BODY, 0), _plan(shot, PassName.FACE, faces)]


def _plan(shot: Shot, name: PassName, faces: int) -> PassPlan:
    frames = tuple(
        FramePlan(
            source_frame=frame,
            shot_frame=shot.frame_map.shot_frame(frame),
            seed=1,
            faces=tuple(_face(frame, face) for face in range(faces) if state_at(frame, face) is not FaceState.ABSENT),
        )
        for frame in shot.source_work_range
    )
    look = LookPlan(
        strength=0.5, model="", vae="", loras=(), negative="", steps=30, guidance=7.0, sampler="Euler", controls=()
    )
    return PassPlan(
        shot=shot.name, pass_name=name, version=1, engine="builtin", look=look, settings="0" * 32, encoding="plate",
        width=WIDTH, height=HEIGHT, canvas=(512, 512), rate=shot.media.rate, timecode_first=86_400, drop_frame=False,
        frames=frames,
    )  # fmt: skip


def _face(frame: int, face: int) -> FacePlan:
    outline = face_outline(landmarks_at(frame, face), grow=0.06)
    x, y = np.mean(outline, axis=0)
    return FacePlan(
        face=face, state=state_at(frame, face), plate_to_canvas=(1, 0, 0, 0, 1, 0), outline=outline, feather=8,
        centre=(x, y), scale=120, roll=0, seed=1, prompt="",
        corners=((x - 90, y - 90), (x + 90, y - 90), (x - 90, y + 90), (x + 90, y + 90)),
    )  # fmt: skip


def make_review(shot: Shot, score: float, *, failing: Sequence[tuple[int, int]] = (), faces: int = 2) -> ShotReview:
    """A review in which the first face of ``shot`` keeps ``score``, and BODY alone a third of it."""
    return ShotReview(
        shot=shot.name,
        source_range=shot.source_work_range,
        faces=tuple(
            FaceReview(
                face=face,
                acting=_acting(min(100.0, score + 20 * face), shot, failing if not face else ()),
                passes={
                    ClipName.COMPOSITE: _acting(min(100.0, score + 20 * face), shot, failing if not face else ()),
                    ClipName.BODY: _acting(score / 3, shot, [(shot.source_range.first, shot.source_range.last)]),
                },
                alignment={ClipName.COMPOSITE: 0.48, ClipName.BODY: 1.7},
                curves=tuple(
                    _curve(shot, region, measure, score / 100)
                    for region, measure in (("mouth", "mouth opening"), ("brows", "height of the left brow"))
                ),
            )
            for face in range(faces)
        ),
        clips=(
            ClipReview(clip=ClipName.BODY, flicker=1.4),
            ClipReview(clip=ClipName.COMPOSITE, seam=2.25, seam_energy=1.1, flicker=0.8),
        ),
    )


def _acting(score: float, shot: Shot, failing: Sequence[tuple[int, int]]) -> ActingReview:
    regions = {
        name: RegionReview(score=part, weight=0.8, amplitude=part / 100, delay_frames=0.4, smoothness=0.9)
        for name, part in (("mouth", max(0.0, score - 8)), ("brows", min(100.0, score + 5)))
    }
    return ActingReview(
        frames_compared=len(shot.source_work_range),
        score=score,
        amplitude=score / 100,
        delay_frames=None,
        smoothness=0.93,
        confidence=0.8,
        regions=regions,
        unmeasured=("cheeks", "gaze"),
        worst_frames=(shot.source_range.first + 11, shot.source_range.first + 25),
        failing=tuple(FrameRange(first=first, last=last) for first, last in failing),
        blinks=BlinkReview(
            frames_compared=40, plate=3, kept=2, lost=1, added=1, delay_frames=1.5, worst_frame=shot.source_range.first
        ),
    )


def _curve(shot: Shot, region: str, measure: str, kept: float) -> MeasureCurve:
    frames = range(len(shot.source_work_range))
    plate = [6 * sin(frame / 4) + 3 * sin(frame / 1.7 + len(region)) for frame in frames]
    gap = {7, 8}
    return MeasureCurve(
        region=region,
        measure=measure,
        plate=tuple(None if frame in gap else value for frame, value in enumerate(plate)),
        clips={
            ClipName.COMPOSITE: tuple(kept * value for value in plate),
            ClipName.BODY: tuple(kept / 3 * value for value in plate),
        },
    )


def make_tuning() -> Tuning:
    """What was tried for ``sh010``: one setting with a choice, and one that could not be judged."""
    tried = ((0.1, 99.2, 28), (0.9, 12.4, 28), (0.455, 90.0, 28), (0.455, 80.1, 40), (0.43, 91.2, 40))
    trials = tuple(Trial(value=value, score=score, frames=frames) for value, score, frames in tried)
    none = "nothing was chosen: no face acts in it, or it is found in too few frames"
    face, body = PassName.FACE, PassName.BODY
    shots = (
        ShotTuning(shot="sh010", pass_name=face, key="face.strength", trials=trials, value=0.43, score=91.2),
        ShotTuning(shot="sh010", pass_name=body, key="body.strength", trials=(), value=None, score=None, note=none),
    )
    return Tuning(toolkit="0.1.0", target=90, shots=shots)


@dataclass(frozen=True, kw_only=True)
class NumberedPictures:
    """Pictures of a shot as the page gets them."""

    shot: Shot
    clips: tuple[str, ...] = tuple(SHADES)
    fails_at: int | None = None
    draw: Callable[[int, str], Picture] = numbered

    def frames(self, only: Sequence[int] | None = None) -> Iterator[tuple[int, Mapping[str, Picture]]]:
        for frame in self.shot.source_work_range:
            if only is not None and frame not in only:
                continue
            if frame == self.fails_at:
                raise CorruptMedia(f"/nowhere/{self.shot.name}.{frame}.exr", "is not an EXR file")
            yield frame, {clip: self.draw(frame, clip) for clip in self.clips}


@dataclass(kw_only=True)
class Run:
    """A run in a folder of its own, to report on."""

    root: Path
    shots: list[Shot]
    scores: dict[str, float] = field(default_factory=dict)
    failing: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    clips: tuple[str, ...] = tuple(SHADES)
    fails_at: dict[str, int] = field(default_factory=dict)
    draw: Callable[[int, str], Picture] = numbered
    opened: list[str] = field(default_factory=list)
    """Shots whose pictures were opened."""

    @contextmanager
    def open_pictures(self, shot: Shot, plans: Sequence[PassPlan]) -> Iterator[NumberedPictures]:
        assert {plan.shot for plan in plans} == {shot.name}
        self.opened.append(shot.name)
        yield NumberedPictures(shot=shot, clips=self.clips, fails_at=self.fails_at.get(shot.name), draw=self.draw)

    @property
    def output(self) -> Output:
        return Output(root=self.root)

    def report(self, *, with_review: bool = True, settings: ReportSettings | None = None) -> Path:
        """Write the report; returns its page."""
        cut = make_cut(*self.shots)
        reviews = tuple(
            make_review(shot, self.scores[shot.name], failing=self.failing.get(shot.name, ()))
            for shot in self.shots
            if shot.name in self.scores
        )
        for shot in self.shots:
            if not self.output.face_track(shot.name).exists():
                make_tracks(shot).write(self.output.face_track(shot.name))
        review = Review(toolkit="0.1.0", plate="", result="", shots=reviews) if with_review else None
        return write_report(
            self.output,
            cut,
            settings=Settings(report=settings or ReportSettings()),
            plans=[plan for shot in self.shots for plan in make_plans(shot)],
            open_pictures=self.open_pictures,
            review=review,
        )


def make_run(root: Path, *counts: int) -> Run:
    """Shots ``sh010``, ``sh020`` … of so many frames; the second one has lost its acting."""
    shots: list[Shot] = []
    for place, count in enumerate(counts):
        first = shots[-1].record_range.last + 1 if shots else 0
        name = f"sh{place + 1:02}0"
        shots.append(make_shot(name, count, record_first=first, clip_name=HOSTILE if not place else ""))
    scores = {shot.name: score for shot, score in zip(shots, (93.0, 31.0, 68.0, 88.0) * 1000, strict=False)}
    run = Run(root=root, shots=shots, scores=scores)
    for shot in shots[1::4]:
        first = shot.source_range.first
        run.failing[shot.name] = [(first + 4, first + 15), (first + 22, first + 30)]
    return run
