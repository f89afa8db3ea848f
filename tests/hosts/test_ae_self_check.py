"""Self Check: writes a report on how After Effects handles a delivery, and leaves the project unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.hosts.after_effects import Dump, Step, Studio
from tests.hosts.delivered import Document

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


def run_self_check(studio: Studio, **quirks: Any) -> Dump:
    step = Step(delivery=studio.deliver(), entry="toolkit_self_check.jsx", quirks=quirks)
    (dump,) = studio.session([step])
    return dump


def test_it_reports_what_it_built_and_leaves_nothing(studio: Studio) -> None:
    dump = run_self_check(studio)
    report = dump["report"]
    assert dump["items"] == [] and dump["bitsPerChannel"] == 16
    assert report["problems"] == [] and report["left_behind"] == 0
    assert [comp["name"] for comp in report["comps"]] == ["sh010", "sh020", "scene_04 (self check)"]
    assert (report["application"], report["system"], report["language"]) == ("23.6x62", "Windows 11", "en_US")
    assert report["colour"]["workingSpace"] == "" and report["bits_per_channel"] == 16 and report["may_write"]
    assert dump["summary"].startswith("Everything matches the delivery. The project is unchanged.")


def test_the_report_is_beside_the_delivery(studio: Studio) -> None:
    delivery = studio.deliver()
    (dump,) = studio.session([Step(delivery=delivery, entry="toolkit_self_check.jsx")])
    assert json.loads((delivery.parent / "ae_self_check.json").read_text(encoding="utf-8")) == dump["report"]


def test_an_existing_import_is_not_changed(studio: Studio) -> None:
    delivery = studio.deliver()
    first, second = studio.session([Step(delivery=delivery), Step(delivery=delivery, entry="toolkit_self_check.jsx")])
    assert second["items"] == first["items"] and second["report"]["problems"] == []


def test_it_probes_undocumented_behaviour(studio: Studio) -> None:
    answers: Document = run_self_check(studio, quantised=True, sequenceRate=25)["report"]["answers"]
    assert answers["start in frames, set to 0.5"] in (0, 1)
    assert answers["frame rate of numbered files in the preferences"] == 25
    assert answers["match names of the corner pin"][2] == "ADBE Corner Pin-0003"
    assert not any(str(answer).startswith("error") for answer in answers.values())


def test_an_error_is_a_valid_answer(studio: Studio) -> None:
    answers = run_self_check(studio, version="16.1x1", noEffect="ADBE Corner Pin")["report"]["answers"]
    assert answers["first frame, set to 1001"].startswith("error: CompItem.displayStartFrame")
    assert answers["match names of the corner pin"].startswith("error: Can not add property")


@pytest.mark.parametrize("quirks", [{"noEffect": "ADBE Corner Pin"}, {"losesKeys": "ADBE Scale"}, {"noAlpha": True}])
def test_failures_come_first_in_the_summary(studio: Studio, quirks: Dump) -> None:
    dump = run_self_check(studio, **quirks)
    assert dump["items"] == []
    assert dump["summary"].startswith("The check found problems: ")


def test_a_failed_removal_is_reported(studio: Studio) -> None:
    report = run_self_check(studio, removeThrows=True)["report"]
    assert any("can not delete" in problem for problem in report["problems"])
