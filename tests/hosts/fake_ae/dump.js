/* Dumps the whole project as plain values, for the tests to check. */

"use strict";
const { CompItem } = require("./comp.js");
const { FileSource, FootageItem } = require("./items.js");
const { quirks } = require("./scenario.js");
const { MarkerObject, ShapeObject, enumerations } = require("./values.js");

const memberName = (type, value) => Object.keys(enumerations[type]).find((name) => enumerations[type][name] === value);

function toPlainValue(value) {
    if (value instanceof ShapeObject) {
        return { vertices: value._vertices, closed: value._closed };
    }
    return value instanceof MarkerObject ? { comment: value._comment, label: value._label } : value;
}

function dumpProperty(property) {
    return {
        value: toPlainValue(property._value),
        keys: property._keys.map((key) => ({
            time: key.time,
            value: toPlainValue(key.value),
            out: memberName("KeyframeInterpolationType", key.out),
        })),
    };
}

const dumpGroup = (group) =>
    Object.fromEntries(group._children.map((property) => [property._matchName, dumpProperty(property)]));

function dumpMask(mask) {
    return { name: mask._name, mode: memberName("MaskMode", mask._mode), ...dumpGroup(mask) };
}

function dumpLayer(data) {
    return {
        id: data.id,
        name: data.name,
        isNull: data.isNull,
        source: data.item._name,
        sourceId: data.item._id,
        file: data.item instanceof FootageItem ? data.item._source._file || null : null,
        size: [data.item.width, data.item.height],
        startTime: data.startTime,
        stretch: data.stretch,
        inPoint: data.inPoint,
        outPoint: data.outPoint,
        label: data.label,
        enabled: data.enabled,
        guideLayer: data.guide,
        adjustmentLayer: data.adjustment,
        shy: data.shy,
        locked: data.locked,
        parent: data.parent ? data.parent.name : null,
        frameBlendingType: memberName("FrameBlendingType", data.blending),
        remap: data.remapped ? dumpProperty(data.remap).keys : null,
        transform: dumpGroup(data.groups["ADBE Transform Group"]),
        masks: data.groups["ADBE Mask Parade"]._children.map(dumpMask),
        effects: data.groups["ADBE Effect Parade"]._children.map((effect) => ({
            matchName: effect._matchName,
            ...dumpGroup(effect),
        })),
    };
}

function dumpItem(item) {
    const common = { id: item._id, kind: item.constructor.name, name: item._name, folder: item._folder._name };
    common.comment = item._comment;
    if (item instanceof FootageItem && item._source instanceof FileSource) {
        return Object.assign(common, {
            file: item._source._file,
            fps: item._source.displayFrameRate,
            frames: item._facts.frames,
            isStill: item._source.isStill,
            reloads: item._source._reloads || 0,
            alphaMode: memberName("AlphaMode", item._source._alpha),
            premulColor: item._source._premul,
            pixelAspect: item.pixelAspect,
        });
    }
    if (item instanceof CompItem) {
        return Object.assign(common, {
            width: item._width,
            height: item._height,
            frameRate: item._fps,
            duration: item._duration,
            displayStartTime: item._start,
            dropFrame: item._drop,
            frameBlending: item._blending,
            workArea: [item._workStart, item._work],
            markers: dumpProperty(item._markers).keys,
            layers: item._layers.map(dumpLayer),
        });
    }
    return common;
}

function dumpProject(project) {
    const bitsPerChannel = project._bits === null ? quirks.bitsPerChannel : project._bits;
    return { bitsPerChannel, opened: project._opened || null, items: project._items.map(dumpItem) };
}

module.exports = { dumpProject };
