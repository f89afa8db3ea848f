"""The public Python API: lazy, documented, silent by default, and usable in a notebook."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import toolkit
from tests.turnover._cuts import write_sequence

REPOSITORY = Path(toolkit.__file__).resolve().parent.parent


def test_every_public_name_can_be_imported_and_is_documented() -> None:
    assert sorted(toolkit.__all__) == sorted(set(toolkit.__all__))
    for name in toolkit.__all__:
        value = getattr(toolkit, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name


def test_public_functions_document_their_arguments_and_errors() -> None:
    for name in ("read_cut", "load_settings", "track", "plan", "render", "conform", "run"):
        function = getattr(toolkit, name)
        assert "Raises" in (function.__doc__ or ""), name
        assert all(one.annotation is not one.empty for one in inspect.signature(function).parameters.values()), name


def test_an_unknown_name_is_an_attribute_error_and_dir_lists_the_api() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'paint'"):
        toolkit.__getattr__("paint")
    assert dir(toolkit) == sorted(toolkit.__all__)


def test_importing_the_package_loads_nothing_else() -> None:
    """``import toolkit`` is instant; each name loads its own module on first use."""
    script = "import sys; before = set(sys.modules); import toolkit; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert [name for name in done.stdout.split() if name.split(".")[0] not in sys.stdlib_module_names] == ["toolkit"]


def test_the_package_is_marked_as_typed() -> None:
    assert (Path(toolkit.__file__).parent / "py.typed").is_file()


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    return write_sequence(tmp_path / "plates", range(1001, 1005))


def test_a_whole_run_needs_no_progress_and_prints_nothing(
    plates: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = toolkit.load_settings(preset="draft", overrides={"output.passes": "BODY"})
    result = toolkit.run(plates, tmp_path / "out", settings)
    assert [done.plan.pass_name for done in result.rendered] == [toolkit.PassName.BODY]
    assert [track.name for track in result.delivery.tracks] == ["PLATE", "BODY v001"]
    assert capfd.readouterr().out == ""


def test_a_run_takes_a_cut_or_its_path(plates: Path, tmp_path: Path) -> None:
    cut = toolkit.read_cut(str(plates), handles=0)
    assert [shot.name for shot in cut.shots] == ["plate"]
    result = toolkit.run(cut, str(tmp_path / "out"), shots=["pl*"])
    assert result.delivery.name == "plate"
    with pytest.raises(toolkit.InputError, match="no shot matches 'x'"):
        toolkit.run(cut, tmp_path / "other", shots=["x"])


def test_errors_are_caught_as_toolkit_errors(tmp_path: Path) -> None:
    for call in (
        lambda: toolkit.read_cut(tmp_path / "none.otio"),
        lambda: toolkit.plan(tmp_path / "nothing"),
        lambda: toolkit.load_settings(preset="nope"),
        lambda: toolkit.load_settings(overrides={"face.strenght": 1}),
    ):
        with pytest.raises(toolkit.ToolkitError) as caught:
            call()
        assert isinstance(caught.value, toolkit.InputError)


def test_it_runs_where_an_event_loop_runs_already(plates: Path, tmp_path: Path) -> None:
    """As in a notebook."""

    async def cell() -> int:
        settings = toolkit.load_settings(preset="draft")
        cut = toolkit.read_cut(plates)
        toolkit.track(cut, tmp_path / "out", settings)
        toolkit.plan(tmp_path / "out", settings)
        rendered = toolkit.render(tmp_path / "out", settings)
        toolkit.conform(tmp_path / "out", settings)
        return sum(one.rendered for one in rendered)

    assert asyncio.run(cell()) == 8


def test_shots_are_never_dropped_or_added_in_silence(plates: Path, tmp_path: Path) -> None:
    """A misspelt pattern beside a good one, an empty list that a filter left, and a text that is one pattern."""
    cut = toolkit.read_cut(plates)
    for shots, problem in (
        (["pl*", "sh9*"], "no shot matches 'sh9\\*'"),
        ([], "no shots were chosen; shots in this cut"),
    ):
        with pytest.raises(toolkit.NoMatchingShot, match=problem):
            toolkit.track(cut, tmp_path / "out", shots=shots)
    assert [track.shot for track in toolkit.track(cut, tmp_path / "out", shots="plate")] == ["plate"]


def test_a_section_is_not_a_setting() -> None:
    with pytest.raises(
        toolkit.SettingsError, match=r"overrides: face: a section, not a setting; write a key such as fac"
    ):
        toolkit.load_settings(overrides={"face": {"strength": 0.2}})


def test_progress_is_reported_to_a_subclass_of_the_silent_one(plates: Path, tmp_path: Path) -> None:
    done: dict[str, int] = {}

    class Counted(toolkit.SilentProgress):
        @contextmanager
        def stage(self, label: str, total: int) -> Iterator[toolkit.Advance]:
            def advance(steps: int) -> None:
                done[label] = done.get(label, 0) + steps

            yield advance

    toolkit.run(plates, tmp_path / "out", progress=Counted())
    passes = {"plate  BODY": 4, "plate  FACE": 4, "report  frames": 4}
    assert done == {"plate  faces": 4, "plate  review": 4, **passes}
    done.clear()
    toolkit.run(plates, tmp_path / "out", progress=Counted())
    assert done == passes, "frames that are kept count, a track and a review that are kept have no stage"
