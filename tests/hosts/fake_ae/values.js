/* Enumerations, and the values that are objects: shapes and markers. */

"use strict";
const { array, bare, enumeration, kind, number, strict } = require("./strict.js");
const { since } = require("./scenario.js");

const enumerations = {
    AlphaMode: enumeration("AlphaMode", ["IGNORE", "STRAIGHT", "PREMULTIPLIED"]),
    ImportAsType: enumeration("ImportAsType", ["FOOTAGE", "COMP", "COMP_CROPPED_LAYERS", "PROJECT"]),
    FrameBlendingType: enumeration("FrameBlendingType", ["FRAME_MIX", "NO_FRAME_BLEND", "PIXEL_MOTION"]),
    MaskMode: enumeration("MaskMode", ["NONE", "ADD", "SUBTRACT", "INTERSECT", "LIGHTEN", "DARKEN", "DIFFERENCE"]),
    BlendingMode: enumeration("BlendingMode", ["NORMAL", "ADD", "SCREEN", "MULTIPLY"]),
    KeyframeInterpolationType: enumeration("KeyframeInterpolationType", ["LINEAR", "BEZIER", "HOLD"]),
};

// A member of an enumeration, or the error of After Effects for anything else.
function member(value, name) {
    if (!Object.values(enumerations[name]).includes(value)) {
        throw new Error(value + " is no " + name);
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
            throw new Error("vertices is no list");
        }
        this._vertices = value.map((one) => array(one, 2, "a vertex"));
    }
    get inTangents() {
        return this._in;
    }
    set inTangents(value) {
        this._in = value.map((one) => array(one, 2, "a tangent"));
    }
    get outTangents() {
        return this._out;
    }
    set outTangents(value) {
        this._out = value.map((one) => array(one, 2, "a tangent"));
    }
    get closed() {
        return this._closed;
    }
    set closed(value) {
        this._closed = kind(value, "boolean", "closed");
    }
    _copy() {
        const made = new ShapeObject();
        const count = this._vertices.length;
        const tangents = (list) => (list.length === 0 ? Array.from({ length: count }, () => [0, 0]) : list);
        Object.assign(made, { _vertices: this._vertices.map((one) => [...one]), _closed: this._closed });
        Object.assign(made, { _in: tangents(this._in), _out: tangents(this._out) });
        if (count < 2 || made._in.length !== count || made._out.length !== count) {
            throw new Error("a Shape of " + count + " vertices and " + made._in.length + " tangents");
        }
        return made;
    }
}

class MarkerObject {
    constructor(comment) {
        this._comment = kind(comment, "string", "a marker's comment");
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
        since(16, "MarkerValue.label");
        return this._label;
    }
    set label(value) {
        since(16, "MarkerValue.label");
        this._label = number(value, 0, 16, "a marker's label");
    }
}

const constructors = {
    Shape: function () {
        return strict(new ShapeObject());
    },
    MarkerValue: function (comment) {
        return strict(new MarkerObject(comment));
    },
};

module.exports = { MarkerObject, ShapeObject, bare, constructors, enumerations, member };
