"""Turn and mirror stored pictures upright: the eight orientations of display matrices of movies and of TIFF tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

_NEGLIGIBLE = 0.01
"""Of the largest entry of a display matrix: writers compute sines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """What is done to a stored picture, in this order."""

    transpose: bool = False
    """Exchange rows and columns."""
    flip_rows: bool = False
    """Then turn it upside down."""
    flip_columns: bool = False
    """Then exchange left and right."""

    @classmethod
    def from_display_matrix(cls, matrix: Sequence[float]) -> Self:
        """From the 9 numbers of a movie's display matrix, row by row.

        The first two columns of the first two rows map a stored position (x, y), y down, to a shown one. Raises
        ValueError for other angles than multiples of 90 degrees.
        """
        a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
        least = _NEGLIGIBLE * max(abs(value) for value in (a, b, c, d))
        if max(abs(b), abs(c)) <= least < min(abs(a), abs(d)):
            return cls(flip_rows=d < 0, flip_columns=a < 0)
        if max(abs(a), abs(d)) <= least < min(abs(b), abs(c)):
            return cls(transpose=True, flip_rows=b < 0, flip_columns=c < 0)
        raise ValueError("it is not rotated by a multiple of 90 degrees")

    @classmethod
    def from_tiff(cls, tag: int) -> Self:
        """From the value of TIFF's Orientation tag, 1 to 8; any other counts as 1, as stored."""
        rows, columns = {2: (0, 1), 3: (1, 1), 4: (1, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}.get(tag, (0, 0))
        return cls(transpose=tag in {5, 6, 7, 8}, flip_rows=bool(rows), flip_columns=bool(columns))

    @property
    def is_mirrored(self) -> bool:
        """Whether text would read backwards without it."""
        return self.transpose ^ self.flip_rows ^ self.flip_columns

    def apply(self, picture: NDArray[Number]) -> NDArray[Number]:
        """``picture`` (rows, columns, ...) upright; C-contiguous if it was."""
        if self == Orientation():
            return picture
        turned = np.swapaxes(picture, 0, 1) if self.transpose else picture
        turned = turned[::-1] if self.flip_rows else turned
        turned = turned[:, ::-1] if self.flip_columns else turned
        return np.ascontiguousarray(turned)
