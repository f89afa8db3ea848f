"""Where Topaz Video AI is on this machine: its FFmpeg, and its models."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import EngineUnavailable, NoSuchFile

NAME = "Topaz Video AI"
_VARIABLES = ("TVAI_MODEL_DIR", "TVAI_MODEL_DATA_DIR")
"""Where it looks for the descriptions of its models, and for their weights: it needs both."""
_VENDOR = "Topaz Labs LLC"
_EDITIONS = ("Topaz Video", NAME)
"""The folders of its editions, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An installed Topaz Video AI."""

    ffmpeg: Path
    environment: Mapping[str, str]
    """The two variables that it needs."""

    def models(self) -> set[str]:
        """The names of the models that it describes."""
        return {path.stem for path in Path(self.environment[_VARIABLES[0]]).glob("*.json")}


def find_program(given: Path | None = None) -> Program:
    """The program at ``given``, the path of its FFmpeg, or else where it is installed by default.

    Raises NoSuchFile, and EngineUnavailable if it or its models are not found.
    """
    places = _places() if given is None else [given]
    ffmpeg = next((place for place in places if place.is_file()), None)
    if ffmpeg is None and given is not None:
        raise NoSuchFile(given)
    if ffmpeg is None:
        where = " or ".join(str(place) for place in places)
        remedy = "give the path of its FFmpeg with --topaz-ffmpeg or TOOLKIT_TOPAZ_FFMPEG"
        raise EngineUnavailable(NAME, f"it is not installed at {where}", remedy=remedy)
    folder = os.environ.get(_VARIABLES[0]) or next(
        (str(place) for place in _model_places(ffmpeg) if place.is_dir()), None
    )
    if folder is None:
        problem = f"its models were not found for {ffmpeg}"
        raise EngineUnavailable(NAME, problem, remedy=f"set {' and '.join(_VARIABLES)} to their folder")
    return Program(ffmpeg=ffmpeg.absolute(), environment=_environment(folder))


def expected_program(given: Path | None = None) -> Program:
    """The program at ``given``, or where it would be by default, with its models: whether they are there or not."""
    ffmpeg = given or _places()[0]
    models = os.environ.get(_VARIABLES[0]) or str(_model_places(ffmpeg)[0])
    return Program(ffmpeg=ffmpeg, environment=_environment(models))


def _environment(models: str) -> dict[str, str]:
    return {_VARIABLES[0]: models, _VARIABLES[1]: os.environ.get(_VARIABLES[1]) or models}


def _places() -> list[Path]:
    if sys.platform == "darwin":
        return [Path(f"/Applications/{name}.app/Contents/MacOS/ffmpeg") for name in _EDITIONS]
    if sys.platform == "win32":
        programs = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"))
        return [programs / _VENDOR / name / "ffmpeg.exe" for name in _EDITIONS]
    return [Path("/opt/TopazVideoAIBETA/bin/ffmpeg"), Path("/opt/TopazVideoAIBETA/ffmpeg")]


def _model_places(ffmpeg: Path) -> list[Path]:
    """In the application on macOS, in the data of all users on Windows, beside the program on Linux."""
    inside = ffmpeg.parent.parent / "Resources" / "models"
    beside = [ffmpeg.parent / "models", ffmpeg.parent.parent / "models"]
    if sys.platform == "darwin":
        return [inside, *beside]
    if sys.platform == "win32":
        data = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"))
        return [data / _VENDOR / ffmpeg.parent.name / "models", *beside]
    return [*reversed(beside), inside] if ffmpeg.parent.name == "bin" else [*beside, inside]
