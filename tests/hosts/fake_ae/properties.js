/* Properties and their groups, found by match name: what a display name is called depends on the language. */

"use strict";
const { array, kind, number, strict } = require("./strict.js");
const { quirks } = require("./scenario.js");
const { MarkerObject, ShapeObject, enumerations, member } = require("./values.js");

// What a property takes: how many numbers between which limits, or an object. 2D layers' places come back as 3D.
const KINDS = {
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
        Object.assign(this, { _matchName: matchName, _value: value, _owner: owner, _keys: [], _emptied: () => {} });
    }
    get matchName() {
        return this._matchName;
    }
    get numKeys() {
        return this._keys.length;
    }
    get value() {
        return this._keys.length ? this._out(this._keys[0].value) : this._out(this._value);
    }
    _out(value) {
        return value instanceof ShapeObject || value instanceof MarkerObject ? strict(value) : value;
    }
    _checked(value) {
        const wanted = KINDS[this._matchName];
        if (wanted.object) {
            if (!(value instanceof wanted.object)) {
                throw new Error(this._matchName + " takes a " + wanted.object.name);
            }
            return value instanceof ShapeObject ? this._constant(value._copy()) : value;
        }
        if (wanted.spatial) {
            const short = Array.isArray(value) && value.length === 2;
            return array(short ? [...value, this._value[2]] : value, 3, this._matchName);
        }
        if (wanted.length) {
            return array(value, wanted.length, this._matchName).map((one) =>
                number(one, wanted.low, wanted.high, this._matchName)
            );
        }
        return number(value, wanted.low, wanted.high, this._matchName);
    }
    // After Effects maps the vertices of shapes of unlike length to one another, wherever it thinks best.
    _constant(shape) {
        if (this._keys.length && this._keys[0].value._vertices.length !== shape._vertices.length) {
            throw new Error("the vertices of a mask's keys are not equally many");
        }
        return shape;
    }
    _editable() {
        this._owner._editable(this._matchName);
    }
    setValue(value) {
        this._editable();
        if (this._keys.length) {
            throw new Error(this._matchName + " has keys; setValue needs a time");
        }
        this._value = this._checked(value);
    }
    setValueAtTime(time, value) {
        this._editable();
        number(time, -10800, 10800, "a key's time");
        const at = this._owner._snapped(time);
        const key = { time: at, value: this._checked(value), out: enumerations.KeyframeInterpolationType.LINEAR };
        this._keys = this._keys.filter((one) => Math.abs(one.time - at) > 1e-6);
        this._keys.push(key);
        this._keys.sort((a, b) => a.time - b.time);
    }
    setValuesAtTimes(times, values) {
        if (this._matchName === "ADBE Marker") {
            throw new Error("setValuesAtTimes takes no markers");
        }
        if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length || !times.length) {
            throw new Error(this._matchName + ": times and values are not lists of one length");
        }
        times.forEach((time, index) => {
            if (!(quirks.losesKeys && quirks.losesKeys === this._matchName && index % 2)) {
                this.setValueAtTime(time, values[index]);
            }
        });
    }
    _key(index) {
        return this._keys[number(index, 1, this._keys.length, "a key's index") - 1];
    }
    keyTime(index) {
        return this._key(index).time;
    }
    keyValue(index) {
        return this._out(this._key(index).value);
    }
    keyOutInterpolationType(index) {
        return this._key(index).out;
    }
    setInterpolationTypeAtKey(index, incoming, outgoing) {
        this._editable();
        member(incoming, "KeyframeInterpolationType");
        this._key(index).out = member(outgoing, "KeyframeInterpolationType");
    }
    removeKey(index) {
        this._editable();
        this._key(index);
        this._keys.splice(index - 1, 1);
        if (!this._keys.length) {
            this._emptied();
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
    property(which) {
        if (typeof which === "number") {
            return strict(this._children[number(which, 1, this._children.length, "a property's index") - 1]);
        }
        kind(which, "string", "a property's name");
        const found = which === quirks.noProperty ? undefined : this._children.find((one) => one._matchName === which);
        return found ? strict(found) : null;
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
        this._owner._editable("name");
        this._name = kind(value, "string", "name");
    }
    get maskMode() {
        return this._mode;
    }
    set maskMode(value) {
        this._owner._editable("maskMode");
        this._mode = member(value, "MaskMode");
    }
}

// A group that grows: masks, or effects.
class Parade extends PropertyGroup {
    constructor(matchName, owner, make) {
        super(matchName, owner, []);
        this._make = make;
    }
    addProperty(matchName) {
        this._owner._editable(this._matchName);
        const made = this._make(kind(matchName, "string", "a property's match name"), this._owner);
        if (made === null || matchName === quirks.noEffect) {
            throw new Error("Can not add property " + matchName + " to " + this._matchName);
        }
        made._name = matchName + " " + (this._children.length + 1);
        this._children.push(made);
        return strict(made);
    }
}

function maskParade(owner) {
    return new Parade("ADBE Mask Parade", owner, (name, layer) => (name === "ADBE Mask Atom" ? new Mask(layer) : null));
}

function effectParade(owner) {
    return new Parade("ADBE Effect Parade", owner, (name, layer) => {
        if (name !== "ADBE Corner Pin") {
            return null;
        }
        const pins = [1, 2, 3, 4].map((index) => new Property(`ADBE Corner Pin-000${index}`, [0, 0], layer));
        return new PropertyGroup(name, layer, pins);
    });
}

module.exports = { Property, Transform, effectParade, maskParade };
