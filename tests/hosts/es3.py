"""What ExtendScript would stumble over, found without ExtendScript: a small reader of JavaScript's words.

It knows the third edition of the language, the reserved words of its time, and four habits of ExtendScript itself:
nested ``a ? b : c ? d : e`` binds wrongly, ``&&`` and ``||`` have one precedence, an Error joined to a text throws, and
``instanceof`` is unreliable for objects of the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_WORDS = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<space>\s+)|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_$][\w$]*)|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<mark>=>|\.\.\.|\*\*|\?\?|\?\.|===|!==|==|!=|<=|>=|>>>|<<|>>|&&|\|\||\+\+|--|[-+*/%&|^]=|[^\w\s])""",
    re.VERBOSE | re.DOTALL,
)
_PATTERN = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[gim]*")


def _set_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUTURE = _set_of(
    "abstract boolean byte char class const debugger double enum export extends final float goto implements import int "
    "interface long native package private protected public short static super synchronized throws transient "
    "volatile let yield async await"
)
KEYWORDS = _set_of(
    "break case catch continue default delete do else finally for function if in instanceof new return switch this "
    "throw try typeof var void while with null true false"
)
LATER_MEMBERS = _set_of(
    "indexOf lastIndexOf forEach map filter reduce reduceRight some every trim keys defineProperty freeze bind "
    "isArray toISOString toJSON now includes startsWith endsWith repeat find findIndex fill assign entries padStart "
    "padEnd getOwnPropertyNames"
)
LATER_OF_OBJECT = _set_of("create")
"""Members that only Object is too young for: a Folder has one of that name."""
LATER_GLOBALS = _set_of(
    "JSON Promise Map Set Symbol Proxy Reflect console setTimeout setInterval require globalThis window"
)
LATER_MARKS = frozenset({"=>", "...", "**", "??", "?.", "`", "#", "@"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a script."""

    kind: str
    text: str
    line: int


@dataclass(slots=True)
class _Expression:
    """What stands between two brackets so far."""

    opener: str = ""
    ternaries: int = 0
    logical: set[str] = field(default_factory=set)

    def begin(self) -> None:
        self.ternaries = 0
        self.logical.clear()


def words(script: str) -> list[Word]:
    """The words of a script; a ``/`` starts a pattern where a value may start."""
    found: list[Word] = []
    at, line = 0, 1
    while at < len(script):
        match = _PATTERN.match(script, at) if script[at] == "/" and _value_may_start(found) else None
        kind = "text"
        if match is None:
            match = _WORDS.match(script, at)
            assert match is not None, f"line {line}: {script[at : at + 20]!r}"
            kind = str(match.lastgroup)
        if kind not in ("space", "comment"):
            found.append(Word(kind=kind, text=match[0], line=line))
        line += match[0].count("\n")
        at = match.end()
    return found


def _value_may_start(before: list[Word]) -> bool:
    if not before:
        return True
    last = before[-1]
    if last.kind == "name":
        return last.text in ("return", "typeof", "case", "in", "delete", "void", "throw")
    return last.kind == "mark" and last.text not in (")", "]", "}")


def faults(script: str) -> list[str]:
    """``line: fault`` for everything ExtendScript would not read, or would read differently."""
    found = words(script)
    told = [f"{number}: not ASCII" for number, text in enumerate(script.splitlines(), 1) if not text.isascii()]
    told += [f"{word.line}: {fault}" for word, fault in _word_faults(found)]
    told += [f"{word.line}: {fault}" for word, fault in _expression_faults(found)]
    return told


def _word_faults(found: list[Word]) -> Iterator[tuple[Word, str]]:
    caught = {found[i + 2].text for i, word in enumerate(found[:-2]) if word.text == "catch"}
    nothing = Word(kind="", text="", line=0)
    for earlier, before, word, after in zip(
        [nothing, nothing, *found], [nothing, *found], found, [*found[1:], nothing], strict=False
    ):
        member = before.text == "."
        is_key = after.text == ":" and (before.text == "," or (before.text == "{" and word.text != "default"))
        if word.kind == "mark" and word.text in LATER_MARKS:
            yield word, f"{word.text} is of a later edition"
        elif word.text == "," and after.text in ("]", "}", ")"):
            yield word, "a comma before a closing bracket"
        elif word.kind == "name" and (word.text in FUTURE or (word.text in KEYWORDS and (member or is_key))):
            yield word, f"the word {word.text} is reserved"
        elif word.text == "instanceof":
            yield word, "instanceof is unreliable"
        elif member and word.text in LATER_MEMBERS:
            yield word, f".{word.text} is of a later edition"
        elif member and word.text in LATER_OF_OBJECT and earlier.text == "Object":
            yield word, f"Object.{word.text} is of a later edition"
        elif not member and not is_key and word.text in LATER_GLOBALS and word.kind == "name":
            yield word, f"{word.text} is of a later edition"
        elif word.text in ("get", "set") and after.kind == "name":
            yield word, "a property with code behind it"
        elif word.text in caught and before.text == "+" and after.text != ".":
            yield word, "an Error joined to a text throws"


def _expression_faults(found: list[Word]) -> Iterator[tuple[Word, str]]:
    inside = [_Expression()]
    for word in found:
        current = inside[-1]
        if word.kind == "text":
            continue
        if word.text in ("(", "[", "{"):
            inside.append(_Expression(opener=word.text))
        elif word.text in (")", "]", "}"):
            inside.pop()
            if word.text == "}":
                inside[-1].begin()
        elif word.text in (",", ";", "=", "return"):
            current.begin()
        elif word.text == "?":
            current.ternaries += 1
            if current.ternaries > 1:
                yield word, "a ternary inside a ternary"
            current.logical.clear()
        elif word.text == ":":
            current.logical.clear()
        elif word.text in ("&&", "||"):
            current.logical.add(word.text)
            if len(current.logical) > 1:
                yield word, "&& beside || without parentheses"
