"""``tune`` finds the strength that keeps what is asked for: on an engine whose law is known."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import pytest

from toolkit.cli import run_command
from toolkit.demo.motion import PUSH_IN
from toolkit.documents import Tuning
from toolkit.engines.flatten import kept_acting
from toolkit.errors import SettingsError
from toolkit.settings import Settings, ShotValue, Variation, load_settings
from toolkit.stages import write_shot_settings
from toolkit.stages.tuning_search import Search


def strength_that_keeps(share: float) -> float:
    """By the law of the engine, inverted by halving."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if kept_acting(middle) > share else (low, middle)
    return low


def write_small(source: Path, target: Path, *, frames: int) -> None:
    """The first ``frames`` of a movie at 960 x 540: a trial takes less time."""
    with av.open(str(source)) as movie, av.open(str(target), "w") as small:
        video = movie.streams.video[0]
        rate = Fraction(video.average_rate or 24)
        stream = small.add_stream("libx264", rate=rate, options={"crf": "12", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for index, frame in enumerate(islice(movie.decode(video), frames)):
            picture = frame.reformat(960, 540, format="yuv420p")
            picture.pts, picture.time_base = index, 1 / rate
            small.mux(stream.encode(picture))
        small.mux(stream.encode(None))


def test_the_strength_that_the_law_implies_is_found_and_written(
    demo_out: Path, tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    movie = tmp_path / "footage" / "push_in.mov"
    movie.parent.mkdir()
    write_small(demo_out / "footage" / PUSH_IN.media, movie, frames=76)
    line = ["tune", str(movie), "-o", str(tmp_path / "out"), "--engine", "flatten", "--handles", "0"]
    assert run_command([*line, "--target", "75", "--vary", "face.strength=0.4..0.6"]) == 0
    said = capsys.readouterr()
    assert "At most 6 trials of 28 frames" in said.err
    assert "push_in" in said.out and f"written: {movie.parent / 'toolkit.toml'}" in said.out
    (shot,) = Tuning.read(tmp_path / "out" / "tuning.json").shots
    assert shot.value == pytest.approx(strength_that_keeps(0.75), abs=0.03)
    assert shot.score is not None and 73 <= shot.score <= 85  # at least as much as was asked for
    assert shot.note == ""
    whole = [trial for trial in shot.trials if trial.frames > 28]
    assert shot.trials[-1] == whole[-1] and len(whole) <= 2
    assert len(shot.trials) - len(whole) <= 6
    assert load_settings(toml=movie.with_name("toolkit.toml")).for_shot("push_in").face.strength == shot.value


def linear(value: float) -> float:
    return 100 - 80 * value


def sudden(value: float) -> float:
    return 100.0 if value < 0.62 else 5.0


def helping(value: float) -> float:
    """More of it keeps more, as of a ControlNet."""
    return min(100.0, 40 + 50 * value)


@pytest.mark.parametrize(
    ("law", "limits", "target", "value"),
    [
        (linear, (0.1, 0.9), 70, 0.375),
        (sudden, (0.0, 1.0), 90, 0.62),
        (helping, (0.2, 1.2), 80, 0.8),
        (linear, (0.1, 0.9), 99, 0.1),
        (linear, (0.1, 0.2), 70, 0.2),
    ],
    ids=["falling", "a step", "rising", "nothing keeps enough", "all keep enough"],
)
def test_the_search_needs_few_trials(law: object, limits: tuple[float, float], target: float, value: float) -> None:
    assert callable(law)
    variation = Variation(key="face.strength", low=limits[0], high=limits[1])
    search = Search(variation=variation, settings=Settings(), target=target)
    while (tried := search.next_value()) is not None:
        search.add(tried, law(tried), 28)
    assert len(search.trials) <= 6
    assert search.best_value() == pytest.approx(value, abs=0.03 if law is not sudden else 0.11)


REFUSED = {
    "no range": ("face.strength=0.4", "write it as face.strength=0.2..0.7"),
    "the wrong way round": ("face.strength=0.7..0.2", "its first limit must be below its second"),
    "out of range": ("face.strength=0.2..1.7", "1.7 is out of range: 0 to 1"),
    "no number": ("face.prompt=0..1", "it is no number of these settings"),
    "no such setting": ("face.strenght=0..1", "it is no number of these settings"),
    "no such table": ("face.controls[0].weight=0..1", "it is no number of these settings"),
    "not of a pass": ("matte.grow=0..0.1", "write it as face.strength=0.2..0.7"),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_varied_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        Variation.parse(text, Settings())


def test_a_number_in_a_table_and_a_whole_number_can_be_varied() -> None:
    settings = load_settings(overrides={"face.controls": [{"kind": "face"}, {"kind": "body"}]})
    weight = Variation.parse("face.controls[1].weight = 0.5..1.2", settings)
    assert [one.weight for one in weight.apply(settings, 0.7).face.controls] == [1.0, 0.7]
    steps = Variation.parse("body.steps=10..30", settings)
    assert steps.apply(settings, 12.6).body.steps == 13


def test_everything_else_in_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "toolkit.toml"
    path.write_text('# ours\n[face]\nsteps = 12  # enough\n\n[shots."sh010"]\nbody.strength = 0.6\n')
    values = [
        ShotValue(pattern="sh010", key="face.strength", value=0.41),
        ShotValue(pattern="sh'0 20", key="face.controls", value=({"kind": "face", "weight": 0.7},)),
    ]
    write_shot_settings(path, values)
    write_shot_settings(path, [ShotValue(pattern="sh010", key="face.strength", value=0.4)])
    text = path.read_text()
    assert "# ours" in text and "steps = 12  # enough" in text
    settings = load_settings(toml=path)
    assert settings.for_shot("sh010").face.strength == 0.4
    assert settings.for_shot("sh010").body.strength == 0.6
    assert settings.for_shot("sh'0 20").face.controls[0].weight == 0.7
    assert tomllib.loads(text)["face"] == {"steps": 12}
    path.write_text("[face")
    with pytest.raises(SettingsError, match="not valid TOML"):
        write_shot_settings(path, values)
