"""Rendering follows the plan, writes complete files, and never does the same work twice."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import ClassVar

import cv2
import numpy as np
import OpenImageIO
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, HEIGHT, WIDTH, plate_picture, sample, shot_of, tracks_of
from toolkit.documents import FacePlan, FaceState, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest, open_engine
from toolkit.errors import EngineFailed, ResultUnusable, ToolkitError
from toolkit.passes import RenderedPass, plan_passes, render_passes
from toolkit.passes.rendering.canvases import draw_crop_matte
from toolkit.plates import open_plate
from toolkit.settings import load_settings

FACES_UNTIL = FIRST + 7
"""The face is absent from this source frame on."""


def plans_for(pattern: Path, *assignments: str) -> tuple[PassPlan, ...]:
    samples = [
        sample(f, roll=3.0 * (f - FIRST), x=70.0 + 2 * (f - FIRST))
        if f < FACES_UNTIL
        else sample(f, state=FaceState.ABSENT)
        for f in range(FIRST, FIRST + COUNT)
    ]
    return plan_passes(
        shot_of(pattern), tracks_of(samples), load_settings(overrides=list(assignments)), cut_folder=CUT_FOLDER
    )


def render(pattern: Path, root: Path, *assignments: str, engine: Engine | None = None) -> dict[PassName, RenderedPass]:
    plans = plans_for(pattern, *assignments)
    with open_plate(shot_of(pattern).media) as plate:
        done = render_passes(plans, plate, engine or open_engine("builtin"), root, writers=2)
    return {one.plan.pass_name: one for one in done}


def read(path: Path) -> tuple[OpenImageIO.ImageSpec, NDArray[np.float32]]:
    """Header and pixels, from an independent reader."""
    opened = OpenImageIO.ImageInput.open(str(path))
    assert opened is not None, OpenImageIO.geterror()
    spec = opened.spec()
    pixels = opened.read_image("float")
    opened.close()
    return spec, np.asarray(pixels)


def layer(root: Path, name: str, shot_frame: int) -> Path:
    return root / "sh010" / name / "v001" / f"sh010_{name}_v001.{shot_frame}.exr"


def digests(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("*.exr")}


# --- the layer file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "channels"), [("BODY", ("R", "G", "B")), ("FACE", ("R", "G", "B", "A"))])
def test_a_layer_is_flat_half_zip_and_full_window(
    plate_pattern: Path, tmp_path: Path, name: str, channels: tuple[str, ...]
) -> None:
    render(plate_pattern, tmp_path / "out")
    spec, _ = read(layer(tmp_path / "out", name, 1003))
    assert spec.channelnames == channels
    assert spec.format == OpenImageIO.HALF
    assert spec.getattribute("compression") == "zip"
    assert (spec.x, spec.y, spec.width, spec.height) == (0, 0, WIDTH, HEIGHT)
    assert (spec.full_x, spec.full_y, spec.full_width, spec.full_height) == (0, 0, WIDTH, HEIGHT)
    assert spec.tile_width == 0


def test_a_layer_has_its_timecode_rate_and_slate(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    spec, pixels = read(layer(tmp_path / "out", "FACE", 1003))
    assert spec.getattribute("smpte:TimeCode")[0] == 0x01000002  # 01:00:00:02, two digits a byte
    assert Fraction(*spec.getattribute("FramesPerSecond")) == Fraction(24000, 1001)
    slate = {
        name: spec.getattribute(f"toolkit/{name}")
        for name in ("shot", "pass", "version", "engine", "sourceFrame", "shotFrame", "encoding", "alpha")
    }
    assert slate == {
        "shot": "sh010",
        "pass": "FACE",
        "version": 1,
        "engine": "builtin/1",
        "sourceFrame": FIRST + 2,
        "shotFrame": 1003,
        "encoding": "display",
        "alpha": "premultiplied",
    }
    assert np.allclose(spec.getattribute("toolkit/face0/centre"), (74.0, 45.0))
    upper_left, lower_right = (np.array(spec.getattribute(f"toolkit/face0/{c}")) for c in ("upperLeft", "lowerRight"))
    assert np.all(upper_left < (74.0, 45.0))
    assert np.all(lower_right > (74.0, 45.0))
    assert spec.getattribute("toolkit/face0/scale") == pytest.approx(40.0)
    assert spec.getattribute("toolkit/face0/roll") == pytest.approx(6.0)
    assert spec.getattribute("toolkit/face0/matteArea") == pytest.approx(pixels[..., 3].sum(), rel=1e-3)


# --- the pixels --------------------------------------------------------------------------------------------------


def test_at_strength_zero_every_8_bit_code_of_the_plate_survives_in_body(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out", "body.strength=0", "output.passes=BODY")
    seen: set[int] = set()
    for source_frame in range(FIRST, FIRST + COUNT):
        _, pixels = read(layer(tmp_path / "out", "BODY", 1001 + source_frame - FIRST))
        assert np.array_equal(np.rint(pixels * 255).astype(np.uint8), plate_picture(source_frame))
        seen |= set(np.unique(plate_picture(source_frame)).tolist())
    assert len(seen) == 256


def test_face_is_premultiplied_and_close_to_the_plate_at_strength_zero(plate_pattern: Path, tmp_path: Path) -> None:
    """Only the resampling to the canvas and back remains: small, because the canvas enlarges the face."""
    render(plate_pattern, tmp_path / "out", "face.strength=0")
    _, pixels = read(layer(tmp_path / "out", "FACE", 1001))
    alpha = pixels[..., 3:]
    assert alpha.max() == 1.0
    assert np.all(pixels[..., :3] <= alpha + 1e-3)
    solid = alpha[..., 0] > 0.99
    difference = np.abs(pixels[..., :3] - plate_picture(FIRST) / 255.0)[solid]
    assert difference.mean() < 0.01


def test_the_matte_covers_the_face_and_ends_at_its_grown_outline(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    _, pixels = read(layer(tmp_path / "out", "FACE", 1001))
    alpha = pixels[..., 3]
    assert alpha[45, 70] == 1.0
    rows, columns = np.nonzero(alpha)
    assert abs(rows.mean() - 45) < 0.6
    assert abs(columns.mean() - 70) < 0.6
    assert rows.max() - rows.min() < 40 * (1 + 2 * 0.06) + 4


def test_a_frame_without_a_face_is_written_fully_transparent(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    for source_frame in range(FACES_UNTIL, FIRST + COUNT):
        spec, pixels = read(layer(tmp_path / "out", "FACE", 1001 + source_frame - FIRST))
        assert not pixels.any()
        assert spec.getattribute("toolkit/faces") == "[]"


def test_the_face_layer_holds_the_engines_image_multiplied_by_its_matte(plate_pattern: Path, tmp_path: Path) -> None:
    class White(Engine):
        name = "white"
        revision = "1"

        def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
            return [np.ones_like(request.image) for request in requests]

    render(plate_pattern, tmp_path / "out", engine=White())
    _, pixels = read(layer(tmp_path / "out", "FACE", 1001))
    assert np.allclose(pixels[..., :3], pixels[..., 3:], atol=1e-3)


def test_linear_layers_are_the_linearised_plate_codes(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out", "body.strength=0", "output.passes=BODY", "output.encoding=linear")
    spec, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    assert spec.getattribute("toolkit/encoding") == "linear"
    codes = plate_picture(FIRST) / 255.0
    srgb = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    assert np.allclose(pixels, srgb, atol=6e-4)


# --- BODY at another size ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "off"), [(64, 0.02), (128, 0.006)], ids=["smaller than the plate", "larger"])
def test_body_at_another_size_lines_up_with_the_plate(
    plate_pattern: Path, tmp_path: Path, size: int, off: float
) -> None:
    """At strength 0 only what the smaller canvas cannot hold is lost; a shift of half a pixel would add 0.05."""
    render(plate_pattern, tmp_path / "out", "body.strength=0", "output.passes=BODY", f"body.size={size}")
    spec, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    assert (spec.width, spec.height) == (WIDTH, HEIGHT)
    plate = plate_picture(FIRST) / 255.0
    inner = np.s_[4:-4, 4:-4]
    assert np.abs(pixels - plate)[inner].mean() < off
    shifted = np.abs(np.roll(pixels, 1, axis=1) - plate)[inner].mean()
    assert np.abs(pixels - plate)[inner].mean() < shifted / 3
    assert pixels.min() >= 0
    assert pixels.max() <= 1


def test_another_body_size_renders_body_again_and_no_face(plate_pattern: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    render(plate_pattern, root)
    again = render(plate_pattern, root, "body.size=64")
    assert {name: done.rendered for name, done in again.items()} == {PassName.BODY: COUNT, PassName.FACE: 0}


@pytest.mark.parametrize("overlap", [0, 1], ids=["no overlap", "overlap"])
def test_overbrights_are_as_sharp_as_the_plate_at_any_body_size(tmp_path: Path, overlap: int) -> None:
    plates = write_exr_plates(tmp_path / "plates")
    smaller = ("output.passes=BODY", "body.size=64", f"body.overlap={overlap}")
    render(plates, tmp_path / "out", "body.strength=0", *smaller)
    pixels = read(layer(tmp_path / "out", "BODY", 1001))[1][..., :3]
    assert np.allclose(pixels[13:17, 13:17], 12.0, rtol=0.05)
    lamp = np.zeros((HEIGHT, WIDTH), bool)
    lamp[10:20, 10:20] = True
    assert pixels[lamp].min() > 6, "up to its edge, where the surroundings bleed in"
    assert pixels[~lamp].max() <= 1, "no overbrights outside the lamp"
    assert pixels.min() >= 0


# --- resuming, complete files ------------------------------------------------------------------------------------


def test_a_second_run_renders_and_changes_nothing(plate_pattern: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    first = render(plate_pattern, root)
    before = digests(root)
    second = render(plate_pattern, root)
    assert all(done.rendered == COUNT and done.kept == 0 for done in first.values())
    assert all(done.rendered == 0 and done.kept == COUNT for done in second.values())
    assert digests(root) == before


def test_only_what_changed_is_rendered_again(plate_pattern: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    render(plate_pattern, root)
    other = cv2.cvtColor(plate_picture(999), cv2.COLOR_RGB2BGR)
    assert cv2.imwrite(str(plate_pattern.parent / "plate.0104.png"), other)
    again = render(plate_pattern, root)
    assert {name: done.rendered for name, done in again.items()} == {PassName.BODY: 1, PassName.FACE: 1}
    stronger = render(plate_pattern, root, "face.strength=0.4")
    assert {name: done.rendered for name, done in stronger.items()} == {PassName.BODY: 0, PassName.FACE: COUNT}


def test_a_version_folder_holds_exactly_the_frames_of_its_plan(
    plate_pattern: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "out"
    render(plate_pattern, root)
    before = digests(root)
    old = layer(root, "BODY", 1042)
    shutil.copyfile(layer(root, "BODY", 1001), old)  # of a longer plan
    old.with_name("sh010_BODY_v001.1001.png").touch()  # named like no frame
    layer(root, "FACE", 1042).write_bytes(b"somebody's own")
    render(plate_pattern, root)
    assert digests(root).keys() - before.keys() == {str(Path("sh010", "FACE", "v001", "sh010_FACE_v001.1042.exr"))}
    assert "sh010_FACE_v001.1042.exr is not a frame of this pass, nor of the toolkit" in caplog.text
    assert old.with_name("sh010_BODY_v001.1001.png").exists()


def test_a_truncated_layer_is_rendered_again(plate_pattern: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    render(plate_pattern, root)
    before = digests(root)
    damaged = layer(root, "BODY", 1005)
    damaged.write_bytes(damaged.read_bytes()[:-100])
    assert render(plate_pattern, root)[PassName.BODY].rendered == 1
    assert digests(root) == before


def test_the_same_cut_in_another_folder_gives_the_same_bytes(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "one")
    moved = tmp_path / "elsewhere"
    plate_pattern.parent.rename(moved)
    render(moved / plate_pattern.name, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_batches_of_any_size_give_the_same_bytes(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "one")
    engine = open_engine("builtin")
    engine.batch = 5
    render(plate_pattern, tmp_path / "five", engine=engine)
    assert digests(tmp_path / "one") == digests(tmp_path / "five")


class Waits(Engine):
    """Returns its first image only once the requests of the next frame are built."""

    name = "waits"
    revision = "1"
    wants_matte = True

    def __init__(self, ready: Event) -> None:
        self.ready, self.waited = ready, True

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        self.waited &= self.ready.wait(60)
        return [request.image for request in requests]


def test_the_next_requests_are_built_while_the_engine_paints(
    plate_pattern: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, real = Event(), draw_crop_matte

    def draw_and_signal(plan: PassPlan, face: FacePlan, given: None) -> NDArray[np.float32]:
        matte = real(plan, face, given)
        if face is plan.frames[1].faces[0]:
            ready.set()
        return matte

    monkeypatch.setattr("toolkit.passes.rendering.requests.draw_crop_matte", draw_and_signal)
    engine = Waits(ready)
    render(plate_pattern, tmp_path / "out", "output.passes=FACE", engine=engine)
    assert engine.waited


class Fails(Engine):
    """Paints a few images, then fails."""

    name = "fails"
    revision = "1"

    def __init__(self, good: int, how: str) -> None:
        self.good, self.how = good, how

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        self.good -= 1
        if self.good >= 0:
            return [request.image for request in requests]
        if self.how == "raises":
            raise EngineFailed(self.name, "out of memory")
        if self.how == "stopped":
            raise KeyboardInterrupt
        if self.how == "nan":
            return [np.full_like(request.image, np.nan) for request in requests]
        return [request.image[:8, :8] for request in requests]


@pytest.mark.parametrize("how", ["raises", "nan", "another size"])
def test_a_failing_engine_stops_the_run_with_shot_pass_and_frame_and_leaves_complete_files(
    plate_pattern: Path, tmp_path: Path, how: str
) -> None:
    root = tmp_path / "out"
    with pytest.raises(ToolkitError) as caught:
        render(plate_pattern, root, "output.passes=BODY", engine=Fails(4, how))
    assert caught.value.exit_code == 4
    assert str(caught.value).startswith("shot sh010, pass BODY, frame 1005: ")
    for path in root.rglob("*.*"):
        assert path.suffix == ".exr" or path.name == "frame_keys.json"
        if path.suffix == ".exr":
            read(path)


class Blackens(Engine):
    """Paints black, as a VAE does whose numbers overflow."""

    name = "blackens"
    revision = "1"

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        return [np.zeros_like(request.image) for request in requests]


def test_pictures_of_a_single_colour_are_warned_of_once(
    plate_pattern: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert render(plate_pattern, tmp_path / "out", engine=Blackens())[PassName.BODY].rendered == COUNT
    assert caplog.text.count("blackens painted a picture of a single colour. A VAE that fails in half precision") == 1


class BlackensTheFace(Engine):
    """Paints its matte in one colour, like a server that lays what it has painted over what it was sent."""

    name = "blackens"
    revision = "1"
    wants_matte: ClassVar[bool] = True

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        pictures = [request.image.copy() for request in requests]
        for picture, request in zip(pictures, requests, strict=True):
            if request.matte is not None:
                picture[request.matte > 0] = (0.1, 0.2, 0.3)
        return pictures


def test_a_face_of_a_single_colour_is_warned_of(
    plate_pattern: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    render(plate_pattern, tmp_path / "out", engine=BlackensTheFace())
    assert caplog.text.count("painted a picture of a single colour") == 1
    assert "sh010 FACE" in caplog.text


def test_a_strict_run_stops_at_a_picture_of_a_single_colour(plate_pattern: Path, tmp_path: Path) -> None:
    shot = shot_of(plate_pattern)
    tracks, settings = tracks_of([sample(FIRST)]), load_settings(overrides=["output.passes=BODY"])
    plans = plan_passes(shot, tracks, settings, cut_folder=CUT_FOLDER)
    with open_plate(shot.media) as plate, pytest.raises(ResultUnusable, match="sh010 BODY 1001: blackens painted a"):
        render_passes(plans, plate, Blackens(), tmp_path, writers=1, strict=True)
    assert not list(tmp_path.rglob("*.exr"))


def test_a_flat_plate_is_not_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(FIRST, FIRST + COUNT):
        cv2.imwrite(str(tmp_path / f"plate.{number:04d}.png"), np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    render(tmp_path / "plate.####.png", tmp_path / "out", "output.passes=BODY", engine=Blackens())
    assert "single colour" not in caplog.text


class PaintsAStar(Blackens):
    """Black with one bright pixel."""

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        pictures = super().paint(requests)
        for picture in pictures:
            picture[3, 5] = 1.0
        return pictures


def test_one_pixel_of_another_colour_is_a_picture(
    plate_pattern: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    render(plate_pattern, tmp_path / "out", "output.passes=BODY", engine=PaintsAStar())
    assert "single colour" not in caplog.text


def test_ctrl_c_stops_cleanly_and_the_next_run_resumes(plate_pattern: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        render(plate_pattern, root, "output.passes=BODY", engine=Fails(4, "stopped"))
    kept = len(list(root.rglob("*.exr")))
    assert 0 < kept <= 4
    assert not list(root.rglob("*.part"))
    assert render(plate_pattern, root, "output.passes=BODY", engine=Fails(99, ""))[PassName.BODY].kept == kept


@pytest.mark.parametrize("face_frame", [FIRST, FACES_UNTIL - 1])
def test_a_face_crossing_the_edge_of_the_plate_is_clipped_there(
    plate_pattern: Path, tmp_path: Path, face_frame: int
) -> None:
    samples = [sample(f, x=-5.0 if f == face_frame else 80.0) for f in range(FIRST, FIRST + COUNT)]
    settings = load_settings(overrides=["output.passes=FACE"])
    plans = plan_passes(shot_of(plate_pattern), tracks_of(samples), settings, cut_folder=CUT_FOLDER)
    with open_plate(shot_of(plate_pattern).media) as plate:
        render_passes(plans, plate, open_engine("builtin"), tmp_path, writers=1)
    _, pixels = read(layer(tmp_path, "FACE", 1001 + face_frame - FIRST))
    assert pixels[45, 0, 3] > 0.5
    assert not pixels[:, 60:].any()


# --- plates with overbrights and alpha ------------------------------------------------------------------------------


def write_exr_plates(folder: Path) -> Path:
    """A linear sequence with a lamp at 12 times white, and alpha 0.5 in the right half."""
    from toolkit.plates import write_exr

    for source_frame in range(FIRST, FIRST + COUNT):
        pixels = np.empty((HEIGHT, WIDTH, 4), np.float16)
        pixels[..., :3] = (plate_picture(source_frame) / 255.0) ** 2.2
        pixels[10:20, 10:20, :3] = 12.0
        pixels[..., 3] = 1.0
        pixels[:, WIDTH // 2 :, 3] = 0.5
        write_exr(folder / f"plate.{source_frame:04d}.exr", pixels, {})
    return folder / "plate.####.exr"


@pytest.mark.parametrize("strength", [0.0, 0.65])
def test_overbrights_keep_their_energy(tmp_path: Path, strength: float) -> None:
    render(write_exr_plates(tmp_path / "plates"), tmp_path / "out", f"body.strength={strength}")
    spec, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    assert spec.getattribute("toolkit/encoding") == "linear"
    pixels = pixels[..., :3]
    assert np.median(pixels[11:19, 11:19]) == pytest.approx(12.0, rel=0.12 if strength else 2e-3)
    if not strength:
        plate = (plate_picture(FIRST) / 255.0) ** 2.2
        outside = np.ones((HEIGHT, WIDTH), bool)
        outside[10:20, 10:20] = False
        assert np.allclose(pixels[outside], plate[outside], rtol=2e-3, atol=2e-4)


def test_a_face_is_no_more_opaque_than_its_plate(tmp_path: Path) -> None:
    render(write_exr_plates(tmp_path / "plates"), tmp_path / "out", "face.strength=0", "matte.fade=0")
    _, pixels = read(layer(tmp_path / "out", "FACE", 1004))
    alpha = pixels[..., 3]
    assert alpha[45, 70] == pytest.approx(1.0)
    assert alpha[45, 88] == pytest.approx(0.5)
    plate = (plate_picture(FIRST + 3) / 255.0) ** 2.2
    stored = plate[41:50, 84:88]
    assert np.allclose(pixels[41:50, 84:88, :3].mean((0, 1)), stored.mean((0, 1)), rtol=0.03), (
        "multiplied by alpha only once"
    )


def test_an_eased_frame_is_painted_as_at_that_strength(plate_pattern: Path, tmp_path: Path) -> None:
    """The frames around it, in the same batch, keep their own."""
    (plan,) = plans_for(plate_pattern, "output.passes=BODY")
    frames = list(plan.frames)
    frames[4] = frames[4].model_copy(update={"strength": 0.2})
    eased = [plan.model_copy(update={"frames": tuple(frames)})]
    with open_plate(shot_of(plate_pattern).media) as plate, open_engine("builtin") as engine:
        engine.batch = 8
        render_passes(eased, plate, engine, tmp_path / "eased", writers=1)
    render(plate_pattern, tmp_path / "plain", "output.passes=BODY")
    render(plate_pattern, tmp_path / "lower", "output.passes=BODY", "body.strength=0.2")
    for number in (1004, 1005, 1006):
        other = "lower" if number == 1005 else "plain"
        found, expected = (read(layer(tmp_path / root, "BODY", number))[1] for root in ("eased", other))
        assert np.array_equal(found, expected)
