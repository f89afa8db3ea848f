"""Seeds depend on shot, pass, face and frame, and have the same values in every version."""

from __future__ import annotations

import pytest

from toolkit.passes.planning.seeds import look_seed, noise_seed
from toolkit.settings import load_settings


def test_seeds_come_from_shot_pass_face_and_source_frame() -> None:
    facts = [("sh010", "FACE", 0, 5), ("sh020", "FACE", 0, 5), ("sh010", "BODY", 0, 5), ("sh010", "FACE", 1, 5)]
    facts.append(("sh010", "FACE", 0, 6))
    seeds = [noise_seed(1, *fact) for fact in facts]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert noise_seed(1, *facts[0]) == seeds[0]
    assert noise_seed(2, *facts[0]) != seeds[0]


@pytest.mark.parametrize(
    ("start", "noise", "seed"),
    [(1, "frame", 149294773), (77, "frame", 803043243), (77, "shot", 1649006665), (77, "flow", 1649006665)],
)
def test_seeds_are_the_same_in_every_version(start: int, noise: str, seed: int) -> None:
    """They are part of the content keys: with other values, every frame of a cut would be rendered again."""
    look = load_settings(overrides=[f"face.seed={start}", f"face.noise={noise}"]).face
    assert look_seed(look, "sh010", "FACE", 2, 86399) == seed
