"""The JSON reader and writer of the Lua entry, compared with Python's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.delivered import GOLDEN
from tests.hosts.lua_host import LUAS, new_lua, parts

Read = Callable[[str | bytes], Any]

GOOD = [
    *("null", "true", "false", "0", "-0", "7", "-12", "1.5", "-0.25", "1e3", "1E+3", "2.5e-3", "9007199254740991"),
    *('""', '"a b"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\u0041\\u00e9\\u6f22"', '"\\ud83d\\ude00"', '"\\uDBFF\\uDFFF"'),
    *('"é漢😀"', '"\x7f"', '"\\u0000"', '"a\\u0000b"', '"\\\\u0041"', '"\\\\\\\\"'),
    *("[]", "{}", "[[]]", "[{}]", "[1,2,3]", "[null,1]", "[false]", '{"":1}', '{"a":{"b":[1,{"c":null}]}}'),
    *('{"a":1,"a":2}', " [ 1 , 2 ] ", '\t{\r\n"a" : 1\n}\n', '{"1":1,"[1]":2}', '"[not] {a} list"'),
    "[" * 99 + "]" * 99,
]

BAD = [
    *("", " ", "nul", "nulll", "True", "none", "NaN", "Infinity", "-Infinity", "undefined"),
    *("01", "-01", "00", "1.", ".5", "-.5", "+1", "1e", "1e+", "1.e3", "0x10", "1.2.3", "--1", "-", "1a", "1 2"),
    *('"', '"a', "'a'", '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\', '"\\"', '"a\nb"', '"a\tb"', '"a\x00b"'),
    *("[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{", "}", '{"a"', '{"a":', '{"a":1', '{"a":1,'),
    *('{"a":1,}', "{a:1}", "{1:1}", '{"a" 1}', '{"a":1 "b":2}', '{"a",1}', "[1}", '{"a":1]', "[] []", "{}x", "// a\n1"),
    "\ufeff1",
]

STRICTER = [
    pytest.param('"\\ud83d"', "unpaired surrogate", id="high surrogate only"),
    pytest.param('"\\ude00"', "unpaired surrogate", id="low surrogate only"),
    pytest.param('"\\ud83d\\u0041"', "unpaired surrogate", id="high surrogate and a letter"),
    pytest.param("1e999", "too large", id="infinity"),
    pytest.param("-1e999", "too large", id="negative infinity"),
    pytest.param("[" * 101 + "]" * 101, "too deeply", id="nested lists"),
    pytest.param('{"a":' * 101 + "1" + "}" * 101, "too deeply", id="nested objects"),
    pytest.param("[" * 100_000, "too deeply", id="text made to exhaust the stack"),
]


@pytest.fixture(params=LUAS)
def read(request: pytest.FixtureRequest) -> Read:
    """``read_json`` in Lua: a function that returns a Python value or raises ValueError."""
    lua = new_lua(request.param, encoding=None)
    functions = parts(lua, "read_json", "List", "Null")
    kind = lua.eval(
        """function(value, List, Null)
          if value == Null then return "null" end
          return type(value) == "table" and getmetatable(value) == List and "list" or type(value)
        end"""
    )
    guarded = lua.eval(
        """function(read, text)
          local is_valid, value = pcall(read, text)
          if is_valid then return true, value end
          return false, value.sentence
        end"""
    )
    entries = lua.eval("function(value) local n = {} for k in pairs(value) do n[#n + 1] = k end return n end")
    at = lua.eval("function(value, key) return value[key] end")

    def to_python(value: Any) -> Any:
        word = kind(value, functions[b"List"], functions[b"Null"])
        if word == b"null":
            return None
        if word not in (b"table", b"list"):
            return value.decode() if isinstance(value, bytes) else value
        keys = list(entries(value).values())
        if word == b"list":
            assert keys == list(range(1, len(keys) + 1))
            return [to_python(at(value, key)) for key in keys]
        return {key.decode(): to_python(at(value, key)) for key in keys}

    def read(text: str | bytes) -> Any:
        is_valid, value = guarded(functions[b"read_json"], text if isinstance(text, bytes) else text.encode())
        if not is_valid:
            raise ValueError(value.decode(errors="replace"))
        return to_python(value)

    return read


@pytest.mark.parametrize("text", GOOD, ids=lambda text: ascii(text)[:30])
def test_valid_json_is_read_as_in_python(read: Read, text: str) -> None:
    assert read(text) == json.loads(text)


@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text)[:30])
def test_invalid_json_is_rejected(read: Read, text: str) -> None:
    with pytest.raises(ValueError, match=r"^line \d+, column \d+: "):
        read(text)
    if text not in ("NaN", "Infinity", "-Infinity"):  # Python's reader accepts these, although they are not JSON
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)


@pytest.mark.parametrize(("text", "message"), STRICTER)
def test_json_that_our_documents_never_contain_is_rejected(read: Read, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(text)


@pytest.mark.parametrize(
    "spelt",
    [
        pytest.param(b"\xff", id="invalid first byte"),
        pytest.param(b"\xc3", id="incomplete character"),
        pytest.param(b"\xa9", id="continuation byte only"),
        pytest.param(b"\xc0\xaf", id="a slash in two bytes"),
        pytest.param(b"\xe0\x80\xaf", id="a slash in three bytes"),
        pytest.param(b"\xf0\x80\x80\xaf", id="a slash in four bytes"),
        pytest.param(b"\xed\xa0\x80", id="surrogate in three bytes"),
        pytest.param(b"\xf4\x90\x80\x80", id="above U+10FFFF"),
    ],
)
def test_invalid_utf_8_is_rejected(read: Read, spelt: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        spelt.decode()
    with pytest.raises(ValueError, match="line 2, column 2: not UTF-8"):
        read(b'[\n"' + spelt + b'"]')


@pytest.mark.parametrize(
    "character", ["\x80", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"]
)
def test_the_first_and_last_characters_of_every_utf_8_length_are_read(read: Read, character: str) -> None:
    assert read(f'"{character}"') == character
    assert read(json.dumps(character)) == character


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"a": 1,\n "b": tru}', "line 2, column 7: invalid value", id="a word"),
        pytest.param("[1,\n\n  2", "line 3, column 4: ']' or ',' is missing", id="the end"),
        pytest.param('{"a" 1}', "line 1, column 6: ':' is missing", id="a colon"),
        pytest.param('["abc', "line 1, column 2: unterminated string", id="start of the string"),
        pytest.param('["\\q"]', "line 1, column 3: invalid escape", id="an escape"),
    ],
)
def test_an_error_says_where_it_is(read: Read, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message.replace('[', '.').replace(']', '.')}$"):
        read(text)


def test_the_golden_delivery_is_read_as_in_python(read: Read) -> None:
    assert read(GOLDEN.read_bytes()) == json.loads(GOLDEN.read_bytes())


@pytest.mark.parametrize("which", LUAS)
def test_written_json_is_read_by_python(which: str) -> None:
    lua = new_lua(which)
    functions = parts(lua, "read_json", "write_json")
    value: dict[str, Any] = {
        "text": '"\\\n\x01\x7f é漢😀',
        "list": [1, 2.5, -3],
        "empty": [],
        "nothing": None,
        "truth": [True, False],
        "n": {},
    }
    written = functions.write_json(functions.read_json(json.dumps(value)), "")
    assert json.loads(written) == value
