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
from toolkit.faces.finder import FaceFinder
from toolkit.faces.keypoints import turn_upright
from toolkit.faces.motion import measure_motion
from toolkit.faces.search import QUICK, View, list_views, search_views
from toolkit.faces.tracklet import SAME_PLACE, Detection, Tracklet, detect_near, is_same_face, similarity
from toolkit.faces.upright import FacePlacement, Picture
from toolkit.settings import TrackSettings

SEARCH_EVERY = 12
"""Frames from one search of the quick view to the next, and, while there is no face, from one search of all views to
the next. A face found late is followed back through this many frames, which are kept in memory."""
_PATIENCE = 8
"""Frames during which a lost face is searched for where it was last seen; after that only a full search finds it."""
_SPARE = 2
"""Faces tracked beyond ``max_faces``: which ones are the most prominent is known only at the end of the shot."""
_THREADS = min(4, os.cpu_count() or 1)

_Results = Sequence[tuple[Tracklet, Detection | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceModels:
    """The model files that faces are tracked with."""

    landmarker: Path
    """MediaPipe's Face Landmarker, which reads faces."""
    finder: Path
    """YuNet, which finds them."""


class FaceTracker:
    """Tracks the faces of one shot: ``process`` every frame in order, ``finish``, then read ``tracklets``.

    Most frames cost one reading per face, in a canvas around it. In parallel, every SEARCH_EVERY frames the quick view
    is searched for new faces, and halfway between, the other views take turns. A frame in which a face is lost, or none
    is known, is searched quickly, and while none is known, every SEARCH_EVERY frames in all views.
    """

    def __init__(self, models: FaceModels, settings: TrackSettings) -> None:
        self.tracklets: list[Tracklet] = []
        """All of the shot, in the order in which they were found."""
        self._models = models
        self._settings = settings
        self._threads = ThreadPoolExecutor(max_workers=_THREADS + 1, thread_name_prefix="faces")
        self._finder = FaceFinder(models.finder)
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
        known = self._known_placements()
        found = new_faces.result() if new_faces else []
        if lost or not known:
            all_views = not known and self._frame_count % SEARCH_EVERY == 0
            found = search_views(self._finder, picture, self._views(picture) if all_views else [QUICK], known)
        self._start_tracklets(source_frame, picture, found)
        self._frame_count += 1

    def finish(self) -> None:
        """Search the whole last frame, for a face that entered a part of the frame whose turn had not come yet."""
        if self._recent:
            source_frame, picture = self._recent[-1]
            found = search_views(self._finder, picture, self._views(picture), self._known_placements())
            self._start_tracklets(source_frame, picture, found)

    def _known_placements(self) -> list[FacePlacement]:
        return [tracklet.last.placement for tracklet in self._active if not tracklet.missed]

    def _start_search(self, picture: Picture) -> Future[list[FacePlacement]] | None:
        """Start searching this frame for faces other than the tracked ones, in one view, if it is time for that."""
        cycle, frame = divmod(self._frame_count, SEARCH_EVERY)
        if not self._active or frame % (SEARCH_EVERY // 2):
            return None
        others = self._views(picture)[1:]
        view = others[cycle % len(others)] if frame else QUICK
        expected = [tracklet.predict() for tracklet in self._active]
        return self._threads.submit(search_views, self._finder, picture, [view], expected)

    def _views(self, picture: Picture) -> list[View]:
        height, width = picture.shape[:2]
        return list_views(width, height, min_size=self._settings.min_size, fine=self._settings.tiles)

    def _follow(self, source_frame: int, picture: Picture) -> bool:
        """Read every tracked face in this frame; returns whether one was lost."""

        def read(tracklet: Tracklet) -> Detection | None:
            is_lost = tracklet.missed > 0
            motion = None if is_lost else measure_motion(self._recent[-2][1], picture, tracklet.last.placement)
            found = detect_near(tracklet.reader, picture, tracklet.predict(motion), source_frame, far=is_lost)
            return replace(found, motion=motion) if found else None

        lost = False
        results = list(zip(self._active, self._threads.map(read, self._active), strict=True))
        for index, (tracklet, detection) in enumerate(results):
            taken = _belongs_to_another(index, results)
            if detection and is_same_face(tracklet.last, detection) and not taken:
                tracklet.add(detection)
            elif taken and tracklet.missed:
                tracklet.missed = _PATIENCE + 1  # it only finds a face that another tracklet follows
            else:
                lost = lost or not tracklet.missed
                tracklet.missed += 1
        self._idle_readers += [tracklet.reader for tracklet in self._active if tracklet.missed > _PATIENCE]
        self._active = [tracklet for tracklet in self._active if tracklet.missed <= _PATIENCE]
        return lost

    def _start_tracklets(self, source_frame: int, picture: Picture, found: Sequence[FacePlacement]) -> None:
        for placement in found:
            self._start_tracklet(source_frame, picture, placement)

    def _start_tracklet(self, source_frame: int, picture: Picture, placement: FacePlacement) -> None:
        """Start a tracklet at ``placement``, unless that face is tracked already, and follow it back in time."""
        if len(self._active) >= self._settings.max_faces + _SPARE or self._is_known(source_frame, placement):
            return
        reader = self._idle_readers.pop() if self._idle_readers else self._new_reader()
        upright = turn_upright(reader.keypoints, picture, placement)
        detection = detect_near(reader, picture, upright, source_frame) if upright else None
        if detection is None or self._is_known(source_frame, detection.placement):
            self._idle_readers.append(reader)
            return
        tracklet = Tracklet.start(reader, detection)
        self._follow_back(tracklet, picture)
        self._active.append(tracklet)
        self.tracklets.append(tracklet)

    def _follow_back(self, tracklet: Tracklet, picture: Picture) -> None:
        """Add the detections before the first one of ``tracklet``, which is in ``picture``."""
        detection, later_picture = tracklet.last, picture
        for earlier_frame, earlier_picture in list(self._recent)[-2::-1]:
            earlier = detect_near(tracklet.reader, earlier_picture, detection.placement, earlier_frame)
            if not earlier or not is_same_face(detection, earlier) or self._is_known(earlier_frame, earlier.placement):
                break
            motion = measure_motion(earlier_picture, later_picture, earlier.placement)
            tracklet.detections[detection.source_frame] = replace(detection, motion=motion)
            tracklet.detections[earlier_frame] = detection = earlier
            later_picture = earlier_picture

    def _is_known(self, source_frame: int, placement: FacePlacement) -> bool:
        others = (tracklet.detections.get(source_frame) for tracklet in self.tracklets)
        return any(other is not None and other.placement.distance_to(placement) < SAME_PLACE for other in others)

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
    tracklet, detection = results[index]
    if detection is None:
        return False
    own = similarity(tracklet.last, detection), -index
    return any(
        other is not None
        and other.placement.distance_to(detection.placement) < SAME_PLACE
        and (similarity(rival.last, other), -number) > own
        for number, (rival, other) in enumerate(results)
        if number != index
    )
