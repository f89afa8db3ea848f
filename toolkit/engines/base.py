"""The seam: what an engine is asked and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.progress import StepCallback


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintRequest:
    """One picture to re-render."""

    image: NDArray[np.float32]
    """(H, W, 3) RGB, display-referred 0..1, C-contiguous; H and W are multiples of 8."""
    look: LookPlan
    """The same for every picture of a pass. ``strength`` 0 must give the image back, 1 forgets it."""
    prompt: str
    """What to paint in this picture."""
    negative: str
    """What not to paint in it; it may differ from picture to picture, and holds instead of the look's."""
    seed: int
    """Start of this picture's noise, 0..2**31-1; all randomness comes from it and from nothing else."""
    place: str
    """``sh010 FACE 1004``: for messages only."""
    matte: NDArray[np.float32] | None = None
    """(H, W) 0..1: what the layer will be cut with; None: not at all. Only for engines that say ``wants_matte``: they
    may keep what lies outside, but must paint all of its soft edge, starting from ``look.masked_content``."""
    guides: tuple[NDArray[np.uint8], ...] = ()
    """(H, W, 3) RGB each: the picture for each of ``look.controls``, in their order. Only for ``wants_guides``."""
    came_from: NDArray[np.float32] | None = None
    """(H, W, 2) x and y: where each pixel was in the first picture of the shot, in or out of it. The noise of ``seed``
    is taken from there; None: from the pixel's own place. Only for engines whose entry says ``moves_noise``."""


class Engine(ABC):
    """What paints a pass. One method; a new engine is one file and one line in ``ENGINES``.

    Results must not depend on how requests are grouped into batches: the same request gives the same picture.
    """

    name: ClassVar[str]
    """As in ``--engine``."""
    revision: str
    """Changes whenever the same request would give other pixels: part of every frame's content key."""
    wants_matte: ClassVar[bool] = False
    """Whether it keeps what lies outside a matte; the layer is cut by its matte in any case."""
    wants_guides: ClassVar[bool] = False
    """Whether it can be held by control pictures."""
    batch: int = 1
    """How many requests of one size it likes to get at once."""
    step_callback: StepCallback | None = None
    """Optional callback for step progress within one image. Only some engines report it."""

    def identity(self, look: LookPlan) -> str:
        """What determines the pixels of ``look`` beside the request itself: part of every frame's content key.

        The revision; an engine that loads models itself adds a digest of their files and of how it runs them, so that
        another file under the same name is seen. Asked for every frame, of looks that have been prepared.
        """
        return self.revision

    def prepare(self, looks: Iterable[LookPlan]) -> None:  # noqa: B027  most engines need nothing that a look names
        """Make sure, before any work is done, that everything ``looks`` name is there.

        Raises EngineUnavailable, and InputError where a look does not go with a file that its user wrote.
        """

    @abstractmethod
    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """One picture per request, in order: (H, W, 3) float32, display-referred 0..1, same size as its request.

        All images of one call have the same size and the same look, which has been prepared. Raises EngineFailed.
        """

    def close(self) -> None:  # noqa: B027  most engines hold nothing: doing nothing is the right default
        """Give back what the engine holds; the engine is not used afterwards."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
