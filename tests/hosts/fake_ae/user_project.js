/* The user's own project: existing comps, which scripts may read but not change.

   session.user: { active, selected: [layer names], project: {...}, footage: {name: {...}}, comps: {name: {...}} }.
   Members that only other types of items or layers have are undefined, as in ExtendScript; unknown members throw. */

"use strict";
const { FileObject } = require("./files.js");
const { expectNumber, makeStrict } = require("./strict.js");
const { session } = require("./scenario.js");
const { enumerations } = require("./values.js");

class UserMarker {
    constructor(facts) {
        Object.assign(this, { comment: "", label: 0, duration: 0 }, facts);
    }
}

class UserProperty {
    constructor(facts) {
        this._facts = Object.assign({ value: 0, keys: [], expression: false }, facts);
    }
    get value() {
        return this._facts.value;
    }
    get numKeys() {
        return this._facts.keys.length;
    }
    get isSeparationLeader() {
        return Array.isArray(this._facts.value);
    }
    get dimensionsSeparated() {
        return Boolean(this._facts.separated);
    }
    get expressionEnabled() {
        return this._facts.expression;
    }
    keyTime(index) {
        return this._facts.keys[expectNumber(index, 1, this.numKeys, "a key's index") - 1][0];
    }
    keyValue(index) {
        return this._facts.keys[expectNumber(index, 1, this.numKeys, "a key's index") - 1][1];
    }
    // Linear between keys, constant before the first and after the last.
    valueAtTime(time, preExpression) {
        if (preExpression !== false) {
            throw new Error("valueAtTime must include expressions, as the comp does");
        }
        const keys = this._facts.keys;
        const after = keys.findIndex((key) => key[0] >= expectNumber(time, -10800, 10800, "time"));
        if (after <= 0) {
            return keys[after < 0 ? keys.length - 1 : 0][1];
        }
        const [a, b] = [keys[after - 1], keys[after]];
        return a[1] + ((b[1] - a[1]) * (time - a[0])) / (b[0] - a[0]);
    }
}

class UserGroup {
    constructor(properties, enabled = true) {
        this._properties = properties;
        this.enabled = enabled;
    }
    get numProperties() {
        return Object.keys(this._properties).length;
    }
    property(name) {
        const property = typeof name === "number" ? Object.values(this._properties)[name - 1] : this._properties[name];
        return property ? makeStrict(property) : null;
    }
}

// A layer style, or the place of one that was not added.
class UserStyle {
    constructor(canSetEnabled, enabled) {
        Object.assign(this, { canSetEnabled, enabled });
    }
}

class UserSource {
    constructor(facts) {
        this._facts = facts;
    }
    get isStill() {
        return this._facts.still;
    }
    get loop() {
        return this._facts.loop;
    }
    get hasAlpha() {
        return this._facts.alpha !== "";
    }
    get alphaMode() {
        return enumerations.AlphaMode[this._facts.alpha.toUpperCase()];
    }
    get missingFootagePath() {
        return this._facts.path;
    }
}

class UserFootage {
    constructor(name, facts) {
        const defaults = { path: null, fps: 24, frames: 24, width: 640, height: 360, alpha: "", loop: 1 };
        this._facts = Object.assign({ still: false, missing: false, sound: false }, defaults, facts);
        this._name = name;
        this._source = new UserSource(this._facts);
    }
    get name() {
        return this._name;
    }
    get numLayers() {
        return undefined;
    }
    get preserveNestedFrameRate() {
        return undefined;
    }
    get hasVideo() {
        return !this._facts.sound;
    }
    get file() {
        return this._facts.path === null || this._facts.missing ? null : makeStrict(new FileObject(this._facts.path));
    }
    get footageMissing() {
        return this._facts.missing;
    }
    get mainSource() {
        return makeStrict(this._source);
    }
    get duration() {
        return this._facts.still ? 0 : (this._facts.frames * this._facts.loop) / this._facts.fps;
    }
    get frameDuration() {
        return this._facts.still ? 0 : 1 / this._facts.fps;
    }
}

