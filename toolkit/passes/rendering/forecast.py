"""What a render would do: the frames it would keep, copy and paint, why, and what that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from types import MappingProxyType
from typing import Any

from toolkit.documents import PassName, PassPlan
from toolkit.engines import DepthEstimator, Engine
from toolkit.frames import FrameRange
from toolkit.passes.guides.depth_estimates import build_estimates
from toolkit.passes.guides.guide_pictures import ShotGuides
from toolkit.passes.rendering.content_keys import ContentKeys
from toolkit.passes.rendering.files_of_pass import choose_version, find_missing
from toolkit.passes.rendering.reuse import read_layers
from toolkit.passes.rendering.shot_mattes import ShotMattes, describe_mattes
from toolkit.passes.rendering.slate import PICTURE_KEY
from toolkit.passes.rendering.versions import WhenDelivered
from toolkit.plates import Plate

_BYTES_PER_VALUE = 1.4
"""Of a compressed half in a layer of footage, where nothing has been rendered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassForecast:
    """What would happen to one pass of one shot."""

    shot: str
    label: str
    """Pass and version, ``FACE v002``."""
    kept: int
    """Frames that are current."""
    reused: int
    """Frames whose pixels would be copied from another version or number."""
    rendered: int
    """Frames that would be painted."""
    reasons: Mapping[str, int]
    """Why, with the number of frames."""
    size: int
    """Bytes that the new files would take, roughly."""
    seconds: float | None
    """Time to paint at the pace of earlier frames; None where there are none."""
    mattes: tuple[str, ...] = ()
    """A sentence for each sequence of mattes that is read instead of drawn."""


def forecast_passes(
    plans: Sequence[PassPlan],
    plate: Plate,
    engine: Engine,
    root: Path,
    *,
    when_delivered: WhenDelivered,
    only: FrameRange | None = None,
    estimators: Mapping[str, DepthEstimator] = MappingProxyType({}),
) -> list[PassForecast]:
    """What ``render_passes`` would do with the same arguments; writes nothing. Raises VersionDelivered, MediaError."""
    guided = plans if engine.wants_guides else ()
    guides = ShotGuides(guided, build_estimates(guided, plate, estimators))
    keys = ContentKeys(plans, plate, engine, guides, ShotMattes(plans, has_alpha=plate.has_alpha))
    settled = [choose_version(plan, root, keys, when_delivered) for plan in plans]
    return [_forecast(plan, root, keys, engine, plate, only=only) for plan in settled]


def forecast_untracked(shot: str, name: PassName, frame_count: int, plate: Plate) -> PassForecast:
    """The same for a shot that is not tracked yet: without a plan, all of its frames would be painted."""
    return PassForecast(
        shot=shot,
        label=str(name),
        kept=0,
        reused=0,
        rendered=frame_count,
        reasons={"not tracked yet": frame_count},
        size=frame_count * _guess_size(name, plate),
        seconds=None,
    )


def _forecast(
    plan: PassPlan, root: Path, keys: ContentKeys, engine: Engine, plate: Plate, *, only: FrameRange | None
) -> PassForecast:
    outdated = find_missing(plan, root, keys)
    missing = [frame for frame in outdated if only is None or frame.shot_frame in only]
    layers = read_layers(plan, root)
    pictures = {slate[PICTURE_KEY] for slate in layers.values()}
    latest = {slate["toolkit/sourceFrame"]: slate for slate in layers.values()}
    painted = [frame for frame in missing if keys.picture_key(plan, frame) not in pictures]
    sizes = [path.stat().st_size for path in layers]
    pace = _measure_pace(layers)
    return PassForecast(
        shot=plan.shot,
        label=plan.label,
        kept=len(plan.frames) - len(outdated),
        reused=len(missing) - len(painted),
        rendered=len(painted),
        reasons=Counter(_explain(plan, latest.get(frame.source_frame), engine) for frame in painted),
        size=len(missing) * (round(mean(sizes)) if sizes else _guess_size(plan.pass_name, plate)),
        seconds=None if pace is None else len(painted) * pace,
        mattes=tuple(describe_mattes(plan)),
    )


def _explain(plan: PassPlan, slate: Mapping[str, Any] | None, engine: Engine) -> str:
    """Why a frame is painted, from the newest layer of its source frame."""
    if slate is None:
        return "new"
    if slate["toolkit/engine"] != f"{engine.name}/{engine.revision}":
        return "another engine"
    if slate["toolkit/settings"] != plan.settings:
        return "other settings"
    return "another plate, guide, matte, face or model"


def _measure_pace(files: Collection[Path]) -> float | None:
    """Seconds per frame: the median time between the files of a version. The longest, as copies are made faster."""
    paces = []
    for folder in {path.parent for path in files}:
        times = sorted(path.stat().st_mtime for path in files if path.parent == folder)
        if len(times) > 1:
            paces.append(median(later - earlier for earlier, later in pairwise(times)))
    return max(paces, default=None)


def _guess_size(name: PassName, plate: Plate) -> int:
    channels = 4 if name is PassName.FACE or plate.has_alpha else 3
    return round(plate.width * plate.height * channels * _BYTES_PER_VALUE)
