"""The structure of the package, read from its source: imports point one way, libraries have owners, files are short."""

from __future__ import annotations

import ast
import graphlib
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "toolkit"

SUBPACKAGES = [
    "cli", "doctor", "demo", "background", "launch", "install", "pipeline", "stages", "report", "output", "review",
    "delivery", "passes", "mattes", "faces", "engines", "topaz", "turnover", "plates", "models", "a1111", "editorial",
    "documents", "settings", "frames", "errors", "progress", "memory",
]  # fmt: skip
"""Subpackages and top-level modules, top to bottom: each imports only from those below it (and from itself)."""

OWNERS = {
    "av": {"plates", "demo"},  # demo encodes its own footage
    "click": {"cli"},
    "rich": {"cli"},
    "mediapipe": {"faces"},
    "OpenEXR": {"plates"},
    "PyOpenColorIO": {"plates"},
    "opentimelineio": {"editorial"},
    "pycmx": {"turnover"},
    "aaf2": {"turnover"},
    "defusedxml": {"turnover"},
    "scenedetect": {"turnover"},
    "platformdirs": {"models"},
    "py_aep": {"delivery"},
    "jinja2": {"report"},
    "matplotlib": {"report"},
    "pydantic": {"documents", "settings"},  # values that check themselves
    "pydantic_core": {"documents", "settings"},
    "tomlkit": {"stages"},
    "httpx": {"engines"},
    "websockets": {"engines"},
    "torch": {"engines"},
    "diffusers": {"engines"},
    "transformers": {"engines"},
    "safetensors": {"engines"},
    "huggingface_hub": {"engines"},
    "PIL": {"a1111", "engines"},  # AUTOMATIC1111 blurs masks with it, rounds them and fills under them
}
COMMON = {"numpy", "cv2"}
"""Libraries that every subpackage may use."""
HEAVY = {
    "av",
    "mediapipe",
    "OpenEXR",
    "PyOpenColorIO",
    "opentimelineio",
    "aaf2",
    "httpx",
    "websockets",
    "jinja2",
    "matplotlib",
    "torch",
    "diffusers",
    "py_aep",
}


pytestmark = pytest.mark.no_cover  # the sources are read, nothing of them runs


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


def subpackage_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path, *, top_level_only: bool = False) -> tuple[str, ...]:
    """Absolute names imported, TYPE_CHECKING blocks left out."""
    return tuple(_imports(path, top_level_only))


