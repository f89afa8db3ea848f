"""A little writer of FCP7 XML, which shares no code with the toolkit."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape


def rate(timebase: int, *, ntsc: bool = False) -> str:
    return f"<rate><timebase>{timebase}</timebase><ntsc>{'TRUE' if ntsc else 'FALSE'}</ntsc></rate>"


def timecode(frame: int | None, rates: str, *, label: str = "", display: str = "NDF") -> str:
    count = "" if frame is None else f"<frame>{frame}</frame>"
    text = f"<string>{label}</string>" if label else ""
    return f"<timecode>{rates}{text}{count}<displayformat>{display}</displayformat></timecode>"


def file(
    number: str, url: str, *, duration: int | None = 200, rates: str = "", start: int | None = None, extra: str = ""
) -> str:
    rates = rates or rate(24)
    length = "" if duration is None else f"<duration>{duration}</duration>"
    begin = "" if start is None else timecode(start, rates)
    return (
        f'<file id="{number}"><name>{escape(url.rpartition("/")[2])}</name><pathurl>{escape(url)}</pathurl>'
        f"{rates}{length}{begin}{extra}<media><video/></media></file>"
    )


def clip(  # noqa: PLR0917  # as a line of an edit list
    name: str,
    start: int,
    end: int,
    first: float,
    last: float,
    media: str,
    *,
    rates: str = "",
    duration: float = 200,
    filters: str = "",
    enabled: bool = True,
    extra: str = "",
) -> str:
    return (
        f"<clipitem><name>{escape(name)}</name><enabled>{'TRUE' if enabled else 'FALSE'}</enabled>"
        f"<duration>{duration}</duration>{rates or rate(24)}<start>{start}</start><end>{end}</end>"
        f"<in>{first}</in><out>{last}</out>{media}{filters}{extra}</clipitem>"
    )


def retime(
    speed: float,
    *,
    reverse: bool = False,
    varies: bool = False,
    keys: Iterable[tuple[object, object, str]] = (),
    enabled: bool = True,
) -> str:
    """A Time Remap filter; ``keys`` are (when, value, more XML)."""
    graph = "".join(
        f"<keyframe><when>{when}</when><value>{value}</value>{more}</keyframe>" for when, value, more in keys
    )
    values = [
        ("variablespeed", int(varies), ""),
        ("speed", speed, ""),
        ("reverse", "TRUE" if reverse else "FALSE", ""),
        ("frameblending", "TRUE", ""),
    ]
    values += [("graphdict", 0, graph)] if graph else []
    parameters = "".join(
        f"<parameter><parameterid>{name}</parameterid><value>{value}</value>{more}</parameter>"
        for name, value, more in values
    )
    on = "TRUE" if enabled else "FALSE"
    return (
        f"<filter><enabled>{on}</enabled><effect><name>Time Remap</name><effectid>timeremap</effectid>"
        f"{parameters}</effect></filter>"
    )


IN = "<speedvirtualkf>TRUE</speedvirtualkf><speedkfin>TRUE</speedkfin>"
OUT = "<speedvirtualkf>TRUE</speedvirtualkf><speedkfout>TRUE</speedkfout>"
START = "<speedvirtualkf>TRUE</speedvirtualkf><speedkfstart>TRUE</speedkfstart>"
END = "<speedvirtualkf>TRUE</speedvirtualkf><speedkfend>TRUE</speedkfend>"


def transition(start: int, end: int, *, alignment: str = "center", extra: str = "") -> str:
    return (
        f"<transitionitem><start>{start}</start><end>{end}</end><alignment>{alignment}</alignment>{extra}"
        "<effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem>"
    )


def track(*items: str, enabled: bool = True) -> str:
    return f"<track>{''.join(items)}<enabled>{'TRUE' if enabled else 'FALSE'}</enabled></track>"


def sequence(*tracks: str, name: str = "cut", number: str = "s", rates: str = "", start: str = "") -> str:
    return (
        f'<sequence id="{number}"><name>{name}</name>{rates or rate(24)}{start}'
        f"<media><video>{''.join(tracks)}</video></media></sequence>"
    )


def document(*content: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="5">{"".join(content)}</xmeml>\n'


def write(folder: Path, *content: str) -> Path:
    path = folder / "cut.xml"
    path.write_text(document(*content), encoding="utf-8")
    return path


def ntsc(timebase: int) -> Fraction:
    return Fraction(timebase * 1000, 1001)
