/* Comps of the fake After Effects. */

"use strict";
const { AVItem, toFixedPoint } = require("./items.js");
const { Layer, LayerCollection } = require("./layers.js");
const { Property } = require("./properties.js");
const { expectNumber, expectType, makeStrict } = require("./strict.js");
const { quirks, requireVersion } = require("./scenario.js");

class CompItem extends AVItem {
    constructor(name, width, height, pixelAspect, duration, fps, folder, project) {
        super(expectType(name, "string", "a comp's name"), folder, project);
        for (const [value, label] of [[width, "width"], [height, "height"]]) {
            if (expectNumber(value, 4, 30000, label) !== Math.round(value)) {
                throw new Error(label + " is not a whole number");
            }
        }
        expectNumber(pixelAspect, 0.01, 100, "pixelAspect");
        this._width = width;
        this._height = height;
        this._fps = toFixedPoint(expectNumber(fps, 1, 99, "frameRate"));
        this._fps = quirks.rateRounded ? Math.round(this._fps) + 1 : this._fps;
        const frames = Math.max(1, Math.round(expectNumber(duration, 1e-9, 10800, "duration") * this._fps));
        this._duration = frames / this._fps;
        this._drop = true; // the setting of the last comp the user made
        Object.assign(this, { _start: 0, _layers: [], _blending: false, _workStart: 0, _work: this._duration });
        const unlocked = { _assertUnlocked: () => {}, _snap: (time) => time };
        this._markers = new Property("ADBE Marker", null, unlocked);
    }
    openInViewer() {
        if (quirks.openThrows) {
            throw new Error("After Effects error: can not open");
        }
        this._project._opened = this._name;
        return {};
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
    set duration(value) {
        this._duration = Math.round(expectNumber(value, 1 / this._fps, 10800, "duration") * this._fps) / this._fps;
    }
    get frameRate() {
        return this._fps;
    }
    // Layers and keys keep their times.
    set frameRate(value) {
        this._fps = toFixedPoint(expectNumber(value, 1, 99, "frameRate"));
        this._duration = Math.round(this._duration * this._fps) / this._fps;
    }
    get mainSource() {
        return undefined; // only footage has one
    }
    get frameDuration() {
        return 1 / this._fps;
    }
    get frameBlending() {
        return this._blending;
    }
    set frameBlending(value) {
        this._blending = expectType(value, "boolean", "frameBlending");
    }
    get displayStartTime() {
        return this._start;
    }
    set displayStartTime(value) {
        expectNumber(value, -10800, 86339, "displayStartTime");
        this._start = quirks.startIgnored ? 0 : value;
    }
    get displayStartFrame() {
        requireVersion(17.1, "CompItem.displayStartFrame");
        return Math.round(this._start * this._fps);
    }
    set displayStartFrame(value) {
        requireVersion(17.1, "CompItem.displayStartFrame");
        if (expectNumber(value, -1e7, 1e7, "displayStartFrame") !== Math.round(value)) {
            throw new Error("displayStartFrame is not a whole number");
        }
        this._start = quirks.startIgnored ? 0 : value / this._fps;
    }
    get workAreaStart() {
        return this._workStart;
    }
    set workAreaStart(value) {
        this._workStart = expectNumber(value, 0, this._duration - 1 / this._fps + 1e-6, "workAreaStart");
        this._work = Math.min(this._work, this._duration - this._workStart);
    }
    get workAreaDuration() {
        return this._work;
    }
    set workAreaDuration(value) {
        const longest = this._duration - this._workStart + 1e-6;
        this._work = expectNumber(value, 1 / this._fps - 1e-6, longest, "workAreaDuration");
    }
    get dropFrame() {
        return this._drop;
    }
    set dropFrame(value) {
        this._drop = expectType(value, "boolean", "dropFrame");
    }
    get markerProperty() {
        if (quirks.markersIgnored) {
            const unlocked = { _assertUnlocked: () => {}, _snap: (time) => time };
            return makeStrict(new Property("ADBE Marker", null, unlocked));
        }
        return makeStrict(this._markers);
    }
    get layers() {
        return makeStrict(new LayerCollection(this));
    }
    get numLayers() {
        this._layers = this._layers.filter((layer) => layer.name !== quirks.losesLayer);
        return this._layers.length;
    }
    layer(index) {
        return makeStrict(new Layer(this, expectNumber(index, 1, this._layers.length, "a layer's index")));
    }
}

module.exports = { CompItem };
