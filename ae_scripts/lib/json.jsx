// JSON in a language that may have none: many builds of After Effects know no such object. Strict, and never eval.

var toolkitJson = (function () {
    var DEEPEST = 64;

    function parse(text) {
        var at = text.charCodeAt(0) === 0xFEFF ? 1 : 0;
        var whole;

        function fail(what) {
            throw new Error("not JSON: " + what + " at character " + at);
        }

        function space() {
            var code = text.charCodeAt(at);
            while (code === 32 || code === 10 || code === 13 || code === 9) {
                at += 1;
                code = text.charCodeAt(at);
            }
        }

        function expect(mark) {
            space();
            if (text.charAt(at) !== mark) {
                fail("'" + mark + "' is missing");
            }
            at += 1;
        }

        // Whether another member follows; takes the comma or the closing mark.
        function more(close) {
            space();
            if (text.charAt(at) === ",") {
                at += 1;
                return true;
            }
            expect(close);
            return false;
        }

        function escaped() {
            var mark = text.charAt(at);
            var digits = text.substr(at + 1, 4);
            var meanings = { "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t" };
            at += 1;
            if (mark === "\"" || mark === "\\" || mark === "/") {
                return mark;
            }
            if (mark === "u" && /^[0-9a-fA-F]{4}$/.test(digits)) {
                at += 4;
                return String.fromCharCode(parseInt(digits, 16));
            }
            if (mark === "" || !meanings.hasOwnProperty(mark)) {
                fail("an unknown escape");
            }
            return meanings[mark];
        }

        function string() {
            var found = "";
            var from;
            var code;
            expect("\"");
            from = at;
            while (true) {
                code = text.charCodeAt(at);
                if (at >= text.length || code < 32) {
                    fail("a text does not end");
                }
                if (code === 34) {
                    found += text.substring(from, at);
                    at += 1;
                    return found;
                }
                if (code === 92) {
                    found += text.substring(from, at);
                    at += 1;
                    found += escaped();
                    from = at;
                } else {
                    at += 1;
                }
            }
        }

        function isOfNumber(code) {
            var isDigit = code >= 48 && code <= 57;
            return isDigit || code === 43 || code === 45 || code === 46 || code === 69 || code === 101; // + - . E e
        }

        function number() {
            var from = at;
            var word;
            while (isOfNumber(text.charCodeAt(at))) {
                at += 1;
            }
            word = text.substring(from, at);
            if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(word) || !isFinite(Number(word))) {
                fail("'" + text.substr(from, 12) + "' is no value");
            }
            return Number(word);
        }

        function list(depth) {
            var found = [];
            expect("[");
            space();
            if (text.charAt(at) === "]") {
                at += 1;
                return found;
            }
            do {
                found.push(value(depth));
            } while (more("]"));
            return found;
        }

        function object(depth) {
            var found = {};
            var key;
            expect("{");
            space();
            if (text.charAt(at) === "}") {
                at += 1;
                return found;
            }
            do {
                space();
                key = string();
                if (key === "__proto__" || Object.prototype.hasOwnProperty.call(found, key)) {
                    fail("the key '" + key + "' is there twice or not allowed");
                }
                expect(":");
                found[key] = value(depth);
            } while (more("}"));
            return found;
        }

        function value(depth) {
            var mark;
            if (depth > DEEPEST) {
                fail("too many nested values");
            }
            space();
            mark = text.charAt(at);
            if (mark === "{") {
                return object(depth + 1);
            }
            if (mark === "[") {
                return list(depth + 1);
            }
            if (mark === "\"") {
                return string();
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
            return number();
        }

        whole = value(0);
        space();
        if (at < text.length) {
            fail("something follows the value");
        }
        return whole;
    }

    function quoted(text) {
        var found = "\"";
        var i;
        var code;
        for (i = 0; i < text.length; i += 1) {
            code = text.charCodeAt(i);
            if (code === 34 || code === 92) {
                found += "\\" + text.charAt(i);
            } else if (code < 32 || code > 126) {
                found += "\\u" + ("000" + code.toString(16)).slice(-4);
            } else {
                found += text.charAt(i);
            }
        }
        return found + "\"";
    }

    // Text of plain values; what is no number, text, truth, list or object becomes null.
    function write(value, indent) {
        var pad = indent || "";
        var parts = [];
        var key;
        var i;
        if (typeof value === "string") {
            return quoted(value);
        }
        if (typeof value === "boolean" || (typeof value === "number" && isFinite(value))) {
            return String(value);
        }
        if (typeof value !== "object" || value === null) {
            return "null";
        }
        if (isList(value) && isNumbers(value)) {
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
                parts.push(pad + " " + quoted(key) + ": " + write(value[key], pad + " "));
            }
        }
        return parts.length ? "{\n" + parts.join(",\n") + "\n" + pad + "}" : "{}";
    }

    // Whether a list holds nothing but numbers and lists of them: those stand on one line.
    function isNumbers(value) {
        var i;
        for (i = 0; i < value.length; i += 1) {
            if (typeof value[i] !== "number" && !(isList(value[i]) && isNumbers(value[i]))) {
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
