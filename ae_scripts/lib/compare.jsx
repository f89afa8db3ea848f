// Compares comps and layers with their specs.

var toolkitCompare = (function () {
    var SOURCE_TOLERANCE = 0.005; // of a source frame: not visible
    var TOLERANCE = 0.05; // of a frame, pixel, degree or per cent: After Effects rounds positions between keys by 0.015

    function isWithinTolerance(key, a, b) {
        return Math.abs(a - b) <= (key === "pictures" ? SOURCE_TOLERANCE : TOLERANCE);
    }

    function compareLists(expected, found, key, at) {
        var difference = "";
        var i;
        if (!toolkitJson.isList(found) || found.length !== expected.length) {
            return at + ": " + (toolkitJson.isList(found) ? found.length : "no list") + " instead of " +
                expected.length;
        }
        for (i = 0; i < expected.length && difference === ""; i += 1) {
            difference = compareValues(expected[i], found[i], key, at + "[" + i + "]");
        }
        return difference;
    }

    function compareObjects(expected, found, at) {
        var difference = "";
        var name;
        for (name in expected) {
            if (expected.hasOwnProperty(name) && difference === "") {
                difference = compareValues(expected[name], found[name], name, at === "" ? name : at + "." + name);
            }
        }
        return difference;
    }

    // The first difference as "place: found instead of expected"; empty when there is none. key is the name of the
    // field that holds both values.
    function compareValues(expected, found, key, at) {
        if (toolkitJson.isList(expected)) {
            return compareLists(expected, found, key, at);
        }
        if (typeof expected === "object" && expected !== null && typeof found === "object" && found !== null) {
            return compareObjects(expected, found, at);
        }
        if (expected === found || (typeof expected === "number" && isWithinTolerance(key, expected, found))) {
            return "";
        }
        return at + ": " + toolkitJson.write(found) + " instead of " + toolkitJson.write(expected);
    }

    // The layer for a spec: by position in a newly built comp, otherwise by name.
    function findLayer(comp, spec, index, isNewComp) {
        var i;
        if (isNewComp) {
            return index < comp.numLayers ? comp.layer(comp.numLayers - index) : null;
        }
        for (i = comp.numLayers; i >= 1; i -= 1) {
            if (comp.layer(i).name === spec.name) {
                return comp.layer(i);
            }
        }
        return null;
    }

    // Compares a comp with its spec and returns what was read back, layers bottom first. Differences that change the
    // image go into findings.wrong, those that can be corrected in a menu into findings.byHand.
    function compareComp(comp, spec, items, isNewComp, findings) {
        var found = toolkitReadback.readComp(comp);
        var where = "comp '" + spec.name + "': ";
        var expected = { frameBlending: spec.frameBlending, workFirst: spec.workFirst, workCount: spec.workCount };
        var layer;
        var i;
        if (isNewComp && comp.numLayers !== spec.layers.length) {
            findings.wrong.push(where + comp.numLayers + " layers instead of " + spec.layers.length);
        }
        if (isNewComp && found.markers.length !== spec.markers.length) {
            findings.byHand.push(where + found.markers.length + " markers instead of " + spec.markers.length);
        }
        addFinding(findings.byHand, where, compareObjects(expected, found, ""));
        for (i = 0; i < spec.layers.length; i += 1) {
            layer = findLayer(comp, spec.layers[i], i, isNewComp);
            if (layer === null || layer.name !== spec.layers[i].name) {
                findings.wrong.push(where + "layer '" + spec.layers[i].name + "' is missing, moved or renamed");
            } else {
                compareLayer(
                    found.layers, layer, spec.layers[i], items, comp.frameDuration, { where: where, findings: findings }
                );
            }
        }
        return roundNumbers(found);
    }

    // Adds a layer as read back to layers. A property that the artist removed counts as a difference like any other.
    function compareLayer(layers, layer, spec, items, frameDuration, context) {
        var at = context.where + "'" + spec.name + "', ";
        var found;
        var look;
        var missing;
        var out;
        try {
            found = toolkitReadback.readLayer(layer, spec, items, frameDuration);
        } catch (error) {
            context.findings.wrong.push(context.where + error.message);
            return;
        }
        look = found.look;
        out = found.outPoint;
        addFinding(context.findings.byHand, at, compareObjects(spec.look, look, ""));
        found.look = spec.look; // compared above; a wrong look is no reason to roll back
        if (spec.shot !== null && endsWithFootage(layer, found, spec, frameDuration)) {
            missing = Math.round(spec.outPoint - out);
            context.findings.notes.push(
                "the plate of " + spec.shot + " is " + missing + (missing === 1 ? " frame" : " frames") +
                " shorter than in the delivery"
            );
            found.outPoint = spec.outPoint; // it is as long as it can be
        }
        addFinding(
            spec.shot === null ? context.findings.wrong : context.findings.byHand, at, compareObjects(spec, found, "")
        );
        found.look = look;
        found.outPoint = out;
        layers.push(thinMaskKeys(found));
    }

    // Whether a plate's layer ends before its spec because its footage does: only frames in the handles are missing.
    function endsWithFootage(layer, found, spec, frameDuration) {
        return found.source === spec.source && !layer.timeRemapEnabled && found.outPoint < spec.outPoint - TOLERANCE &&
            Math.abs(layer.startTime + layer.source.duration - layer.outPoint) < TOLERANCE * frameDuration;
    }

    function addFinding(list, where, difference) {
        if (difference !== "") {
            list.push(where + difference);
        }
    }

    // Rounded for readability: an After Effects time divided by a frame duration is rarely a whole number.
    function roundNumbers(value) {
        var name;
        if (typeof value === "number") {
            return Math.round(value * 10000) / 10000;
        }
        if (typeof value === "object" && value !== null) {
            for (name in value) {
                if (value.hasOwnProperty(name)) {
                    value[name] = roundNumbers(value[name]);
                }
            }
        }
        return value;
    }

    // All keys have been compared. To keep the report small, only the first, middle and last mask path are kept.
    function thinMaskKeys(layer) {
        var path;
        var last;
        var i;
        for (i = 0; i < layer.masks.length; i += 1) {
            path = layer.masks[i].path;
            if (path.frames !== undefined && path.frames.length > 3) {
                last = path.frames.length - 1;
                layer.masks[i].path = {
                    keys: last + 1,
                    frames: [path.frames[0], path.frames[Math.floor(last / 2)], path.frames[last]],
                    values: [path.values[0], path.values[Math.floor(last / 2)], path.values[last]]
                };
            }
        }
        return layer;
    }

    return { compareComp: compareComp };
}());
