"""Track the faces of a shot frame by frame: follow the known ones and search for new ones."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from toolkit.faces.detect import LandmarkReader
from toolkit.faces.finder import FaceFinder, FoundFace
from toolkit.faces.keypoints import turn_upright
from toolkit.faces.motion import measure_motion
from toolkit.faces.search import QUICK, View, list_views, search_views
from toolkit.faces.sighting import Sighting, sight, sight_near
from toolkit.faces.tracklet import (
    SAME_PLACE,
    Detection,
    Tracklet,
    detect_at,
    detect_near,
    is_plausible_motion,
    is_same_face,
    similarity,
)
from toolkit.faces.upright import FacePlacement, Picture
from toolkit.settings import TrackSettings

SEARCH_EVERY = 12
"""Frames from one search of the quick view to the next, and, while there is no face, from one search of all views to
the next. A face found late is followed back through this many frames, which are kept in memory."""
_PATIENCE = 8
"""Frames during which a lost face is searched for where it was last seen; after that only a full search finds it."""
_SEEN_LONG, _READ_EVERY = 12, 3
"""A face that was seen but not read in more than so many frames in succession is tried only every third frame."""
_SPARE = 2
"""Faces tracked beyond ``max_faces``: which ones are the most prominent is known only at the end of the shot."""
_THREADS = min(4, os.cpu_count() or 1)

_Result = Detection | Sighting | None
_Results = Sequence[tuple[Tracklet, _Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceModels:
    """The model files that faces are tracked with."""

    landmarker: Path
    """MediaPipe's Face Landmarker, which reads faces."""
    finder: Path
    """YuNet, which finds them."""


