"""The page itself: a template, a style and a script of ours, and the data of the shots, in one file.

No name can break out of it: the template escapes what it shows, the data are JSON without angle brackets, and the
browser runs only the script whose digest the page names.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, write_atomically
from toolkit.report.entries import record_timecode
from toolkit.report.shot_data import Json
from toolkit.report.tunings import CHART
from toolkit.report.views import GRADES, KEPT, PARTLY, Grade, ShotView

if TYPE_CHECKING:
    from jinja2 import Template

_SCRIPTS = ("pictures.js", "painter.js", "player.js", "curves.js", "page.js")
_MANY = 40
"""Shots from which their strips are loaded when they come into view."""
_MOST_NAMED = 5
"""Shots that the head of the page names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What the page says besides its shots."""

    notes: tuple[str, ...]
    """About the page itself, such as a missing review."""
    left_out: tuple[str, ...]
    made: tuple[tuple[str, str], ...]
    """How it was made: names and values."""
    settings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the page says first."""

    grade: Grade
    text: str
    shots: tuple[ShotView, ...] = ()
    """Those to look at, the worst first."""
    more: int = 0
    """How many more there are."""


def write_page(path: Path, cut: Cut, views: Sequence[ShotView], shots: Iterable[Json], text: PageText) -> None:
    """Write the page; ``shots`` are the data of ``views``, in their order. Raises OutputNotWritable."""
    script = "".join(_read(name) for name in _SCRIPTS)
    page = _template().stream(
        cut=cut,
        views=views,
        shots=shots,
        frames=cut.record_count,
        starts=record_timecode(cut, 0),
        verdict=find_verdict(views),
        notes=text.notes,
        left_out=text.left_out,
        made=text.made,
        settings=text.settings,
        loading="lazy" if len(views) > _MANY else "eager",
        kept=round(KEPT),
        partly=round(PARTLY),
        chart=CHART,
        style=_read("page.css"),
        script=script,
        policy=_policy(script),
    )
    with write_atomically(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(page)


def find_verdict(views: Sequence[ShotView]) -> Verdict:
    """How many shots have lost acting, and which."""
    judged = [view for view in views if view.score.grade != "unknown"]
    bad = sorted((view for view in judged if view.score.grade != "kept"), key=lambda view: view.score.value)
    if not judged:
        return Verdict(grade="unknown", text="No shot's acting was judged.")
    rest = len(views) - len(judged)
    others = f" {rest} {'was' if rest == 1 else 'were'} not judged." if rest else ""
    if not bad:
        kept = "The one judged shot keeps its" if len(judged) == 1 else f"All {len(judged)} judged shots keep their"
        return Verdict(grade="kept", text=f"{kept} acting.{_tell_body(judged)}{others}")
    counts = [(sum(view.score.grade == grade for view in bad), GRADES[grade]) for grade in ("lost", "partly")]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    words = f"{len(bad)} of {len(judged)} judged shots need a look: acting {told}.{others}"
    return Verdict(
        grade=bad[0].score.grade, text=words, shots=tuple(bad[:_MOST_NAMED]), more=max(0, len(bad) - _MOST_NAMED)
    )


def _tell_body(views: Sequence[ShotView]) -> str:
    """What FACE was worth."""
    lost = sum(view.body.grade in {"partly", "lost"} for view in views)
    return f" BODY alone would have lost some in {lost} of them." if lost and len(views) > 1 else ""


@cache
def _read(name: str) -> str:
    return (files("toolkit.report") / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return environment.from_string(_read("page.html.j2"))


def _policy(script: str) -> str:
    """Only this script, and pictures from the page's own folder; nothing from a network."""
    hashed = b64encode(sha256(script.encode()).digest()).decode()
    local = "'self' file:"
    return (
        f"default-src 'none'; script-src 'sha256-{hashed}'; style-src 'unsafe-inline'; "
        f"img-src {local}; media-src {local}; base-uri 'none'; form-action 'none'"
    )
