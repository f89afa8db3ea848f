/* Layers. A handle on one goes by its index: after an insertion on top it shows the layer that has moved there. */

"use strict";
const { AVItem, FolderItem, FootageItem, SolidSource } = require("./items.js");
const { Property, Transform, effectParade, maskParade } = require("./properties.js");
const { array, kind, number, strict } = require("./strict.js");
const { quirks, since } = require("./scenario.js");
const { enumerations, member } = require("./values.js");

let nextId = 1;

class LayerData {
    constructor(item, comp, name, isNull) {
        Object.assign(this, { item, comp, isNull, name, parent: null, label: 1, startTime: 0, stretch: 100, inPoint: 0 });
        Object.assign(this, { enabled: true, guide: false, shy: false, locked: false, adjustment: false, remapped: false });
        this.id = nextId;
        nextId += 1;
        this.outPoint = item.duration === 0 ? comp.duration : item.duration;
        this.blending = enumerations.FrameBlendingType.NO_FRAME_BLEND;
        this.remap = new Property("ADBE Time Remapping", 0, this);
        this.remap._emptied = () => {
            this.remapped = false;
        };
        const anchor = isNull ? [0, 0, 0] : [item.width / 2, item.height / 2, 0];
        this.groups = {
            "ADBE Transform Group": new Transform(this, anchor, [comp._width / 2, comp._height / 2, 0]),
            "ADBE Mask Parade": maskParade(this),
            "ADBE Effect Parade": effectParade(this),
        };
    }
    get bounded() {
        return !this.remapped && this.item.duration > 0;
    }
    clamp() {
        if (this.bounded) {
            const last = this.startTime + (this.item.duration * this.stretch) / 100;
            this.inPoint = Math.min(Math.max(this.inPoint, Math.min(this.startTime, last)), Math.max(this.startTime, last));
            this.outPoint = Math.min(Math.max(this.outPoint, Math.min(this.startTime, last)), Math.max(this.startTime, last));
        }
    }
    _editable(what) {
        if (this.locked) {
            throw new Error("layer '" + this.name + "' is locked: " + what + " cannot be set");
        }
    }
    _snapped(time) {
        return quirks.quantised ? Math.round(time * this.comp._fps) / this.comp._fps : time;
    }
}

