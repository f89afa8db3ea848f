// A JSON reader and writer, because many versions of After Effects have no JSON object. Strict; does not use eval.

var toolkitJson = (function () {
    var MAX_DEPTH = 64;

    function parse(text) {
        var at = text.charCodeAt(0) === 0xFEFF ? 1 : 0;
        var result;

        function fail(reason) {
            throw new Error("not JSON: " + reason + " at character " + at);
        }

        function skipSpace() {
            var code = text.charCodeAt(at);
            while (code === 32 || code === 10 || code === 13 || code === 9) {
                at += 1;
                code = text.charCodeAt(at);
            }
        }

        function expect(character) {
            skipSpace();
            if (text.charAt(at) !== character) {
                fail("'" + character + "' is missing");
            }
            at += 1;
        }

        // Whether another member follows. Consumes the comma or the closing character.
        function hasMore(closing) {
            skipSpace();
            if (text.charAt(at) === ",") {
                at += 1;
                return true;
            }
            expect(closing);
            return false;
        }

        function parseEscape() {
            var character = text.charAt(at);
            var digits = text.substr(at + 1, 4);
            var meanings = { "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t" };
            at += 1;
            if (character === "\"" || character === "\\" || character === "/") {
                return character;
            }
            if (character === "u" && /^[0-9a-fA-F]{4}$/.test(digits)) {
                at += 4;
                return String.fromCharCode(parseInt(digits, 16));
            }
            if (character === "" || !meanings.hasOwnProperty(character)) {
                fail("unknown escape");
            }
            return meanings[character];
        }

        function parseString() {
            var string = "";
            var start;
            var code;
            expect("\"");
            start = at;
            while (true) {
                code = text.charCodeAt(at);
                if (at >= text.length || code < 32) {
                    fail("a string does not end");
                }
                if (code === 34) {
                    string += text.substring(start, at);
                    at += 1;
                    return string;
                }
                if (code === 92) {
                    string += text.substring(start, at);
                    at += 1;
                    string += parseEscape();
                    start = at;
                } else {
                    at += 1;
                }
            }
        }

        function isNumberCode(code) {
            var isDigit = code >= 48 && code <= 57;
            return isDigit || code === 43 || code === 45 || code === 46 || code === 69 || code === 101; // + - . E e
        }

        function parseNumber() {
            var start = at;
            var word;
            while (isNumberCode(text.charCodeAt(at))) {
                at += 1;
            }
            word = text.substring(start, at);
            if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(word) || !isFinite(Number(word))) {
                fail("'" + text.substr(start, 12) + "' is not a value");
            }
            return Number(word);
        }

        function parseList(depth) {
            var items = [];
            expect("[");
            skipSpace();
            if (text.charAt(at) === "]") {
                at += 1;
                return items;
            }
            do {
                items.push(parseValue(depth));
            } while (hasMore("]"));
            return items;
        }

        function parseObject(depth) {
            var members = {};
            var key;
            expect("{");
            skipSpace();
            if (text.charAt(at) === "}") {
                at += 1;
                return members;
            }
            do {
                skipSpace();
                key = parseString();
                if (key === "__proto__" || Object.prototype.hasOwnProperty.call(members, key)) {
                    fail("the key '" + key + "' is repeated or not allowed");
                }
                expect(":");
                members[key] = parseValue(depth);
            } while (hasMore("}"));
            return members;
        }

        function parseValue(depth) {
            var character;
            if (depth > MAX_DEPTH) {
                fail("too many nested values");
            }
            skipSpace();
            character = text.charAt(at);
            if (character === "{") {
                return parseObject(depth + 1);
            }
            if (character === "[") {
                return parseList(depth + 1);
            }
            if (character === "\"") {
                return parseString();
            }
            if (text.substr(at, 4) === "true") {
                at += 4;
                return true;
            }
            if (text.substr(at, 5) === "false") {
                at += 5;
                return false;
            }
            if (text.substr(at, 4) === "null") {
                at += 4;
                return null;
            }
            return parseNumber();
        }

        result = parseValue(0);
        skipSpace();
        if (at < text.length) {
            fail("unexpected text after the value");
        }
        return result;
    }

    function quote(text) {
        var result = "\"";
        var i;
        var code;
        for (i = 0; i < text.length; i += 1) {
            code = text.charCodeAt(i);
            if (code === 34 || code === 92) {
                result += "\\" + text.charAt(i);
            } else if (code < 32 || code > 126) {
                result += "\\u" + ("000" + code.toString(16)).slice(-4);
            } else {
                result += text.charAt(i);
            }
        }
        return result + "\"";
    }

    // The JSON text of a value. Anything but a number, string, boolean, list or object becomes null.
    function write(value, indent) {
        var pad = indent || "";
        var parts = [];
        var key;
        var i;
        if (typeof value === "string") {
            return quote(value);
        }
        if (typeof value === "boolean" || (typeof value === "number" && isFinite(value))) {
            return String(value);
        }
        if (typeof value !== "object" || value === null) {
            return "null";
        }
        if (isList(value) && isNumeric(value)) {
            for (i = 0; i < value.length; i += 1) {
                parts.push(write(value[i]));
            }
            return "[" + parts.join(", ") + "]";
        }
        if (isList(value)) {
            for (i = 0; i < value.length; i += 1) {
                parts.push(pad + " " + write(value[i], pad + " "));
            }
            return parts.length ? "[\n" + parts.join(",\n") + "\n" + pad + "]" : "[]";
        }
        for (key in value) {
            if (value.hasOwnProperty(key)) {
                parts.push(pad + " " + quote(key) + ": " + write(value[key], pad + " "));
            }
        }
        return parts.length ? "{\n" + parts.join(",\n") + "\n" + pad + "}" : "{}";
    }

    // Whether a list contains only numbers and lists of numbers, which are written on one line.
    function isNumeric(value) {
        var i;
        for (i = 0; i < value.length; i += 1) {
            if (typeof value[i] !== "number" && !(isList(value[i]) && isNumeric(value[i]))) {
                return false;
            }
        }
        return true;
    }

    function isList(value) {
        return Object.prototype.toString.call(value) === "[object Array]";
    }

    return { parse: parse, write: write, isList: isList };
}());
