"""Facial expressions as phrases for an image prompt, read from blendshapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One phrase and the blendshapes that switch it on."""

    text: str
    """As it appears in the prompt."""
    kind: str
    """A frame has at most one phrase of each kind: the first in the table that is on."""
    blendshapes: tuple[str, ...]
    """Their minimum counts: a wink does not close both eyes, and crossed eyes do not look to a side."""
    on: float
    """0..1; the phrase is on where the value reaches this ..."""
    off: float
    """0..1, below ``on``; ... and around such a frame as long as the value stays at or above this."""


PHRASES = (
    Phrase(text="mouth wide open", kind="jaw", blendshapes=("jawOpen",), on=0.7, off=0.55),
    Phrase(text="mouth open", kind="jaw", blendshapes=("jawOpen",), on=0.4, off=0.3),
    Phrase(text="mouth slightly open", kind="jaw", blendshapes=("jawOpen",), on=0.2, off=0.15),
    Phrase(text="lips puckered", kind="lips", blendshapes=("mouthPucker",), on=0.9, off=0.75),
    Phrase(text="smiling", kind="lips", blendshapes=("mouthSmileLeft", "mouthSmileRight"), on=0.8, off=0.7),
    Phrase(text="teeth showing", kind="teeth", blendshapes=("mouthUpperUpLeft",), on=0.35, off=0.25),
    Phrase(text="teeth showing", kind="teeth", blendshapes=("mouthUpperUpRight",), on=0.35, off=0.25),
    Phrase(text="mouth pulled to the left", kind="pull", blendshapes=("mouthRight",), on=0.4, off=0.3),
    Phrase(text="mouth pulled to the right", kind="pull", blendshapes=("mouthLeft",), on=0.4, off=0.3),
    Phrase(text="eyes closed", kind="lids", blendshapes=("eyeBlinkLeft", "eyeBlinkRight"), on=0.5, off=0.4),
    Phrase(text="one eye closed", kind="lids", blendshapes=("eyeBlinkLeft",), on=0.5, off=0.4),
    Phrase(text="one eye closed", kind="lids", blendshapes=("eyeBlinkRight",), on=0.5, off=0.4),
    Phrase(text="looking to the left", kind="gaze", blendshapes=("eyeLookInLeft", "eyeLookOutRight"), on=0.7, off=0.6),
    Phrase(text="looking to the right", kind="gaze", blendshapes=("eyeLookOutLeft", "eyeLookInRight"), on=0.7, off=0.6),
    Phrase(
        text="brows raised",
        kind="brows",
        blendshapes=("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
        on=0.6,
        off=0.45,
    ),
)
"""Left and right are the picture's, as an image prompt means them: a subject who looks to their own left
(``eyeLookOutLeft``) looks to the picture's right, and ``mouthRight`` pulls the mouth to the picture's left.

Measured on the 335 frames of a rendered capture with known weights: an open or wide open mouth is reported exactly
where ``jawOpen`` was 0.4 or more, one closed eye exactly where its ``eyeBlink`` was; a pulled mouth and raised brows
are right in 99 % of the frames, a smile and showing teeth in 97 %. MediaPipe gives a smile 0.96 where the capture has
0.75, but still 0.7 for a shout with 0.25, hence the high thresholds. ``mouthPucker`` is 0.9 and more on rounded lips,
up to 0.8 on pressed ones. Gaze is relative to the head: looking into the camera past a turned head gives 0.57, a real
glance aside 0.76 to 0.96.

Left out: what MediaPipe misreads or does not respond to in that capture (frown, stretch, roll, funnel, ``cheekPuff``,
``noseSneer``), does not detect at all (the tongue), or gives as high for another face at rest (``browDown``, at most
0.16 for a true 0.57; ``eyeWide``, 0.22 for 0.95; ``eyeSquint``); and looking up and down: the capture never looks up,
and ``eyeLookDown`` is 0.7 or more in a third of its frames, for a true 0.5, and in blinks."""
MIN_FRAMES = 3
"""Shortest duration of a phrase and of a pause between phrases, frames, unless the face itself is there for fewer. Most
blinks last as long; briefer ones are ignored."""


def expression_words(samples: Sequence[FaceSample], names: Sequence[str]) -> list[str]:
    """The expression in each of ``samples``: texts of ``PHRASES`` such as ``"mouth open, eyes closed"``.

    ``samples`` are one face's, in frame order; ``names`` are the blendshapes of their values. One string per sample, ""
    for a neutral or ABSENT face; nothing carries over an absence. The words do not flicker: a value that wavers around
    one threshold changes nothing, and no phrase comes or goes for fewer than ``MIN_FRAMES`` frames. With plain
    thresholds at ``on``, the phrases for a woman grimacing as fast as she can change 21.6 times a second, these 11.4
    times; for a man who smiles, glances about and blinks, 9.0 and 5.1. The whole shot is known, so the words do not
    lag.

    Raises ValueError if ``names`` lacks a blendshape of the table, or a sample does not have one value per name.
    """
    if samples and all(sample.blendshapes is None for sample in samples):
        return [""] * len(samples)  # nothing was read, and no names are known
    missing = {name for phrase in PHRASES for name in phrase.blendshapes} - set(names)
    if missing:
        raise ValueError(f"missing blendshapes: {', '.join(sorted(missing))}")
    words: list[str] = []
    for is_absent, run in groupby(samples, key=lambda sample: sample.blendshapes is None):
        values = [sample.blendshapes or () for sample in run]
        if not is_absent and {len(shapes) for shapes in values} != {len(names)}:
            raise ValueError(f"samples must have one value for each of the {len(names)} names")
        words += [""] * len(values) if is_absent else _describe_run(np.array(values), names)
    return words


def _describe_run(shapes: NDArray[np.float64], names: Sequence[str]) -> list[str]:
    """The words for consecutive frames with a face; ``shapes`` is (frames, 52)."""
    columns: list[list[str]] = []
    for _, kind in groupby(PHRASES, key=lambda phrase: phrase.kind):
        texts = [""] * len(shapes)
        for phrase in reversed(list(kind)):  # the first in the table overrides the others
            values = shapes[:, [names.index(name) for name in phrase.blendshapes]].min(axis=1)
            switched = _apply_hysteresis(values, phrase)
            texts = [phrase.text if is_on else text for is_on, text in zip(switched, texts, strict=True)]
        columns.append(_remove_short_runs(texts))
    return [", ".join(filter(None, frame)) for frame in zip(*columns, strict=True)]


def _apply_hysteresis(values: NDArray[np.float64], phrase: Phrase) -> Iterator[bool]:
    """For every frame: whether its run at or above ``off`` reaches ``on`` anywhere."""
    for is_above, run in groupby(values, key=lambda value: bool(value >= phrase.off)):
        run_values = list(run)
        yield from [is_above and max(run_values) >= phrase.on] * len(run_values)


def _remove_short_runs(texts: list[str]) -> list[str]:
    """Replace runs shorter than ``MIN_FRAMES`` by their longer neighbour, shortest run first."""
    while True:
        runs = [list(run) for _, run in groupby(texts)]
        shortest = min(range(len(runs)), key=lambda index: len(runs[index]))
        if len(runs) == 1 or len(runs[shortest]) >= MIN_FRAMES:
            return texts
        neighbours = [runs[index] for index in (shortest - 1, shortest + 1) if 0 <= index < len(runs)]
        runs[shortest] = max(neighbours, key=len)[:1] * len(runs[shortest])
        texts = list(chain.from_iterable(runs))
