// Builds layers from their specs. Layer objects refer to an index, so they are fetched again after every insertion.

var toolkitLayers = (function () {
    var TRANSFORM = "ADBE Transform Group";
    var PIN = "ADBE Corner Pin"; // -0001 to -0004: upper left, upper right, lower left, lower right

    function buildShape(vertices) {
        var shape = new Shape();
        shape.vertices = vertices;
        shape.closed = true;
        return shape;
    }

    // A new layer on top of the comp. items holds footage and comps by their keys.
    function create(comp, spec, items) {
        var layer;
        if (spec.kind === "null") {
            layer = comp.layers.addNull(comp.duration);
        } else if (spec.kind === "solid") {
            layer = comp.layers.addSolid([1, 1, 1], spec.name, spec.source[0], spec.source[1], 1, comp.duration);
        } else {
            return comp.layers.add(items[spec.kind + " " + spec.source]);
        }
        layer.source.name = comp.name + " " + spec.name; // the source of a null is a solid, too
        return layer;
    }

    // The order matters: startTime moves the in and out points, and inPoint may move the out point.
    function setTimes(layer, spec, frameDuration) {
        layer.startTime = spec.startTime * frameDuration;
        if (isRemapped(layer, spec)) {
            setTimeRemap(layer, spec.remap, frameDuration);
        }
        layer.inPoint = spec.inPoint * frameDuration;
        layer.outPoint = spec.outPoint * frameDuration;
    }

    // Stills need no time remap: they show one frame for any duration.
    function isRemapped(layer, spec) {
        return spec.remap !== null && !layer.source.mainSource.isStill;
    }

    // Adds our keys before removing the two that After Effects creates: removing the last key would disable the remap.
    function setTimeRemap(layer, spec, frameDuration) {
        var rate = layer.source.mainSource.displayFrameRate; // the conformed rate, already verified
        var property;
        var k;
        layer.timeRemapEnabled = true;
        property = toolkitProperty.lookUp(layer, ["ADBE Time Remapping"]);
        for (k = 0; k < spec.frames.length; k += 1) {
            property.setValueAtTime(spec.frames[k] * frameDuration, spec.pictures[k] / rate);
        }
        while (property.numKeys > spec.frames.length) {
            property.removeKey(farthestKey(property, spec.frames, frameDuration));
        }
    }

    // The index of the key farthest from all of frames. A key of After Effects may be very close to one of ours.
    function farthestKey(property, frames, frameDuration) {
        var index = 1;
        var largest = -1;
        var distance;
        var i;
        var k;
        for (k = 1; k <= property.numKeys; k += 1) {
            distance = Infinity;
            for (i = 0; i < frames.length; i += 1) {
                distance = Math.min(distance, Math.abs(property.keyTime(k) / frameDuration - frames[i]));
            }
            if (distance > largest) {
                largest = distance;
                index = k;
            }
        }
        return index;
    }

    function layerByName(comp, name) {
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            if (comp.layer(i).name === name) {
                return comp.layer(i);
            }
        }
        throw new Error("comp '" + comp.name + "' has no layer '" + name + "'");
    }

    function setTransform(layer, specs, frameDuration) {
        var name;
        for (name in specs) {
            if (specs.hasOwnProperty(name)) {
                toolkitProperty.apply(toolkitProperty.lookUp(layer, [TRANSFORM, name]), specs[name], frameDuration);
            }
        }
    }

    function addMask(layer, spec, frameDuration) {
        var mask = toolkitProperty.lookUp(layer, ["ADBE Mask Parade"]).addProperty("ADBE Mask Atom");
        mask.name = spec.name;
        mask.maskMode = MaskMode[spec.mode];
        toolkitProperty.apply(toolkitProperty.lookUp(mask, ["ADBE Mask Shape"]), spec.path, frameDuration, buildShape);
        toolkitProperty.apply(toolkitProperty.lookUp(mask, ["ADBE Mask Feather"]), spec.feather, frameDuration);
        toolkitProperty.apply(toolkitProperty.lookUp(mask, ["ADBE Mask Offset"]), spec.expansion, frameDuration);
        toolkitProperty.apply(toolkitProperty.lookUp(mask, ["ADBE Mask Opacity"]), spec.opacity, frameDuration);
    }

    function addCornerPin(layer, pins, frameDuration) {
        var property;
        var i;
        toolkitProperty.lookUp(layer, ["ADBE Effect Parade"]).addProperty(PIN);
        for (i = 0; i < pins.length; i += 1) {
            property = toolkitProperty.lookUp(layer, ["ADBE Effect Parade", PIN, PIN + "-000" + (i + 1)]);
            toolkitProperty.apply(property, pins[i], frameDuration);
        }
    }

    // Adds a layer on top of the comp, or nothing if it throws. frameDuration: seconds of a frame of the spec.
    function add(comp, spec, items, frameDuration) {
        var layer = create(comp, spec, items);
        try {
            setUp(layer, comp, spec, frameDuration);
        } catch (error) {
            layer.remove();
            throw error;
        }
    }

    // A parent must be added before its children, and values are set after parenting.
    function setUp(layer, comp, spec, frameDuration) {
        var i;
        layer.name = spec.name;
        layer.label = spec.look.label;
        layer.guideLayer = spec.look.guideLayer;
        layer.adjustmentLayer = spec.adjustmentLayer;
        setTimes(layer, spec, frameDuration);
        if (spec.look.frameBlendingType !== "NO_FRAME_BLEND") {
            layer.frameBlendingType = FrameBlendingType[spec.look.frameBlendingType];
        }
        if (spec.parent !== null) {
            layer.setParentWithJump(layerByName(comp, spec.parent));
        }
        setTransform(layer, spec.transform, frameDuration);
        for (i = 0; i < spec.masks.length; i += 1) {
            addMask(layer, spec.masks[i], frameDuration);
        }
        if (spec.pins.length > 0) {
            addCornerPin(layer, spec.pins, frameDuration);
        }
        layer.enabled = spec.enabled;
        layer.shy = spec.look.shy;
        layer.locked = spec.look.locked; // last: a locked layer cannot be changed
    }

    return { TRANSFORM: TRANSFORM, PIN: PIN, isRemapped: isRemapped, layerByName: layerByName, add: add };
}());
