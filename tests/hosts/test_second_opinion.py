"""The golden delivery built a second time, through py-aep, and read back from the file.

py-aep is based on files that After Effects writes and shares no code with our scripts: where both build the same,
neither misreads the delivery. This does not prove that After Effects opens the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hosts import after_effects, placed
from tests.hosts.after_effects import Dump, Studio, write_exr, write_png
from tests.hosts.delivered import Deliveries, Document, set_on
from tests.turnover._cuts import HEIGHT, WIDTH, write_movie
from toolkit.delivery import write_aep
from toolkit.delivery.keyframe_text import write_keyframes
from toolkit.documents import Delivery, FaceKeys
from toolkit.install import install_scripts

py_aep = pytest.importorskip("py_aep", reason="the extra aep is not installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The project of the golden delivery, read back, and what it was built from."""

    path: Path
    """delivery.json"""
    delivery: Delivery
    project: Any

    def layers(self, comp: str) -> list[Any]:
        """Bottom to top."""
        (found,) = (one for one in self.project.compositions if one.name == comp)
        return list(reversed(found.layers))

    def layer(self, comp: str, name: str) -> Any:
        (found,) = (one for one in self.layers(comp) if one.name == name)
        return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    pictures = tmp_path_factory.mktemp("pictures")

    def picture(clip: Document) -> Path:
        suffix = Path(clip["path"]).suffix
        file = pictures / f"{clip['width']}x{clip['height']}{clip['alpha']}{suffix}"
        if not file.exists() and suffix == ".mov":
            write_movie(file, clip["end_index"] + 1)
        elif not file.exists():
            write = write_png if suffix == ".png" else write_exr
            write(file, clip["width"], clip["height"], clip["alpha"] != "none")
        return file

    deliver = Deliveries(tmp_path_factory.mktemp("deliveries"), picture)
    path = deliver(set_on("PLATE", 0, width=WIDTH, height=HEIGHT))  # our small movies: the sequences are full size
    delivery = Delivery.read(path)
    made, notes = write_aep(delivery, path.parent)
    assert notes == ()
    return Built(path=path, delivery=delivery, project=py_aep.parse(made).project)


def frames(layer: Any) -> tuple[float, float, float]:
    """Start, in and out point in frames of a comp at 24."""
    return tuple(round(24 * seconds, 3) for seconds in (layer.start_time, layer.in_point, layer.out_point))


# --- places ----------------------------------------------------------------------------------------------------------


def test_the_cut_has_its_plates_under_its_shots(built: Built) -> None:
    assert [(one.name, one.guide_layer, frames(one)) for one in built.layers("scene_04")] == [
        ("plate A001C003", True, (-40, 0, 48)),
        ("plate B002C011", True, (28, 48, 96)),
        ("sh010", False, (-8, 0, 48)),
        ("sh020", False, (40, 48, 96)),
    ]


@pytest.mark.parametrize(("shot", "plate", "start"), [("sh010", "A001C003", -32), ("sh020", "B002C011", -12)])
def test_a_shot_has_its_layers_in_order_with_their_handles(built: Built, shot: str, plate: str, start: int) -> None:
    assert [(one.name, one.guide_layer, frames(one)) for one in built.layers(shot)] == [
        (f"plate {plate}", True, (start, 0, 64)),
        ("BODY", False, (0, 0, 64)),
        ("FACE", False, (0, 0, 64)),
        ("face 0", False, (0, 0, 64)),
    ]


@pytest.mark.parametrize("host", ["Resolve", "After Effects", "project"])
def test_every_host_shows_the_pictures_that_the_golden_delivery_asks_for(
    built: Built, host: str, at_home: Path
) -> None:
    delivered = placed.Delivered(built.path)
    shown = {
        "Resolve": lambda: placed.in_resolve(delivered, at_home),
        "After Effects": lambda: placed.in_after_effects(delivered, at_home),
        "project": lambda: placed.in_project(delivered),
    }[host]()
    assert shown == placed.asked(delivered)


# --- faces -----------------------------------------------------------------------------------------------------------


def keys_of(null: Any, name: str) -> dict[int, Any]:
    """Frame of the shot's comp to value."""
    return {key.frame_time: key.value for key in null.transform.property(name).keyframes}


@pytest.fixture(params=["sh010", "sh020"])
def face(request: pytest.FixtureRequest, built: Built) -> FaceKeys:
    (found,) = (keys for keys in built.delivery.faces if keys.shot == request.param)
    return found


