"""The page as a file: what it says, what its data hold, and that nothing breaks out of it."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import MakeOnce, link_folder
from tests.report._reports import (
    FIRST,
    HOSTILE,
    Run,
    make_cut,
    make_plans,
    make_run,
    make_shot,
    make_tuning,
    numbered,
    state_at,
)
from toolkit.documents import FaceState
from toolkit.errors import OutputNotWritable
from toolkit.frames import timecode_from_frames
from toolkit.report import open_picture_maker
from toolkit.report.page import find_verdict
from toolkit.review import FramePictures
from toolkit.settings import ReportSettings, Settings

JPEG = ReportSettings(video="jpeg", size=4.0)


class Page(HTMLParser):
    """The elements of a page, its text and its data."""

    VOID = ("meta", "img", "input", "br")

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[dict[str, Any]] = []
        self.text = ""
        self._open: list[str] = []
        self._is_data = False
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._is_data = dict(attrs).get("type") == "application/json"
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._is_data and self._open and self._open[-1] == "script":
            self.data.append(json.loads(data))
        elif not self._open or self._open[-1] not in {"script", "style"}:
            self.text += data


@pytest.fixture
def run(make_once: MakeOnce, tmp_path: Path) -> Run:
    """A run of two shots whose report was written, so that its pictures are there."""

    def make(folder: Path) -> None:
        make_run(folder / "run", 40, 60).report(settings=JPEG)

    link_folder(make_once("report", make) / "run", tmp_path / "run")
    return make_run(tmp_path / "run", 40, 60)


@pytest.fixture
def new_run(tmp_path: Path) -> Run:
    """The same run without a report."""
    return make_run(tmp_path, 40, 60)


def test_the_page_says_first_which_shot_lost_its_acting_and_where(run: Run) -> None:
    page = Page(run.report(settings=JPEG))
    head = " ".join(page.text.partition("All shots")[0].split())
    assert "1 of 2 judged shots need a look: acting 1 lost." in head
    assert "sh020 keeps 31 of 100, least of the mouth; look at frames 1005\N{EN DASH}1016, 1023\N{EN DASH}1031" in head
    links = [attributes.get("href") for tag, attributes in page.tags if tag == "a"]
    assert "#shot-2:1005" in links


def test_the_data_of_a_shot_are_exact(run: Run) -> None:
    page = Page(run.report(settings=JPEG))
    first, second = page.data
    assert first["frames"] == list(range(FIRST, FIRST + 40))
    rate = run.shots[0].media.rate
    assert first["timecodes"] == [str(timecode_from_frames(86_400 + index, rate)) for index in range(40)]
    assert first["records"] == [None] * 8 + list(range(24)) + [None] * 8
    assert first["recordTimecodes"][8:10] == ["01:00:00:00", "01:00:00:01"]
    assert second["records"][8] == 24
    assert second["failing"] == [[1005, 1016], [1023, 1031]]
    assert second["curvesFirst"] == FIRST
    assert {curve["measure"] for curve in second["curves"]} == {"mouth opening", "height of the left brow"}
    assert second["curves"][0]["plate"][7] is None
    assert second["curves"][0]["clips"]["COMPOSITE"][3] == pytest.approx(
        0.31 * second["curves"][0]["plate"][3], abs=0.01
    )


def test_faces_have_their_state_and_outlines_frame_by_frame(run: Run) -> None:
    page = Page(run.report(settings=JPEG))
    for face in page.data[1]["faces"]:
        states = [state_at(FIRST + place, face["face"]) for place in range(60)]
        assert face["states"] == "".join(state[0] for state in states)
        for key in ("ovals", "mattes", "boxes"):
            assert [outline is None for outline in face[key]] == [state is FaceState.ABSENT for state in states]
        matte, oval = np.reshape(face["mattes"][0], (-1, 2)), np.reshape(face["ovals"][0], (-1, 2))
        assert (np.ptp(matte, axis=0) > np.ptp(oval, axis=0)).all()
        assert len(face["boxes"][0]) == 8


def test_no_name_breaks_out_of_the_page(run: Run) -> None:
    page = Page(run.report(settings=JPEG))
    assert HOSTILE in page.text
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert [attributes.get("type") for attributes in scripts] == ["application/json", "application/json", None]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'; script-src 'sha256-" in policy


def test_the_page_asks_for_nothing_outside_its_folder(run: Run) -> None:
    path = run.report(settings=JPEG)
    page = Page(path)
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "embed", "base"}
    addresses = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in {"href", "src"} and value is not None and not value.startswith("#")
    ]
    assert addresses
    for address in addresses:
        assert (path.parent / address).is_file(), address
    assert not re.search(r"https?://(?!www\.w3\.org)", page.source)


def test_every_element_that_is_named_exists_and_ids_are_unique(run: Run) -> None:
    page = Page(run.report(settings=JPEG))
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    named = [attributes.get("aria-labelledby") or attributes.get("for") for _, attributes in page.tags]
    assert set(filter(None, named)) <= set(ids)
    for tag, attributes in page.tags:
        if tag == "img":
            assert "alt" in attributes
        if attributes.get("role") in {"slider", "group", "img"}:
            assert attributes.get("aria-label")


def test_what_was_left_out_and_every_setting_are_there(run: Run) -> None:
    text = Page(run.report(settings=JPEG)).text
    assert "title (V2): generators have no media" in text
    assert 'video = "jpeg"' in text
    assert "MB of at most 4 MB (report.size)" in text


def test_without_a_review_the_pictures_are_still_there(run: Run) -> None:
    page = Page(run.report(with_review=False, settings=JPEG))
    assert "There is no review: nothing says what is left of the acting." in page.text
    assert "No shot's acting was judged." in page.text
    assert all(shot["pictures"] for shot in page.data)
    assert page.data[0]["curves"] == []


def test_a_shot_whose_pictures_fail_has_its_scores_and_says_why(new_run: Run) -> None:
    new_run.fails_at["sh020"] = FIRST + 30
    page = Page(new_run.report(settings=JPEG))
    assert "Its pictures cannot be shown" in page.text
    assert f"sh020.{FIRST + 30}.exr" in page.text
    assert [shot["pictures"] is None for shot in page.data] == [False, True]
    assert page.data[1]["curves"]


def test_a_shot_without_a_review_is_not_judged(run: Run) -> None:
    del run.scores["sh020"]
    text = " ".join(Page(run.report(settings=JPEG)).text.split())
    assert "The one judged shot keeps its acting. 1 was not judged." in text


def test_a_damaged_track_leaves_out_only_what_is_drawn_from_it(run: Run) -> None:
    run.report(settings=JPEG)
    run.output.face_track("sh010").write_text("{")
    page = Page(run.report(settings=JPEG))
    assert [len(shot["faces"]) for shot in page.data] == [0, 2]
    assert "face_track.json: at /" in page.data[0]["noFaces"]
    assert page.data[1]["noFaces"] == ""


def test_pictures_are_kept_while_nothing_changes(new_run: Run) -> None:
    path = new_run.report(settings=JPEG)
    before = {file: file.stat().st_mtime_ns for file in path.parent.rglob("*.jpg")}
    assert new_run.opened == ["sh010", "sh010", "sh020", "sh020"]  # all frames, and then those of the strip
    new_run.report(settings=JPEG)
    assert new_run.opened == ["sh010", "sh010", "sh020", "sh020"]
    assert {file: file.stat().st_mtime_ns for file in path.parent.rglob("*.jpg")} == before


def test_only_what_changed_is_made_again_and_the_old_is_removed(new_run: Run) -> None:
    settings = ReportSettings(video="jpeg", size=8)
    path = new_run.report(settings=settings)
    folders = {folder.name for folder in (path.parent / "media").iterdir()}
    new_run.shots[1] = make_shot("sh020", 59, record_first=24)
    new_run.report(settings=settings)
    assert new_run.opened[4:] == ["sh020", "sh020"]
    new = {folder.name for folder in (path.parent / "media").iterdir()}
    assert len(new) == 2
    assert len(new & folders) == 1
    assert len(list((path.parent / "curves").iterdir())) == 2
    assert len(list((path.parent / "strips").iterdir())) == 2


def test_pictures_that_a_review_reads_are_not_read_again(new_run: Run) -> None:
    """All frames are taken, also where the pictures are there already; afterwards only the strips are missing."""
    settings = Settings(report=JPEG)
    maker = open_picture_maker(new_run.output, make_cut(*new_run.shots), settings)
    for shot in (*new_run.shots, new_run.shots[0]):
        frames = iter([picture_of(frame) for frame in shot.source_work_range])
        maker.watch(shot, make_plans(shot), frames)
        assert next(frames, None) is None
    page = Page(new_run.report(settings=JPEG))
    assert new_run.opened == ["sh010", "sh020"]
    assert [len(shot["frames"]) for shot in page.data] == [40, 60]


def picture_of(source_frame: int) -> FramePictures:
    plate, body, composite = (numbered(source_frame, clip) for clip in ("PLATE", "BODY", "COMPOSITE"))
    matte = np.ones(plate.shape[:2], np.float32)
    return FramePictures(source_frame=source_frame, plate=plate, body=body, composite=composite, matte=matte)


def test_what_a_killed_run_left_is_removed(run: Run) -> None:
    path = run.report(settings=JPEG)
    for left in ("curves/.sh010-0123456789ab.png.77.part", "media/.new-77-sh010-0123456789ab/movie.mp4"):
        (path.parent / left).parent.mkdir(exist_ok=True)
        (path.parent / left).write_text("")
    run.report(settings=JPEG)
    assert not [*path.parent.rglob("*.part"), *path.parent.rglob(".new-*")]


def test_what_others_put_into_the_folder_stays(run: Run) -> None:
    path = run.report(settings=JPEG)
    for name in ("notes.txt", "media/mine.txt", "curves/mine.png"):
        (path.parent / name).write_text("")
    run.report(settings=JPEG)
    assert all((path.parent / name).exists() for name in ("notes.txt", "media/mine.txt", "curves/mine.png"))


def test_a_report_that_fails_leaves_the_old_page_and_its_pictures(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run.report(settings=JPEG)
    before = path.read_bytes()
    addresses = set(re.findall(r'src="(media/[^"]+)"', path.read_text(encoding="utf-8")))

    def fail(*_: object) -> None:
        raise OutputNotWritable(path, "disk full")

    run.shots[1] = make_shot("sh020", 59, record_first=24)
    monkeypatch.setattr("toolkit.report.write.write_page", fail)
    with pytest.raises(OutputNotWritable):
        run.report(settings=JPEG)
    assert path.read_bytes() == before
    assert all((path.parent / address).exists() for address in addresses)


def test_a_folder_that_is_a_link_is_refused(new_run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    new_run.output.report.symlink_to(elsewhere)
    with pytest.raises(OutputNotWritable, match="symbolic link"):
        new_run.report(settings=JPEG)
    assert list(elsewhere.iterdir()) == []


def test_the_table_has_a_row_for_every_score(run: Run) -> None:
    path = run.report(settings=JPEG).with_name("review.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 2 * 3
    row = next(row for row in rows if row["shot"] == "sh020" and row["clip"] == "BODY" and row["region"] == "all")
    assert float(row["score"]) == pytest.approx(31 / 3, abs=0.05)
    assert row["delay_frames"] == ""
    lost = next(row for row in rows if row["shot"] == "sh020" and row["clip"] == "COMPOSITE")
    assert lost["failing_frames"] == "1005-1016 1023-1031"
    blinks = {name: value for name, value in row.items() if name.startswith("blinks")}
    assert list(blinks.values()) == ["3", "2", "1", "1", "1.50"]


def test_the_blinks_that_are_kept_are_under_the_scores(run: Run) -> None:
    assert "; blinks: 2 of 3 kept, 1 added; not judged: cheeks, gaze" in Page(run.report(settings=JPEG)).text


def test_the_contact_sheet_and_the_curves_are_pictures(run: Run) -> None:
    folder = run.report(settings=ReportSettings(video="jpeg")).parent
    sheet = cv2.imread(str(folder / "contact.png"))
    assert sheet is not None
    assert sheet.shape[1] == 2 * 24 + 3 * 224 + 2 * 6
    assert len({tuple(pixel) for pixel in sheet[60, ::40]}) > 1
    for path in (folder / "curves").iterdir():
        curves = cv2.imread(str(path))
        assert curves is not None
        assert curves.shape[1] == 990


def chart_of(page: Page, place: int) -> list[tuple[str, dict[str, str | None]]]:
    """The elements of the ``place``-th chart of the page."""
    starts = [index for index, (tag, attributes) in enumerate(page.tags) if attributes.get("class") == "tuning"]
    return page.tags[starts[place] : [*starts, len(page.tags)][place + 1]]


def test_what_was_tuned_is_a_chart_of_its_shot(run: Run) -> None:
    make_tuning().write(run.output.tuning)
    page = Page(run.report(settings=JPEG))
    text = " ".join(page.text.split())
    assert "face.strength against the acting: 0.43 was chosen and keeps 91 of 100; asked for: 90" in text
    assert (
        "28 frames: 0.1 keeps 99, 0.9 keeps 12, 0.455 keeps 90; the whole shot: 0.455 keeps 80, 0.43 keeps 91" in text
    )
    assert "FACE v001 on this page was rendered with 0.5." in text
    first = chart_of(page, 0)
    circles = [attributes for tag, attributes in first if tag == "circle"]
    assert [one["class"] for one in circles] == ["dot-trial"] * 3 + ["dot-whole", "dot-chosen"]
    xs, ys = ([float(one[name] or 0) for one in circles] for name in ("cx", "cy"))
    np.testing.assert_allclose(np.interp(xs, xs[:2], (0.1, 0.9)), (0.1, 0.9, 0.455, 0.455, 0.43), atol=0.001)
    (target,) = [attributes for tag, attributes in first if attributes.get("class") == "target"]
    assert float(target["y1"] or 0) == ys[2]  # it keeps what was asked for
    assert ys[0] < ys[4] < ys[2] < ys[3] < ys[1]
    (line,) = [attributes["points"] or "" for tag, attributes in first if tag == "polyline"]
    assert line.split() == [f"{xs[place]:g},{ys[place]:g}" for place in (0, 2, 1)]  # by value, of as many frames


def test_a_setting_for_which_nothing_was_chosen_says_why_and_one_without_trials_has_no_chart(run: Run) -> None:
    make_tuning().write(run.output.tuning)
    page = Page(run.report(settings=JPEG))
    second = chart_of(page, 1)
    assert "body.strength against the acting: nothing was chosen: no face acts in it" in " ".join(page.text.split())
    assert not [tag for tag, _ in second if tag == "svg"]


def test_a_run_that_was_not_tuned_has_no_charts_and_damage_is_a_note(run: Run) -> None:
    page = Page(run.report(settings=JPEG))
    assert not [attributes for _, attributes in page.tags if attributes.get("class") == "tuning"]
    run.output.tuning.write_text("{")
    assert "What was tuned cannot be shown: " in Page(run.report(settings=JPEG)).text


def test_a_run_of_only_body_has_no_face_and_no_composite(new_run: Run) -> None:
    new_run.clips = ("PLATE", "BODY")
    page = Page(new_run.report(settings=JPEG))
    assert list(page.data[0]["pictures"]["stills"]["places"]) == ["PLATE", "BODY"]


def noise(source_frame: int, clip: str) -> NDArray[np.uint8]:
    """The worst to compress: no pixel tells of another."""
    return np.random.default_rng([source_frame, len(clip)]).integers(0, 256, (180, 320, 3), np.uint8)


@pytest.mark.parametrize("size", [1.0, 6.0])
@pytest.mark.parametrize("counts", [(45,) * 6, (18,) * 30], ids=["few long shots", "many short ones"])
def test_the_whole_report_fits_its_size(tmp_path: Path, size: float, counts: tuple[int, ...]) -> None:
    run = make_run(tmp_path, *counts)
    run.draw = noise
    folder = run.report(settings=ReportSettings(size=size)).parent
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < size * 1_000_000


def test_a_machine_without_the_encoder_gets_jpeg_files_and_says_so(
    new_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.report.write.can_write_proxy", lambda: False)
    auto = Page(new_run.report(settings=ReportSettings(size=4)))
    assert [shot["pictures"]["movie"] for shot in auto.data] == [None, None]
    assert "libx264" not in auto.text
    asked = Page(new_run.report(settings=ReportSettings(size=4, video="h264")))
    assert asked.data[0]["pictures"]["stills"] is not None
    assert "PyAV has no libx264 here" in asked.text


def test_the_head_names_a_few_shots_and_says_how_many_more_there_are(tmp_path: Path) -> None:
    run = make_run(tmp_path, *[20] * 20)
    text = " ".join(Page(run.report(settings=JPEG)).text.partition("All shots")[0].split())
    assert "10 of 20 judged shots need a look: acting 5 lost, 5 partly lost." in text
    assert text.count("of 100") == 5
    assert "and 5 more" in text


def test_the_head_says_what_body_alone_would_have_lost(run: Run) -> None:
    run.scores["sh020"] = 96.0
    text = " ".join(Page(run.report(settings=JPEG)).text.split())
    assert "All 2 judged shots keep their acting. BODY alone would have lost some in 2 of them." in text


def test_no_shots_were_judged() -> None:
    assert find_verdict([]).grade == "unknown"
