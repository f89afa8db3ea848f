// What After Effects says of a comp, in the shape of its description, and where the two differ.

var toolkitReadBack = (function () {
    var FLAGS = ["name", "adjustmentLayer", "enabled", "stretch"];
    var TIMES = ["startTime", "inPoint", "outPoint"];
    var PICTURE = 0.005; // of a picture, half of what a remapped time stands inside of its own
    var NEAR = 0.05; // of a frame, a pixel, a degree, a per cent: After Effects rounds places between keys by 0.015

    // Nulls and solids have nothing to blend.
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
            found.pictures.push(keys.keyValue(i) / layer.source.frameDuration);
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

    function isAllowed(key, a, b) {
        return Math.abs(a - b) <= (key === "pictures" ? PICTURE : NEAR);
    }

    // "at some place: x instead of y" for the first difference between what was wanted and what was found; empty when none.
    function difference(wanted, found, key, at) {
        var name;
        var told;
        var i;
        if (toolkitJson.isList(wanted)) {
            if (!toolkitJson.isList(found) || found.length !== wanted.length) {
                return at + ": " + (toolkitJson.isList(found) ? found.length : "no list") + " instead of " + wanted.length;
            }
            for (i = 0; i < wanted.length; i += 1) {
                told = difference(wanted[i], found[i], key, at + "[" + i + "]");
                if (told !== "") {
                    return told;
                }
            }
            return "";
        }
        if (typeof wanted === "object" && wanted !== null && typeof found === "object" && found !== null) {
            for (name in wanted) {
                if (wanted.hasOwnProperty(name)) {
                    told = difference(wanted[name], found[name], name, at === "" ? name : at + "." + name);
                    if (told !== "") {
                        return told;
                    }
                }
            }
            return "";
        }
        if (wanted === found || (typeof wanted === "number" && isAllowed(key, wanted, found))) {
            return "";
        }
        return at + ": " + toolkitJson.write(found) + " instead of " + toolkitJson.write(wanted);
    }

    function facts(made) {
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

    // The layer that wanted describes: the one at its place in a comp that was just built, else the one of its name.
    function whichOf(made, wanted, index, isFresh) {
        var i;
        if (isFresh) {
            return index < made.numLayers ? made.layer(made.numLayers - index) : null;
        }
        for (i = made.numLayers; i >= 1; i -= 1) {
            if (made.layer(i).name === wanted.name) {
                return made.layer(i);
            }
        }
        return null;
    }

    // A comp with its layers, bottom first like their descriptions. Where the wrong thing would show, differences say
    // so; byHand gets what can be set in a menu.
    function comp(made, wanted, items, isFresh, differences, byHand) {
        var found = facts(made);
        var where = "comp '" + wanted.name + "': ";
        var one;
        var i;
        if (isFresh && made.numLayers !== wanted.layers.length) {
            differences.push(where + made.numLayers + " layers instead of " + wanted.layers.length);
        }
        if (isFresh && found.markers.length !== wanted.markers.length) {
            byHand.push(where + found.markers.length + " markers instead of " + wanted.markers.length);
        }
        tell(byHand, where, difference(
            { frameBlending: wanted.frameBlending, workFirst: wanted.workFirst, workCount: wanted.workCount }, found, "", ""
        ));
        for (i = 0; i < wanted.layers.length; i += 1) {
            one = whichOf(made, wanted.layers[i], i, isFresh);
            if (one === null || one.name !== wanted.layers[i].name) {
                differences.push(where + "'" + wanted.layers[i].name + "' is not where it was put");
            } else {
                read(found.layers, one, wanted.layers[i], items, made.frameDuration, where, differences, byHand);
            }
        }
        return tidy(found);
    }

    // What the artist took out of a layer is a difference like any other.
    function read(layers, one, wanted, items, frameDuration, where, differences, byHand) {
        try {
            layers.push(compared(one, wanted, items, frameDuration, where, differences, byHand));
        } catch (error) {
            differences.push(where + error.message);
        }
    }

    function compared(one, wanted, items, frameDuration, where, differences, byHand) {
        var found = layer(one, wanted, items, frameDuration);
        var at = where + "'" + wanted.name + "', ";
        var seen = found.look;
        tell(byHand, at, difference(wanted.look, seen, "", ""));
        found.look = wanted.look; // told above, and no reason to take anything back
        tell(differences, at, difference(wanted, found, "", ""));
        found.look = seen;
        return thinned(found);
    }

    // Numbers as somebody reads them: a time of After Effects divided by a frame is rarely whole.
    function tidy(value) {
        var name;
        if (typeof value === "number") {
            return Math.round(value * 10000) / 10000;
        }
        if (typeof value === "object" && value !== null) {
            for (name in value) {
                if (value.hasOwnProperty(name)) {
                    value[name] = tidy(value[name]);
                }
            }
        }
        return value;
    }

    // Every key was compared; of a mask's paths the first, the middle and the last one are enough to look at.
    function thinned(found) {
        var path;
        var last;
        var i;
        for (i = 0; i < found.masks.length; i += 1) {
            path = found.masks[i].path;
            if (path.frames !== undefined && path.frames.length > 3) {
                last = path.frames.length - 1;
                found.masks[i].path = {
                    keys: last + 1,
                    frames: [path.frames[0], path.frames[Math.floor(last / 2)], path.frames[last]],
                    values: [path.values[0], path.values[Math.floor(last / 2)], path.values[last]]
                };
            }
        }
        return found;
    }

    function tell(told, where, what) {
        if (what !== "") {
            told.push(where + what);
        }
    }

    return { comp: comp };
}());
