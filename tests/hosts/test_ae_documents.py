"""How the After Effects scripts read documents: invalid deliveries, invalid JSON, and JSON written by Python."""

from __future__ import annotations

import json

import pytest

from tests.hosts.after_effects import Studio
from tests.hosts.delivered import Change, set_on

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "'fps' of the delivery is missing or invalid", id="a missing field"),
        pytest.param(
            lambda d: d.update(fps=120.0),
            "runs at 120 fps; After Effects comps support 1 to 99 fps",
            id="a cut with too high a frame rate",
        ),
        pytest.param(
            set_on("FACE", 0, fps=119.88),
            "119.88 fps; After Effects supports 1 to 99",
            id="a clip with too high a frame rate",
        ),
        pytest.param(lambda d: d.update(record_count=24 * 10801), "longer than three hours", id="too long a cut"),
        pytest.param(
            set_on("FACE", 0, record_first=0.5),
            "'record_first' of a clip of FACE v001 is missing or invalid",
            id="a fractional frame",
        ),
        pytest.param(set_on("FACE", 0, in_frame=60), "more frames than its media", id="past the end of the media"),
        pytest.param(set_on("FACE", 0, pattern="%04d.exr"), "does not match", id="a pattern of other files"),
        pytest.param(
            set_on("FACE", 0, path="../x.1001.exr"), "outside the delivery", id="a layer in the parent folder"
        ),
        pytest.param(
            set_on("FACE", 0, path="a/../../x.1001.exr"), "outside the delivery", id="a parent folder inside the path"
        ),
        pytest.param(set_on("FACE", 0, path="/x.1001.exr"), "outside the delivery", id="an absolute layer path"),
        pytest.param(set_on("FACE", 0, path="~/x.1001.exr"), "outside the delivery", id="a layer in the home folder"),
        pytest.param(set_on("FACE", 0, path="C:/x.1001.exr"), "outside the delivery", id="a layer on a drive"),
        pytest.param(
            set_on("FACE", 0, path="..\\x.1001.exr"), "outside the delivery", id="a parent folder with a backslash"
        ),
        pytest.param(
            set_on("FACE", 0, path="%2e%2e/x.1001.exr"), "outside the delivery", id="a percent-encoded parent folder"
        ),
        pytest.param(
            lambda d: d["faces"][0].update(x=[1.0]), "frames without a value in 'x'", id="columns of different lengths"
        ),
        pytest.param(
            lambda d: d["faces"][0]["ovals"][3].pop(),
            "the oval of face 0 of sh010 does not have 36 points",
            id="an oval with a missing point",
        ),
        pytest.param(
            lambda d: d["faces"][0]["corners"][3].pop(),
            "the crop of face 0 of sh010 does not have 4 points",
            id="a crop with three corners",
        ),
        pytest.param(
            lambda d: d["faces"][0].update(feathers=[]),
            "frames without a value in 'feathers'",
            id="ovals without feathers",
        ),
        pytest.param(set_on("FACE", 0, opacity=120.0), "an opacity of 120 %", id="an opacity above 100"),
        pytest.param(
            set_on("FACE", 0, interpolation="magic"), "unknown interpolation 'magic'", id="an unknown interpolation"
        ),
        pytest.param(
            set_on("FACE", 1, shot="sh010"), "shot sh010 appears twice on FACE v001", id="a shot twice on a track"
        ),
        pytest.param(
            lambda d: d.update(width=2), "'width' of the delivery is missing or invalid", id="too small for a comp"
        ),
        pytest.param(
            lambda d: d.update(markers=[{"name": 1}]), "of a marker is missing or invalid", id="an invalid marker"
        ),
    ],
)
def test_an_invalid_delivery_builds_nothing(studio: Studio, change: Change, message: str) -> None:
    delivery = studio.deliver()
    document = json.loads(delivery.read_text(encoding="utf-8"))
    change(document)
    delivery.write_text(json.dumps(document), encoding="utf-8")
    dump = studio.run(delivery)
    assert message in dump["report"]["problems"][0]
    assert dump["items"] == [] and dump["undo"] == []
    assert dump["summary"].startswith("Nothing was imported; the project is unchanged.")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("{", id="an unclosed object"),
        pytest.param('{"a": 1,}', id="a trailing comma"),
        pytest.param('{"a": 1} x', id="text after the value"),
        pytest.param("{'a': 1}", id="single quotes"),
        pytest.param('{"a": 01}', id="a leading zero"),
        pytest.param('{"a": +1}', id="a plus sign"),
        pytest.param('{"a": .5}', id="no digit before the point"),
        pytest.param('{"a": 1e999}', id="too large a value"),
        pytest.param('{"a": NaN}', id="not a number"),
        pytest.param('{"a": "\t"}', id="a raw tab in a string"),
        pytest.param('{"a": "\\x41"}', id="an unknown escape"),
        pytest.param('{"a": "\\u00g0"}', id="a bad escape"),
        pytest.param('{"a": "b', id="an unclosed string"),
        pytest.param('{"a": 1, "a": 2}', id="a repeated key"),
        pytest.param('{"__proto__": {}}', id="a forbidden key"),
        pytest.param("[" * 100 + "]" * 100, id="nested too deep"),
        pytest.param("app.quit()", id="code"),
        pytest.param("(function(){})()", id="more code"),
    ],
)
def test_invalid_json_is_rejected(studio: Studio, text: str) -> None:
    file = studio.folder / "bad.json"
    file.write_text(text, encoding="utf-8")
    assert studio.run(file)["report"]["problems"][0].startswith(
        "this is not a delivery, or an incomplete one (not JSON: "
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_json_is_read_as_python_writes_it(studio: Studio, encoding: str) -> None:
    """Notes pass through the script's reader and writer unchanged."""
    notes = ['a "quoted" \\ and / and \b\f\n\r\t', "Zürich 東京 🎬", "", "\u2028\x7f\x01"]
    for ensure_ascii in (True, False):
        delivery = studio.deliver(lambda document: document.update(notes=notes))
        document = json.loads(delivery.read_text(encoding="utf-8"))
        text = json.dumps(document, ensure_ascii=ensure_ascii, indent=ensure_ascii or None)
        delivery.write_text(text, encoding=encoding)
        dump = studio.run(delivery)
        assert dump["report"]["problems"] == [] and dump["report"]["notes"][: len(notes)] == notes
        assert (delivery.parent / "ae_report.json").read_bytes().isascii()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"problems": [], "built": []}', "this is not a delivery: choose delivery.json in the output folder"),
        ("[]", "this is not a delivery: choose delivery.json in the output folder"),
        ("null", "this is not a delivery: choose delivery.json in the output folder"),
        ('{"schema": "toolkit.turnover/1"}', "this is a turnover, not a delivery: choose delivery.json in the output"),
        ('{"schema": "toolkit.delivery/9"}', "of another version of the toolkit: update the scripts with"),
        ("{", "or an incomplete one (not JSON: "),
    ],
)
def test_another_file_that_was_chosen_is_told_from_a_delivery_of_another_version(
    studio: Studio, text: str, message: str
) -> None:
    """The artist chooses among delivery.json, ae_report.json and turnover.json."""
    chosen = studio.folder / "chosen.json"
    chosen.write_text(text, encoding="utf-8")
    (problem,) = studio.run(chosen)["report"]["problems"]
    assert message in problem
