"""What a face does, in the words of an image prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One phrase and the blendshapes it is read from."""

    phrase: str
    """Stands in the prompt as it is written here."""
    kind: str
    """Of the phrases of one kind a frame has at most one: the first in the table."""
    reads: tuple[str, ...]
    """Names of blendshapes. The smallest of them counts: a wink closes no eyes and crossed eyes look to no side."""
    begin: float
    """0..1; the phrase is said only where the value comes up to this."""
    end: float
    """0..1, below ``begin``; around such a frame it is said as long as the value stays at this or above."""


WORDS = (
    Word(phrase="mouth wide open", kind="jaw", reads=("jawOpen",), begin=0.7, end=0.55),
    Word(phrase="mouth open", kind="jaw", reads=("jawOpen",), begin=0.4, end=0.3),
    Word(phrase="mouth slightly open", kind="jaw", reads=("jawOpen",), begin=0.2, end=0.15),
    Word(phrase="lips puckered", kind="lips", reads=("mouthPucker",), begin=0.9, end=0.75),
    Word(phrase="smiling", kind="lips", reads=("mouthSmileLeft", "mouthSmileRight"), begin=0.8, end=0.7),
    Word(phrase="teeth showing", kind="teeth", reads=("mouthUpperUpLeft",), begin=0.35, end=0.25),
    Word(phrase="teeth showing", kind="teeth", reads=("mouthUpperUpRight",), begin=0.35, end=0.25),
    Word(phrase="mouth pulled to the left", kind="pull", reads=("mouthRight",), begin=0.4, end=0.3),
    Word(phrase="mouth pulled to the right", kind="pull", reads=("mouthLeft",), begin=0.4, end=0.3),
    Word(phrase="eyes closed", kind="lids", reads=("eyeBlinkLeft", "eyeBlinkRight"), begin=0.5, end=0.4),
    Word(phrase="one eye closed", kind="lids", reads=("eyeBlinkLeft",), begin=0.5, end=0.4),
    Word(phrase="one eye closed", kind="lids", reads=("eyeBlinkRight",), begin=0.5, end=0.4),
    Word(phrase="looking to the left", kind="gaze", reads=("eyeLookInLeft", "eyeLookOutRight"), begin=0.7, end=0.6),
    Word(phrase="looking to the right", kind="gaze", reads=("eyeLookOutLeft", "eyeLookInRight"), begin=0.7, end=0.6),
    Word(
        phrase="brows raised",
        kind="brows",
        reads=("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
        begin=0.6,
        end=0.45,
    ),
)
"""Left and right are the picture's, as an image prompt means them: a subject who looks to their own left
(``eyeLookOutLeft``) looks to the picture's right, and ``mouthRight`` draws the mouth to the picture's left.

Held against the 335 frames of a rendered capture whose true weights are known: an open or wide open mouth is told
exactly where ``jawOpen`` was 0.4 or more, one closed eye exactly where its ``eyeBlink`` was, a pulled mouth and raised
brows right in 99 % of the frames, a smile and showing teeth in 97 %. A smile reads 0.96 where the capture has 0.75, but
still 0.7 where it shouts with 0.25, hence thresholds as high as that. ``mouthPucker`` reads 0.9 and more on rounded
lips, up to 0.8 on pressed ones. Gaze is relative to the head: somebody who looks into the camera past a turned head
reads 0.57, a real glance aside 0.76 to 0.96.

Left out is what MediaPipe misreads or does not answer in that capture (frown, stretch, roll, funnel, ``cheekPuff``,
``noseSneer``), does not read at all (the tongue), or reads as high from another face at rest (``browDown``, at most
0.16 for a true 0.57; ``eyeWide``, 0.22 for 0.95; ``eyeSquint``), and up and down: the capture never looks up, and
``eyeLookDown`` reads 0.7 or more in a third of its frames, for a true 0.5, and in blinks."""
SHORTEST = 3
"""Frames a phrase lasts and pauses at least, unless the face itself is there for fewer. Most blinks last as long; a
briefer one is not told."""


def expression_words(samples: Sequence[FaceSample], names: Sequence[str]) -> list[str]:
    """What the face does in each of ``samples``: phrases of ``WORDS`` such as ``"mouth open, eyes closed"``.

    ``samples`` are one face's, in frame order; ``names`` say which blendshape each of their values is. One string per
    sample, "" where there is nothing to tell or the face is ABSENT; what it did before an absence counts no more after
    it. The words do not flicker: a value that wavers around one threshold changes nothing, and no phrase comes or goes
    for fewer than ``SHORTEST`` frames. Said wherever the value is at ``begin``, the phrases of a woman grimacing as
    fast as she can change 21.6 times a second, these 11.4 times; of a man who smiles, glances about and blinks, 9.0
    and 5.1. As the whole shot is known, the words do not lag.

    Raises ValueError when ``names`` lacks a blendshape the table reads, or the samples do not have one value per name.
    """
    missing = {name for word in WORDS for name in word.reads} - set(names)
    if missing:
        raise ValueError(f"no such blendshapes: {', '.join(sorted(missing))}")
    words: list[str] = []
    for is_absent, run in groupby(samples, key=lambda sample: sample.blendshapes is None):
        seen = [sample.blendshapes or () for sample in run]
        if not is_absent and {len(shapes) for shapes in seen} != {len(names)}:
            raise ValueError(f"samples have one value for each of the {len(names)} names")
        words += [""] * len(seen) if is_absent else _said(np.array(seen), names)
    return words


def _said(shapes: NDArray[np.float64], names: Sequence[str]) -> list[str]:
    """The words of a stretch without ABSENT frames; ``shapes`` is (frames, 52)."""
    columns: list[list[str]] = []
    for _, kind in groupby(WORDS, key=lambda word: word.kind):
        phrases = [""] * len(shapes)
        for word in reversed(list(kind)):  # the first of the table has the last word
            values = shapes[:, [names.index(name) for name in word.reads]].min(axis=1)
            phrases = [word.phrase if on else phrase for on, phrase in zip(_on(values, word), phrases, strict=True)]
        columns.append(_calmed(phrases))
    return [", ".join(filter(None, frame)) for frame in zip(*columns, strict=True)]


def _on(values: NDArray[np.float64], word: Word) -> Iterator[bool]:
    """For every frame: whether its stretch at or above ``end`` somewhere comes up to ``begin``."""
    for is_above, run in groupby(values, key=lambda value: bool(value >= word.end)):
        stretch = list(run)
        yield from [is_above and max(stretch) >= word.begin] * len(stretch)


def _calmed(phrases: list[str]) -> list[str]:
    """``phrases`` without runs shorter than ``SHORTEST``, the shortest run first given to its longer neighbour."""
    while True:
        runs = [list(run) for _, run in groupby(phrases)]
        at = min(range(len(runs)), key=lambda index: len(runs[index]))
        if len(runs) == 1 or len(runs[at]) >= SHORTEST:
            return phrases
        longer = max((runs[index] for index in (at - 1, at + 1) if 0 <= index < len(runs)), key=len)
        runs[at] = longer[:1] * len(runs[at])
        phrases = list(chain.from_iterable(runs))
