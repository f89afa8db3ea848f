"""How many bytes the pictures of a report may take, and what that makes of their size."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log2

MEGABYTE = 1_000_000

SHARES = {"frames": 0.7, "strips": 0.08, "overlays": 0.1, "contact": 0.05, "curves": 0.05}
"""Of the room in a report."""
_PAGE_BYTES, _SHOT_BYTES, _FRAME_BYTES = 70_000, 7_000, 130
"""Of the page: without shots, and for each shot and each frame its text, its timecodes and its curves, about."""

_MOST_BYTES = 96_000
"""Of a frame, all its clips together: beyond, nobody sees a difference."""
_MOST_PIXELS = 960 * 540
"""Of the picture of one clip."""
_LEAST_PIXELS = 128 * 72
"""Below, a face is a dot; what the frames cost beyond their allowance is saved by leaving some out."""
_MOVIE_BITS, _STILL_BITS = 0.16, 0.9
"""Bits that a pixel takes at least, to look clean, of a movie and of a single JPEG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one frame of a report may take."""

    movie: int
    """Bytes of a frame of a movie, all its clips together; 0: there are no movies."""
    stills: int
    """Bytes of a frame as JPEG; 0: only the strip."""
    strip: int
    """Bytes of the thumbnails of a shot."""

    def movie_pixels(self, clips: int) -> int:
        """Pixels of the picture of one of ``clips`` clips in a movie."""
        return _pixels(self.movie, clips, _MOVIE_BITS)

    def still_pixels(self, clips: int) -> int:
        """The same of a JPEG."""
        return _pixels(self.stills, clips, _STILL_BITS)

    def stride(self, clips: int) -> int:
        """From how many frames one is kept as JPEG, so that even the smallest picture fits."""
        least = clips * _LEAST_PIXELS * _STILL_BITS / 8
        return 1 if self.stills >= least else 2 ** -floor(log2(self.stills / least))


def find_room(megabytes: float, *, shots: int, frames: int) -> float:
    """The bytes that a report of ``megabytes`` has for all that is not text; a quarter of it if the text is long."""
    text = _PAGE_BYTES + _SHOT_BYTES * shots + _FRAME_BYTES * frames
    return max(megabytes * MEGABYTE / 4, megabytes * MEGABYTE - text)


def find_allowance(room: float, *, shots: int, frames: int, movies: bool, stills: bool) -> Allowance:
    """Share ``room`` bytes among ``frames`` frames of ``shots`` shots as ``movies`` and as ``stills``, or both.

    What is not shared here is for all the rest: see ``SHARES``. What a frame or a shot gets is rounded down to a step
    of a quarter octave, so that one shot more does not make all others new.
    """
    share = SHARES["frames"] * room / max(1, frames)
    strip = SHARES["strips"] * room / max(1, shots)
    movie = share * (0.7 if stills else 1) if movies else 0
    return Allowance(
        movie=_step_down(movie), stills=_step_down(share - movie) if stills else 0, strip=_step_down(strip)
    )


def _step_down(share: float) -> int:
    if share <= 0:
        return 0
    return min(_MOST_BYTES, max(1, floor(2 ** (floor(4 * log2(max(1.0, share))) / 4))))


def _pixels(allowed: int, clips: int, bits: float) -> int:
    return max(_LEAST_PIXELS, min(_MOST_PIXELS, floor(8 * allowed / bits / clips)))
