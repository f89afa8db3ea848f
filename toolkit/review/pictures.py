"""The pictures of a delivery as people see them: the plate, its layers, and FACE over BODY."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ClipName, Interpolation, PassName, PassPlan, Shot
from toolkit.plates import (
    Encoding,
    Plate,
    PlateFrame,
    encode,
    open_plate,
    probe,
    to_8bit_codes,
    to_display_referred,
)
from toolkit.review.inbetweens import fill_in, find_shown

Picture = NDArray[np.uint8]
"""uint8 (H, W, 3) RGB, display-referred, C-contiguous."""
Codes = TypeVar("Codes", np.uint8, np.float32)
_GREY = 118
"""Display code of 18 % grey, around FACE alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FramePictures:
    """One frame of a shot in every clip."""

    source_frame: int
    plate: Picture
    body: Picture | None
    """None: there is no BODY."""
    composite: Picture | None
    """FACE over BODY, or over the plate where there is no BODY; None: there is no FACE."""
    matte: NDArray[np.float32] | None
    """The alpha of FACE, (H, W) 0..1; None: there is no FACE."""

    def clips(self) -> dict[ClipName, Picture]:
        """What is compared with the plate, that which the editor is to use first."""
        named = {ClipName.COMPOSITE: self.composite, ClipName.BODY: self.body}
        return {name: picture for name, picture in named.items() if picture is not None}

    def face_over_grey(self) -> Picture | None:
        """The composite in the matte, and grey outside; None: there is no FACE."""
        if self.composite is None or self.matte is None:
            return None
        shown = np.full_like(self.composite, _GREY)
        window = find_shown(self.matte)
        if window is not None:
            over = self.matte[window][..., None] * (self.composite[window].astype(np.float32) - _GREY)
            shown[window] = np.rint(_GREY + over)
        return shown


