/* Properties and their groups, looked up by match name: display names depend on the language. */

"use strict";
const { expectNumber, expectNumbers, expectType, makeStrict } = require("./strict.js");
const { quirks } = require("./scenario.js");
const { MarkerObject, ShapeObject, enumerations, expectMember } = require("./values.js");

// What each property accepts: how many numbers between which limits, or an object. Spatial properties of 2D layers
// return three coordinates.
const PROPERTY_TYPES = {
    "ADBE Anchor Point": { spatial: true },
    "ADBE Position": { spatial: true },
    "ADBE Scale": { spatial: true },
    "ADBE Rotate Z": { low: -1e6, high: 1e6 },
    "ADBE Opacity": { low: 0, high: 100 },
    "ADBE Time Remapping": { low: -10800, high: 10800 },
    "ADBE Mask Shape": { object: ShapeObject },
    "ADBE Mask Feather": { length: 2, low: 0, high: 32000 },
    "ADBE Mask Opacity": { low: 0, high: 100 },
    "ADBE Mask Offset": { low: -32000, high: 32000 },
    "ADBE Corner Pin-0001": { length: 2, low: -30000, high: 30000 },
    "ADBE Corner Pin-0002": { length: 2, low: -30000, high: 30000 },
    "ADBE Corner Pin-0003": { length: 2, low: -30000, high: 30000 },
    "ADBE Corner Pin-0004": { length: 2, low: -30000, high: 30000 },
    "ADBE Marker": { object: MarkerObject },
};

class Property {
    constructor(matchName, value, owner) {
        Object.assign(this, { _matchName: matchName, _value: value, _owner: owner, _keys: [], _onEmpty: () => {} });
    }
    get matchName() {
        return this._matchName;
    }
    get numKeys() {
        return this._keys.length;
    }
    get value() {
        return this._keys.length ? this._wrap(this._keys[0].value) : this._wrap(this._value);
    }
    _wrap(value) {
        return value instanceof ShapeObject || value instanceof MarkerObject ? makeStrict(value) : value;
    }
    _check(value) {
        const type = PROPERTY_TYPES[this._matchName];
        if (type.object) {
            if (!(value instanceof type.object)) {
                throw new Error(this._matchName + " takes a " + type.object.name);
            }
            return value instanceof ShapeObject ? this._checkVertexCount(value._copy()) : value;
        }
        if (type.spatial) {
            const short = Array.isArray(value) && value.length === 2;
            return expectNumbers(short ? [...value, this._value[2]] : value, 3, this._matchName);
        }
        if (type.length) {
            return expectNumbers(value, type.length, this._matchName).map((item) =>
                expectNumber(item, type.low, type.high, this._matchName)
            );
        }
        return expectNumber(value, type.low, type.high, this._matchName);
    }
    // After Effects would match the vertices of paths with different vertex counts by a rule of its own.
    _checkVertexCount(shape) {
        if (this._keys.length && this._keys[0].value._vertices.length !== shape._vertices.length) {
            throw new Error("the keys of a mask have different vertex counts");
        }
        return shape;
    }
    _assertUnlocked() {
        this._owner._assertUnlocked(this._matchName);
    }
    setValue(value) {
        this._assertUnlocked();
        if (this._keys.length) {
            throw new Error(this._matchName + " has keys; setValue needs a time");
        }
        this._value = this._check(value);
    }
    setValueAtTime(time, value) {
        this._assertUnlocked();
        expectNumber(time, -10800, 10800, "a key's time");
        const at = this._owner._snap(time);
        const key = { time: at, value: this._check(value), out: enumerations.KeyframeInterpolationType.LINEAR };
        this._keys = this._keys.filter((other) => Math.abs(other.time - at) > 1e-6);
        this._keys.push(key);
        this._keys.sort((a, b) => a.time - b.time);
    }
    setValuesAtTimes(times, values) {
        if (this._matchName === "ADBE Marker") {
            throw new Error("setValuesAtTimes takes no markers");
        }
        if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length || !times.length) {
            throw new Error(this._matchName + ": times and values are not lists of the same length");
        }
        times.forEach((time, index) => {
            if (!(quirks.losesKeys && quirks.losesKeys === this._matchName && index % 2)) {
                this.setValueAtTime(time, values[index]);
            }
        });
    }
    _key(index) {
        return this._keys[expectNumber(index, 1, this._keys.length, "a key's index") - 1];
    }
    keyTime(index) {
        return this._key(index).time;
    }
    keyValue(index) {
        return this._wrap(this._key(index).value);
    }
    keyOutInterpolationType(index) {
        return this._key(index).out;
    }
    setInterpolationTypeAtKey(index, incoming, outgoing) {
        this._assertUnlocked();
        expectMember(incoming, "KeyframeInterpolationType");
        this._key(index).out = expectMember(outgoing, "KeyframeInterpolationType");
    }
    removeKey(index) {
        this._assertUnlocked();
        this._key(index);
        this._keys.splice(index - 1, 1);
        if (!this._keys.length) {
            this._onEmpty();
        }
    }
}

