"""Several uses of the same frames, speed ramps and compound clips: every host shows the frames that the cut shows.

The uses have the same files, and so media of the same name, at different places and speeds. Then come a second version,
and what the editor did to one use meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.delivery._deliveries import deliver_frames, plan_of
from tests.hosts import placed
from tests.hosts.entries import footage_of, load
from tests.hosts.lua_host import new_lua, run_with_report
from tests.hosts.placed import Delivered, Shown
from tests.hosts.resolve import FakeResolve
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.timeline import Timeline
from tests.turnover import _cuts as cuts
from toolkit.documents import Cut, PassName
from toolkit.documents.origin import HostColour, Origin
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests

HOUR = 86400
HANDLES = 24


def use(start: int, count: int, name: str, *effects: cuts.Json, media: str = "A001.mov") -> cuts.Json:
    reference = cuts.movie_reference(media, cuts.time_range(10 * HOUR, 200))
    return cuts.clip(reference, cuts.time_range(10 * HOUR + start, count), name=name, effects=effects)


def ramp(start: int, count: int) -> cuts.Json:
    """From 100 % to 200 % at half of a clip."""
    middle, end = count / 48, count / 24
    source = start / 24
    points = [(-source, 0.0), (0.0, source), (middle, source + middle), (end, source + 3 * middle)]
    keys = [[at, shown, False, 0, 0, 0, 0] for at, shown in points]
    metadata = {"Resolve_OTIO": {"Key Frames": keys, "Speed Ratio": 1.5}}
    return {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": metadata}


def compound(name: str, count: int, *tracks: cuts.Json) -> cuts.Json:
    window = cuts.time_range(0, count)
    return {"OTIO_SCHEMA": "Stack.1", "name": name, "source_range": window, "children": list(tracks), "metadata": {}}


USES = (
    cuts.gap(6),
    use(50, 20, "A001"),
    use(40, 16, "B002", media="B002.mov"),
    use(60, 24, "A001"),
    use(55, 12, "A001", cuts.speed(2.0)),
    cuts.gap(3),
    use(64, 18, "A001", cuts.speed(-1.0)),
)
"""Four uses of the same frames, one of which begins before the others."""

RAMPED = (*USES, cuts.gap(2), use(58, 20, "A001", ramp(58, 20)), use(70, 10, "A001"))

COMPOUND = (
    *RAMPED,
    compound(
        "scene",
        30,
        cuts.track(use(52, 12, "A001"), use(44, 18, "B002", media="B002.mov")),
        cuts.track(cuts.gap(6), use(80, 20, "C003", media="C003.mov")),
    ),
)


def read(folder: Path, *children: cuts.Json) -> Cut:
    for media in ("A001", "B002", "C003"):
        if not (folder / f"{media}.mov").exists():
            cuts.write_movie(folder / f"{media}.mov", 200, timecode="10:00:00:00")
    document = cuts.timeline(cuts.track(*children), start=cuts.time(HOUR), name="shared")
    cut = read_cut(cuts.write(folder / "cut.otio", document), handles=HANDLES)
    origin = Origin(host="resolve", name="shared", timeline_id="", colour=HostColour(mode="unmanaged"))
    return cut.model_copy(update={"origin": origin})


def conform(cut: Cut, folder: Path, version: int = 1, *, faces: bool = False) -> Delivered:
    plans = [
        plan_of(shot, name, version=version, faces=() if faces else [()] * len(shot.source_work_range))
        for shot in cut.source_shots()
        for name in PassName
    ]
    deliver_frames(cut, folder / "out", plans)
    return Delivered(folder / "out" / "delivery.json")


def frames_of(cut: Cut) -> Iterator[tuple[str, list[tuple[int, int]], list[tuple[int, int]] | None]]:
    """Name of each use, the number of the layer file in each timeline frame, and the plate's picture, if delivered."""
    for shot in cut.shots:
        sources = [(frame, shot.frame_map.source_frame_at_record(frame)) for frame in shot.record_range]
        if shot.frame_map.frames is None:
            yield shot.name, [(frame, shot.frame_map.shot_frame(source)) for frame, source in sources], sources
        else:  # one file for each timeline frame
            yield shot.name, [(frame, 1001 + index) for index, (frame, _) in enumerate(sources)], None


def assert_shows(found: Shown, cut: Cut) -> None:
    for name, layer, plate in frames_of(cut):
        assert found["BODY", name] == found["FACE", name] == layer, name
        if plate is not None:
            assert found["PLATE", name] == plate, name
    assert len(found) == sum(2 + (plate is not None) for _, _, plate in frames_of(cut))


