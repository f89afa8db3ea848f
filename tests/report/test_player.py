"""The page in a real browser: what is on the screen is the frame that the page names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import MakeOnce
from tests.report._browser import Tab, find_chromium, open_browser
from tests.report._reports import FIRST, SHADES, make_run, make_tuning, read_number
from toolkit.settings import ReportSettings

pytestmark = pytest.mark.no_cover

LONG = 120


@pytest.fixture(scope="module")
def page(make_once: MakeOnce) -> Path:
    def make(folder: Path) -> None:
        run = make_run(folder, 60, LONG, 40)
        make_tuning().write(run.output.tuning)
        run.report(settings=ReportSettings(size=12))

    return make_once("report", make) / "report" / "index.html"


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    if find_chromium() is None:
        pytest.skip("no Chromium is installed: the page was not tried in a browser")
    with open_browser(tmp_path / "profile") as opened:
        opened.size(1000, 900)
        yield opened
        assert opened.said == []
        assert [address for address in opened.requests if not address.startswith("file:")] == []


def without_h264(tab: Tab) -> None:
    """As a Chromium that was built without it."""
    script = "HTMLMediaElement.prototype.canPlayType = () => ''"
    tab.call("Page.addScriptToEvaluateOnNewDocument", source=script)


Record = Callable[[str, object], None]


def open_shot(tab: Tab, page: Path, shot: int, frame: int) -> None:
    tab.open(f"{page.as_uri()}#shot-{shot}:{frame}")
    wait_for_frame(tab, frame)


def wait_for_frame(tab: Tab, frame: int) -> None:
    tab.wait_for(f"document.querySelector('.numbers').dataset.frame === '{frame}'")


def on_screen(tab: Tab) -> NDArray[np.uint8]:
    return tab.picture("#player canvas")


def number_on_screen(tab: Tab, expected: int) -> int:
    """The frame whose picture is shown; waits a little for the ``expected`` one: it is drawn after it is decoded."""
    deadline = time.monotonic() + 10
    while (number := read_number(on_screen(tab))) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    return number


def shade(picture: NDArray[np.uint8], x: float, y: float = 0.3) -> str:
    """The clip whose colour a place of the picture has, x and y as parts of it."""
    pixel = picture[round(y * picture.shape[0]), round(x * picture.shape[1])].astype(int)
    return min(SHADES, key=lambda clip: int(np.abs(pixel - SHADES[clip]).sum()))


@pytest.fixture(params=["movie", "movie in an older browser", "files"])
def kind(request: pytest.FixtureRequest, tab: Tab) -> str:
    if request.param == "files":
        without_h264(tab)
        return "files"
    if request.param != "movie":
        script = "delete HTMLVideoElement.prototype.requestVideoFrameCallback"
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=script)
    if not tab.evaluate("document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.640028\"')"):
        pytest.skip("this Chromium does not play H.264: the movies were not tried")
    return str(request.param)


def test_the_picture_is_the_frame_that_is_named(tab: Tab, kind: str, page: Path) -> None:
    open_shot(tab, page, 2, FIRST)
    for frame in (FIRST + 11, FIRST + 12, FIRST + 13, FIRST + LONG - 1, FIRST + 37, FIRST):
        tab.evaluate(f"location.hash = '#shot-2:{frame}'")
        wait_for_frame(tab, frame)
        assert number_on_screen(tab, frame) == frame, kind


def test_colours_are_those_of_the_pictures(tab: Tab, kind: str, page: Path) -> None:
    """A browser that took another matrix for the movie than it was made with would be off by tens of codes."""
    open_shot(tab, page, 2, FIRST + 30)
    for key, clip in (("1", "PLATE"), ("2", "BODY"), ("3", "FACE"), ("4", "COMPOSITE")):
        tab.press(key)
        picture = on_screen(tab)
        corner = picture[round(0.65 * len(picture)), 5:20].mean(axis=0)
        np.testing.assert_allclose(corner, SHADES[clip], atol=6, err_msg=f"{kind} {clip}")


def test_keys_step_frame_by_frame_even_when_they_are_fast(tab: Tab, kind: str, page: Path) -> None:
    open_shot(tab, page, 2, FIRST + 20)
    for key, shift, frame in (("ArrowRight", False, 21), ("ArrowRight", True, 31), ("ArrowLeft", False, 30)):
        tab.press(key, shift=shift)
        wait_for_frame(tab, FIRST + frame)
        assert number_on_screen(tab, FIRST + frame) == FIRST + frame, kind
    for _ in range(15):
        tab.press("ArrowRight")
    wait_for_frame(tab, FIRST + 45)
    assert number_on_screen(tab, FIRST + 45) == FIRST + 45
    for _ in range(60):
        tab.press("ArrowLeft")
    wait_for_frame(tab, FIRST)


def test_playing_shows_the_frame_that_is_named_and_stops_where_it_says(tab: Tab, kind: str, page: Path) -> None:
    open_shot(tab, page, 2, FIRST + 20)
    tab.press(" ")
    tab.wait_for(f"Number(document.querySelector('.numbers').dataset.frame) > {FIRST + 23}")
    tab.press(" ")
    tab.wait_for("document.querySelector('[data-do=play]').getAttribute('aria-pressed') === 'false'")
    frame = settled_frame(tab)
    assert number_on_screen(tab, frame) == frame, kind
    assert settled_frame(tab) == frame


def settled_frame(tab: Tab) -> int:
    """The frame that is named, once it has been the same for half a second."""
    seen: list[int] = []
    while len(seen) < 6 or len(set(seen[-6:])) > 1:
        assert len(seen) < 300, "it never stops"
        seen.append(int(tab.evaluate("document.querySelector('.numbers').dataset.frame")))
        time.sleep(0.1)
    return seen[-1]


def test_frame_number_and_timecodes_are_shown(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 2, FIRST + 30)
    numbers = tab.evaluate("document.querySelector('.numbers').textContent")
    assert numbers == "frame 1023 · media 01:00:01:06 · timeline 01:00:02:18"
    tab.evaluate(f"location.hash = '#shot-2:{FIRST}'")
    wait_for_frame(tab, FIRST)
    assert tab.evaluate("document.querySelector('.numbers').textContent").endswith("not in the edit (handle)")


@pytest.mark.parametrize(
    ("key", "clip"),
    [("1", "PLATE"), ("2", "BODY"), ("3", "FACE"), ("4", "COMPOSITE"), ("a", "PLATE"), ("b", "COMPOSITE")],
)
def test_keys_choose_the_clip(tab: Tab, page: Path, key: str, clip: str) -> None:
    open_shot(tab, page, 1, FIRST + 9)
    tab.press(key)
    assert shade(on_screen(tab), 0.05) == clip
    assert tab.evaluate("document.querySelector('[data-clip][aria-pressed=true]').dataset.clip") == clip
    assert number_on_screen(tab, FIRST + 9) == FIRST + 9


def test_the_wipe_follows_the_hand_and_the_arrows(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 1, FIRST + 9)
    tab.press("w")
    assert [shade(on_screen(tab), x) for x in (0.03, 0.97)] == ["PLATE", "COMPOSITE"]
    left, top, width, height = tab.box("#player canvas")
    tab.mouse("mousePressed", left + width * 0.5, top + height / 2)
    tab.mouse("mouseMoved", left + width * 0.9, top + height / 2)
    tab.mouse("mouseReleased", left + width * 0.9, top + height / 2)
    assert [shade(on_screen(tab), x) for x in (0.85, 0.95)] == ["PLATE", "COMPOSITE"]
    assert tab.evaluate("document.querySelector('.wipe').getAttribute('aria-valuenow')") == "90"
    tab.evaluate("document.querySelector('.wipe').focus()")
    tab.press("ArrowLeft")
    assert tab.evaluate("document.querySelector('.wipe').getAttribute('aria-valuenow')") == "88"
    assert int(tab.evaluate("document.querySelector('.numbers').dataset.frame")) == FIRST + 9
    tab.press("2")
    assert shade(on_screen(tab), 0.97) == "BODY"


def test_side_by_side_shows_the_same_frame_twice(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 2, FIRST + 44)
    tab.press("s")
    picture = on_screen(tab)
    half = picture.shape[1] // 2
    assert shade(picture[:, :half], 0.05) == "PLATE"
    assert shade(picture[:, half:], 0.05) == "COMPOSITE"
    assert [read_number(picture[:, :half]), read_number(picture[:, half:])] == [FIRST + 44] * 2


def test_the_difference_is_black_where_nothing_differs_and_four_times_what_does(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 2, FIRST + 44)
    tab.press("d")
    picture = on_screen(tab)
    height, width = picture.shape[:2]
    squares = picture[round(310 * height / 360), round(0.07 * width) : round(0.9 * width)]
    assert np.median(squares) <= 12
    wanted = np.minimum(255, 4 * np.abs(np.subtract(SHADES["PLATE"], SHADES["COMPOSITE"])))
    np.testing.assert_allclose(picture[round(0.65 * height), round(0.03 * width)], wanted, atol=24)


def test_mattes_and_tracks_are_drawn_where_the_face_is(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 2, FIRST + 45)  # the second face is absent
    before = on_screen(tab)
    tab.press("m")
    matte = np.abs(on_screen(tab).astype(int) - before).sum(axis=2) > 60
    tab.press("t")
    track = np.abs(on_screen(tab).astype(int) - before).sum(axis=2) > 60
    height, width = matte.shape
    columns = np.flatnonzero(matte.any(axis=0)) / width * 640
    centre = 180 + 20 * np.sin((FIRST + 45) / 9)
    assert abs((columns[0] + columns[-1]) / 2 - centre) < 6
    assert track.sum() > matte.sum()
    assert track[: round(0.2 * height)].any()  # its state is named, though it is nowhere


def test_a_click_on_a_curve_opens_the_player_at_that_frame_and_the_cursor_follows(tab: Tab, page: Path) -> None:
    tab.open(page.as_uri())
    tab.evaluate("document.getElementById('shot-2').scrollIntoView()")
    tab.wait_for("document.querySelector('#shot-2 .chart svg') !== null")
    tab.evaluate("document.querySelector('#shot-2 .chart svg').scrollIntoView({block: 'center'})")
    left, top, width, height = tab.box("#shot-2 .chart svg")
    x = left + (73 + 0.5) / LONG * width
    tab.mouse("mousePressed", x, top + height / 2)
    tab.mouse("mouseReleased", x, top + height / 2)
    wait_for_frame(tab, FIRST + 73)
    assert number_on_screen(tab, FIRST + 73) == FIRST + 73
    cursor = "document.querySelector('#shot-2 .cursor').getAttribute('x1')"
    assert tab.evaluate(cursor) == "73"
    tab.press("ArrowRight")
    wait_for_frame(tab, FIRST + 74)
    assert tab.evaluate(cursor) == "74"
    assert tab.evaluate("document.querySelectorAll('#shot-2 .failing').length") == 4


def test_worst_first_and_back(tab: Tab, page: Path) -> None:
    tab.open(page.as_uri())
    names = "[...document.querySelectorAll('#overview tbody th')].map((cell) => cell.textContent)"
    assert tab.evaluate(names) == ["sh010", "sh020", "sh030"]
    tab.evaluate("document.querySelector('[data-sort=score]').click()")
    assert tab.evaluate(names) == ["sh020", "sh030", "sh010"]
    assert tab.evaluate("document.querySelector('#overview [aria-sort]').textContent") == "acting kept"
    tab.evaluate("document.querySelector('[data-sort=order]').click()")
    assert tab.evaluate(names) == ["sh010", "sh020", "sh030"]


def test_one_player_moves_from_shot_to_shot(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 1, FIRST + 3)
    tab.evaluate("document.querySelector('#shot-3 [data-frame]').click()")
    tab.wait_for("document.querySelector('#shot-3 #player') !== null")
    frame = int(tab.evaluate("document.querySelector('#shot-3 [data-frame]').dataset.frame"))
    wait_for_frame(tab, frame)
    assert number_on_screen(tab, frame) == frame
    assert tab.evaluate("document.querySelectorAll('video').length") == 0


def test_no_name_is_run_and_the_browser_refuses_what_is(tab: Tab, page: Path) -> None:
    tab.open(page.as_uri())
    assert tab.evaluate("document.title").startswith("reel 1 </script>")
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken = 1\">')")
    time.sleep(0.2)
    assert tab.evaluate("window.broken") is None
    tab.said.clear()  # the refusal itself


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(tab: Tab, page: Path, scheme: str) -> None:
    """Contrast of at least 4.5 to 1, as WCAG asks."""
    tab.scheme(scheme)
    tab.open(page.as_uri())
    names = "h1, .verdict, .faint, .score, td, th, button, .note, .grade"
    script = f"[...document.querySelectorAll('{names}')]"
    script += """.map((one) => {
        let under = one;
        while (under && getComputedStyle(under).backgroundColor === 'rgba(0, 0, 0, 0)') under = under.parentElement;
        return [getComputedStyle(one).color, getComputedStyle(under ?? document.body).backgroundColor, one.className];
    })"""
    pairs = {(ink, paper) for ink, paper, _ in tab.evaluate(script)}
    assert len(pairs) > 4
    for ink, paper in pairs:
        lights = sorted(_light(colour) for colour in (ink, paper))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, (ink, paper)


def _light(colour: str) -> float:
    """Relative luminance of ``rgb(1, 2, 3)``."""
    codes = np.array([float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]) / 255
    linear = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("width", [360, 700, 1600])
def test_nothing_sticks_out_of_the_window(tab: Tab, page: Path, width: int) -> None:
    tab.size(width)
    open_shot(tab, page, 2, FIRST + 3)
    time.sleep(0.2)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_with_its_curves_and_without_the_player(tab: Tab, page: Path) -> None:
    open_shot(tab, page, 1, FIRST + 3)
    tab.call("Emulation.setEmulatedMedia", media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("document.querySelectorAll('.chart svg').length") == 12
    assert tab.evaluate("getComputedStyle(document.getElementById('player')).display") == "none"
    assert tab.call("Page.printToPDF")["data"]


def test_any_frame_of_a_long_shot_is_found(tab: Tab, tmp_path: Path, record_property: Record) -> None:
    run = make_run(tmp_path / "long", 5000, 40)
    run.clips = ("PLATE", "BODY")
    path = run.report(settings=ReportSettings(size=20))
    tab.open(path.as_uri())
    paint = "performance.getEntriesByType('paint')[0]?.startTime"
    record_property("first paint, milliseconds", float(tab.wait_for(paint)))  # not judged: machines differ
    tab.evaluate(f"location.hash = '#shot-1:{FIRST + 4321}'")
    wait_for_frame(tab, FIRST + 4321)
    assert number_on_screen(tab, FIRST + 4321) == FIRST + 4321


def test_a_broken_movie_gives_way_to_the_files(tab: Tab, tmp_path: Path) -> None:
    path = make_run(tmp_path / "broken", 30).report(settings=ReportSettings(size=2))
    for movie in path.parent.rglob("movie.mp4"):
        movie.write_bytes(b"not a movie")
    tab.open(f"{path.as_uri()}#shot-1:{FIRST + 7}")
    wait_for_frame(tab, FIRST + 7)
    assert number_on_screen(tab, FIRST + 7) == FIRST + 7
    tab.said.clear()


def test_a_browser_without_h264_is_told_what_to_do_where_there_are_no_files(tab: Tab, tmp_path: Path) -> None:
    path = make_run(tmp_path / "movies", 30).report(settings=ReportSettings(size=2, video="h264"))
    without_h264(tab)
    tab.open(f"{path.as_uri()}#shot-1")
    said = tab.wait_for("document.querySelector('.trouble').textContent")
    assert "--set report.video=jpeg" in said


def test_with_fewer_files_than_frames_the_page_names_the_one_it_shows(tab: Tab, tmp_path: Path) -> None:
    path = make_run(tmp_path / "few", 900).report(settings=ReportSettings(size=2))
    without_h264(tab)
    tab.open(f"{path.as_uri()}#shot-1:{FIRST + 101}")
    frame = int(tab.wait_for("document.querySelector('.numbers').dataset.frame"))
    assert FIRST + 80 < frame <= FIRST + 101
    assert number_on_screen(tab, frame) == frame
    assert cv2.countNonZero(on_screen(tab)[..., 0]) > 0


def test_what_was_tuned_is_drawn_as_wide_as_there_is_room(tab: Tab, page: Path) -> None:
    tab.open(page.as_uri())
    for width in (1000, 420):
        tab.size(width)
        left, _, wide, high = tab.box(".tuning svg")
        assert left >= 0 and left + wide <= width
        assert wide == pytest.approx(2.8 * high, rel=0.01)  # not distorted
        assert np.ptp(tab.picture(".tuning svg").astype(int)) > 150
