"""The report of a real run: its pictures are those of the plates and the layers on disk."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import toolkit
from tests.passes._plate import COUNT, FIRST
from tests.report.test_page import Page
from toolkit.documents import Cut, Delivery, PassPlan
from toolkit.output import Output
from toolkit.plates import open_plate, probe
from toolkit.report import write_report
from toolkit.settings import ReportSettings, Settings, load_settings


def report(out: Path, settings: Settings) -> Page:
    output = Output(root=out)
    cut = Cut.read(output.shots)
    plans = [PassPlan.read(path) for path in sorted(out.glob("*/*/v*/plan.json"))]
    path = write_report(output, cut, settings=settings, plans=plans, delivery=Delivery.read(output.delivery))
    return Page(path)


def grey(rgb: NDArray[np.floating]) -> NDArray[np.float32]:
    """JPEG is coarse in colours."""
    return np.asarray(rgb.mean(axis=2), np.float32)


def still(out: Path, page: Page, index: int, clip: str) -> NDArray[np.float32]:
    stills = page.data[0]["pictures"]["stills"]
    picture = cv2.imread(str(out / "report" / stills["path"] / f"{index:05}.jpg"))
    assert picture is not None
    left, top = stills["places"][clip]
    tile = picture[top : top + stills["height"], left : left + stills["width"]]
    return np.asarray(cv2.cvtColor(tile, cv2.COLOR_BGR2RGB), np.float32)


def test_each_clip_shows_the_files_of_its_frame(plate_pattern: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = load_settings(overrides=["cut.handles=0", "report.video=jpeg"])
    toolkit.run(plate_pattern, out, settings)
    page = report(out, settings)
    assert page.data[0]["frames"] == list(range(FIRST, FIRST + COUNT))
    assert list(page.data[0]["pictures"]["stills"]["places"]) == ["PLATE", "BODY", "FACE", "COMPOSITE"]
    body = next(out.glob("*/BODY/v001"))
    name = body.parent.parent.name
    layer = probe(body / f"{name}_BODY_v001.####.exr")
    with open_plate(probe(plate_pattern)) as plate, open_plate(layer) as layers:
        for index in (0, COUNT - 1):
            for clip, source, number in (("PLATE", plate, FIRST + index), ("BODY", layers, 1001 + index)):
                shown = still(out, page, index, clip)
                (frame,) = source.frames([number])
                wanted = cv2.resize(255 * np.clip(frame.rgb, 0, 1), shown.shape[1::-1], interpolation=cv2.INTER_AREA)
                assert np.abs(grey(shown) - grey(wanted)).mean() < 4, (clip, index)
            np.testing.assert_allclose(still(out, page, index, "FACE"), 118, atol=3)  # nobody is there
            composite, under = (grey(still(out, page, index, clip)) for clip in ("COMPOSITE", "BODY"))
            assert np.abs(composite - under).mean() < 2


def test_a_frame_that_was_rendered_again_is_shown_again(plate_pattern: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = load_settings(overrides=["cut.handles=0", "report.video=jpeg", "output.passes=BODY"])
    toolkit.run(plate_pattern, out, settings)
    before = report(out, settings).data[0]["pictures"]["stills"]["path"]
    assert report(out, settings).data[0]["pictures"]["stills"]["path"] == before
    changed = plate_pattern.with_name(f"plate.{FIRST + 1:04d}.png")
    picture = cv2.imread(str(changed))
    assert picture is not None
    assert cv2.imwrite(str(changed), 255 - picture)
    toolkit.run(
        plate_pattern, out, load_settings(overrides=["cut.handles=0", "output.passes=BODY", "output.overwrite=true"])
    )
    assert report(out, settings).data[0]["pictures"]["stills"]["path"] != before


def test_the_page_lists_the_settings_of_single_shots(plate_pattern: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = load_settings(
        overrides=["cut.handles=0", "output.passes=BODY", 'shots."pl*".body.strength=0.3', "report.size=2"]
    )
    toolkit.run(plate_pattern, out, settings)
    assert settings.report == ReportSettings(size=2)
    assert '"pl*".body.strength = 0.3' in report(out, settings).text
