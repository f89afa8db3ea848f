"""What the settings say about a pass: all that can change a pixel, and nothing that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.passes._plate import CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.passes import plan_passes
from toolkit.settings import load_settings


def settings_digest(control: str) -> str:
    """What stands for the settings in the content keys of BODY with this control."""
    settings = load_settings(overrides=[f"body.controls=[{{{control}}}]", "output.passes=BODY"])
    shot, tracks = shot_of(Path("nowhere/plate.####.png")), tracks_of([sample(FIRST)])
    (plan,) = plan_passes(shot, tracks, settings, cut_folder=CUT_FOLDER)
    return plan.settings


@pytest.mark.parametrize(
    "elsewhere",
    ['source="/mnt/a/{shot}/z.####.exr"', 'source="/mnt/b/z_{shot}.####.exr", offset=1000'],
    ids=["another disk", "another numbering"],
)
def test_where_guides_lie_and_how_they_are_numbered_is_no_reason_to_paint_again(elsewhere: str) -> None:
    """Decision 004: their bytes are in the key, and paths are not."""
    assert settings_digest(f'kind="depth", {elsewhere}') == settings_digest('kind="depth"')


@pytest.mark.parametrize("change", ["weight=0.5", "start=0.1", "end=0.9", 'model="another"'])
def test_what_a_control_does_is_one(change: str) -> None:
    assert settings_digest(f'kind="depth", {change}') != settings_digest('kind="depth"')
