"""Watching a shot frame by frame: follow the faces that are known, search for those that are not."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from toolkit.faces.detect import FaceReader
from toolkit.faces.follow import Sighting, Trail, is_same_face, likeness, look
from toolkit.faces.search import search_frame, search_tiles
from toolkit.faces.upright import Picture, Placement
from toolkit.settings import TrackSettings

SEARCH_EVERY = 8
"""Frames between two searches for further faces, and between two searches of the tiles while there is no face. A face
found late is followed back through this many frames, which are kept for that."""
_PATIENCE = 8
"""Frames a lost face is looked for where it was last seen, before only a search can find it again."""
_SPARE = 2
"""Faces followed beyond ``max_faces``: which ones last longest is known only at the end of the shot."""
_ONE_PLACE = 0.35
"""Two faces nearer than this (in face heights) are one."""


class Watch:
    """The eyes on one shot; ``see`` every frame in order, then read ``trails``."""

    def __init__(self, model: Path, settings: TrackSettings) -> None:
        self._model = model
        self._settings = settings
        self._finder = FaceReader(
            model, confidence=settings.confidence, faces=settings.max_faces, video=False, expression=False
        )
        self._readers: list[FaceReader] = []
        self._idle: list[FaceReader] = []
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="faces")
        self._recent: deque[tuple[int, Picture]] = deque(maxlen=SEARCH_EVERY)
        self._followed: list[Trail] = []
        self._count = 0
        self.trails: list[Trail] = []

    def see(self, source_frame: int, picture: Picture) -> None:
        """The next frame; ``picture`` is kept for a while and must not change."""
        self._recent.append((source_frame, picture))
        lost = self._follow(source_frame, picture)
        seen = [trail.sightings[source_frame] for trail in self._followed if not trail.waited]
        due = self._count % SEARCH_EVERY == 0
        self._count += 1
        found: list[Placement] = []
        if due or lost or not seen:
            found = search_frame(self._finder, picture)
        if due and not seen and not found and self._settings.tiles:
            found = search_tiles(self._finder, picture, min_size=self._settings.min_size)
        for placement in found:
            self._start(source_frame, picture, placement)

    def _follow(self, source_frame: int, picture: Picture) -> bool:
        """Look at every followed face; whether one was lost."""

        def seek(trail: Trail) -> Sighting | None:
            return look(trail.reader, picture, trail.expected(), source_frame, zoom=0.5 if trail.waited else 1.0)

        lost = False
        seen = list(self._threads.map(seek, self._followed)) if len(self._followed) > 1 else map(seek, self._followed)
        pairs = list(zip(self._followed, seen, strict=True))
        for trail, sighting in pairs:
            if sighting is not None and self._is_anothers(trail, sighting, pairs):
                sighting = None
            if sighting is not None and is_same_face(trail.last, sighting):
                trail.sightings[source_frame] = sighting
                trail.waited = 0
            else:
                lost = lost or not trail.waited
                trail.waited += 1
        for trail in [trail for trail in self._followed if trail.waited > _PATIENCE]:
            self._followed.remove(trail)
            self._idle.append(trail.reader)
        return lost

    def _is_anothers(
        self, trail: Trail, sighting: Sighting, pairs: list[tuple[Trail, Sighting | None]]
    ) -> bool:
        """Whether another trail saw the same face in this frame and knows it better."""
        own = likeness(trail.last, sighting)
        return any(
            other is not trail
            and others is not None
            and others.placement.apart(sighting.placement) < _ONE_PLACE
            and likeness(other.last, others) > own
            for other, others in pairs
        )

    def _start(self, source_frame: int, picture: Picture, placement: Placement) -> None:
        """Begin a trail at ``placement`` unless the face there is followed already; then look back."""
        if len(self._followed) >= self._settings.max_faces + _SPARE or self._is_known(source_frame, placement):
            return
        reader = self._idle.pop() if self._idle else self._new_reader()
        sighting = look(reader, picture, placement, source_frame)
        if sighting is None or self._is_known(source_frame, sighting.placement):
            self._idle.append(reader)
            return
        trail = Trail(reader=reader, sightings={source_frame: sighting})
        for earlier_frame, earlier_picture in list(self._recent)[-2::-1]:
            earlier = look(reader, earlier_picture, sighting.placement, earlier_frame)
            if earlier is None or not is_same_face(sighting, earlier):
                break
            if self._is_known(earlier_frame, earlier.placement):
                break
            trail.sightings[earlier_frame] = sighting = earlier
        self._followed.append(trail)
        self.trails.append(trail)

    def _is_known(self, source_frame: int, placement: Placement) -> bool:
        seen = (trail.sightings.get(source_frame) for trail in self.trails)
        return any(other is not None and other.placement.apart(placement) < _ONE_PLACE for other in seen)

    def _new_reader(self) -> FaceReader:
        reader = FaceReader(self._model, confidence=self._settings.confidence, faces=1, video=True)
        self._readers.append(reader)
        return reader

    @property
    def blendshape_names(self) -> tuple[str, ...]:
        """In the order of every sighting's blendshapes; empty when no face was read."""
        return next((reader.blendshape_names for reader in self._readers if reader.blendshape_names), ())

    def close(self) -> None:
        """Give all graphs and threads back."""
        self._threads.shutdown()
        for reader in (self._finder, *self._readers):
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
