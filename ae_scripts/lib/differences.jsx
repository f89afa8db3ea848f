// Finds where what was read back differs from a spec, and says it in the terms of After Effects.

var toolkitDifferences = (function () {
    var SOURCE_TOLERANCE = 0.005; // of a source frame: not visible
    var TOLERANCE = 0.05; // of a frame, pixel, degree or per cent: After Effects rounds positions between keys by 0.015

    // How a sentence about a field begins, and the unit of its values.
    var FIELDS = {
        "width": ["the comp's width is", ""], "height": ["the comp's height is", ""],
        "frames": ["the comp has", " frames"], "frameRate": ["the frame rate is", ""],
        "displayStart": ["the number of the first frame is", ""], "workFirst": ["the work area starts on frame", ""],
        "workCount": ["the work area has", " frames"], "frameBlending": ["Frame Blending is", ""],
        "kind": ["the layer is a", ""], "name": ["the name is", ""], "source": ["the source is", ""],
        "parent": ["the parent is", ""], "adjustmentLayer": ["Adjustment Layer is", ""],
        "enabled": ["the layer is", ""],
        "startTime": ["the layer starts on frame", ""], "stretch": ["the stretch is", " %"],
        "inPoint": ["the in point is on frame", ""], "outPoint": ["the out point is on frame", ""],
        "remap": ["Time Remap is", ""], "label": ["the label is number", ""], "guideLayer": ["Guide Layer is", ""],
        "shy": ["Shy is", ""], "locked": ["Lock is", ""], "frameBlendingType": ["the frame blending is", ""],
        "masks": ["the number of masks is", ""], "pins": ["the number of corners is", ""]
    };
    var PROPERTIES = {
        "ADBE Anchor Point": ["Anchor Point", ""], "ADBE Position": ["Position", ""], "ADBE Scale": ["Scale", " %"],
        "ADBE Rotate Z": ["Rotation", ""], "ADBE Opacity": ["Opacity", " %"]
    };
    var CORNERS = ["upper left", "upper right", "lower left", "lower right"];
    var TERMS = { "NO_FRAME_BLEND": "none", "FRAME_MIX": "Frame Mix", "PIXEL_MOTION": "Pixel Motion" };

    function isObject(value) {
        return typeof value === "object" && value !== null;
    }

    function isSame(expected, found, key) {
        var tolerance = key === "pictures" ? SOURCE_TOLERANCE : TOLERANCE;
        return expected === found || (
            typeof expected === "number" && typeof found === "number" && Math.abs(expected - found) <= tolerance
        );
    }

    function difference(path, expected, found) {
        return { path: path, expected: expected, found: found };
    }

    // The first difference, or null. path leads to both values; key is the last name in it.
    function compareValues(expected, found, path, key) {
        if (toolkitJson.isList(expected)) {
            return compareLists(expected, found, path, key);
        }
        if (isObject(expected) && isObject(found)) {
            return compareObjects(expected, found, path);
        }
        return isSame(expected, found, key) ? null : difference(path, expected, found);
    }

    function compareLists(expected, found, path, key) {
        var result = null;
        var i;
        if (!toolkitJson.isList(found) || found.length !== expected.length) {
            return difference(path, expected.length, toolkitJson.isList(found) ? found.length : 0);
        }
        for (i = 0; i < expected.length && result === null; i += 1) {
            result = compareValues(expected[i], found[i], path.concat([i]), key);
        }
        return result;
    }

    function compareObjects(expected, found, path) {
        var result = null;
        var name;
        for (name in expected) {
            if (expected.hasOwnProperty(name) && result === null) {
                result = compareValues(expected[name], found[name], path.concat([name]), name);
            }
        }
        return result;
    }

    function format(value) {
        if (typeof value === "number") {
            return String(Math.round(value * 1000) / 1000);
        }
        if (typeof value === "boolean" || isObject(value)) {
            return value ? "on" : "off";
        }
        if (typeof value !== "string") {
            return "none";
        }
        return TERMS.hasOwnProperty(value) ? TERMS[value] : "'" + value + "'";
    }

    function compose(start, unit, found, expected) {
        var isPercent = unit === " %";
        return start + " " + format(found) + unit + " instead of " + format(expected) + (isPercent ? unit : "");
    }

    // What an animated property is called, and the rest of its path.
    function nameProperty(path) {
        var rest = path.slice(2);
        if (path[0] === "remap") {
            return { name: "Time Remap", unit: "", rest: path.slice(1) };
        }
        if (path[0] === "transform") {
            return { name: PROPERTIES[path[1]][0], unit: PROPERTIES[path[1]][1], rest: rest };
        }
        if (path[0] === "pins") {
            return { name: "the " + CORNERS[path[1]] + " corner", unit: "", rest: rest };
        }
        return { name: "the " + path[2] + " of mask " + (path[1] + 1), unit: "", rest: path.slice(3) };
    }

    function describeProperty(path, found, expected) {
        var property = nameProperty(path);
        var field = property.rest[0];
        var isKeys = field === "frames" || field === "values" || field === "pictures";
        var start = property.name;
        if (isKeys && property.rest.length === 1) {
            return compose(start + " has", " keys", found, expected);
        }
        if (isKeys) {
            start += ": key " + (property.rest[1] + 1);
        }
        if (field === "held") {
            return compose("Hold on the keys of " + start + " is", "", found, expected);
        }
        return compose(start + (field === "frames" ? " is on frame" : " is"), property.unit, found, expected);
    }

    function describe(found) {
        var path = found.path[0] === "look" ? found.path.slice(1) : found.path;
        var field;
        if (path.length > 1) {
            return describeProperty(path, found.found, found.expected);
        }
        field = FIELDS[path[0]];
        if (path[0] === "remap") { // one of both has none
            return field[0] + (found.found ? " on" : " off") + " instead of " + (found.expected ? "on" : "off");
        }
        return compose(field[0], field[1], found.found, found.expected);
    }

    // A sentence about the first difference; empty when there is none.
    function first(expected, found) {
        var result = compareObjects(expected, found, []);
        return result === null ? "" : describe(result);
    }

    // A sentence about every field that differs.
    function all(expected, found) {
        var sentences = [];
        var result;
        var name;
        for (name in expected) {
            if (expected.hasOwnProperty(name)) {
                result = compareValues(expected[name], found[name], [name], name);
                if (result !== null) {
                    sentences.push(describe(result));
                }
            }
        }
        return sentences;
    }

    return { TOLERANCE: TOLERANCE, first: first, all: all };
}());
