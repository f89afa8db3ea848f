"""Which encoding a pass is written in: what was asked for, and for ``plate``, what the cut's host needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.documents import HostColour, Origin
from toolkit.passes import pass_encoding, plan_passes
from toolkit.settings import Settings, load_settings

SRGB = "sRGB IEC61966-2.1"


def origin(host: str, mode: str, working: str = "") -> Origin:
    return Origin(host=host, name="reel 1", timeline_id="", colour=HostColour(mode=mode, working=working))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("came_from", "plate", "said", "encoding"),
    [
        (None, "p.####.png", "", "plate"),
        (origin("resolve", "unmanaged"), "p.####.png", "", "plate"),
        (origin("resolve", "managed", "DaVinci WG/Intermediate"), "p.####.png", "sRGB", "plate"),
        (origin("resolve", "aces"), "p.####.exr", "ACEScg", "plate"),
        (origin("resolve", "unknown"), "p.####.png", "", "plate"),
        (origin("after effects", "unmanaged"), "p.####.png", "", "plate"),
        (origin("after effects", "unknown", SRGB), "p.####.png", "", "plate"),
        (origin("after effects", "ocio", SRGB), "p.####.png", "", "plate"),
        (origin("after effects", "managed", SRGB), "p.####.png", "", "linear"),
        (origin("after effects", "managed", SRGB), "P.####.JPG", "", "linear"),
        (origin("after effects", "managed", "Rec.709 Gamma 2.4"), "p.####.png", "", "linear"),
        (origin("after effects", "managed", "HDTV (Rec. 709)"), "p.####.png", "", "plate"),
        (origin("after effects", "managed", "ProPhoto RGB"), "p.####.png", "", "plate"),
        (origin("after effects", "managed", SRGB), "p.####.png", "Adobe RGB (1998)", "plate"),
        (origin("after effects", "managed", SRGB), "p.####.tif", "", "plate"),
        (origin("after effects", "managed", SRGB), "p.####.exr", "", "plate"),
        (origin("after effects", "managed", SRGB), "p.mov", "", "plate"),
        (origin("after effects", "managed", SRGB), "p.mov", SRGB, "linear"),
    ],
)
def test_the_plates_own_unless_the_host_is_known_to_need_linear_light(
    came_from: Origin | None, plate: str, said: str, encoding: str
) -> None:
    shot = shot_of(Path("nowhere") / plate).model_copy(update={"input_colour_space": said})
    assert pass_encoding(shot, "plate", came_from) == encoding
    assert pass_encoding(shot, "acescg", came_from) == "acescg"


def test_a_plan_for_such_a_host_is_the_plan_of_a_run_that_asks_for_linear() -> None:
    shot, tracks = shot_of(Path("nowhere/p.####.png")), tracks_of([sample(FIRST + index) for index in range(COUNT)])
    followed = plan_passes(
        shot, tracks, Settings(), cut_folder=CUT_FOLDER, origin=origin("after effects", "managed", SRGB)
    )
    asked = plan_passes(shot, tracks, load_settings(overrides=["output.encoding=linear"]), cut_folder=CUT_FOLDER)
    assert followed == asked


def test_where_a_cut_came_from_changes_nothing_else() -> None:
    """A cut that a host handed over goes on with the frames that its export made before."""
    shot, tracks = shot_of(Path("nowhere/p.####.png")), tracks_of([sample(FIRST + index) for index in range(COUNT)])
    usual = plan_passes(shot, tracks, Settings(), cut_folder=CUT_FOLDER)
    handed = shot.model_copy(update={"input_colour_space": "sRGB"})
    assert plan_passes(handed, tracks, Settings(), cut_folder=CUT_FOLDER, origin=origin("resolve", "managed")) == usual