def test_the_null_stands_where_the_face_is_on_every_frame(built: Built, face: FaceKeys) -> None:
    null = built.layer(face.shot, f"face {face.face}")
    position, scale, roll = (keys_of(null, f"ADBE {name}") for name in ("Position", "Scale", "Rotate Z"))
    assert null.transform.property("ADBE Anchor Point").value == [0, 0, 0]
    assert [*position] == [*scale] == [*roll] == [*face.frames]
    for entry, frame in enumerate(face.frames):
        # After Effects counts pixels from their corner, the delivery from their middle
        assert position[frame] == pytest.approx([face.x[entry] + 0.5, face.y[entry] + 0.5, 0], abs=0.01)
        assert scale[frame] == pytest.approx([face.scale[entry], face.scale[entry], 100], abs=0.01)
        assert roll[frame] == pytest.approx(face.roll[entry], abs=0.01)


def test_the_mask_is_the_oval_on_every_frame(built: Built, face: FaceKeys) -> None:
    (mask,) = built.layer(face.shot, "FACE").masks.properties
    path = {key.frame_time: key.value.vertices for key in mask.property("ADBE Mask Shape").keyframes}
    assert [*path] == [*face.frames]
    for frame, oval in zip(face.frames, face.ovals, strict=True):
        assert path[frame] == [pytest.approx([x + 0.5, y + 0.5], abs=0.01) for x, y in oval]


def test_the_text_to_paste_has_the_keys_of_the_null(built: Built, face: FaceKeys, tmp_path: Path) -> None:
    """Pasted into a comp of the layer, whose frame 0 is the first layer file, as it is that of a plain shot's comp."""
    write_keyframes(built.delivery, tmp_path)
    lines = (tmp_path / face.shot / f"{face.shot}_face{face.face}.ae.txt").read_text(encoding="ascii").splitlines()
    begin = lines.index("Transform\tPosition") + 2
    rows = [line.strip("\t").split("\t") for line in lines[begin : lines.index("", begin)]]
    pasted = {int(row[0]): [float(value) for value in row[1:]] for row in rows}
    nulls = keys_of(built.layer(face.shot, f"face {face.face}"), "ADBE Position")
    assert pasted.keys() == nulls.keys()
    for frame, place in pasted.items():
        assert nulls[frame] == pytest.approx(place, abs=0.01)


def test_between_keys_the_null_stays_on_the_line_between_them(built: Built, face: FaceKeys) -> None:
    """Keys on every frame leave nothing to an ease: half-way between two the null is half-way."""
    position = built.layer(face.shot, f"face {face.face}").transform.property("ADBE Position")
    places = dict(zip(face.frames, zip(face.x, face.y, strict=True), strict=True))
    for frame in (frame for frame in face.frames if frame + 1 in places):
        half = [(a + b) / 2 + 0.5 for a, b in zip(places[frame], places[frame + 1], strict=True)]
        found = position.value_at_time((frame + 0.5) / 24)
        assert found[:2] == pytest.approx(half, abs=0.05)


# --- beside what the menu's script builds --------------------------------------------------------------------------


@pytest.fixture
def dump(built: Built, at_home: Path) -> Dump:
    """What the fake After Effects tells after Import Passes of the same delivery."""
    install_scripts("ae", at_home)
    return Studio(scripts=at_home, folder=at_home, deliver=Deliveries(at_home)).run(built.path)


@pytest.mark.parametrize("comp", ["scene_04", "sh010", "sh020"])
def test_the_script_builds_the_same_comps_but_for_its_helper_solids(built: Built, dump: Dump, comp: str) -> None:
    comps = after_effects.comps(dump)
    shared = [
        one
        for one in after_effects.layers(dump, comp).values()
        if one["file"] or one["isNull"] or one["source"] in comps
    ]
    scripted = [
        (
            *(one["name"], one["guideLayer"], one["label"], one["frameBlendingType"]),
            *(round(24 * one[field], 3) for field in ("startTime", "inPoint", "outPoint")),
        )
        for one in shared
    ]
    assert scripted == [
        (one.name, one.guide_layer, one.label, one.frame_blending_type.name, *frames(one)) for one in built.layers(comp)
    ]


def test_the_script_moves_its_null_and_its_mask_alike(built: Built, dump: Dump, face: FaceKeys) -> None:
    theirs = after_effects.layers(dump, face.shot)
    null = built.layer(face.shot, "face 0")
    for name in ("ADBE Position", "ADBE Scale", "ADBE Rotate Z"):
        scripted = after_effects.animation(theirs["face 0"], name, 24)
        ours = keys_of(null, name)
        assert scripted.keys() == ours.keys()
        for frame, value in scripted.items():
            assert np.ravel(ours[frame])[: np.size(value)] == pytest.approx(np.ravel(value), abs=0.01)
    (mask,) = theirs["FACE"]["masks"]
    (own,) = built.layer(face.shot, "FACE").masks.properties
    assert (mask["name"], mask["mode"]) == (own.name, own.mask_mode.name)
    paths = after_effects.frames_of_keys(mask["ADBE Mask Shape"]["keys"], 24)
    for key in own.property("ADBE Mask Shape").keyframes:
        assert np.array(key.value.vertices) == pytest.approx(np.array(paths[key.frame_time]["vertices"]), abs=0.01)
