"""Watching a shot frame by frame: follow the faces that are known, search for those that are not."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, repeat
from pathlib import Path
from typing import Self

from toolkit.faces.detect import FaceFinder, FaceReader
from toolkit.faces.follow import ONE_PLACE, Sighting, Trail, is_same_face, likeness, look
from toolkit.faces.search import Tile, coarse_tiles, distinct, fine_tiles, search_tiles
from toolkit.faces.upright import Picture, Placement
from toolkit.settings import TrackSettings

SEARCH_EVERY = 12
"""Frames within which every part of the frame is searched for further faces, and, while there is no face, from one
search of the tiles to the next. A face found late is followed back through this many frames, which are kept for that.
Within 8 frames instead, ``track`` takes 3 % longer at 1080p."""
_PATIENCE = 8
"""Frames a lost face is looked for where it was last seen; after that only a search finds it again."""
_SPARE = 2
"""Faces followed beyond ``max_faces``: which ones last longest is known only at the end of the shot."""
_THREADS = min(4, os.cpu_count() or 1)

_Seen = Sequence[tuple[Trail, Sighting | None]]


class Watch:
    """The eyes on one shot: ``see`` every frame in order, ``finish``, then read ``trails``.

    Most frames cost one reading per face, in a canvas around it, and beside it a search of a part of the frame for
    further faces: the whole frame and all coarse tiles have their turn within SEARCH_EVERY frames, and in the frame in
    which a face was lost. A frame without any known face is searched as a whole, and every SEARCH_EVERY frames down to
    the fine tiles.
    """

    def __init__(self, model: Path, settings: TrackSettings) -> None:
        self.trails: list[Trail] = []
        """All there were, in the order in which they were found."""
        self._model = model
        self._settings = settings
        self._threads = ThreadPoolExecutor(max_workers=_THREADS + 1, thread_name_prefix="faces")
        self._finders = [self._new_finder()]
        self._readers: list[FaceReader] = []
        self._idle: list[FaceReader] = []
        self._recent: deque[tuple[int, Picture]] = deque(maxlen=SEARCH_EVERY)
        self._followed: list[Trail] = []
        self._count = 0

    def see(self, source_frame: int, picture: Picture) -> None:
        """The next frame; ``picture`` is kept for a while and must not change."""
        self._recent.append((source_frame, picture))
        due = self._count % SEARCH_EVERY == 0
        beside = self._search_beside(picture)
        self._count += 1
        lost = self._follow(source_frame, picture)
        known = self._known()
        found = beside.result() if beside else []
        if lost or not known:
            found = self._search(picture, known, tiles=lost or due, fine=due)
        self._start(source_frame, picture, found)

    def finish(self) -> None:
        """After the last frame: search all of it, for a face that came in before its part of the frame had its turn."""
        if self._recent:
            source_frame, picture = self._recent[-1]
            self._start(source_frame, picture, self._search(picture, self._known(), tiles=True, fine=True))

    def _known(self) -> list[Placement]:
        return [trail.last.placement for trail in self._followed if not trail.waited]

    def _search(self, picture: Picture, known: Sequence[Placement], *, tiles: bool, fine: bool) -> list[Placement]:
        """The whole frame, the coarse ``tiles``, and, where nothing is known or found, the ``fine`` ones."""
        coarse = self._coarse_tiles(picture)
        found = search_tiles(self._finders[0], picture, coarse if tiles else coarse[:1], known)
        return self._search_fine(picture) if fine and self._settings.tiles and not known and not found else found

    def _search_beside(self, picture: Picture) -> Future[list[Placement]] | None:
        """What this frame's share of the coarse tiles shows besides the faces that are followed."""
        if not self._followed:
            return None
        tiles = self._coarse_tiles(picture)
        pause = max(1, SEARCH_EVERY // len(tiles))
        turn, rest = divmod(self._count % SEARCH_EVERY, pause)
        share = tiles[turn :: SEARCH_EVERY // pause]
        if rest or not share:
            return None
        expected = [trail.expected() for trail in self._followed]
        return self._threads.submit(search_tiles, self._finders[0], picture, share, expected)

    def _coarse_tiles(self, picture: Picture) -> list[Tile]:
        height, width = picture.shape[:2]
        tiles = coarse_tiles(width, height)
        return tiles if self._settings.tiles else tiles[:1]

    def _search_fine(self, picture: Picture) -> list[Placement]:
        """The fine tiles, dealt out to the threads; what is found does not depend on how many there are."""
        self._finders += [self._new_finder() for _ in range(len(self._finders), _THREADS)]
        height, width = picture.shape[:2]
        fine = fine_tiles(width, height, self._settings.min_size)
        shares = [fine[start::_THREADS] for start in range(_THREADS)]
        found = self._threads.map(search_tiles, self._finders, repeat(picture), shares)
        return list(chain.from_iterable(found))

    def _follow(self, source_frame: int, picture: Picture) -> bool:
        """Look at every followed face; whether one was lost in this frame."""

        def seek(trail: Trail) -> Sighting | None:
            return look(trail.reader, picture, trail.expected(), source_frame, far=trail.waited > 0)

        lost = False
        seen = list(zip(self._followed, self._threads.map(seek, self._followed), strict=True))
        for index, (trail, sighting) in enumerate(seen):
            taken = _is_anothers(index, seen)
            if sighting and is_same_face(trail.last, sighting) and not taken:
                trail.add(sighting)
            elif taken and trail.waited:
                trail.waited = _PATIENCE + 1  # all it finds is a face that is followed already
            else:
                lost = lost or not trail.waited
                trail.waited += 1
        self._idle += [trail.reader for trail in self._followed if trail.waited > _PATIENCE]
        self._followed = [trail for trail in self._followed if trail.waited <= _PATIENCE]
        return lost

    def _start(self, source_frame: int, picture: Picture, found: Sequence[Placement]) -> None:
        for placement in distinct(found):
            self._start_at(source_frame, picture, placement)

    def _start_at(self, source_frame: int, picture: Picture, placement: Placement) -> None:
        """Begin a trail at ``placement``, unless the face there is followed already, and look back."""
        if len(self._followed) >= self._settings.max_faces + _SPARE or self._is_known(source_frame, placement):
            return
        reader = self._idle.pop() if self._idle else self._new_reader()
        sighting = look(reader, picture, placement, source_frame)
        if sighting is None or self._is_known(source_frame, sighting.placement):
            self._idle.append(reader)
            return
        trail = Trail.starting(reader, sighting)
        for earlier_frame, earlier_picture in list(self._recent)[-2::-1]:
            earlier = look(reader, earlier_picture, sighting.placement, earlier_frame)
            if not earlier or not is_same_face(sighting, earlier) or self._is_known(earlier_frame, earlier.placement):
                break
            trail.sightings[earlier_frame] = sighting = earlier
        self._followed.append(trail)
        self.trails.append(trail)

    def _is_known(self, source_frame: int, placement: Placement) -> bool:
        seen = (trail.sightings.get(source_frame) for trail in self.trails)
        return any(other is not None and other.placement.apart(placement) < ONE_PLACE for other in seen)

    def _new_finder(self) -> FaceFinder:
        faces = self._settings.max_faces + _SPARE
        return FaceFinder(self._model, confidence=self._settings.confidence, faces=faces)

    def _new_reader(self) -> FaceReader:
        self._readers.append(FaceReader(self._model, confidence=self._settings.confidence))
        return self._readers[-1]

    @property
    def blendshape_names(self) -> tuple[str, ...]:
        """In the order of every sighting's blendshapes; empty when no face was read."""
        return next((reader.blendshape_names for reader in self._readers if reader.blendshape_names), ())

    def close(self) -> None:
        """Give all graphs and threads back."""
        self._threads.shutdown()
        for reader in (*self._finders, *self._readers):
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_anothers(index: int, seen: _Seen) -> bool:
    """Whether another trail saw the very face that trail ``index`` saw, and knows it better."""
    trail, sighting = seen[index]
    if sighting is None:
        return False
    own = likeness(trail.last, sighting), -index
    return any(
        other is not None
        and other.placement.apart(sighting.placement) < ONE_PLACE
        and (likeness(others.last, other), -number) > own
        for number, (others, other) in enumerate(seen)
        if number != index
    )