// in, out and start are in frames of the layer's comp, stretch is in per cent, remap is [[frame, seconds], ...].
class UserLayer {
    constructor(comp, index, facts, project) {
        const defaults = { kind: "ADBE AV Layer", source: null, label: 0, markers: [], unsupported: {}, transform: {} };
        const times = { in: 0, out: comp._facts.frames, start: 0, stretch: 100 };
        const flags = { enabled: true, solo: false, guide: false, adjustment: false, matte: false, isNull: false };
        this._facts = Object.assign(defaults, times, flags, facts);
        this._comp = comp;
        this._index = index;
        this._project = project;
    }
    _seconds(frames) {
        return frames * this._comp.frameDuration;
    }
    get _item() {
        return this._facts.source === null ? null : this._project.item(this._facts.source);
    }
    get matchName() {
        return this._facts.kind;
    }
    get name() {
        return this._facts.name || this._facts.source;
    }
    get index() {
        return this._index;
    }
    get source() {
        return this._item === null ? undefined : makeStrict(this._item);
    }
    get width() {
        return this._item ? this._item._facts.width : this._comp._facts.width;
    }
    get height() {
        return this._item ? this._item._facts.height : this._comp._facts.height;
    }
    get inPoint() {
        return this._seconds(this._facts.in);
    }
    get outPoint() {
        return this._seconds(this._facts.out);
    }
    get startTime() {
        return this._seconds(this._facts.start);
    }
    get stretch() {
        return this._facts.stretch;
    }
    get timeRemapEnabled() {
        return Boolean(this._facts.remap);
    }
    get enabled() {
        return this._facts.enabled;
    }
    get solo() {
        return this._facts.solo;
    }
    get guideLayer() {
        return this._facts.guide;
    }
    get adjustmentLayer() {
        return this._facts.adjustment;
    }
    get nullLayer() {
        return this._facts.isNull;
    }
    get isTrackMatte() {
        return this._facts.matte;
    }
    get hasVideo() {
        return this._item === null || this._item.hasVideo;
    }
    get hasTrackMatte() {
        return Boolean(this._facts.unsupported.trackMatte);
    }
    get threeDLayer() {
        return Boolean(this._facts.unsupported.threeD);
    }
    get frameBlending() {
        return Boolean(this._facts.unsupported.frameBlending);
    }
    get preserveTransparency() {
        return Boolean(this._facts.unsupported.preserveTransparency);
    }
    get blendingMode() {
        return enumerations.BlendingMode[this._facts.unsupported.blending || "NORMAL"];
    }
    get parent() {
        const index = this._facts.unsupported.parent;
        return index ? makeStrict(this._comp._layers[index - 1]) : null;
    }
    get label() {
        return this._facts.label;
    }
    property(name) {
        const facts = this._facts;
        const group = (present) => makeStrict(new UserGroup(present ? { property: new UserProperty({}) } : {}));
        if (name === "ADBE Transform Group") {
            return makeStrict(new UserGroup(this._transform()));
        }
        if (name === "ADBE Mask Parade" || name === "ADBE Effect Parade") {
            return group(facts.unsupported[name === "ADBE Mask Parade" ? "masks" : "effects"]);
        }
        if (name === "ADBE Layer Styles") {
            const { styles = "", stylesOff } = facts.unsupported;
            return makeStrict(new UserGroup({
                "ADBE Blend Options Group": new UserStyle(false, true),
                "dropShadow/enabled": new UserStyle(styles !== "", styles === "on"),
            }, !stylesOff));
        }
        if (name === "ADBE Marker") {
            return makeStrict(new UserProperty({ keys: this._comp._markers(facts.markers) }));
        }
        if (name === "ADBE Time Remapping" && facts.remap) {
            const keys = facts.remap.map(([frame, value]) => [this._seconds(frame), value]);
            return makeStrict(new UserProperty({ keys }));
        }
        return null;
    }
    _transform() {
        const { width, height } = this._comp._facts;
        const values = {
            "ADBE Anchor Point": { value: [this.width / 2, this.height / 2, 0] },
            "ADBE Position": { value: [width / 2, height / 2, 0] },
            "ADBE Scale": { value: [100, 100, 100] },
            "ADBE Rotate Z": { value: 0 },
            "ADBE Opacity": { value: 100 },
        };
        const properties = {};
        for (const name of Object.keys(values)) {
            properties[name] = new UserProperty(Object.assign(values[name], this._facts.transform[name] || {}));
        }
        return properties;
    }
}

class UserComp {
    constructor(name, facts, id, project) {
        const defaults = { fps: 24, frames: 48, width: 640, height: 360, start: 0, drop: false, markers: [] };
        this._facts = Object.assign({ keepsRate: false, layers: [] }, defaults, facts);
        this._name = name;
        this._id = id;
        this._layers = this._facts.layers.map((layer, index) => new UserLayer(this, index + 1, layer, project));
    }
    _markers(markers) {
        return markers.map(([frame, facts]) => [frame * this.frameDuration, makeStrict(new UserMarker(facts))]);
    }
    get name() {
        return this._name;
    }
    get id() {
        return this._id;
    }
    get width() {
        return this._facts.width;
    }
    get height() {
        return this._facts.height;
    }
    get duration() {
        return this._facts.frames * this.frameDuration;
    }
    get frameDuration() {
        return this._facts.frameDuration || 1 / this._facts.fps;
    }
    get hasVideo() {
        return true;
    }
    get mainSource() {
        return undefined;
    }
    get preserveNestedFrameRate() {
        return this._facts.keepsRate;
    }
    get displayStartTime() {
        return this._facts.start * this.frameDuration;
    }
    get dropFrame() {
        return this._facts.drop;
    }
    get markerProperty() {
        return makeStrict(new UserProperty({ keys: this._markers(this._facts.markers) }));
    }
    get numLayers() {
        return this._layers.length;
    }
    get selectedLayers() {
        const names = session.user.selected || [];
        return names.map((name) => makeStrict(this._layers.find((layer) => layer.name === name)));
    }
    layer(index) {
        return makeStrict(this._layers[expectNumber(index, 1, this._layers.length, "a layer's index") - 1]);
    }
}

// The items of the user's project.
class UserProject {
    constructor() {
        const user = session.user || {};
        this._items = {};
        this._active = user.active || null;
        this.settings = user.project || {};
        for (const [name, facts] of Object.entries(user.footage || {})) {
            this._items[name] = new UserFootage(name, facts);
        }
        Object.entries(user.comps || {}).forEach(([name, facts], index) => {
            this._items[name] = new UserComp(name, facts, 17 + index, this);
        });
    }
    item(name) {
        if (!(name in this._items)) {
            throw new Error("the session has no item " + name);
        }
        return this._items[name];
    }
    close() {
        Object.values(this._items).forEach((item) => {
            item._gone = true;
        });
    }
    findById(id) {
        return Object.values(this._items).find((item) => item instanceof UserComp && item.id === id);
    }
    get active() {
        return this._active === null ? null : makeStrict(this.item(this._active));
    }
}

module.exports = { UserProject };
