/* Layers. A layer object refers to an index: after an insertion on top it refers to the layer that moved there. */

"use strict";
const { AVItem, FolderItem, FootageItem, SolidSource } = require("./items.js");
const { Property, Transform, createEffectParade, createMaskParade } = require("./properties.js");
const { expectNumber, expectNumbers, expectType, makeStrict } = require("./strict.js");
const { quirks, requireVersion } = require("./scenario.js");
const { enumerations, expectMember } = require("./values.js");

let nextId = 1;

class LayerData {
    constructor(item, comp, name, isNull) {
        Object.assign(this, { item, comp, isNull, name, parent: null, label: 1 });
        Object.assign(this, { startTime: 0, stretch: 100, inPoint: 0, remapped: false });
        Object.assign(this, { enabled: true, guide: false, shy: false, locked: false, adjustment: false });
        this.id = nextId;
        nextId += 1;
        this.outPoint = item.duration === 0 ? comp.duration : item.duration;
        this.blending = enumerations.FrameBlendingType.NO_FRAME_BLEND;
        this.remap = new Property("ADBE Time Remapping", 0, this);
        this.remap._onEmpty = () => {
            this.remapped = false;
        };
        const anchor = isNull ? [0, 0, 0] : [item.width / 2, item.height / 2, 0];
        this.groups = {
            "ADBE Transform Group": new Transform(this, anchor, [comp._width / 2, comp._height / 2, 0]),
            "ADBE Mask Parade": createMaskParade(this),
            "ADBE Effect Parade": createEffectParade(this),
        };
    }
    get hasFiniteSource() {
        return !this.remapped && this.item.duration > 0;
    }
    clampToSource() {
        if (this.hasFiniteSource) {
            const last = this.startTime + (this.item.duration * this.stretch) / 100;
            const [low, high] = [Math.min(this.startTime, last), Math.max(this.startTime, last)];
            this.inPoint = Math.min(Math.max(this.inPoint, low), high);
            this.outPoint = Math.min(Math.max(this.outPoint, low), high);
        }
    }
    _assertUnlocked(member) {
        if (this.locked) {
            throw new Error("layer '" + this.name + "' is locked: " + member + " cannot be set");
        }
    }
    _snap(time) {
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
    _unlockedData(member) {
        this._data._assertUnlocked(member);
        return this._data;
    }
    get id() {
        requireVersion(22, "Layer.id");
        return this._data.id;
    }
    get index() {
        return this._index;
    }
    get name() {
        return this._data.name;
    }
    set name(value) {
        this._unlockedData("name").name = expectType(value, "string", "name");
    }
    get source() {
        return makeStrict(this._data.item);
    }
    get startTime() {
        return this._data.startTime;
    }
    set startTime(value) {
        const data = this._unlockedData("startTime");
        const shift = data._snap(expectNumber(value, -10800, 10800, "startTime")) - data.startTime;
        data.startTime += shift;
        data.inPoint += shift;
        data.outPoint += shift;
        data.remap._keys.forEach((key) => (key.time += shift));
    }
    get stretch() {
        return this._data.stretch;
    }
    get inPoint() {
        return this._data.inPoint;
    }
    set inPoint(value) {
        const data = this._unlockedData("inPoint");
        const time = data._snap(expectNumber(value, -10800, 10800, "inPoint"));
        data.outPoint += quirks.inPointMovesOutPoint ? time - data.inPoint : 0;
        data.inPoint = time;
        data.clampToSource();
    }
    get outPoint() {
        return this._data.outPoint;
    }
    set outPoint(value) {
        const data = this._unlockedData("outPoint");
        const time = data._snap(expectNumber(value, -10800, 10800, "outPoint"));
        if (time <= data.inPoint) {
            throw new Error("outPoint is before inPoint");
        }
        data.outPoint = quirks.outPointIgnored ? data.outPoint : time;
        data.clampToSource();
    }
    get label() {
        return this._data.label;
    }
    set label(value) {
        const label = expectNumber(value, 0, 16, "label");
        this._unlockedData("label").label = quirks.labelIgnored ? 1 : label;
    }
    get enabled() {
        return this._data.enabled;
    }
    set enabled(value) {
        this._unlockedData("enabled").enabled = expectType(value, "boolean", "enabled") || quirks.enabledIgnored;
    }
    get guideLayer() {
        return this._data.guide;
    }
    set guideLayer(value) {
        this._unlockedData("guideLayer").guide = expectType(value, "boolean", "guideLayer") && !quirks.guideIgnored;
    }
    get adjustmentLayer() {
        return this._data.adjustment;
    }
    set adjustmentLayer(value) {
        this._unlockedData("adjustmentLayer").adjustment = expectType(value, "boolean", "adjustmentLayer");
    }
    get shy() {
        return this._data.shy;
    }
    set shy(value) {
        this._unlockedData("shy").shy = expectType(value, "boolean", "shy");
    }
    get locked() {
        return this._data.locked;
    }
    set locked(value) {
        this._data.locked = expectType(value, "boolean", "locked");
    }
    get frameBlendingType() {
        return this._data.blending;
    }
    set frameBlendingType(value) {
        const data = this._unlockedData("frameBlendingType");
        if (data.item.duration === 0) {
            throw new Error("layer '" + data.name + "' has no frames to blend");
        }
        data.blending = quirks.blendingIgnored ? data.blending : expectMember(value, "FrameBlendingType");
    }
    get timeRemapEnabled() {
        return this._data.remapped;
    }
    set timeRemapEnabled(value) {
        const data = this._unlockedData("timeRemapEnabled");
        if (data.item.duration === 0) {
            throw new Error("a still cannot be remapped");
        }
        data.remapped = expectType(value, "boolean", "timeRemapEnabled") && !quirks.remapIgnored;
        if (data.remapped) {
            data.remap.setValueAtTime(data.startTime, 0);
            data.remap.setValueAtTime(data.startTime + data.item.duration, data.item.duration);
        }
    }
    get containingComp() {
        return makeStrict(this._comp);
    }
    get nullLayer() {
        return this._data.isNull;
    }
    get parent() {
        const at = this._comp._layers.indexOf(this._data.parent);
        return at < 0 ? null : makeStrict(new Layer(this._comp, at + 1));
    }
    setParentWithJump(layer) {
        if (!(layer instanceof Layer) || layer._comp !== this._comp || layer._data === this._data) {
            throw new Error("setParentWithJump takes another layer of the comp");
        }
        this._unlockedData("parent").parent = quirks.parentIgnored ? null : layer._data;
    }
    moveBefore(layer) {
        this._moveTo(layer, 0);
    }
    moveAfter(layer) {
        this._moveTo(layer, 1);
    }
    _moveTo(layer, offset) {
        if (!(layer instanceof Layer) || layer._comp !== this._comp || layer._data === this._data) {
            throw new Error("a layer is moved before or after another layer of the comp");
        }
        if (this.name === quirks.moveThrows) {
            throw new Error("After Effects error: can not move");
        }
        const [moved, other] = [this._unlockedData("the order of the layer"), layer._data];
        this._comp._layers.splice(this._index - 1, 1);
        this._comp._layers.splice(this._comp._layers.indexOf(other) + offset, 0, moved);
    }
    remove() {
        this._unlockedData("the layer");
        this._comp._layers.splice(this._index - 1, 1);
    }
    property(name) {
        expectType(name, "string", "a property's name");
        if (name === quirks.noProperty) {
            return null;
        }
        if (this._data.groups[name]) {
            return makeStrict(this._data.groups[name]);
        }
        return name === "ADBE Time Remapping" && this._data.remapped ? makeStrict(this._data.remap) : null;
    }
}

class LayerCollection {
    constructor(comp) {
        this._comp = comp;
    }
    get length() {
        return this._comp._layers.length;
    }
    _addOnTop(item, name, isNull) {
        this._comp._layers.unshift(new LayerData(item, this._comp, name, isNull));
        return makeStrict(new Layer(this._comp, 1));
    }
    add(item) {
        if (!(item instanceof AVItem) || item === this._comp || item._gone) {
            throw new Error("layers.add takes another item of the project");
        }
        return this._addOnTop(item, item._name, false);
    }
    _createSolid(name, width, height, color) {
        const project = this._comp._project;
        const folderName = quirks.language === "de" ? "Farbflächen" : "Solids";
        let folder = project._items.find((item) => item instanceof FolderItem && item._name === folderName);
        if (!folder) {
            folder = new FolderItem(folderName, project._root, project);
            project._items.push(folder);
        }
        const item = new FootageItem(name, folder, project, new SolidSource(color), { width, height, frames: 1 });
        project._items.push(item);
        return item;
    }
    addNull(duration) {
        expectNumber(duration, 0, 10800, "the null's duration");
        const name = quirks.language === "de" ? "Null-Objekt 1" : "Null 1";
        return this._addOnTop(this._createSolid(name, 100, 100, [1, 1, 1]), name, true);
    }
    addSolid(color, name, width, height, pixelAspect, duration) {
        expectNumbers(color, 3, "a solid's colour").forEach((part) => expectNumber(part, 0, 1, "a solid's colour"));
        for (const [value, label] of [[width, "width"], [height, "height"]]) {
            if (expectNumber(value, 1, 30000, label) !== Math.round(value)) {
                throw new Error("a solid's " + label + " is not a whole number");
            }
        }
        expectNumber(pixelAspect, 0.01, 100, "pixelAspect");
        expectNumber(duration, 1e-9, 10800, "duration");
        expectType(name, "string", "a solid's name");
        return this._addOnTop(this._createSolid(name, width, height, color), name, false);
    }
}

module.exports = { Layer, LayerCollection };
