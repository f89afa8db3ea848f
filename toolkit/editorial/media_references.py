"""Claims: what the cut says about a clip's media, before anybody looks at the disk."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.editorial.locations import Location, find, locate
from toolkit.editorial.shot_names import is_layer
from toolkit.editorial.skips import Skip
from toolkit.editorial.timeline_files import LAYER_METADATA
from toolkit.editorial.times import doubt, nearest, seconds, time_base

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """An ``available_range`` with exact numbers."""

    start: Fraction
    """Seconds; often the media's timecode."""
    doubt: Fraction
    """Seconds that ``start`` may be off."""
    length: Fraction
    """Seconds."""
    rate: Fraction
    """The rate it is written in: usually, not always, the media's own."""

    @classmethod
    def of(cls, time_range: TimeRange) -> Available:
        """Raises Skip for times that are none."""
        start, duration = time_range.start_time, time_range.duration
        return _available(start.value, start.rate, duration.value, duration.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the cut says about the media of a clip."""

    location: Location
    sequence_rate: Fraction | None = None
    """Pictures per second of a sequence, where the cut says it."""
    available: Available | None = None
    """None when the cut does not say what the media has."""

    @property
    def counts_one(self) -> bool:
        """Whether the cut says that the media is a single picture, or says nothing."""
        return self.available is None or nearest(self.available.length * self.available.rate) <= 1


def claim_of(clip: schema.Clip, beside: Path) -> Claim:
    """What ``clip`` of a timeline in the folder ``beside`` says. Raises Skip when it names no footage."""
    from opentimelineio import schema

    reference = clip.media_reference
    if isinstance(reference, schema.GeneratorReference):
        raise Skip(f"a generator ({reference.generator_kind or 'unnamed'}), not footage")
    available = Available.of(reference.available_range) if reference and reference.available_range else None
    if isinstance(reference, schema.ImageSequenceReference):
        return _sequence_claim(reference, available, beside)
    if isinstance(reference, schema.ExternalReference):
        return Claim(location=locate(reference.target_url or "", beside), available=available)
    if reference is None or isinstance(reference, schema.MissingReference):
        return Claim(location=locate(_url_that_resolve_remembers(reference), beside), available=available)
    raise Skip(f"its media is described by a {reference.schema_name()}, which is not supported yet")


def is_layer_clip(clip: schema.Clip, beside: Path) -> bool:
    """Whether ``clip`` of a timeline in the folder ``beside`` is a layer of ours: by its metadata, else by its path."""
    if LAYER_METADATA in clip.metadata:
        return True
    try:
        return is_layer(claim_of(clip, beside).location.path)
    except Skip:  # it names no file
        return False


@lru_cache(maxsize=1024)
def _available(start: float, start_rate: float, count: float, count_rate: float) -> Available:
    from opentimelineio.opentime import RationalTime

    start_time = RationalTime(start, start_rate)
    return Available(
        start=seconds(start_time),
        doubt=doubt(start_time),
        length=seconds(RationalTime(count, count_rate)),
        rate=time_base(start_rate),
    )


def _sequence_claim(reference: schema.ImageSequenceReference, available: Available | None, beside: Path) -> Claim:
    if reference.frame_step != 1:
        raise Skip(f"a sequence with one file for every {reference.frame_step} frames is not supported yet")
    folder = reference.target_url_base or ""
    # Resolve writes the folder without the slash that OpenTimelineIO expects at its end.
    slash = "" if not folder or folder[-1] in "/\\" else "/"
    hashes = "#" * max(1, reference.frame_zero_padding)
    path = find(f"{folder}{slash}{reference.name_prefix}{hashes}{reference.name_suffix}", beside)
    return Claim(
        location=Location(path=path, is_sequence=True, first_file=reference.start_frame),
        # 1 is what the schema says when nobody said anything.
        sequence_rate=time_base(reference.rate) if reference.rate != 1 else None,
        available=available,
    )


def _url_that_resolve_remembers(reference: schema.MissingReference | None) -> str:
    """The path of a clip that was offline when Resolve exported it. Raises Skip for titles and the like."""
    resolve: Any = reference.metadata.get("Resolve_OTIO") if reference is not None else None
    url = resolve.get("Media Url") if hasattr(resolve, "get") else None
    if not isinstance(url, str) or not url:
        raise Skip("no media: a title, a generator, or a clip that was offline when the cut was exported")
    return url
