"""Compare the fake's methods with the documented signatures, as typed by ``fusionscript-stubs`` 21.0.

This proves that no method of the fake is invented, takes other arguments than documented, or returns a bool where the
documentation does not (or vice versa). It does not prove in which version before 21.0 a method was added, nor anything
about newer methods.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from importlib.metadata import distribution
from math import inf
from pathlib import Path

import pytest

from tests.hosts.resolve import Behaviour, app, item, media, pool, project, timeline
from tests.hosts.resolve.handles import Declaration, declarations

STUBBED = "21.0"
CLASSES = (
    *(app.Resolve, app.MediaStorage, project.ProjectManager, project.Project, pool.MediaPool, pool.Folder),
    *(media.MediaPoolItem, timeline.Timeline, item.TimelineItem),
)
"""The documentation does not cover the methods of Fusion, its comps and its windows."""

KINDS = {
    **{"str": "str", "int": "int", "float": "number", "bool": "bool", "Any": "any", "dict": "dict"},
    **{"TrackType": "track", "PageName": "page", "MarkInOutType": "marks", "MagicMaskMode": "str"},
    **dict.fromkeys(("MarkerColor", "ClipColor", "FlagColor", "Literal['All']"), "str"),
    **dict.fromkeys(("TimelineExportType", "TimelineExportSubtype"), "number"),
    **dict.fromkeys(("ImportClipInfo", "MediaPoolClipInfo", "TimelineImportOptions", "NewTrackOptions"), "dict"),
    **dict.fromkeys(("AutoCaptionSettings", "dict[str, str]"), "dict"),
    "SubTrackType": "str",
}

DISAGREE = {
    "TimelineItem.GetStart": "subframe_precision is new in 19.0.3 and optional",
    "TimelineItem.GetEnd": "the same",
    "TimelineItem.GetDuration": "the same",
    "TimelineItem.GetLeftOffset": "the same",
    "TimelineItem.GetRightOffset": "the same",
    "Project.GetSetting": "without a name it returns all settings, according to the text of the stub",
    "Timeline.GetSetting": "the same",
    "Timeline.AddTrack": "the audio type is optional, and meaningless for video",
    "Timeline.DeleteClips": "ripple is optional",
    "Timeline.Export": "a subtype is required for AAF and EDL only",
    "TimelineItem.SetProperty": "a dictionary was accepted before SetProperties was added",
    "MediaPool.ImportTimelineFromFile": "the options are optional",
    "MediaStorage.AddItemListToMediaPool": "the fake does not support parts of media",
}
"""Where the fake follows other documentation than the stub, and why."""


def methods() -> list[tuple[str, Declaration]]:
    """Return the methods of the fake, as ``Class.Method``."""
    return [(f"{kind.__name__}.{name}", found) for kind in CLASSES for name, found in declarations(kind).items()]


def read_stubs() -> dict[str, list[ast.FunctionDef]]:
    """Return the overloads of every method, by ``Class.Method``."""
    files = distribution("fusionscript-stubs").files or []
    path = next(Path(str(file.locate())) for file in files if file.name == "fusionscript.pyi")
    found: dict[str, list[ast.FunctionDef]] = {}
    classes = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    for node in classes:
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                found.setdefault(f"{node.name}.{method.name}", []).append(method)
    return found


STUBS = read_stubs()


def stub_counts(overload: ast.FunctionDef) -> tuple[int, float]:
    """Return (fewest, most) arguments of one overload. ``Optional`` without a default means optional."""
    written = [ast.unparse(one.annotation) if one.annotation else "" for one in overload.args.args[1:]]
    needed = written[: len(written) - len(overload.args.defaults)]
    fewest = sum(not text.startswith("Optional[") for text in needed)
    return fewest, inf if overload.args.vararg else len(written)


def accepted(counts: list[tuple[int, float]]) -> set[int]:
    return {number for number in range(9) for fewest, most in counts if fewest <= number <= most}


def to_kinds(annotation: str) -> set[str]:
    """Return the fake's argument kinds for a type of the stub."""
    text = annotation.removeprefix("Optional[").removesuffix("]") if annotation.startswith("Optional[") else annotation
    if text.startswith("List["):
        return {f"[{kind}]" for kind in to_kinds(text[5:-1])}
    parts = text.split(" | ")
    return {KINDS.get(part, part) for part in parts}


def stub_kinds(overloads: list[ast.FunctionDef], position: int) -> set[str]:
    """Return the kinds accepted at a position, over all overloads."""
    found: set[str] = set()
    for overload in overloads:
        arguments = overload.args.args[1:]
        if overload.args.vararg and position >= len(arguments):
            arguments = [*arguments, *[overload.args.vararg] * (position - len(arguments) + 1)]
        annotation = arguments[position].annotation if position < len(arguments) else None
        found |= to_kinds(ast.unparse(annotation)) if annotation is not None else set()
    return found


def differences(called: str, declaration: Declaration) -> list[str]:
    """Return where the fake's arguments or results differ from the stub."""
    overloads, kinds, found = STUBS[called], declaration.kinds, []
    fewest = sum(not kind.endswith("?") and not kind.startswith("*") for kind in kinds)
    most = inf if any(kind.startswith("*") for kind in kinds) else len(kinds)
    if accepted([(fewest, most)]) != accepted([stub_counts(one) for one in overloads]):
        found.append("number of arguments")
    for position, kind in enumerate(kinds):
        if set(kind.strip("*?").split("|")) != stub_kinds(overloads, position):
            found.append(f"argument {position + 1}")
    if {ast.unparse(one.returns) == "bool" for one in overloads if one.returns} != {declaration.failure_value is False}:
        found.append("whether the result is a bool")
    return found


@pytest.mark.parametrize(("called", "declaration"), [pytest.param(*one, id=one[0]) for one in methods()])
def test_methods_match_the_documentation_or_are_listed_exceptions(called: str, declaration: Declaration) -> None:
    is_newer = not Behaviour(version=f"{STUBBED}.0.0").has(declaration.since)
    assert (called in STUBS) != is_newer, f"since {declaration.since}; the stubs are of {STUBBED}"
    if not is_newer:
        assert bool(differences(called, declaration)) == (called in DISAGREE), differences(called, declaration)


def test_exceptions_name_existing_methods() -> None:
    assert set(DISAGREE) <= {called for called, _ in methods()}


def test_a_wrong_declaration_is_detected() -> None:
    right = dict(methods())["Timeline.SetTrackName"]
    assert differences("Timeline.SetTrackName", right) == []
    for wrong in ({"kinds": ("track", "int")}, {"kinds": ("track", "str", "str")}, {"failure_value": None}):
        assert differences("Timeline.SetTrackName", replace(right, **wrong))
