"""Finds code that ExtendScript would reject or misread, with a small JavaScript tokenizer.

It knows ES3, the reserved words of ES3, and four bugs of ExtendScript itself: a nested ``a ? b : c ? d : e`` binds
wrongly, ``&&`` and ``||`` have the same precedence, adding an Error to a string throws, and ``instanceof`` is
unreliable for host objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<space>\s+)|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_$][\w$]*)|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<mark>=>|\.\.\.|\*\*|\?\?|\?\.|===|!==|==|!=|<=|>=|>>>|<<|>>|&&|\|\||\+\+|--|[-+*/%&|^]=|[^\w\s])""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[gim]*")


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED = _split(
    "abstract boolean byte char class const debugger double enum export extends final float goto implements import int "
    "interface long native package private protected public short static super synchronized throws transient "
    "volatile let yield async await"
)
KEYWORDS = _split(
    "break case catch continue default delete do else finally for function if in instanceof new return switch this "
    "throw try typeof var void while with null true false"
)
NEWER_MEMBERS = _split(
    "indexOf lastIndexOf forEach map filter reduce reduceRight some every trim keys defineProperty freeze bind "
    "isArray toISOString toJSON now includes startsWith endsWith repeat find findIndex fill assign entries padStart "
    "padEnd getOwnPropertyNames"
)
NEWER_OBJECT_MEMBERS = _split("create")
"""Members that are newer than ES3 on Object only: a Folder has a method of that name."""
NEWER_GLOBALS = _split(
    "JSON Promise Map Set Symbol Proxy Reflect console setTimeout setInterval require globalThis window"
)
NEWER_SYNTAX = frozenset({"=>", "...", "**", "??", "?.", "`", "#", "@"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of a script."""

    kind: str
    text: str
    line: int


@dataclass(slots=True)
class _Expression:
    """The operators seen so far between two brackets."""

    opener: str = ""
    ternaries: int = 0
    logical: set[str] = field(default_factory=set)

    def restart(self) -> None:
        self.ternaries = 0
        self.logical.clear()


def tokenize(script: str) -> list[Token]:
    """The tokens of a script. A ``/`` starts a regular expression wherever a value may start."""
    tokens: list[Token] = []
    at, line = 0, 1
    while at < len(script):
        match = _REGEX.match(script, at) if script[at] == "/" and _can_start_value(tokens) else None
        kind = "text"
        if match is None:
            match = _TOKEN.match(script, at)
            assert match is not None, f"line {line}: {script[at : at + 20]!r}"
            kind = str(match.lastgroup)
        if kind not in ("space", "comment"):
            tokens.append(Token(kind=kind, text=match[0], line=line))
        line += match[0].count("\n")
        at = match.end()
    return tokens


def _can_start_value(before: list[Token]) -> bool:
    if not before:
        return True
    last = before[-1]
    if last.kind == "name":
        return last.text in ("return", "typeof", "case", "in", "delete", "void", "throw")
    return last.kind == "mark" and last.text not in (")", "]", "}")


def find_faults(script: str) -> list[str]:
    """``line: fault`` for everything that ExtendScript would reject or misread."""
    tokens = tokenize(script)
    faults = [f"{number}: not ASCII" for number, text in enumerate(script.splitlines(), 1) if not text.isascii()]
    faults += [f"{token.line}: {fault}" for token, fault in _find_token_faults(tokens)]
    faults += [f"{token.line}: {fault}" for token, fault in _find_expression_faults(tokens)]
    return faults


def _find_token_faults(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    caught = {tokens[i + 2].text for i, token in enumerate(tokens[:-2]) if token.text == "catch"}
    no_token = Token(kind="", text="", line=0)
    for earlier, before, token, after in zip(
        [no_token, no_token, *tokens], [no_token, *tokens], tokens, [*tokens[1:], no_token], strict=False
    ):
        member = before.text == "."
        is_key = after.text == ":" and (before.text == "," or (before.text == "{" and token.text != "default"))
        if token.kind == "mark" and token.text in NEWER_SYNTAX:
            yield token, f"{token.text} is newer than ES3"
        elif token.text == "," and after.text in ("]", "}", ")"):
            yield token, "a comma before a closing bracket"
        elif token.kind == "name" and (token.text in RESERVED or (token.text in KEYWORDS and (member or is_key))):
            yield token, f"the word {token.text} is reserved"
        elif token.text == "instanceof":
            yield token, "instanceof is unreliable"
        elif member and token.text in NEWER_MEMBERS:
            yield token, f".{token.text} is newer than ES3"
        elif member and token.text in NEWER_OBJECT_MEMBERS and earlier.text == "Object":
            yield token, f"Object.{token.text} is newer than ES3"
        elif not member and not is_key and token.text in NEWER_GLOBALS and token.kind == "name":
            yield token, f"{token.text} is newer than ES3"
        elif token.text in ("get", "set") and after.kind == "name":
            yield token, "a getter or setter"
        elif token.text in caught and before.text == "+" and after.text != ".":
            yield token, "adding an Error to a string throws"


def _find_expression_faults(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    inside = [_Expression()]
    for token in tokens:
        current = inside[-1]
        if token.kind == "text":
            continue
        if token.text in ("(", "[", "{"):
            inside.append(_Expression(opener=token.text))
        elif token.text in (")", "]", "}"):
            inside.pop()
            if token.text == "}":
                inside[-1].restart()
        elif token.text in (",", ";", "=", "return"):
            current.restart()
        elif token.text == "?":
            current.ternaries += 1
            if current.ternaries > 1:
                yield token, "a ternary inside a ternary"
            current.logical.clear()
        elif token.text == ":":
            current.logical.clear()
        elif token.text in ("&&", "||"):
            current.logical.add(token.text)
            if len(current.logical) > 1:
                yield token, "&& mixed with || without parentheses"
