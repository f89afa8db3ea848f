"""The command lines for one clip, and what they will make of it: its frames, rate and size."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from toolkit.errors import SettingsError
from toolkit.topaz.recipe import SOURCE, Recipe, Step

FEWEST_FRAMES = 4
"""Of fewer, the program makes none."""
PICTURES = "frame_%06d.png"
"""The pictures that it is given, from 0, in the folder in which it runs: 16 bits of RGB."""
MOVIE = "finished.mov"
"""What it makes, in that folder."""
_POSES = "cpe.json"
_SCALE = 2
_FRAMES = 2
"""How much larger, and how many times as many frames, when a recipe does not say."""
_KEEP_DUPLICATES = "-0.01"
"""``rdt`` below 0 takes no frame for a mistaken duplicate: holds are acting."""
_BEFORE = ("-hide_banner", "-nostdin", "-y", "-nostats", "-progress", "pipe:1")
_PRORES = (
    "-c:v", "prores_ks", "-profile:v", "3", "-vendor", "apl0", "-pix_fmt", "yuv422p10le", "-color_range", "tv",
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-movflags", "+write_colr",
)  # fmt: skip
"""ProRes 422 HQ: its filters return RGB of 16 bits, so that format and colour must be said."""
_TAGS = "setparams=range=limited:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
"""The same on the frames: FFmpeg 7 and later write what those say, whatever the options of the encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What is to be finished."""

    width: int
    height: int
    rate: Fraction
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The command lines, and what they make."""

    commands: tuple[tuple[str, ...], ...]
    """Arguments of the program, one command after the other, all in the folder with the pictures."""
    pictures: int
    """How many it is given: an interpolation ends at the last one, so that one is given twice."""
    per_frame: Fraction
    """Frames that it makes of each."""
    made: Clip

    @property
    def is_stabilised(self) -> bool:
        """Whether the picture is moved."""
        return len(self.commands) > 1


def plan_job(recipe: Recipe, clip: Clip) -> Job:
    """How ``recipe`` is carried out on ``clip``. Raises SettingsError if it does not fit the clip's rate."""
    rate, per_frame = _interpolated(recipe.fi, clip.rate)
    width, height = _upscaled(recipe.up, clip)
    frames = clip.frames if recipe.fi is None else floor(clip.frames * per_frame + Fraction(1, 2))
    made = Clip(width=width, height=height, rate=rate, frames=frames)
    source = (*_BEFORE, "-framerate", str(clip.rate), "-start_number", "0", "-i", PICTURES)
    poses: tuple[tuple[str, ...], ...] = ()
    if recipe.stab is not None:
        poses = ((*source, "-vf", _poses_filter(recipe.stab), "-f", "null", "-"),)
    count = ("-frames:v", str(frames), "-fps_mode:v", "passthrough")
    finished = (*source, "-vf", _filters(recipe, made), *count, *_PRORES, MOVIE)
    return Job(
        commands=(*poses, finished),
        pictures=clip.frames + (recipe.fi is not None),
        per_frame=per_frame,
        made=made,
    )


def _interpolated(step: Step | None, rate: Fraction) -> tuple[Fraction, Fraction]:
    """The rate, and how many frames are made of each."""
    if step is None:
        return rate, Fraction(1)
    slowmo, fps = step.fraction("slowmo"), step.fraction("fps")
    if fps is None:
        fps = rate if slowmo is not None else _FRAMES * rate
    per_frame = (slowmo or 1) * fps / rate
    if per_frame <= 1:
        problem = f"it would make no frames of its own: the clip has {float(rate):g} fps, and {float(fps):g} are asked"
        raise SettingsError("fi", problem, source=SOURCE)
    return fps, per_frame


def _upscaled(step: Step | None, clip: Clip) -> tuple[int, int]:
    if step is None:
        return clip.width, clip.height
    if "w" in step.parameters:
        return int(step.parameters["w"]), int(step.parameters["h"])
    scale = int(step.parameters.get("scale", _SCALE))
    return scale * clip.width, scale * clip.height


def _poses_filter(step: Step) -> str:
    device = {name: value for name, value in step.parameters.items() if name == "device"}
    return _filter("tvai_cpe", {"model": step.model, "filename": _POSES, **device})


def _filters(recipe: Recipe, made: Clip) -> str:
    """Stabilise, interpolate, upscale; then exactly the size, and from RGB to the codes of BT.709."""
    filters = []
    if recipe.stab is not None:
        filters.append(_filter("tvai_stb", {"model": "ref-2", "filename": _POSES, **recipe.stab.parameters}))
    if recipe.fi is not None:
        own = {"slowmo": "1", "fps": str(made.rate), "rdt": _KEEP_DUPLICATES}
        filters.append(_filter("tvai_fi", {"model": recipe.fi.model, **own, **recipe.fi.parameters}))
    if recipe.up is not None:
        scale = {"scale": "0" if "w" in recipe.up.parameters else str(_SCALE)}
        filters.append(_filter("tvai_up", {"model": recipe.up.model, **scale, **recipe.up.parameters}))
    colour = "flags=lanczos+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=limited"
    return ",".join([*filters, f"scale=w={made.width}:h={made.height}:{colour}", "format=yuv422p10le", _TAGS])


def _filter(name: str, parameters: dict[str, str]) -> str:
    return f"{name}={':'.join(f'{key}={value}' for key, value in parameters.items())}"
