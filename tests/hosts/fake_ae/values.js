/* Enumerations, and values that are objects: shapes and markers. */

"use strict";
const { defineEnum, expectNumber, expectNumbers, expectType, makeStrict } = require("./strict.js");
const { requireVersion } = require("./scenario.js");

const enumerations = {
    AlphaMode: defineEnum("AlphaMode", ["IGNORE", "STRAIGHT", "PREMULTIPLIED"]),
    ImportAsType: defineEnum("ImportAsType", ["FOOTAGE", "COMP", "COMP_CROPPED_LAYERS", "PROJECT"]),
    FrameBlendingType: defineEnum("FrameBlendingType", ["FRAME_MIX", "NO_FRAME_BLEND", "PIXEL_MOTION"]),
    MaskMode: defineEnum("MaskMode", ["NONE", "ADD", "SUBTRACT", "INTERSECT", "LIGHTEN", "DARKEN", "DIFFERENCE"]),
    BlendingMode: defineEnum("BlendingMode", ["NORMAL", "ADD", "SCREEN", "MULTIPLY"]),
    KeyframeInterpolationType: defineEnum("KeyframeInterpolationType", ["LINEAR", "BEZIER", "HOLD"]),
};

// Returns a member of an enumeration; throws for any other value.
function expectMember(value, name) {
    if (!Object.values(enumerations[name]).includes(value)) {
        throw new Error(value + " is not a " + name);
    }
    return value;
}

class ShapeObject {
    constructor() {
        Object.assign(this, { _vertices: [], _in: [], _out: [], _closed: true });
    }
    get vertices() {
        return this._vertices;
    }
    set vertices(value) {
        if (!Array.isArray(value)) {
            throw new Error("vertices is not a list");
        }
        this._vertices = value.map((point) => expectNumbers(point, 2, "a vertex"));
    }
    get inTangents() {
        return this._in;
    }
    set inTangents(value) {
        this._in = value.map((point) => expectNumbers(point, 2, "a tangent"));
    }
    get outTangents() {
        return this._out;
    }
    set outTangents(value) {
        this._out = value.map((point) => expectNumbers(point, 2, "a tangent"));
    }
    get closed() {
        return this._closed;
    }
    set closed(value) {
        this._closed = expectType(value, "boolean", "closed");
    }
    _copy() {
        const copy = new ShapeObject();
        const count = this._vertices.length;
        const tangents = (list) => (list.length === 0 ? Array.from({ length: count }, () => [0, 0]) : list);
        Object.assign(copy, { _vertices: this._vertices.map((point) => [...point]), _closed: this._closed });
        Object.assign(copy, { _in: tangents(this._in), _out: tangents(this._out) });
        if (count < 2 || copy._in.length !== count || copy._out.length !== count) {
            throw new Error("a Shape has " + count + " vertices and " + copy._in.length + " tangents");
        }
        return copy;
    }
}

class MarkerObject {
    constructor(comment) {
        this._comment = expectType(comment, "string", "a marker's comment");
        this._label = 0;
        this._duration = 0;
    }
    get comment() {
        return this._comment;
    }
    get duration() {
        return this._duration;
    }
    get label() {
        requireVersion(16, "MarkerValue.label");
        return this._label;
    }
    set label(value) {
        requireVersion(16, "MarkerValue.label");
        this._label = expectNumber(value, 0, 16, "a marker's label");
    }
}

const constructors = {
    Shape: function () {
        return makeStrict(new ShapeObject());
    },
    MarkerValue: function (comment) {
        return makeStrict(new MarkerObject(comment));
    },
};

module.exports = { MarkerObject, ShapeObject, constructors, enumerations, expectMember };
