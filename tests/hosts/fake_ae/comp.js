/* Properties, layers and comps. */

"use strict";
const { FootageItem, Item } = require("./items.js");
const { array, kind, number, strict } = require("./strict.js");
const { quirks } = require("./scenario.js");

class Property {
    constructor(matchName, dimensions, value) {
        this._matchName = matchName;
        this._dimensions = dimensions;
        this._value = value;
        this._keys = [];
        this._emptied = () => {};
    }
    get matchName() {
        return this._matchName;
    }
    get numKeys() {
        return this._keys.length;
    }
    get value() {
        return this._keys.length ? this.valueAtTime(0, false) : this._value;
    }
    _checked(value) {
        if (this._dimensions === 1) {
            return number(value, -1e9, 1e9, this._matchName);
        }
        const short = Array.isArray(value) && value.length === 2;
        return array(short ? [...value, this._value[2]] : value, 3, this._matchName); // 2D comes back as 3D
    }
    setValue(value) {
        if (this._keys.length) {
            throw new Error(this._matchName + " has keys; setValue needs a time");
        }
        this._value = this._checked(value);
    }
    setValueAtTime(time, value) {
        number(time, -10800, 10800, "a key's time");
        const key = { time, value: this._checked(value) };
        this._keys = this._keys.filter((one) => Math.abs(one.time - time) > 1e-6);
        this._keys.push(key);
        this._keys.sort((a, b) => a.time - b.time);
    }
    setValuesAtTimes(times, values) {
        if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length || !times.length) {
            throw new Error(this._matchName + ": times and values are not lists of one length");
        }
        times.forEach((time, index) => {
            if (!(quirks.losesKeys && index % 2)) {
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
        return this._key(index).value;
    }
    removeKey(index) {
        this._key(index);
        this._keys.splice(index - 1, 1);
        if (!this._keys.length) {
            this._emptied();
        }
    }
    valueAtTime(time, preExpression) {
        kind(preExpression, "boolean", "preExpression");
        const after = this._keys.findIndex((key) => key.time >= time);
        if (after <= 0 || this._dimensions !== 1) {
            return (after < 0 ? this._keys[this._keys.length - 1] : this._keys[after]).value;
        }
        const [a, b] = [this._keys[after - 1], this._keys[after]];
        return a.value + ((b.value - a.value) * (time - a.time)) / (b.time - a.time);
    }
}

class PropertyGroup {
    constructor(properties) {
        this._properties = properties;
    }
    property(name) {
        kind(name, "string", "a property's name");
        const found = name === quirks.noTransform ? undefined : this._properties[name];
        return found ? strict(found) : null; // display names depend on the language: match names only
    }
}

class LayerData {
    constructor(item, comp, isNull) {
        Object.assign(this, { item, isNull, name: item ? item._name : "Null 1", guide: false, remapEnabled: false });
        Object.assign(this, { startTime: 0, stretch: 100, inPoint: 0 });
        this.outPoint = isNull || item.duration === 0 ? comp.duration : item.duration;
        this.remap = new Property("ADBE Time Remapping", 1, 0);
        this.remap._emptied = () => {
            this.remapEnabled = false;
        };
        this.transform = new PropertyGroup({
            "ADBE Anchor Point": new Property("ADBE Anchor Point", 3, isNull ? [0, 0, 0] : [item.width / 2, item.height / 2, 0]),
            "ADBE Position": new Property("ADBE Position", 3, [comp._width / 2, comp._height / 2, 0]),
            "ADBE Scale": new Property("ADBE Scale", 3, [100, 100, 100]),
            "ADBE Rotate Z": new Property("ADBE Rotate Z", 1, 0),
            "ADBE Opacity": new Property("ADBE Opacity", 1, 100),
        });
    }
    get bounded() {
        return !this.isNull && !this.remapEnabled && this.item.duration > 0;
    }
    clamp() {
        if (this.bounded) {
            const last = this.startTime + (this.item.duration * this.stretch) / 100;
            this.inPoint = Math.min(Math.max(this.inPoint, Math.min(this.startTime, last)), Math.max(this.startTime, last));
            this.outPoint = Math.min(Math.max(this.outPoint, Math.min(this.startTime, last)), Math.max(this.startTime, last));
        }
    }
}

// A handle on a layer goes by its index: after an insertion on top it shows the layer that has moved there.
class Layer {
    constructor(comp, index) {
        this._comp = comp;
        this._index = index;
    }
    get _data() {
        return this._comp._layers[this._index - 1];
    }
    get index() {
        return this._index;
    }
    get name() {
        return this._data.name;
    }
    set name(value) {
        this._data.name = kind(value, "string", "name");
    }
    get source() {
        return strict(this._data.item);
    }
    get startTime() {
        return this._data.startTime;
    }
    set startTime(value) {
        const by = number(value, -10800, 10800, "startTime") - this._data.startTime;
        this._data.startTime += by;
        this._data.inPoint += by;
        this._data.outPoint += by;
    }
    get stretch() {
        return this._data.stretch;
    }
    set stretch(value) {
        number(value, -9900, 9900, "stretch");
        const data = this._data;
        if (quirks.stretchIgnored) {
            return;
        }
        const by = value / data.stretch;
        data.inPoint = data.startTime + (data.inPoint - data.startTime) * by;
        data.outPoint = data.startTime + (data.outPoint - data.startTime) * by;
        data.stretch = Math.abs(value) < 1 ? Math.sign(value) || 1 : value;
    }
    get inPoint() {
        return this._data.inPoint;
    }
    set inPoint(value) {
        const data = this._data;
        const by = number(value, -10800, 10800, "inPoint") - data.inPoint;
        data.inPoint = value;
        data.outPoint += quirks.inPointMovesOutPoint ? by : 0;
        data.clamp();
    }
    get outPoint() {
        return this._data.outPoint;
    }
    set outPoint(value) {
        number(value, -10800, 10800, "outPoint");
        if (value <= this._data.inPoint) {
            throw new Error("outPoint before inPoint");
        }
        if (!quirks.outPointIgnored) {
            this._data.outPoint = value;
        }
        this._data.clamp();
    }
    get guideLayer() {
        return this._data.guide;
    }
    set guideLayer(value) {
        this._data.guide = kind(value, "boolean", "guideLayer") && !quirks.guideIgnored;
    }
    get timeRemapEnabled() {
        return this._data.remapEnabled;
    }
    set timeRemapEnabled(value) {
        const data = this._data;
        if (data.isNull || data.item.duration === 0) {
            throw new Error("a still cannot be remapped");
        }
        data.remapEnabled = kind(value, "boolean", "timeRemapEnabled");
        if (value) {
            data.remap.setValueAtTime(data.startTime, 0);
            data.remap.setValueAtTime(data.startTime + data.item.duration, data.item.duration);
        }
    }
    get nullLayer() {
        return this._data.isNull;
    }
    property(name) {
        kind(name, "string", "a property's name");
        if (name === "ADBE Transform Group") {
            return strict(this._data.transform);
        }
        return name === "ADBE Time Remapping" && this._data.remapEnabled ? strict(this._data.remap) : null;
    }
}

class LayerCollection {
    constructor(comp) {
        this._comp = comp;
    }
    get length() {
        return this._comp._layers.length;
    }
    _top(data) {
        this._comp._layers.unshift(data);
        return strict(new Layer(this._comp, 1));
    }
    add(item) {
        if (!(item instanceof FootageItem)) {
            throw new Error("layers.add takes an item");
        }
        return this._top(new LayerData(item, this._comp, false));
    }
    addNull(duration) {
        number(duration, 0, 10800, "the null's duration");
        return this._top(new LayerData(null, this._comp, true));
    }
}

class CompItem extends Item {
    constructor(name, width, height, pixelAspect, duration, fps, folder) {
        super(kind(name, "string", "a comp's name"), folder);
        for (const [value, what] of [[width, "width"], [height, "height"]]) {
            if (number(value, 4, 30000, what) !== Math.round(value)) {
                throw new Error(what + " is no whole number");
            }
        }
        number(pixelAspect, 0.01, 100, "pixelAspect");
        this._width = width;
        this._height = height;
        this._fps = quirks.rateRounded ? Math.round(number(fps, 1, 99, "frameRate")) + 1 : number(fps, 1, 99, "frameRate");
        this._duration = number(duration, 1e-9, 10800, "duration");
        this._start = 0;
        this._drop = true; // what the last comp of the user had
        this._layers = [];
    }
    get width() {
        return this._width;
    }
    get height() {
        return this._height;
    }
    get duration() {
        return this._duration;
    }
    get frameRate() {
        return this._fps;
    }
    get frameDuration() {
        return 1 / this._fps;
    }
    get displayStartTime() {
        return this._start;
    }
    set displayStartTime(value) {
        number(value, -10800, 86339, "displayStartTime");
        this._start = quirks.startIgnored ? 0 : value;
    }
    get dropFrame() {
        return this._drop;
    }
    set dropFrame(value) {
        this._drop = kind(value, "boolean", "dropFrame");
    }
    get layers() {
        return strict(new LayerCollection(this));
    }
    get numLayers() {
        this._layers = this._layers.filter((layer) => layer.name !== quirks.losesLayer);
        return this._layers.length;
    }
    layer(index) {
        return strict(new Layer(this, number(index, 1, this._layers.length, "a layer's index")));
    }
}

module.exports = { CompItem };
