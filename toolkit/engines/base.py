"""The interface between the passes and an engine: a request, and the engine's one method."""

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
class FaceShape:
    """A face in an image, and what it would look like without its acting."""

    landmarks: NDArray[np.float32]
    """(478, 3), as in ``FaceSample``, but in pixels of the image."""
    mean: NDArray[np.float32]
    """The same of the shot's mean expression, in the pose that the head has in this image."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintRequest:
    """One image to re-render: a whole frame (BODY) or the crop of a face (FACE)."""

    image: NDArray[np.float32]
    """(H, W, 3) RGB, display-referred 0..1, C-contiguous; H and W are multiples of 8."""
    look: LookPlan
    """The same for every image that is painted in one call. ``strength`` 0 must return the image unchanged, 1 ignores
    it."""
    prompt: str
    """Prompt of this image."""
    negative: str
    """Negative prompt of this image. It overrides the look's, and may differ from image to image."""
    seed: int
    """Seed of the noise, 0..2**31-1. All randomness must come from it."""
    place: str
    """``sh010 FACE 1004``: for messages only."""
    matte: NDArray[np.float32] | None = None
    """(H, W) 0..1: the matte that will cut the layer; None: it is not cut. Only for engines with ``wants_matte``: they
    may leave everything outside it unchanged, but must paint all of its soft edge, starting from
    ``look.masked_content``."""
    guides: tuple[NDArray[np.uint8], ...] = ()
    """(H, W, 3) RGB each: the guide image for each of ``look.controls``, in that order. Only for engines with
    ``wants_guides``."""
    faces: tuple[FaceShape, ...] = ()
    """The faces in the image: all of the frame for BODY, its own for FACE. Only for engines with ``wants_faces``."""
    noise_stmap: NDArray[np.float32] | None = None
    """(H, W, 2) x and y, pixels: ST map into the shot's first frame; coordinates may lie outside it. Noise is sampled
    there. None: sampled at the pixel itself. Only for engines whose entry has ``takes_noise_stmap``."""


def is_drawn(guide: NDArray[np.uint8]) -> bool:
    """Whether a guide shows anything. An all-black one has nothing to follow: nobody is seen, or too small to draw.

    Servers do not get it: Forge's ControlNet fails for such a guide, and drops the other controls of the frame as well.
    """
    return bool(guide.any())


class Engine(ABC):
    """Renders the images of a pass. A new engine is one file and one line in ``ENGINES``.

    Results must not depend on how requests are grouped into batches: the same request gives the same image.
    """

    name: ClassVar[str]
    """As in ``--engine``."""
    revision: str
    """Changes whenever the same request would give different pixels; part of every frame's content key."""
    wants_matte: ClassVar[bool] = False
    """Whether it leaves the image outside a matte unchanged. The layer is cut by its matte in any case."""
    wants_guides: ClassVar[bool] = False
    """Whether it uses guide images (ControlNet)."""
    wants_faces: ClassVar[bool] = False
    """Whether it uses the shapes of the faces in an image."""
    batch: int = 1
    """Preferred number of requests of one size per call."""
    step_callback: StepCallback | None = None
    """Optional callback for step progress within one image. Only some engines report it."""

    @property
    def place(self) -> str:
        """Where it paints, for people: ``on this machine``, ``at http://render01:7860``."""
        return "on this machine"

    def identity(self, look: LookPlan) -> str:
        """Everything besides the request that determines the pixels of ``look``; part of every frame's content key.

        The revision by default. An engine that loads models itself adds a digest of their files and of how it runs
        them, so that a different file under the same name is noticed. Called for every frame, with prepared looks.
        """
        return self.revision

    def prepare(self, looks: Iterable[LookPlan], section: str = "") -> None:  # noqa: B027  most need nothing of a look
        """Check, before any work is done, that everything ``looks`` name is available.

        ``section`` is where they are set, ``body`` or ``face``, for messages; empty: it is not known. Raises
        EngineUnavailable, and InputError where a look does not fit a file that the user wrote.
        """

    @abstractmethod
    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """One image per request, in order: (H, W, 3) float32, display-referred 0..1, the same size as its request.

        All requests of one call have the same size and the same look, which has been prepared. Raises EngineFailed.
        """

    def close(self) -> None:  # noqa: B027  most engines hold nothing: doing nothing is the right default
        """Release everything the engine holds. The engine must not be used afterwards."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
