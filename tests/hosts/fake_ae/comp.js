/* Comps. */

"use strict";
const { AVItem, stored } = require("./items.js");
const { Layer, LayerCollection } = require("./layers.js");
const { Property } = require("./properties.js");
const { kind, number, strict } = require("./strict.js");
const { quirks, since } = require("./scenario.js");

class CompItem extends AVItem {
    constructor(name, width, height, pixelAspect, duration, fps, folder, project) {
        super(kind(name, "string", "a comp's name"), folder, project);
        for (const [value, what] of [[width, "width"], [height, "height"]]) {
            if (number(value, 4, 30000, what) !== Math.round(value)) {
                throw new Error(what + " is no whole number");
            }
        }
        number(pixelAspect, 0.01, 100, "pixelAspect");
        this._width = width;
        this._height = height;
        this._fps = stored(number(fps, 1, 99, "frameRate"));
        this._fps = quirks.rateRounded ? Math.round(this._fps) + 1 : this._fps;
        const frames = Math.max(1, Math.round(number(duration, 1e-9, 10800, "duration") * this._fps));
        this._duration = frames / this._fps;
        this._drop = true; // what the last comp of the user had
        Object.assign(this, { _start: 0, _layers: [], _blending: false, _workStart: 0, _work: this._duration });
        const always = { _editable: () => {}, _snapped: (time) => time };
        this._markers = new Property("ADBE Marker", null, always);
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
        this._duration = Math.round(number(value, 1 / this._fps, 10800, "duration") * this._fps) / this._fps;
    }
    get frameRate() {
        return this._fps;
    }
    get frameDuration() {
        return 1 / this._fps;
    }
    get frameBlending() {
        return this._blending;
    }
    set frameBlending(value) {
        this._blending = kind(value, "boolean", "frameBlending");
    }
    get displayStartTime() {
        return this._start;
    }
    set displayStartTime(value) {
        number(value, -10800, 86339, "displayStartTime");
        this._start = quirks.startIgnored ? 0 : value;
    }
    get displayStartFrame() {
        since(17.1, "CompItem.displayStartFrame");
        return Math.round(this._start * this._fps);
    }
    set displayStartFrame(value) {
        since(17.1, "CompItem.displayStartFrame");
        if (number(value, -1e7, 1e7, "displayStartFrame") !== Math.round(value)) {
            throw new Error("displayStartFrame is no whole number");
        }
        this._start = quirks.startIgnored ? 0 : value / this._fps;
    }
    get workAreaStart() {
        return this._workStart;
    }
    set workAreaStart(value) {
        this._workStart = number(value, 0, this._duration - 1 / this._fps + 1e-6, "workAreaStart");
        this._work = Math.min(this._work, this._duration - this._workStart);
    }
    get workAreaDuration() {
        return this._work;
    }
    set workAreaDuration(value) {
        this._work = number(value, 1 / this._fps - 1e-6, this._duration - this._workStart + 1e-6, "workAreaDuration");
    }
    get dropFrame() {
        return this._drop;
    }
    set dropFrame(value) {
        this._drop = kind(value, "boolean", "dropFrame");
    }
    get markerProperty() {
        if (quirks.markersIgnored) {
            const always = { _editable: () => {}, _snapped: (time) => time };
            return strict(new Property("ADBE Marker", null, always));
        }
        return strict(this._markers);
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