class Layer {
    constructor(comp, index) {
        this._comp = comp;
        this._index = index;
    }
    get _data() {
        return this._comp._layers[this._index - 1];
    }
    _edit(what) {
        this._data._editable(what);
        return this._data;
    }
    get id() {
        since(22, "Layer.id");
        return this._data.id;
    }
    get index() {
        return this._index;
    }
    get name() {
        return this._data.name;
    }
    set name(value) {
        this._edit("name").name = kind(value, "string", "name");
    }
    get source() {
        return strict(this._data.item);
    }
    get startTime() {
        return this._data.startTime;
    }
    set startTime(value) {
        const data = this._edit("startTime");
        const by = data._snapped(number(value, -10800, 10800, "startTime")) - data.startTime;
        data.startTime += by;
        data.inPoint += by;
        data.outPoint += by;
        data.remap._keys.forEach((key) => (key.time += by));
    }
    get stretch() {
        return this._data.stretch;
    }
    get inPoint() {
        return this._data.inPoint;
    }
    set inPoint(value) {
        const data = this._edit("inPoint");
        const time = data._snapped(number(value, -10800, 10800, "inPoint"));
        data.outPoint += quirks.inPointMovesOutPoint ? time - data.inPoint : 0;
        data.inPoint = time;
        data.clamp();
    }
    get outPoint() {
        return this._data.outPoint;
    }
    set outPoint(value) {
        const data = this._edit("outPoint");
        const time = data._snapped(number(value, -10800, 10800, "outPoint"));
        if (time <= data.inPoint) {
            throw new Error("outPoint before inPoint");
        }
        data.outPoint = quirks.outPointIgnored ? data.outPoint : time;
        data.clamp();
    }
    get label() {
        return this._data.label;
    }
    set label(value) {
        const label = number(value, 0, 16, "label");
        this._edit("label").label = quirks.labelIgnored ? 1 : label;
    }
    get enabled() {
        return this._data.enabled;
    }
    set enabled(value) {
        this._edit("enabled").enabled = kind(value, "boolean", "enabled") || quirks.enabledIgnored;
    }
    get guideLayer() {
        return this._data.guide;
    }
    set guideLayer(value) {
        this._edit("guideLayer").guide = kind(value, "boolean", "guideLayer") && !quirks.guideIgnored;
    }
    get adjustmentLayer() {
        return this._data.adjustment;
    }
    set adjustmentLayer(value) {
        this._edit("adjustmentLayer").adjustment = kind(value, "boolean", "adjustmentLayer");
    }
    get shy() {
        return this._data.shy;
    }
    set shy(value) {
        this._edit("shy").shy = kind(value, "boolean", "shy");
    }
    get locked() {
        return this._data.locked;
    }
    set locked(value) {
        this._data.locked = kind(value, "boolean", "locked");
    }
    get frameBlendingType() {
        return this._data.blending;
    }
    set frameBlendingType(value) {
        const data = this._edit("frameBlendingType");
        if (data.item.duration === 0) {
            throw new Error("layer '" + data.name + "' has no frames to blend");
        }
        data.blending = quirks.blendingIgnored ? data.blending : member(value, "FrameBlendingType");
    }
    get timeRemapEnabled() {
        return this._data.remapped;
    }
    set timeRemapEnabled(value) {
        const data = this._edit("timeRemapEnabled");
        if (data.item.duration === 0) {
            throw new Error("a still cannot be remapped");
        }
        data.remapped = kind(value, "boolean", "timeRemapEnabled") && !quirks.remapIgnored;
        if (data.remapped) {
            data.remap.setValueAtTime(data.startTime, 0);
            data.remap.setValueAtTime(data.startTime + data.item.duration, data.item.duration);
        }
    }
    get containingComp() {
        return strict(this._comp);
    }
    get nullLayer() {
        return this._data.isNull;
    }
    get parent() {
        const at = this._comp._layers.indexOf(this._data.parent);
        return at < 0 ? null : strict(new Layer(this._comp, at + 1));
    }
    setParentWithJump(layer) {
        if (!(layer instanceof Layer) || layer._comp !== this._comp || layer._data === this._data) {
            throw new Error("setParentWithJump takes another layer of the comp");
        }
        this._edit("parent").parent = quirks.parentIgnored ? null : layer._data;
    }
    remove() {
        this._edit("the layer");
        this._comp._layers.splice(this._index - 1, 1);
    }
    property(name) {
        kind(name, "string", "a property's name");
        if (name === quirks.noProperty) {
            return null;
        }
        if (this._data.groups[name]) {
            return strict(this._data.groups[name]);
        }
        return name === "ADBE Time Remapping" && this._data.remapped ? strict(this._data.remap) : null;
    }
}

class LayerCollection {
    constructor(comp) {
        this._comp = comp;
    }
    get length() {
        return this._comp._layers.length;
    }
    _top(item, name, isNull) {
        this._comp._layers.unshift(new LayerData(item, this._comp, name, isNull));
        return strict(new Layer(this._comp, 1));
    }
    add(item) {
        if (!(item instanceof AVItem) || item === this._comp || item._gone) {
            throw new Error("layers.add takes another item of the project");
        }
        return this._top(item, item._name, false);
    }
    _solid(name, width, height, color) {
        const project = this._comp._project;
        const called = quirks.language === "de" ? "Farbflächen" : "Solids";
        let home = project._items.find((item) => item instanceof FolderItem && item._name === called);
        if (!home) {
            home = new FolderItem(called, project._root, project);
            project._items.push(home);
        }
        const item = new FootageItem(name, home, project, new SolidSource(color), { width, height, frames: 1 });
        project._items.push(item);
        return item;
    }
    addNull(duration) {
        number(duration, 0, 10800, "the null's duration");
        const name = quirks.language === "de" ? "Null-Objekt 1" : "Null 1";
        return this._top(this._solid(name, 100, 100, [1, 1, 1]), name, true);
    }
    addSolid(color, name, width, height, pixelAspect, duration) {
        array(color, 3, "a solid's colour").forEach((one) => number(one, 0, 1, "a solid's colour"));
        for (const [value, what] of [[width, "width"], [height, "height"]]) {
            if (number(value, 1, 30000, what) !== Math.round(value)) {
                throw new Error("a solid's " + what + " is no whole number");
            }
        }
        number(pixelAspect, 0.01, 100, "pixelAspect");
        number(duration, 1e-9, 10800, "duration");
        return this._top(this._solid(kind(name, "string", "a solid's name"), width, height, color), name, false);
    }
}

module.exports = { Layer, LayerCollection };
