"""The demo shows what it is for: BODY at 0.65 loses most of the acting, and FACE at 0.5 over it keeps more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._requests import make_request
from toolkit.documents import ActingReview, ClipName, Cut, FaceTracks, PassName, PassPlan, Review
from toolkit.engines import FaceShape, open_engine
from toolkit.engines.flatten import kept_acting
from toolkit.frames import FrameRange
from toolkit.passes.planning.shapes import plan_mean_shapes, plan_shapes
from toolkit.plates import open_plate
from toolkit.review import ShotReviewer

Codes = NDArray[np.uint8]
LIVELY = FrameRange.of(24, 44)
"""The frames of the demo's first shot in which she speaks and raises her brows twice."""


@pytest.fixture(scope="module")
def tracks(demo_out: Path) -> FaceTracks:
    """Her face in these frames, a close-up."""
    whole = FaceTracks.read(demo_out / "push_in" / "face_track.json")
    start = LIVELY.first - whole.source_range.first
    faces = [one.model_copy(update={"samples": one.samples[start : start + len(LIVELY)]}) for one in whole.faces]
    return whole.model_copy(update={"faces": tuple(faces), "source_range": LIVELY})


def paint(name: str, demo: Path, shapes: Sequence[FaceShape], strength: float) -> Iterator[tuple[int, Codes, Codes]]:
    """Source frame, plate and result of each frame, uint8 (H, W, 3)."""
    shot = Cut.read(demo / "shots.json").shots[0]
    with open_plate(shot.media) as plate, open_engine(name) as engine:
        for frame, shape in zip(plate.frames(LIVELY), shapes, strict=True):
            request = make_request(np.ascontiguousarray(frame.rgb), strength=strength, seed=frame.source_frame)
            (painted,) = engine.paint([replace(request, faces=(shape,))])
            plate_codes, codes = (np.rint(one * 255).astype(np.uint8) for one in (frame.rgb, painted))
            yield frame.source_frame, plate_codes, codes


def review(tracks: FaceTracks, frames: Iterator[tuple[int, Codes, Codes]], model: Path) -> ActingReview:
    with ShotReviewer(tracks, [ClipName.RESULT], model, confidence=0.5) as reviewer:
        for source_frame, plate, result in frames:
            reviewer.add(source_frame, plate, {ClipName.RESULT: result})
        return reviewer.judge().faces[0].acting


@pytest.fixture(scope="module")
def shapes(tracks: FaceTracks) -> list[FaceShape]:
    """Of her face, one a frame."""
    pairs = zip(plan_shapes(tracks).values(), plan_mean_shapes(tracks).values(), strict=True)
    return [FaceShape(landmarks=one, mean=mean) for (one,), (mean,) in pairs]


def test_the_preview_engine_moves_nothing_so_the_acting_is_kept(
    tracks: FaceTracks, shapes: list[FaceShape], demo_out: Path, model: Path
) -> None:
    acting = review(tracks, paint("builtin", demo_out, shapes, 0.65), model)
    assert acting.score is not None and acting.score >= 85
    assert acting.amplitude == pytest.approx(1, abs=0.07)
    assert acting.delay_frames == pytest.approx(0, abs=0.2)
    assert not acting.failing


@pytest.mark.parametrize("strength", [0.2, 0.5, 0.8])
def test_the_share_that_the_law_says_is_kept(
    strength: float, tracks: FaceTracks, shapes: list[FaceShape], demo_out: Path, model: Path
) -> None:
    acting = review(tracks, paint("flatten", demo_out, shapes, strength), model)
    assert acting.amplitude == pytest.approx(kept_acting(strength), abs=0.1)
    assert acting.delay_frames is None or abs(acting.delay_frames) < 0.5


def test_the_demo_shows_that_face_over_body_keeps_more_than_body(demo_out: Path) -> None:
    looks = {name: PassPlan.read(demo_out / "push_in" / name / "v001" / "plan.json") for name in PassName}
    assert [(plan.engine, plan.look.strength) for plan in looks.values()] == [("flatten", 0.65), ("flatten", 0.5)]
    close_up, small = (shot.faces[0].passes for shot in Review.read(demo_out / "review.json").shots)
    assert close_up[ClipName.BODY].amplitude == pytest.approx(kept_acting(0.65), abs=0.1)
    assert close_up[ClipName.COMPOSITE].amplitude == pytest.approx(kept_acting(0.5), abs=0.1)
    for passes, least in ((close_up, 25), (small, 15)):
        body, over = (passes[name].score or 0 for name in (ClipName.BODY, ClipName.COMPOSITE))
        assert over > body + least
        assert all(one.blinks is not None and one.blinks.plate == one.blinks.added == 0 for one in passes.values())
    page = (demo_out / "report" / "index.html").read_text(encoding="utf-8")
    assert "push_in" in page and "float_away" in page
    said = (demo_out.parent / "said.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[-1] for line in said[-2:]] == [
        str(demo_out / "report" / name) for name in ("index.html", "contact.png")
    ]