class FaceTracker:
    """Tracks the faces of one shot: ``process`` every frame in order, ``finish``, then read ``tracklets``.

    Most frames cost one reading per face, in a canvas around it. A face that cannot be read is followed by YuNet. In
    parallel, every SEARCH_EVERY frames the quick view is searched for new faces, and halfway between, the other views
    take turns. A frame in which a face is lost, or none is known, is searched quickly, and while none is known, every
    SEARCH_EVERY frames in all views.
    """

    def __init__(self, models: FaceModels, settings: TrackSettings) -> None:
        self.tracklets: list[Tracklet] = []
        """All of the shot, in the order in which they were found."""
        self._models = models
        self._settings = settings
        self._threads = ThreadPoolExecutor(max_workers=_THREADS + 1, thread_name_prefix="faces")
        self._finder = FaceFinder(models.finder)
        self._near_finder = FaceFinder(models.finder)  # one for each thread
        self._readers: list[LandmarkReader] = []
        self._idle_readers: list[LandmarkReader] = []
        self._recent: deque[tuple[int, Picture]] = deque(maxlen=SEARCH_EVERY)
        self._active: list[Tracklet] = []
        self._frame_count = 0

    def process(self, source_frame: int, picture: Picture) -> None:
        """Process the next frame; ``picture`` is kept for a while and must not change."""
        self._recent.append((source_frame, picture))
        new_faces = self._start_search(picture)
        lost = self._follow(source_frame, picture)
        found = new_faces.result() if new_faces else []
        nobody = not any(tracklet.is_confirmed and not tracklet.missed for tracklet in self._active)
        if lost or nobody:
            all_views = nobody and self._frame_count % SEARCH_EVERY == 0
            views = self._views(picture) if all_views else [QUICK]
            found = search_views(self._finder, picture, views, self._known_placements())
        self._start_tracklets(source_frame, picture, found)
        self._frame_count += 1

    def finish(self) -> None:
        """Search the whole last frame, for a face that entered a part of the frame whose turn had not come yet."""
        if self._recent:
            source_frame, picture = self._recent[-1]
            found = search_views(self._finder, picture, self._views(picture), self._known_placements())
            self._start_tracklets(source_frame, picture, found)

    def _known_placements(self) -> list[FacePlacement]:
        return [tracklet.last.placement for tracklet in self._active if not tracklet.missed or not tracklet.detections]

    def _start_search(self, picture: Picture) -> Future[list[FoundFace]] | None:
        """Start searching this frame for faces other than the tracked ones, in one view, if it is time for that."""
        cycle, frame = divmod(self._frame_count, SEARCH_EVERY)
        if not any(tracklet.is_confirmed for tracklet in self._active) or frame % (SEARCH_EVERY // 2):
            return None
        others = self._views(picture)[1:]
        view = others[cycle % len(others)] if frame else QUICK
        expected = [tracklet.predict() for tracklet in self._active]
        return self._threads.submit(search_views, self._finder, picture, [view], expected)

    def _views(self, picture: Picture) -> list[View]:
        height, width = picture.shape[:2]
        return list_views(width, height, min_size=self._settings.min_size, fine=self._settings.tiles)

    def _follow(self, source_frame: int, picture: Picture) -> bool:
        """Read every tracked face in this frame, or at least see it; returns whether one was lost."""
        seen = {
            tracklet: self._see(tracklet, picture, source_frame) for tracklet in self._active if not tracklet.is_read
        }

        def read(tracklet: Tracklet) -> Detection | None:
            if tracklet.is_read:
                motion = measure_motion(self._recent[-2][1], picture, tracklet.last.placement)
                found = detect_near(tracklet.reader, picture, tracklet.predict(motion), source_frame)
                return replace(found, motion=motion) if found and is_same_face(tracklet.last, found) else None
            sighting = seen[tracklet]
            if not self._is_due(tracklet, sighting):
                return None
            if sighting is None:
                found = detect_near(tracklet.reader, picture, tracklet.predict(), source_frame, far=True)
                return found if found and is_same_face(tracklet.last, found) else None
            look = detect_near if tracklet.unread <= _SEEN_LONG else detect_at
            found = look(tracklet.reader, picture, sighting.placement, source_frame)
            return found if found and is_plausible_motion(sighting.placement, found.placement) else None

        lost = False
        results: list[tuple[Tracklet, _Result]] = []
        for tracklet, detection in zip(self._active, self._threads.map(read, self._active), strict=True):
            sighting = (
                self._see(tracklet, picture, source_frame) if tracklet.is_read and not detection else seen.get(tracklet)
            )
            if tracklet.is_read != (detection is not None) and sighting:
                self._compare(tracklet, sighting)
            results.append((tracklet, detection or sighting))
        for index, (tracklet, latest) in enumerate(results):
            taken = _belongs_to_another(index, results)
            if latest and not taken:
                tracklet.add(latest)
            elif taken and isinstance(latest, Detection) and not tracklet.is_read:
                tracklet.missed = _PATIENCE + 1  # it only finds a face that another tracklet follows
            else:
                lost = lost or not tracklet.missed
                tracklet.missed += 1
        self._idle_readers += [tracklet.reader for tracklet in self._active if tracklet.missed > _PATIENCE]
        self._active = [tracklet for tracklet in self._active if tracklet.missed <= _PATIENCE]
        return lost

    def _is_due(self, tracklet: Tracklet, sighting: Sighting | None) -> bool:
        """Whether to try to read a face that was not read in the frame before."""
        if sighting is None:
            return bool(tracklet.detections)
        return tracklet.unread <= _SEEN_LONG or self._frame_count % _READ_EVERY == 0

    def _see(self, tracklet: Tracklet, picture: Picture, source_frame: int) -> Sighting | None:
        """Where YuNet sees the face of ``tracklet`` in this frame."""
        sighting = sight_near(self._near_finder, picture, tracklet.predict(), source_frame)
        return sighting if sighting and is_same_face(tracklet.last, sighting) else None

    def _compare(self, tracklet: Tracklet, sighting: Sighting) -> None:
        """Also see the face in the frame beside ``sighting`` in which it is read: YuNet puts faces elsewhere."""
        if not tracklet.is_read:
            tracklet.sightings[sighting.source_frame] = sighting
            return
        source_frame, picture = self._recent[-2]
        other = sight_near(self._near_finder, picture, tracklet.last.placement, source_frame)
        if other:
            tracklet.sightings[source_frame] = other

    def _start_tracklets(self, source_frame: int, picture: Picture, found: Sequence[FoundFace]) -> None:
        for face in found:
            self._start_tracklet(source_frame, picture, face)

    def _start_tracklet(self, source_frame: int, picture: Picture, face: FoundFace) -> None:
        """Start a tracklet at ``face``, unless that is tracked already, and follow it back in time."""
        if self._is_known(source_frame, face.placement):
            return
        is_full = len(self._active) >= self._settings.max_faces + _SPARE
        unsure = next((tracklet for tracklet in self._active if not tracklet.detections), None)
        if is_full and unsure is None:
            return
        reader = self._idle_readers.pop() if self._idle_readers else self._new_reader()
        upright = turn_upright(reader.keypoints, picture, face.placement)
        detection = detect_near(reader, picture, upright, source_frame) if upright else None
        if (detection is None and is_full) or (detection and self._is_known(source_frame, detection.placement)):
            self._idle_readers.append(reader)
            return
        if is_full and unsure:
            self._active.remove(unsure)
            self._idle_readers.append(unsure.reader)
        tracklet = Tracklet(reader=reader, last=detection or sight(picture, face, source_frame))
        self._follow_back(tracklet, picture)
        self._active.append(tracklet)
        self.tracklets.append(tracklet)

    def _follow_back(self, tracklet: Tracklet, picture: Picture) -> None:
        """Add what comes before the first detection or sighting of ``tracklet``, which is in ``picture``."""
        latest, later_picture = tracklet.last, picture
        for earlier_frame, earlier_picture in list(self._recent)[-2::-1]:
            earlier: _Result = None
            if tracklet.detections:  # what nothing reads now is hardly read before
                earlier = detect_near(tracklet.reader, earlier_picture, latest.placement, earlier_frame)
            if not earlier or not is_same_face(latest, earlier):
                earlier = sight_near(self._near_finder, earlier_picture, latest.placement, earlier_frame)
            if not earlier or not is_same_face(latest, earlier) or self._is_known(earlier_frame, earlier.placement):
                break
            if isinstance(latest, Detection) and isinstance(earlier, Detection):
                motion = measure_motion(earlier_picture, later_picture, earlier.placement)
                tracklet.detections[latest.source_frame] = replace(latest, motion=motion)
            tracklet.prepend(earlier)
            latest, later_picture = earlier, earlier_picture

    def _is_known(self, source_frame: int, placement: FacePlacement) -> bool:
        here = (
            others.get(source_frame)
            for tracklet in self.tracklets
            for others in (tracklet.detections, tracklet.sightings)
        )
        return any(other is not None and other.placement.distance_to(placement) < SAME_PLACE for other in here)

    def _new_reader(self) -> LandmarkReader:
        self._readers.append(LandmarkReader(self._models.landmarker, confidence=self._settings.confidence))
        return self._readers[-1]

    @property
    def blendshape_names(self) -> tuple[str, ...]:
        """Names of the blendshapes of every detection, in order; empty if no face was read."""
        return next((reader.blendshape_names for reader in self._readers if reader.blendshape_names), ())

    def close(self) -> None:
        """Release all graphs and threads."""
        self._threads.shutdown()
        for reader in self._readers:
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _belongs_to_another(index: int, results: _Results) -> bool:
    """Whether another tracklet detected the same face as tracklet ``index`` and resembles it more."""
    tracklet, latest = results[index]
    if latest is None:
        return False
    own = similarity(tracklet.last, latest), -index
    return any(
        other is not None
        and other.placement.distance_to(latest.placement) < SAME_PLACE
        and (similarity(rival.last, other), -number) > own
        for number, (rival, other) in enumerate(results)
        if number != index
    )
