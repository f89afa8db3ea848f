// What After Effects says of a comp and its layers, in the shape of their descriptions.

var toolkitReadBack = (function () {
    var FLAGS = ["name", "adjustmentLayer", "enabled", "stretch"];
    var TIMES = ["startTime", "inPoint", "outPoint"];

    function blending(layer) {
        var names = ["NO_FRAME_BLEND", "FRAME_MIX", "PIXEL_MOTION"];
        var i;
        for (i = 0; i < names.length; i += 1) {
            if (layer.frameBlendingType === FrameBlendingType[names[i]]) {
                return names[i];
            }
        }
        return "unknown";
    }

    function mode(mask) {
        if (mask.maskMode === MaskMode.NONE) {
            return "NONE";
        }
        return mask.maskMode === MaskMode.ADD ? "ADD" : "another";
    }

    function vertices(shape) {
        return shape.vertices;
    }

    function masks(layer, wanted, frameDuration) {
        var parade = toolkitProperty.of(layer, ["ADBE Mask Parade"]);
        var found = [];
        var mask;
        var i;
        for (i = 0; i < parade.numProperties && i < wanted.length; i += 1) {
            mask = parade.property(i + 1);
            found.push({
                name: mask.name, mode: mode(mask),
                path: value(mask, "ADBE Mask Shape", wanted[i].path, frameDuration, vertices),
                feather: value(mask, "ADBE Mask Feather", wanted[i].feather, frameDuration),
                expansion: value(mask, "ADBE Mask Offset", wanted[i].expansion, frameDuration),
                opacity: value(mask, "ADBE Mask Opacity", wanted[i].opacity, frameDuration)
            });
        }
        return found;
    }

    function value(owner, name, wanted, frameDuration, plain) {
        return toolkitProperty.said(toolkitProperty.of(owner, [name]), wanted, frameDuration, plain);
    }

    function transform(layer, wanted, frameDuration) {
        var group = toolkitProperty.of(layer, [toolkitLayers.TRANSFORM]);
        var found = {};
        var name;
        for (name in wanted) {
            if (wanted.hasOwnProperty(name)) {
                found[name] = value(group, name, wanted[name], frameDuration);
            }
        }
        return found;
    }

    function pins(layer, wanted, frameDuration) {
        var found = [];
        var pin;
        var i;
        if (wanted.length === 0) {
            return found;
        }
        pin = toolkitProperty.of(layer, ["ADBE Effect Parade", toolkitLayers.PIN]);
        for (i = 0; i < wanted.length; i += 1) {
            found.push(value(pin, toolkitLayers.PIN + "-000" + (i + 1), wanted[i], frameDuration));
        }
        return found;
    }

    function remap(layer, frameDuration) {
        var keys = toolkitProperty.of(layer, ["ADBE Time Remapping"]);
        var found = { frames: [], pictures: [] };
        var i;
        for (i = 1; i <= keys.numKeys; i += 1) {
            found.frames.push(keys.keyTime(i) / frameDuration);
            found.pictures.push(keys.keyValue(i) * layer.source.mainSource.displayFrameRate);
        }
        return found;
    }

    function look(layer, wanted) {
        var found = {};
        var name;
        for (name in wanted) {
            if (wanted.hasOwnProperty(name)) {
                found[name] = name === "frameBlendingType" ? blending(layer) : layer[name];
            }
        }
        return found;
    }

    function source(layer, wanted, items) {
        var item = items[wanted.kind + " " + wanted.source];
        if (wanted.kind === "solid" || wanted.kind === "null") {
            return wanted.source;
        }
        if (item && layer.source && layer.source.id === item.id) {
            return wanted.source;
        }
        return layer.source ? layer.source.name : null;
    }

    // One layer in the shape of wanted. A still, which is never remapped, is said to be as it should.
    function layer(one, wanted, items, frameDuration) {
        var found = { kind: wanted.kind, shot: wanted.shot, source: source(one, wanted, items) };
        var i;
        for (i = 0; i < FLAGS.length; i += 1) {
            found[FLAGS[i]] = one[FLAGS[i]];
        }
        for (i = 0; i < TIMES.length; i += 1) {
            found[TIMES[i]] = one[TIMES[i]] / frameDuration;
        }
        found.look = look(one, wanted.look);
        found.parent = one.parent === null ? null : one.parent.name;
        found.remap = wanted.remap;
        if (wanted.remap === null || toolkitLayers.isRemapped(one, wanted)) {
            found.remap = one.timeRemapEnabled ? remap(one, frameDuration) : null;
        }
        found.transform = transform(one, wanted.transform, frameDuration);
        found.masks = masks(one, wanted.masks, frameDuration);
        found.pins = pins(one, wanted.pins, frameDuration);
        return found;
    }

    // A comp without its layers.
    function comp(made) {
        return {
            name: made.name, width: made.width, height: made.height, frames: made.duration / made.frameDuration,
            frameRate: made.frameRate, displayStart: toolkitComps.startOf(made),
            workFirst: made.workAreaStart / made.frameDuration, workCount: made.workAreaDuration / made.frameDuration,
            frameBlending: made.frameBlending, markers: markers(made), layers: []
        };
    }

    function markers(made) {
        var keys = made.markerProperty;
        var found = [];
        var i;
        for (i = 1; i <= keys.numKeys; i += 1) {
            found.push({ frame: keys.keyTime(i) / made.frameDuration, comment: keys.keyValue(i).comment });
        }
        return found;
    }

    return { comp: comp, layer: layer };
}());