def in_lua(delivered: Delivered, _: Path) -> Shown:
    """What the timeline of Import Passes (Lua) shows."""
    fake = placed.start_resolve(delivered)
    fake.fusion.chosen.append(str(delivered.path))
    report = run_with_report(new_lua("luajit21"), fake)[1]
    assert report["problems"] == report["by_hand"] == fake.misuse == []
    return placed.on_timeline(fake.timeline(report["timeline"]), delivered)


HOSTS: dict[str, Callable[[Delivered, Path], Shown]] = {
    "DaVinci Resolve": lambda delivered, home: Editor(delivered, home).shown(delivered),
    "DaVinci Resolve (Lua)": in_lua,
    "After Effects": placed.in_after_effects,
    "a ready-made project": lambda delivered, _: placed.in_project(delivered),
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("children", [USES, RAMPED, COMPOUND], ids=["uses", "a ramp", "a compound"])
def test_every_use_shows_its_own_frames(children: tuple[cuts.Json, ...], host: str, at_home: Path) -> None:
    cut = read(at_home, *children)
    assert len(cut.source_shots()) < len(cut.shots) - 1
    assert_shows(HOSTS[host](conform(cut, at_home), at_home), cut)


@pytest.mark.parametrize("host", HOSTS)
def test_layers_that_are_baked_on_request_show_the_same(host: str, at_home: Path) -> None:
    cut = read(at_home, *USES)
    deliver_frames(cut, at_home / "out", settings=Settings(delivery=DeliverySettings(bake="retimed")))
    found = HOSTS[host](Delivered(at_home / "out" / "delivery.json"), at_home)
    for shot, (name, layer, plate) in zip(cut.shots, frames_of(cut), strict=True):
        baked = [(frame, 1001 + index) for index, (frame, _) in enumerate(layer)]
        assert found["PLATE", name] == plate
        assert found["BODY", name] == found["FACE", name] == (layer if shot.frame_map.speed == 1 else baked)


# --- Resolve: the next version over it ------------------------------------------------------------------------------


class Editor:
    """A Resolve in which deliveries of one cut are imported one after another."""

    def __init__(self, delivered: Delivered, home: Path) -> None:
        self.entry: ModuleType = load("Toolkit Import Passes.py", home)
        self.fake: FakeResolve = placed.start_resolve(delivered)
        self.report: dict[str, Any] = {}
        self.bring(delivered)

    def bring(self, delivered: Delivered) -> Timeline:
        """Import a delivery; the stack."""
        self.fake.world.footage.update(footage_of(delivered.document))
        self.entry.__dict__.update(self.fake.script_globals())
        self.report = self.entry.main([str(delivered.path)])
        assert self.report["problems"] == self.fake.misuse == []
        return self.stack

    @property
    def stack(self) -> Timeline:
        return self.fake.timeline(self.report["timeline"])

    def shown(self, delivered: Delivered) -> Shown:
        return placed.on_timeline(self.stack, delivered)

    def layer(self, track: str, record_first: int) -> TimelineItem:
        """The layer at a frame of the cut."""
        items = [one for each in self.stack.tracks["video"] if each.name == track for one in each.items]
        (found,) = [one for one in items if one.start - self.stack.start == record_first]
        return found


@pytest.fixture
def cut(at_home: Path) -> Cut:
    return read(at_home, *COMPOUND)


def test_version_2_replaces_every_use_in_its_place(cut: Cut, at_home: Path) -> None:
    editor = Editor(conform(cut, at_home), at_home)
    again = conform(cut, at_home, version=2)
    editor.bring(again)
    assert_shows(editor.shown(again), cut)
    assert editor.report["made_from"] == "shared v001" and editor.report["by_hand"] == []
    layers = len(cut.shots) * len(PassName)
    assert f"{layers} layers replaced; grade, settings, trim and comps were carried over" in editor.report["notes"]
    names = ("PLATE", "BODY v002", "FACE v002")
    assert [track.name for track in editor.stack.tracks["video"]] == [
        *names,
        *(f"{name} (compound 2)" for name in names),
    ]


def test_the_same_version_again_leaves_every_use_alone(cut: Cut, at_home: Path) -> None:
    delivered = conform(cut, at_home)
    editor = Editor(delivered, at_home)
    editor.bring(delivered)
    assert_shows(editor.shown(delivered), cut)
    assert editor.report["placed"] == [] and editor.report["by_hand"] == []


def test_what_the_editor_did_to_one_use_stays_with_it(at_home: Path) -> None:
    cut = read(at_home, *USES)
    editor = Editor(conform(cut, at_home), at_home)
    graded, trimmed = cut.shots[2].record_range.first, cut.shots[0].record_range.first
    editor.layer("FACE v001", graded).properties["Opacity"] = 40.0
    face = editor.layer("FACE v001", trimmed)
    face.start, face.left, face.duration = face.start + 4, face.left + 4, face.duration - 6
    again = conform(cut, at_home, version=2)
    editor.bring(again)
    opacities = [(one.start - HOUR, one.properties.get("Opacity", 100.0)) for one in _faces(editor.stack, "v002")]
    assert [at for at, opacity in opacities if opacity == 40.0] == [graded]
    found = editor.shown(again)
    for name, layer, _ in frames_of(cut):
        assert found["FACE", name] == (layer[4:-2] if name == cut.shots[0].name else layer)
        assert found["BODY", name] == layer


def _faces(stack: Timeline, version: str) -> list[TimelineItem]:
    tracks = [track for track in stack.tracks["video"] if track.name == f"FACE {version}"]
    return [item for track in tracks for item in track.items]


def test_a_use_that_the_editor_moved_is_told_from_the_others_by_its_frames(at_home: Path) -> None:
    """To behind the last one: it is over none of the uses any more."""
    cut = read(at_home, *USES)
    editor = Editor(conform(cut, at_home), at_home)
    first = cut.shots[2]
    for name in ("FACE v001", "BODY v001"):
        editor.layer(name, first.record_range.first).start = HOUR + 200
    again = conform(cut, at_home, version=2)
    editor.bring(again)
    assert not [item for item in editor.stack.items("video") if item.media and "_v001" in item.media.name]
    assert_shows(editor.shown(again), cut)  # over the plate, as delivered
    assert any(f"{first.name}_FACE_v002" in line for line in editor.report["by_hand"]), editor.report["by_hand"]
    assert not [line for line in editor.report["by_hand"] if "'A001_FACE" in line]


def test_a_use_that_is_new_in_the_cut_gives_all_others_new_names_and_takes_nothing_from_them(at_home: Path) -> None:
    """Uses are numbered in the order of the cut."""
    before = read(at_home, *USES)
    editor = Editor(conform(before, at_home), at_home)
    graded = before.shots[2].record_range.first
    editor.layer("FACE v001", graded).properties["Opacity"] = 40.0
    plate = next(item.media for item in editor.stack.items("video") if item.media and item.media.name == "A001.mov")
    editor.fake.add_item(editor.stack, plate, at=0, left=70, duration=5)
    cut = read(at_home, use(70, 5, "A001"), cuts.gap(1), *USES[1:])
    assert [shot.name for shot in cut.shots] == ["A001", "A001_2", "B002", "A001_3", "A001_4", "A001_5"]
    again = conform(cut, at_home, version=2)
    editor.bring(again)
    assert editor.report["made_from"] == "shared v001"
    assert_shows(editor.shown(again), cut)
    faces = _faces(editor.stack, "v002")
    assert [one.start - HOUR for one in faces if one.properties.get("Opacity") == 40.0] == [graded]
    assert len(faces) == len(cut.shots)


def test_a_layer_of_a_use_that_is_no_more_stays(at_home: Path) -> None:
    before = read(at_home, *USES)
    editor = Editor(conform(before, at_home), at_home)
    removed = before.shots[3].record_range
    plates = editor.stack.tracks["video"][0].items
    plates.remove(next(item for item in plates if item.start == HOUR + removed.first))
    cut = read(at_home, *USES[:4], cuts.gap(len(removed) + 3), *USES[6:])
    again = conform(cut, at_home, version=2)
    stack = editor.bring(again)
    left = [item for item in stack.items("video") if item.media and "_v001" in item.media.name]
    assert [item.start - HOUR for item in left] == [removed.first] * 2
    for item in left:
        next(track for track in stack.tracks["video"] if item in track.items).items.remove(item)
    assert_shows(editor.shown(again), cut)


def test_another_ramp_replaces_the_baked_layer(at_home: Path) -> None:
    before, after = use(50, 20, "A001", ramp(50, 20)), use(50, 20, "A001", ramp(54, 20))
    cut = read(at_home, *USES, before)
    editor = Editor(conform(cut, at_home), at_home)
    cut = read(at_home, *USES, after)
    for version in (1, 2):
        again = conform(cut, at_home, version=version)
        editor.bring(again)
        assert_shows(editor.shown(again), cut)
    cut = read(at_home, *USES, use(50, 20, "A001"))  # the ramp is gone
    again = conform(cut, at_home, version=3)
    editor.bring(again)
    assert not [line for line in editor.report["by_hand"] if "trim" in line or "slip" in line]


def test_media_is_imported_once_into_one_bin(cut: Cut, at_home: Path) -> None:
    editor = Editor(conform(cut, at_home), at_home)
    editor.bring(conform(cut, at_home, version=2))
    paths = [media.path for media in editor.fake.pool.root.all_clips() if "_v00" in media.path]
    assert len(paths) == len(set(paths))