class ShotPictures:
    """A shot's plate and complete layers, open; close it."""

    def __init__(
        self, shot: Shot, plans: Sequence[PassPlan], root: Path, *, interpolation: Interpolation = "host"
    ) -> None:
        """``plans`` are passes of ``shot`` whose files are under ``root``; ``interpolation`` is that of the delivery.

        Raises what ``open_plate`` raises.
        """
        self._stack = ExitStack()
        with ExitStack() as opening:
            self._plate = opening.enter_context(open_plate(shot.media))
            self._layers = {plan.pass_name: opening.enter_context(_Layer(plan, root, interpolation)) for plan in plans}
            self._stack = opening.pop_all()
        self.source_frames = [
            frame for frame in shot.rendered_range if all(layer.shows(frame) for layer in self._layers.values())
        ]
        """The frames that the plate and every layer have, ascending."""

    @property
    def clips(self) -> tuple[ClipName, ...]:
        """Those that ``FramePictures.clips`` will have."""
        found = {ClipName.COMPOSITE: PassName.FACE, ClipName.BODY: PassName.BODY}
        return tuple(clip for clip, layer in found.items() if layer in self._layers)

    def frames(self, only: Sequence[int] | None = None) -> Generator[FramePictures, None, None]:
        """Every one of ``source_frames``, or ``only`` some of them, ascending, decoded ahead in threads.

        Frames between two of a pass on twos are filled in; see ``inbetweens``.

        Raises what ``Plate.frames`` raises.
        """
        wanted = self.source_frames if only is None else only
        for plate, layers in self._read(wanted):
            yield self._compose(plate, layers)

    def displayed(self, clip: ClipName) -> Generator[NDArray[np.float32], None, None]:
        """The pictures of one of ``clips``, not rounded: float32 (H, W, 3) RGB, display-referred, white is 1.

        Raises what ``Plate.frames`` raises.
        """
        for plate, layers in self._read(self.source_frames):
            body = layers.get(PassName.BODY)
            below = body or plate
            encoding = self._plate.encoding if body is None else self._layers[PassName.BODY].encoding
            shown = to_display_referred(below, encoding)
            is_body = clip is ClipName.BODY
            yield shown if is_body else self._put_over(layers[PassName.FACE], below, shown, to_display_referred)

    def _read(self, wanted: Sequence[int]) -> Generator[tuple[PlateFrame, dict[PassName, PlateFrame]], None, None]:
        """The plate and every layer, frame by frame."""
        layers = {name: layer.frames(wanted) for name, layer in self._layers.items()}
        plates = self._plate.frames(wanted)  # not in 8 bits: movies are decoded a little differently there
        with ExitStack() as iterators:
            for iterator in (plates, *layers.values()):
                iterators.enter_context(closing(iterator))
            for plate in plates:
                yield plate, {name: next(one) for name, one in layers.items()}

    def _compose(self, plate: PlateFrame, layers: dict[PassName, PlateFrame]) -> FramePictures:
        body, face = layers.get(PassName.BODY), layers.get(PassName.FACE)
        shown = _show(plate, self._plate.encoding)
        painted = None if body is None else _show(body, self._layers[PassName.BODY].encoding)
        below = shown if painted is None else painted
        return FramePictures(
            source_frame=plate.source_frame,
            plate=shown,
            body=painted,
            composite=None if face is None else self._put_over(face, body or plate, below, _show),
            matte=None if face is None else _alpha(face),
        )

    def _put_over(
        self,
        face: PlateFrame,
        below: PlateFrame,
        shown: NDArray[Codes],
        show: Callable[[PlateFrame, Encoding], NDArray[Codes]],
    ) -> NDArray[Codes]:
        """``face`` over ``below``, which is ``shown``: in the encoding of the layer, where there is any face."""
        layer, alpha = self._layers[PassName.FACE], _alpha(face)
        window = find_shown(alpha)
        composite = shown.copy()
        if window is not None:
            under = below.rgb[window]
            if PassName.BODY not in self._layers:
                under = encode(under, source=self._plate.encoding, target=layer.plan.encoding)
            rgb = face.rgb[window] + (1 - alpha[window][..., None]) * under
            composite[window] = show(replace(face, rgb=rgb), layer.encoding)
        return composite

    def close(self) -> None:
        """Close all files."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_pictures(
    shot: Shot, plans: Sequence[PassPlan], root: Path, *, interpolation: Interpolation = "host"
) -> ShotPictures:
    """Open the plate of ``shot`` and the layers of its ``plans`` under ``root``. Raises what ``open_plate`` raises."""
    return ShotPictures(shot, plans, root, interpolation=interpolation)


class _Layer:
    """The files of one pass, open as a plate."""

    def __init__(self, plan: PassPlan, root: Path, interpolation: Interpolation) -> None:
        self.plan = plan
        self._interpolation = interpolation
        self._plate: Plate = open_plate(probe(Path(str(plan.files(root))), layer=""))
        self.encoding: Encoding = self._plate.encoding

    def shows(self, source_frame: int) -> bool:
        """Whether one of its files lasts over ``source_frame``."""
        return 0 <= source_frame - self.plan.source_first < self.plan.step * len(self.plan.frames)

    def frames(self, source_frames: Sequence[int]) -> Generator[PlateFrame, None, None]:
        """Its pictures of ``source_frames``, ascending; those between two of its files are filled in."""
        frames, step = self.plan.frames, self.plan.step
        places = [divmod(frame - self.plan.source_first, step) for frame in source_frames]
        needed = [frames[index : index + 1 + bool(rest)] for index, rest in places]
        files = list(dict.fromkeys(frame.number for few in needed for frame in few))
        kept: dict[int, PlateFrame] = {}
        with closing(self._plate.frames(files)) as decoded:
            for few, (_, rest) in zip(needed, places, strict=True):
                kept = {number: one for number, one in kept.items() if number >= few[0].number}
                for frame in few:
                    if frame.number not in kept:
                        kept[frame.number] = next(decoded)
                before, after = kept[few[0].number], kept[few[-1].number]
                yield fill_in(before, after, rest / step, self._interpolation, self.encoding)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._plate.close()


def _alpha(face: PlateFrame) -> NDArray[np.float32]:
    """The matte of a FACE layer, which is never without."""
    return np.ones(face.rgb.shape[:2], np.float32) if face.alpha is None else face.alpha


def _show(frame: PlateFrame, encoding: Encoding) -> Picture:
    return to_8bit_codes(to_display_referred(frame, encoding))
