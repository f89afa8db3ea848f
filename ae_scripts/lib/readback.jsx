// Reads comps and layers back from After Effects, in the form of their specs.

var toolkitReadback = (function () {
    var FLAGS = ["name", "adjustmentLayer", "enabled", "stretch"];
    var TIMES = ["startTime", "inPoint", "outPoint"];

    function readFrameBlending(layer) {
        var names = ["NO_FRAME_BLEND", "FRAME_MIX", "PIXEL_MOTION"];
        var i;
        for (i = 0; i < names.length; i += 1) {
            if (layer.frameBlendingType === FrameBlendingType[names[i]]) {
                return names[i];
            }
        }
        return "unknown";
    }

    function readMaskMode(mask) {
        if (mask.maskMode === MaskMode.NONE) {
            return "NONE";
        }
        return mask.maskMode === MaskMode.ADD ? "ADD" : "another";
    }

    function verticesOf(shape) {
        return shape.vertices;
    }

    function readMasks(layer, specs, frameDuration) {
        var parade = toolkitProperty.lookUp(layer, ["ADBE Mask Parade"]);
        var masks = [];
        var mask;
        var i;
        for (i = 0; i < parade.numProperties && i < specs.length; i += 1) {
            mask = parade.property(i + 1);
            masks.push({
                name: mask.name, mode: readMaskMode(mask),
                path: readProperty(mask, "ADBE Mask Shape", specs[i].path, frameDuration, verticesOf),
                feather: readProperty(mask, "ADBE Mask Feather", specs[i].feather, frameDuration),
                expansion: readProperty(mask, "ADBE Mask Offset", specs[i].expansion, frameDuration),
                opacity: readProperty(mask, "ADBE Mask Opacity", specs[i].opacity, frameDuration)
            });
        }
        return masks;
    }

    function readProperty(owner, name, spec, frameDuration, convert) {
        return toolkitProperty.read(toolkitProperty.lookUp(owner, [name]), spec, frameDuration, convert);
    }

    function readTransform(layer, specs, frameDuration) {
        var group = toolkitProperty.lookUp(layer, [toolkitLayers.TRANSFORM]);
        var transform = {};
        var name;
        for (name in specs) {
            if (specs.hasOwnProperty(name)) {
                transform[name] = readProperty(group, name, specs[name], frameDuration);
            }
        }
        return transform;
    }

    function readPins(layer, specs, frameDuration) {
        var pins = [];
        var effect;
        var i;
        if (specs.length === 0) {
            return pins;
        }
        effect = toolkitProperty.lookUp(layer, ["ADBE Effect Parade", toolkitLayers.PIN]);
        for (i = 0; i < specs.length; i += 1) {
            pins.push(readProperty(effect, toolkitLayers.PIN + "-000" + (i + 1), specs[i], frameDuration));
        }
        return pins;
    }

    function readTimeRemap(layer, frameDuration) {
        var property = toolkitProperty.lookUp(layer, ["ADBE Time Remapping"]);
        var remap = { frames: [], pictures: [] };
        var i;
        for (i = 1; i <= property.numKeys; i += 1) {
            remap.frames.push(property.keyTime(i) / frameDuration);
            remap.pictures.push(property.keyValue(i) * layer.source.mainSource.displayFrameRate);
        }
        return remap;
    }

    function readLook(layer, spec) {
        var look = {};
        var name;
        for (name in spec) {
            if (spec.hasOwnProperty(name)) {
                look[name] = name === "frameBlendingType" ? readFrameBlending(layer) : layer[name];
            }
        }
        return look;
    }

    function readSource(layer, spec, items) {
        var item = items[spec.kind + " " + spec.source];
        if (spec.kind === "solid" || spec.kind === "null") {
            return spec.source;
        }
        if (item && layer.source && layer.source.id === item.id) {
            return spec.source;
        }
        return layer.source ? describeSource(layer.source) : null;
    }

    // A file with its folder, as the delivery names it; anything else by its name in the Project panel.
    function describeSource(item) {
        var source = item.mainSource;
        var file = source ? source.file : null;
        return file ? file.fsName : (source && source.missingFootagePath) || item.name;
    }

    // One layer in the form of its spec. A still is never remapped, so its remap is copied from the spec.
    function readLayer(layer, spec, items, frameDuration) {
        var found = { kind: spec.kind, shot: spec.shot, source: readSource(layer, spec, items) };
        var i;
        for (i = 0; i < FLAGS.length; i += 1) {
            found[FLAGS[i]] = layer[FLAGS[i]];
        }
        for (i = 0; i < TIMES.length; i += 1) {
            found[TIMES[i]] = layer[TIMES[i]] / frameDuration;
        }
        found.look = readLook(layer, spec.look);
        found.parent = layer.parent === null ? null : layer.parent.name;
        found.remap = spec.remap;
        if (spec.remap === null || toolkitLayers.isRemapped(layer, spec)) {
            found.remap = layer.timeRemapEnabled ? readTimeRemap(layer, frameDuration) : null;
        }
        found.transform = readTransform(layer, spec.transform, frameDuration);
        found.masks = readMasks(layer, spec.masks, frameDuration);
        found.pins = readPins(layer, spec.pins, frameDuration);
        return found;
    }

    // A comp without its layers.
    function readComp(comp) {
        return {
            name: comp.name, width: comp.width, height: comp.height, frames: comp.duration / comp.frameDuration,
            frameRate: comp.frameRate, displayStart: toolkitComps.firstFrame(comp),
            workFirst: comp.workAreaStart / comp.frameDuration, workCount: comp.workAreaDuration / comp.frameDuration,
            frameBlending: comp.frameBlending, markers: readMarkers(comp), layers: []
        };
    }

    function readMarkers(comp) {
        var property = comp.markerProperty;
        var markers = [];
        var i;
        for (i = 1; i <= property.numKeys; i += 1) {
            markers.push({ frame: property.keyTime(i) / comp.frameDuration, comment: property.keyValue(i).comment });
        }
        return markers;
    }

    return { readComp: readComp, readLayer: readLayer };
}());
