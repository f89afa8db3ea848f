"""Where the page has its pictures from."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from toolkit.documents import Interpolation, PassPlan, Shot
from toolkit.review import FramePictures, Picture, ShotPictures, open_pictures

PLATE, BODY, FACE, COMPOSITE = "PLATE", "BODY", "FACE", "COMPOSITE"
CLIPS = (PLATE, BODY, FACE, COMPOSITE)
"""What a frame may have: the plate, each pass, and FACE over BODY."""


Frame = tuple[int, Mapping[str, Picture]]
"""A source frame, and its clips."""


class Pictures(Protocol):
    """The frames of one shot."""

    def frames(self, only: Sequence[int] | None = None) -> Iterator[Frame]:
        """Source frames, ascending, with those of ``CLIPS`` that exist, all of one size. Raises ToolkitError.

        ``only``: some of the frames; those among them that do not exist are left out.
        """


OpenPictures = Callable[[Shot, Sequence[PassPlan]], AbstractContextManager[Pictures]]
"""Opens the pictures of a source shot and its passes; raises ToolkitError."""


@contextmanager
def open_rendered(
    shot: Shot, plans: Sequence[PassPlan], root: Path, interpolation: Interpolation
) -> Generator[Pictures, None, None]:
    """Open the plate of ``shot`` and the layers of its ``plans`` under ``root``. Raises what ``open_plate`` raises."""
    with open_pictures(shot, plans, root, interpolation=interpolation) as pictures:
        yield _Rendered(pictures)


class _Rendered:
    """``ShotPictures`` by the names of the page."""

    def __init__(self, pictures: ShotPictures) -> None:
        self._pictures = pictures

    def frames(self, only: Sequence[int] | None = None) -> Iterator[Frame]:
        """See ``Pictures``."""
        known = self._pictures.source_frames
        wanted = known if only is None else sorted(set(known) & set(only))
        with closing(self._pictures.frames(wanted)) as frames:
            for frame in frames:
                yield name_clips(frame)


def name_clips(frame: FramePictures) -> Frame:
    """``frame`` by the names of the page."""
    named = {PLATE: frame.plate, BODY: frame.body, FACE: frame.face_over_grey(), COMPOSITE: frame.composite}
    return frame.source_frame, {name: one for name, one in named.items() if one is not None}