def _imports(path: Path, top_level_only: bool) -> Iterator[str]:
    def walk(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
        for node in nodes:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                continue
            yield node
            for block in ("body", "orelse", "finalbody", "handlers"):
                inner = getattr(node, block, [])
                if top_level_only and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    continue
                yield from walk([n for n in inner if isinstance(n, (ast.stmt, ast.ExceptHandler))])  # type: ignore[misc]

    for node in walk(ast.parse(path.read_text()).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from sorted({_imported(node.module or "", alias.name) for alias in node.names})


def _imported(module: str, name: str) -> str:
    """``from toolkit.plates import movie`` imports the module ``toolkit.plates.movie``, not the subpackage."""
    base = REPOSITORY.joinpath(*module.split("."), name)
    return f"{module}.{name}" if base.is_dir() or base.with_suffix(".py").is_file() else module


def test_imports_point_down_the_list_of_subpackages() -> None:
    levels = {name: level for level, name in enumerate(SUBPACKAGES)}
    unlisted = {subpackage_of(path) for path in modules()} - {*SUBPACKAGES, "__init__"}
    assert not unlisted, "add it to the list at its level"
    upwards = []
    for path in modules():
        inside = [name for name in imports(path) if name.split(".")[0] == "toolkit"]
        if subpackage_of(path) == "__init__":
            assert not inside
            continue
        level = levels[subpackage_of(path)]
        above = [name for name in inside if levels.get("".join(name.split(".")[1:2]), level) < level]
        upwards += [f"{path.relative_to(PACKAGE)} imports {name}" for name in above]
    assert upwards == []


def test_each_library_has_one_owner() -> None:
    free = {*sys.stdlib_module_names, *COMMON, "toolkit", "__future__"}
    used = {(path, name.split(".")[0]) for path in modules() for name in imports(path)}
    foreign = {(path, library) for path, library in used if library not in free}
    assert {library for _, library in foreign} - OWNERS.keys() == set(), "a library without an owner"
    assert [
        f"{path.relative_to(PACKAGE)} imports {library}, which belongs to {OWNERS[library]}"
        for path, library in foreign
        if subpackage_of(path) not in OWNERS[library]
    ] == []


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    assert [
        f"{path.relative_to(PACKAGE)} imports {name} at its top"
        for path in modules()
        for name in imports(path, top_level_only=True)
        if name.split(".")[0] in HEAVY
    ] == []


def test_planning_imports_nothing_that_reads_pixels() -> None:
    """A plan is made from documents and settings alone, so that it can be checked, diffed and dry-run."""
    pixels = ("toolkit.plates", "toolkit.engines", "cv2")
    planning = "toolkit.passes.planning"
    for path in sorted((PACKAGE / "passes" / "planning").rglob("*.py")):
        for name in imports(path):
            assert not name.startswith(pixels), f"{path.name} imports {name}"
            assert name.startswith(planning) or not name.startswith("toolkit.passes"), f"{path.name} imports {name}"


def test_the_parts_of_passes_import_in_one_direction() -> None:
    """Rendering is on top and executes plans as documents: it never imports planning."""
    allowed = {
        "planning": {"planning"},
        "resampling": {"resampling"},
        "temporal": {"temporal", "resampling"},
        "guides": {"guides", "temporal", "resampling"},
        "rendering": {"rendering", "guides", "temporal", "resampling"},
    }
    subpackage = PACKAGE / "passes"
    for path in sorted(subpackage.rglob("*.py")):
        part = path.relative_to(subpackage).parts[0].removesuffix(".py")
        if part == "__init__":
            continue
        assert part in allowed, f"{part} is not a part of passes: add it at its level"
        for name in imports(path):
            if name.startswith("toolkit.passes"):
                assert {*name.split(".")[2:3]} <= allowed[part], f"{path.relative_to(subpackage)} imports {name}"
                assert name != "toolkit.passes", f"{path.relative_to(subpackage)} imports its own package"


def test_no_module_imports_itself_indirectly() -> None:
    """Imports inside functions count: a hidden cycle is still a cycle."""
    names = {_module_name(path): path for path in modules()}
    graph = {
        name: {imported for imported in imports(path) if imported in names and imported != name}
        for name, path in names.items()
    }
    graphlib.TopologicalSorter(graph).prepare()


def _module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_engines_never_import_one_another() -> None:
    """An engine is a file or folder with a concrete class of ``Engine``; the other files are shared by all engines."""

    def unit(path: Path) -> str:
        return path.relative_to(PACKAGE / "engines").parts[0].removesuffix(".py")

    files = sorted((PACKAGE / "engines").rglob("*.py"))
    texts = {path: path.read_text() for path in files}
    engines = {unit(path) for path, text in texts.items() if "Engine):" in text and "@abstractmethod" not in text}
    assert {"builtin", "flatten", "automatic1111", "comfyui", "diffusers_local"} <= engines
    for path in files:
        if unit(path) in engines:
            for imported in imports(path):
                assert not {*imported.split(".")[2:3]} & (engines - {unit(path)}), path


def test_files_stay_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in modules()}
    assert max(lengths.values()) <= 400, max(lengths, key=lambda path: lengths[path])
    assert statistics.median(lengths.values()) <= 150
    assert lengths[PACKAGE / "pipeline.py"] <= 64


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from toolkit.cli import toolkit;"
        "toolkit.main(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not loaded & (HEAVY | COMMON | {"pydantic", "rich"})


def test_listing_the_engines_loads_none_of_their_libraries() -> None:
    script = (
        "import sys; from toolkit.cli import toolkit;"
        "toolkit.main(['engines', '--json'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not loaded & (HEAVY - {"OpenEXR", "av"} | {"peft", "accelerate"})


def test_one_package_provides_cv2() -> None:
    from importlib.metadata import packages_distributions

    assert set(packages_distributions()["cv2"]) == {"opencv-contrib-python"}
