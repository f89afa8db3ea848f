"""Everything that is known of one person in a shot, frame by frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from toolkit.faces.sighting import Sighting
from toolkit.faces.tracklet import Detection
from toolkit.faces.upright import FacePlacement


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person. Everything is by source frame, ascending."""

    detections: Mapping[int, Detection]
    sightings: Mapping[int, Sighting] = field(default_factory=dict)
    """Where the face is seen but not read, and in some frames beside those, in which it is also read."""

    def places(self) -> dict[int, FacePlacement]:
        """Where the face is, as it is read, or else seen."""
        seen = {frame: one.placement for frame, one in self.sightings.items()}
        return dict(sorted((seen | {frame: one.placement for frame, one in self.detections.items()}).items()))

    def within(self, source_frames: Collection[int]) -> Person:
        """The same person in these frames only."""
        return Person(
            detections={frame: one for frame, one in self.detections.items() if frame in source_frames},
            sightings={frame: one for frame, one in self.sightings.items() if frame in source_frames},
        )
