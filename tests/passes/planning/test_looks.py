"""The settings digest of a pass: everything that can affect its pixels, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.passes._plate import CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.passes import plan_passes
from toolkit.settings import load_settings


def settings_digest(control: str) -> str:
    """The settings digest of BODY with this control."""
    settings = load_settings(overrides=[f"body.controls=[{{{control}}}]", "output.passes=BODY"])
    shot, tracks = shot_of(Path("nowhere/plate.####.png")), tracks_of([sample(FIRST)])
    (plan,) = plan_passes(shot, tracks, settings, cut_folder=CUT_FOLDER)
    return plan.settings


@pytest.mark.parametrize(
    "location",
    ['source="/mnt/a/{shot}/z.####.exr"', 'source="/mnt/b/z_{shot}.####.exr", offset=1000'],
    ids=["another disk", "another numbering"],
)
def test_path_and_numbering_of_guides_do_not_change_the_digest(location: str) -> None:
    """Decision 004: content keys hold their contents, not their paths."""
    assert settings_digest(f'kind="depth", {location}') == settings_digest('kind="depth"')


@pytest.mark.parametrize("change", ["weight=0.5", "start=0.1", "end=0.9", 'model="another"'])
def test_the_settings_of_a_control_change_the_digest(change: str) -> None:
    assert settings_digest(f'kind="depth", {change}') != settings_digest('kind="depth"')
