"""What is asked of Topaz Video AI is read strictly; the command lines say everything that the program would guess."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from toolkit.errors import EngineUnavailable, NoSuchFile, SettingsError
from toolkit.topaz import Clip, find_program, parse_recipe, plan_job
from toolkit.topaz import program as program_module

CLIP = Clip(width=640, height=360, rate=Fraction(24), frames=50)

WRONG = {
    "a step that does not exist": ("upp=gcg-5", "upp: no such step; steps are stab=MODEL, fi=MODEL, up=MODEL"),
    "nothing": ("", "'': no such step; steps are stab=MODEL, fi=MODEL, up=MODEL"),
    "a step twice": ("up=gcg-5,up=prob-4", "up: it is given twice"),
    "a model that does not exist": ("up=gcg5", "up: no such model: 'gcg5'; did you mean gcg-5?"),
    "no model": ("fi", "fi: no such model: ''; models: aion-1, apf-1"),
    "a model of another step": ("fi=gcg-5", "fi: gcg-5 is a model for up, as in up=gcg-5"),
    "a parameter that does not exist": ("up=gcg-5:scal=2", "up.scal: no such parameter; did you mean scale?"),
    "a parameter of another step": ("up=gcg-5:slowmo=2", "up.slowmo: no such parameter"),
    "a parameter twice": ("up=gcg-5:scale=2:scale=4", "up.scale: it is given twice"),
    "too large a scale": ("up=gcg-5:scale=8", "up.scale: must be a whole number from 1 to 4, not '8'"),
    "a scale that is not whole": ("up=gcg-5:scale=1.5", "up.scale: must be a whole number from 1 to 4, not '1.5'"),
    "a number that is none": ("up=gcg-5:noise=much", "up.noise: must be a number from -1 to 1, not 'much'"),
    "not a number at all": ("up=gcg-5:noise=nan", "up.noise: must be a number from -1 to 1, not 'nan'"),
    "a width without a height": ("up=gcg-5:w=3840", "up: give both w and h, or neither"),
    "two sizes": ("up=gcg-5:w=3840:h=2160:scale=2", "up: w and h are a size, and scale is another: give one of them"),
    "a rolling shutter that nothing sees": ("stab=cpe-1:roll=1", "stab: roll=1 needs the model cpe-2"),
    "an impossible rate": ("fi=apo-8:fps=0", "fi.fps: must be a number from 1 to 1000, not '0'"),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG.keys())
def test_what_is_not_known_is_one_clear_line(text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_recipe(text)
    assert str(caught.value).startswith(f"--topaz: {problem}")
    assert "\n" not in str(caught.value)


def test_a_model_that_is_only_installed_is_known() -> None:
    assert parse_recipe("up=new-9", installed={"new-9"}).up is not None
    with pytest.raises(SettingsError, match="no such model"):
        parse_recipe("up=new-9")


def test_the_picture_is_interpolated_before_it_is_larger_in_whatever_order_it_is_asked() -> None:
    job = plan_job(parse_recipe("up=gcg-5,fi=apo-8"), CLIP)
    (arguments,) = job.commands
    filters = arguments[arguments.index("-vf") + 1]
    assert filters == (
        "tvai_fi=model=apo-8:slowmo=1:fps=48:rdt=-0.01,tvai_up=model=gcg-5:scale=2,"
        "scale=w=1280:h=720:flags=lanczos+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=limited,"
        "format=yuv422p10le,setparams=range=limited:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    )
    text = " ".join(arguments)
    assert "-framerate 24 -start_number 0 -i frame_%06d.png" in text
    assert "-c:v prores_ks -profile:v 3" in text and "-pix_fmt yuv422p10le" in text
    assert "-colorspace bt709 -color_primaries bt709 -color_trc bt709" in text
    assert job.made == Clip(width=1280, height=720, rate=Fraction(48), frames=100)
    assert (job.pictures, job.per_frame, job.is_stabilised) == (51, 2, False)


def test_a_stabilisation_is_two_passes_and_comes_first() -> None:
    job = plan_job(parse_recipe("up=prob-4:scale=1:noise=-0.5,stab=cpe-2:full=1:roll=1:smoothness=6.0:device=0"), CLIP)
    first, second = job.commands
    assert " ".join(first).endswith("-vf tvai_cpe=model=cpe-2:filename=cpe.json:device=0 -f null -")
    assert second[second.index("-vf") + 1].startswith(
        "tvai_stb=model=ref-2:filename=cpe.json:full=1:roll=1:smoothness=6:device=0,"
        "tvai_up=model=prob-4:scale=1:noise=-0.5,scale=w=640:h=360:"
    )
    assert (job.pictures, job.is_stabilised, job.made) == (50, True, CLIP)


MADE = {
    "twice the rate by default": ("fi=apo-8", "48", 100, 2),
    "another rate": ("fi=apo-8:fps=60", "60", 125, Fraction(5, 2)),
    "slow motion keeps the rate": ("fi=chr-2:slowmo=2", "24", 100, 2),
    "slow motion that is not whole is rounded": ("fi=chr-2:slowmo=1.15", "24", 58, Fraction(23, 20)),
    "both": ("fi=chr-2:slowmo=2:fps=48", "48", 200, 4),
    "an exact size": ("up=gcg-5:w=3840:h=2160", "24", 50, 1),
}


@pytest.mark.parametrize(("text", "rate", "frames", "each"), MADE.values(), ids=MADE.keys())
def test_frames_and_rate_are_predicted(text: str, rate: str, frames: int, each: Fraction) -> None:
    job = plan_job(parse_recipe(text), CLIP)
    assert (job.made.rate, job.made.frames, job.per_frame) == (Fraction(rate), frames, each)
    assert f"-frames:v {frames}" in " ".join(job.commands[-1])


def test_rates_stay_exact() -> None:
    clip = Clip(width=64, height=36, rate=Fraction(24000, 1001), frames=10)
    job = plan_job(parse_recipe("fi=apo-8"), clip)
    assert job.made.rate == Fraction(48000, 1001)
    assert "fps=48000/1001" in job.commands[0][job.commands[0].index("-vf") + 1]
    assert plan_job(parse_recipe("fi=apo-8:fps=59.94"), clip).per_frame == Fraction(5, 2)


@pytest.mark.parametrize("text", ["fi=apo-8:fps=24", "fi=apo-8:fps=12", "fi=apo-8:slowmo=1"])
def test_an_interpolation_that_makes_no_frames_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="--topaz: fi: it would make no frames of its own: the clip has 24 fps"):
        plan_job(parse_recipe(text), CLIP)


def test_without_the_program_it_is_said_where_it_was_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places = [tmp_path / "one" / "ffmpeg", tmp_path / "two" / "ffmpeg"]
    monkeypatch.setattr(program_module, "_places", lambda: places)
    with pytest.raises(EngineUnavailable) as caught:
        find_program()
    assert str(caught.value) == (
        f"engine 'Topaz Video AI' cannot run: it is not installed at {places[0]} or {places[1]}; "
        "give the path of its FFmpeg with --topaz-ffmpeg or TOOLKIT_TOPAZ_FFMPEG"
    )
    with pytest.raises(NoSuchFile):
        find_program(tmp_path / "ffmpeg")


def test_the_models_are_beside_the_program_or_where_its_variables_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TVAI_MODEL_DIR", "TVAI_MODEL_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    program = tmp_path / "app" / "ffmpeg"
    program.parent.mkdir()
    program.touch()
    with pytest.raises(EngineUnavailable, match="set TVAI_MODEL_DIR and TVAI_MODEL_DATA_DIR to their folder"):
        find_program(program)
    models = program.parent / "models"
    models.mkdir()
    (models / "gcg-5.json").touch()
    found = find_program(program)
    assert found.environment == {"TVAI_MODEL_DIR": str(models), "TVAI_MODEL_DATA_DIR": str(models)}
    assert found.models() == {"gcg-5"}
    monkeypatch.setenv("TVAI_MODEL_DATA_DIR", str(tmp_path))
    assert find_program(program).environment == {"TVAI_MODEL_DIR": str(models), "TVAI_MODEL_DATA_DIR": str(tmp_path)}


DEFAULTS = {
    "darwin": ("/Applications/Topaz Video.app/Contents/MacOS/ffmpeg", "Topaz Video.app/Contents/Resources/models"),
    "win32": ("Topaz Labs LLC/Topaz Video/ffmpeg.exe", "Topaz Labs LLC/Topaz Video/models"),
}


@pytest.mark.parametrize(("system", "places"), DEFAULTS.items(), ids=DEFAULTS.keys())
def test_where_it_is_installed_by_default(
    system: str, places: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "programs"))
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path / "data"))
    monkeypatch.delenv("TVAI_MODEL_DIR", raising=False)
    found = program_module.expected_program()
    assert found.ffmpeg.as_posix().endswith(places[0])
    assert found.environment["TVAI_MODEL_DIR"].endswith(places[1])
