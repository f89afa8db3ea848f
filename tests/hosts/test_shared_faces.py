"""The keys of a face are those of the frames that each use shows, whichever of the shared files it starts with."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.delivery._deliveries import deliver, face, plan_of
from tests.delivery._fusion import read_comp
from tests.hosts.after_effects import Studio, animation, comps, layers
from tests.hosts.delivered import Deliveries
from tests.hosts.placed import Delivered
from tests.hosts.test_shared_frames import RAMPED, read
from toolkit.delivery import write_aep
from toolkit.documents import Cut, Delivery, PassName
from toolkit.install import install_scripts
from toolkit.settings import DeliverySettings, Settings

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests


@pytest.fixture
def cut(at_home: Path) -> Cut:
    """Five uses of the same frames, one of them with a ramp."""
    return read(at_home, *RAMPED)


@pytest.fixture
def root(cut: Cut, at_home: Path) -> Path:
    """Delivered with a face whose place is the number of the source frame."""
    plans = [
        plan_of(shot, name, faces=[(face(0, float(frame)),) for frame in shot.source_work_range])
        for shot in cut.source_shots()
        for name in PassName
    ]
    deliver(cut, at_home / "out", plans)
    return at_home / "out"


def sources(cut: Cut) -> dict[str, list[int]]:
    """The source frames that each use shows."""
    return {
        shot.name: [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range] for shot in cut.shots
    }


def test_the_null_of_every_use_is_on_the_face(cut: Cut, root: Path, at_home: Path) -> None:
    install_scripts("ae", at_home)
    dump = Studio(scripts=at_home, folder=at_home, deliver=Deliveries(at_home)).run(root / "delivery.json")
    for name, shown in sources(cut).items():
        keys = animation(layers(dump, name)["face 0"], "ADBE Position", 24)
        first = round(comps(dump)[name]["workArea"][0] * 24)
        assert [keys[first + index][0] - 0.5 for index in range(len(shown))] == shown, name


def test_so_it_is_in_a_ready_made_project(cut: Cut, root: Path) -> None:
    py_aep = pytest.importorskip("py_aep", reason="the extra aep is not installed")
    path, _ = write_aep(Delivery.read(root / "delivery.json"), root)
    found = {comp.name: comp for comp in py_aep.parse(path).project.compositions}
    for name, shown in sources(cut).items():
        comp = found[name]
        (null,) = [layer for layer in comp.layers if layer.name == "face 0"]
        keyframes = null.transform.property("ADBE Position").keyframes
        keys = {round(key.time * 24): key.value[0] for key in keyframes}
        first = comp.work_area_start_frame
        assert [keys[first + index] - 0.5 for index in range(len(shown))] == shown, name


def test_the_fusion_comp_of_every_use_has_its_first_frame_at_0(cut: Cut, root: Path) -> None:
    plain = {shot.name for shot in cut.shots if shot.frame_map.frames is not None or shot.frame_map.speed == 1}
    for (pass_name, name), clip in Delivered(root / "delivery.json").clips():
        if pass_name == "FACE" and name in plain:
            assert clip["comp"] == f"{name}/{name}_FACE_v001.comp"
            comp = read_comp(root / clip["comp"])
            x = comp.values(comp.source(comp.source("Face0Follow", "Center"), "X"))
            shown = sources(cut)[name]
            assert [x[time] * 32 - 0.5 for time in range(len(shown))] == pytest.approx(shown)


def test_a_loader_comp_has_no_plate_that_runs_otherwise_than_its_layers(cut: Cut, at_home: Path) -> None:
    """Loaders of a comp play frame by frame: a plate at 200 % would not be that of layers with the retime in them."""
    deliver(cut, at_home / "out", settings=Settings(delivery=DeliverySettings(bake="retimed")))
    for shot in cut.shots:
        tools = read_comp(at_home / "out" / shot.name / f"{shot.name}_FACE_v001_loaders.comp").tools
        assert ("PLATE" in tools) == (shot.frame_map.speed == 1 and shot.frame_map.frames is None)
        assert {"BODY", "FACE"} <= tools.keys()


def test_the_keyframe_texts_count_from_the_first_file(cut: Cut, root: Path) -> None:
    for (pass_name, name), clip in Delivered(root / "delivery.json").clips():
        if pass_name == "FACE":
            lines = (root / name / f"{name}_face0.ae.txt").read_text(encoding="ascii").splitlines()
            rows = [line.split() for line in lines[lines.index("Transform\tPosition") + 2 :]]
            places = {int(row[0]): Fraction(row[1]) - Fraction(1, 2) for row in rows[: rows.index([])]}
            if "retime_" in clip["path"]:
                assert list(places.values()) == sources(cut)[name]
            else:
                assert places[clip["in_frame"]] == min(sources(cut)[name])
