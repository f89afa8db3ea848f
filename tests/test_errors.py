"""Errors compose their own message and have a place and an exit code."""

from __future__ import annotations

import pickle

import pytest

from toolkit import errors
from toolkit.errors import CorruptMedia, MissingFrames, SettingsError, ToolkitError, UnknownEngine, at


def every_error() -> list[type[ToolkitError]]:
    found, open_classes = [], [ToolkitError]
    while open_classes:
        kind = open_classes.pop()
        found.append(kind)
        open_classes += kind.__subclasses__()
    return found


def test_an_error_gets_the_place_it_passed_through() -> None:
    with pytest.raises(CorruptMedia) as caught, at(shot="sh010"), at(frame=1004):
        raise CorruptMedia("plate.mov", "the packet is damaged")
    assert str(caught.value) == "shot sh010, frame 1004: cannot decode plate.mov: the packet is damaged"


def test_an_inner_place_takes_precedence() -> None:
    with pytest.raises(ToolkitError) as caught, at(frame=1), at(frame=2):
        raise ToolkitError("no")
    assert caught.value.place == {"frame": 2}


@pytest.mark.parametrize("kind", every_error())
def test_an_error_is_unchanged_in_another_process(kind: type[ToolkitError]) -> None:
    error = kind.__new__(kind)
    ToolkitError.__init__(error, "it does not hold")
    error.place = {"shot": "sh010", "frame": 1004}
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.exit_code) == (kind, "shot sh010, frame 1004: it does not hold", kind.exit_code)


def test_missing_frames_are_named_in_runs() -> None:
    error = MissingFrames("plate.####.exr", [3, 4, 5, 9], available="1-20")
    assert str(error) == "plate.####.exr: 4 source frames missing: 3-5, 9; available: 1-20"


def test_a_long_list_of_missing_frames_is_cut_short() -> None:
    assert str(MissingFrames("p", list(range(0, 40, 2)))).endswith("8, 10, … (14 more)")


def test_an_unknown_engine_lists_the_available_ones() -> None:
    assert (
        str(UnknownEngine("dalle", ["builtin", "diffusers"])) == "unknown engine 'dalle'; available: builtin, diffusers"
    )


def test_a_key_unlike_any_other_gets_the_whole_list() -> None:
    assert "known keys: a.b, c.d" in str(SettingsError.unknown("zzzzzz", ["c.d", "a.b"], source="--set"))


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_tree_in_the_docstring(kind: type[ToolkitError]) -> None:
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__
    assert kind.exit_code in {1, 2, 3, 4, 5}