class PropertyGroup {
    constructor(matchName, owner, children) {
        Object.assign(this, { _matchName: matchName, _owner: owner, _name: "", _children: children });
    }
    get matchName() {
        return this._matchName;
    }
    get numProperties() {
        return this._children.length;
    }
    property(name) {
        if (typeof name === "number") {
            return makeStrict(this._children[expectNumber(name, 1, this._children.length, "a property's index") - 1]);
        }
        expectType(name, "string", "a property's name");
        const child = this._children.find((property) => property._matchName === name && name !== quirks.noProperty);
        return child ? makeStrict(child) : null;
    }
}

class Transform extends PropertyGroup {
    constructor(owner, anchor, position) {
        super("ADBE Transform Group", owner, [
            new Property("ADBE Anchor Point", anchor, owner),
            new Property("ADBE Position", position, owner),
            new Property("ADBE Scale", [100, 100, 100], owner),
            new Property("ADBE Rotate Z", 0, owner),
            new Property("ADBE Opacity", 100, owner),
        ]);
    }
}

class Mask extends PropertyGroup {
    constructor(owner) {
        super("ADBE Mask Atom", owner, [
            new Property("ADBE Mask Shape", null, owner),
            new Property("ADBE Mask Feather", [0, 0], owner),
            new Property("ADBE Mask Opacity", 100, owner),
            new Property("ADBE Mask Offset", 0, owner),
        ]);
        this._mode = enumerations.MaskMode.ADD;
    }
    get name() {
        return this._name;
    }
    set name(value) {
        this._owner._assertUnlocked("name");
        this._name = expectType(value, "string", "name");
    }
    get maskMode() {
        return this._mode;
    }
    set maskMode(value) {
        this._owner._assertUnlocked("maskMode");
        this._mode = expectMember(value, "MaskMode");
    }
}

// A group to which properties are added: masks or effects.
class Parade extends PropertyGroup {
    constructor(matchName, owner, createProperty) {
        super(matchName, owner, []);
        this._createProperty = createProperty;
    }
    addProperty(matchName) {
        this._owner._assertUnlocked(this._matchName);
        const property = this._createProperty(expectType(matchName, "string", "a property's match name"), this._owner);
        if (property === null || matchName === quirks.noEffect) {
            throw new Error("Can not add property " + matchName + " to " + this._matchName);
        }
        property._name = matchName + " " + (this._children.length + 1);
        this._children.push(property);
        return makeStrict(property);
    }
}

function createMaskParade(owner) {
    return new Parade("ADBE Mask Parade", owner, (name, layer) => (name === "ADBE Mask Atom" ? new Mask(layer) : null));
}

function createEffectParade(owner) {
    return new Parade("ADBE Effect Parade", owner, (name, layer) => {
        if (name !== "ADBE Corner Pin") {
            return null;
        }
        const pins = [1, 2, 3, 4].map((index) => new Property(`ADBE Corner Pin-000${index}`, [0, 0], layer));
        return new PropertyGroup(name, layer, pins);
    });
}

module.exports = { Property, Transform, createEffectParade, createMaskParade };
