"""The encoding of a pass: the setting, and for ``plate``, what the cut's host needs."""

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
    ("cut_origin", "plate", "profile", "encoding"),
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
def test_the_encoding_is_the_plates_unless_the_host_needs_linear(
    cut_origin: Origin | None, plate: str, profile: str, encoding: str
) -> None:
    shot = shot_of(Path("nowhere") / plate).model_copy(update={"input_colour_space": profile})
    assert pass_encoding(shot, "plate", cut_origin) == encoding
    assert pass_encoding(shot, "acescg", cut_origin) == "acescg"


def test_a_plan_for_such_a_host_equals_one_with_linear_encoding() -> None:
    shot, tracks = shot_of(Path("nowhere/p.####.png")), tracks_of([sample(FIRST + index) for index in range(COUNT)])
    host = origin("after effects", "managed", SRGB)
    from_host = plan_passes(shot, tracks, Settings(), cut_folder=CUT_FOLDER, origin=host)
    linear = load_settings(overrides=["output.encoding=linear"])
    assert from_host == plan_passes(shot, tracks, linear, cut_folder=CUT_FOLDER)


def test_the_origin_of_a_cut_changes_nothing_else() -> None:
    """A cut sent from a host keeps the frames that were rendered from its export."""
    shot, tracks = shot_of(Path("nowhere/p.####.png")), tracks_of([sample(FIRST + index) for index in range(COUNT)])
    plain = plan_passes(shot, tracks, Settings(), cut_folder=CUT_FOLDER)
    from_host_shot = shot.model_copy(update={"input_colour_space": "sRGB"})
    assert (
        plan_passes(from_host_shot, tracks, Settings(), cut_folder=CUT_FOLDER, origin=origin("resolve", "managed"))
        == plain
    )
