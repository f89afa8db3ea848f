// Layers built from their description. Every handle is fetched again after an insertion: handles go by index.

var toolkitLayers = (function () {
    var TRANSFORM = "ADBE Transform Group";
    var PIN = "ADBE Corner Pin"; // -0001 to -0004: upper left, upper right, lower left, lower right

    function shape(vertices) {
        var made = new Shape();
        made.vertices = vertices;
        made.closed = true;
        return made;
    }

    // An empty layer on top of the comp. items holds footage and comps by their keys.
    function create(comp, wanted, items) {
        var made;
        if (wanted.kind === "null") {
            made = comp.layers.addNull(comp.duration);
        } else if (wanted.kind === "solid") {
            made = comp.layers.addSolid([1, 1, 1], wanted.name, wanted.source[0], wanted.source[1], 1, comp.duration);
        } else {
            return comp.layers.add(items[wanted.kind + " " + wanted.source]);
        }
        made.source.name = comp.name + " " + wanted.name; // a null has a solid behind it, too
        return made;
    }

    // Start first and out point last: each moves those after it.
    function time(layer, wanted, frameDuration) {
        layer.startTime = wanted.startTime * frameDuration;
        if (isRemapped(layer, wanted)) {
            remap(layer, wanted.remap, frameDuration);
        }
        layer.inPoint = wanted.inPoint * frameDuration;
        layer.outPoint = wanted.outPoint * frameDuration;
    }

    // A still shows its one picture as long as it is asked to.
    function isRemapped(layer, wanted) {
        return wanted.remap !== null && !layer.source.mainSource.isStill;
    }

    // Keys of our own in place of the two that time remapping starts with; the last one off switches it off again.
    function remap(layer, wanted, frameDuration) {
        var rate = layer.source.mainSource.displayFrameRate; // what the footage was conformed to, and checked
        var keys;
        var k;
        layer.timeRemapEnabled = true;
        keys = toolkitProperty.of(layer, ["ADBE Time Remapping"]);
        for (k = 0; k < wanted.frames.length; k += 1) {
            keys.setValueAtTime(wanted.frames[k] * frameDuration, wanted.pictures[k] / rate);
        }
        while (keys.numKeys > wanted.frames.length) {
            keys.removeKey(farthest(keys, wanted.frames, frameDuration));
        }
    }

    // The key that is farthest from all of frames. One that After Effects made may stand close beside one of ours.
    function farthest(keys, frames, frameDuration) {
        var found = 1;
        var most = -1;
        var away;
        var i;
        var k;
        for (k = 1; k <= keys.numKeys; k += 1) {
            away = Infinity;
            for (i = 0; i < frames.length; i += 1) {
                away = Math.min(away, Math.abs(keys.keyTime(k) / frameDuration - frames[i]));
            }
            if (away > most) {
                most = away;
                found = k;
            }
        }
        return found;
    }

    function named(comp, name) {
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            if (comp.layer(i).name === name) {
                return comp.layer(i);
            }
        }
        throw new Error("comp '" + comp.name + "' has no layer '" + name + "'");
    }

    function transform(layer, wanted, frameDuration) {
        var name;
        for (name in wanted) {
            if (wanted.hasOwnProperty(name)) {
                toolkitProperty.put(toolkitProperty.of(layer, [TRANSFORM, name]), wanted[name], frameDuration);
            }
        }
    }

    function mask(layer, wanted, frameDuration) {
        var made = toolkitProperty.of(layer, ["ADBE Mask Parade"]).addProperty("ADBE Mask Atom");
        made.name = wanted.name;
        made.maskMode = MaskMode[wanted.mode];
        toolkitProperty.put(toolkitProperty.of(made, ["ADBE Mask Shape"]), wanted.path, frameDuration, shape);
        toolkitProperty.put(toolkitProperty.of(made, ["ADBE Mask Feather"]), wanted.feather, frameDuration);
        toolkitProperty.put(toolkitProperty.of(made, ["ADBE Mask Offset"]), wanted.expansion, frameDuration);
        toolkitProperty.put(toolkitProperty.of(made, ["ADBE Mask Opacity"]), wanted.opacity, frameDuration);
    }

    function cornerPin(layer, wanted, frameDuration) {
        var i;
        toolkitProperty.of(layer, ["ADBE Effect Parade"]).addProperty(PIN);
        for (i = 0; i < wanted.length; i += 1) {
            toolkitProperty.put(
                toolkitProperty.of(layer, ["ADBE Effect Parade", PIN, PIN + "-000" + (i + 1)]), wanted[i], frameDuration
            );
        }
    }

    // A described layer, on top of what is there. Parents come before children, and values after parents.
    function add(comp, wanted, items) {
        var layer = create(comp, wanted, items);
        var i;
        layer.name = wanted.name;
        layer.label = wanted.look.label;
        layer.guideLayer = wanted.look.guideLayer;
        layer.adjustmentLayer = wanted.adjustmentLayer;
        time(layer, wanted, comp.frameDuration);
        if (wanted.look.frameBlendingType !== "NO_FRAME_BLEND") {
            layer.frameBlendingType = FrameBlendingType[wanted.look.frameBlendingType];
        }
        if (wanted.parent !== null) {
            layer.setParentWithJump(named(comp, wanted.parent));
        }
        transform(layer, wanted.transform, comp.frameDuration);
        for (i = 0; i < wanted.masks.length; i += 1) {
            mask(layer, wanted.masks[i], comp.frameDuration);
        }
        if (wanted.pins.length > 0) {
            cornerPin(layer, wanted.pins, comp.frameDuration);
        }
        layer.enabled = wanted.enabled;
        layer.shy = wanted.look.shy;
        layer.locked = wanted.look.locked; // last: a locked layer takes nothing more
    }

    return { TRANSFORM: TRANSFORM, PIN: PIN, isRemapped: isRemapped, named: named, add: add };
}());
