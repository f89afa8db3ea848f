// Compares comps and layers with their specs.

var toolkitCompare = (function () {
    // The layer for a spec: by position in a newly built comp, otherwise by name. The plates of a long take share one.
    function findLayer(comp, spec, index, items, isNewComp) {
        var i;
        if (isNewComp) {
            return index < comp.numLayers ? comp.layer(comp.numLayers - index) : null;
        }
        i = spec.shot === null ? 0 : toolkitLayerSearch.indexOfLayer(comp, spec, items);
        if (i > 0) {
            return comp.layer(i);
        }
        for (i = comp.numLayers; i >= 1; i -= 1) {
            if (comp.layer(i).name === spec.name) {
                return comp.layer(i);
            }
        }
        return null;
    }

    // How a sentence about a comp begins: with its name in the project, and ours if the artist renamed it.
    function describePlace(comp, spec) {
        return "comp '" + comp.name + "'" + (comp.name === spec.name ? "" : " (" + spec.name + ")") + ": ";
    }

    // The name of the face that a layer belongs to, if the comp has none of the layers of that face; else empty.
    function nameOfNewFace(comp, spec, specs, items) {
        var face = /^face \d+/.exec(spec.name);
        var i;
        if (face === null || (spec.kind !== "null" && spec.kind !== "solid")) {
            return "";
        }
        for (i = 0; i < specs.length; i += 1) {
            if (
                (specs[i].name + " ").substring(0, face[0].length + 1) === face[0] + " " &&
                findLayer(comp, specs[i], i, items, false) !== null
            ) {
                return "";
            }
        }
        return face[0];
    }

    // What is said of a layer that was not found.
    function describeMissing(comp, spec, specs, items) {
        var face = nameOfNewFace(comp, spec, specs, items);
        return face === ""
            ? "layer '" + spec.name + "' is missing, moved or renamed"
            : "it has no layers of " + face + ", which is new in this delivery or was deleted; delete the comp and " +
                "import again to get them";
    }

    // Compares a comp with its spec and returns what was read back, layers bottom first. Differences that change the
    // image go into findings.wrong, those that can be corrected in a menu into findings.byHand.
    function compareComp(comp, spec, items, isNewComp, findings) {
        var found = toolkitReadback.readComp(comp);
        var where = describePlace(comp, spec);
        var expected = { frameBlending: spec.frameBlending, workFirst: spec.workFirst, workCount: spec.workCount };
        var facts = isNewComp ? expected : factsOf(spec, expected);
        var layer;
        var i;
        if (isNewComp) {
            leaveOutLostPlates(comp, spec, { where: where, findings: findings });
        }
        if (isNewComp && comp.numLayers !== spec.layers.length) {
            findings.wrong.push(where + comp.numLayers + " layers instead of " + spec.layers.length);
        }
        if (isNewComp && found.markers.length !== spec.markers.length) {
            findings.byHand.push(where + found.markers.length + " markers instead of " + spec.markers.length);
        }
        addFindings(findings.byHand, where, toolkitDifferences.all(facts, found));
        for (i = 0; i < spec.layers.length; i += 1) {
            layer = findLayer(comp, spec.layers[i], i, items, isNewComp);
            if (layer === null || layer.name !== spec.layers[i].name) {
                addOnce(
                    seriousOf(spec.layers[i], findings),
                    where + describeMissing(comp, spec.layers[i], spec.layers, items)
                );
            } else {
                compareLayer(
                    found.layers, layer, spec.layers[i], items, comp.frameDuration, { where: where, findings: findings }
                );
            }
        }
        return roundNumbers(found);
    }

    // Where a difference goes that changes the image. A plate is only a guide: it never stops the layers.
    function seriousOf(spec, findings) {
        return spec.shot === null ? findings.wrong : findings.byHand;
    }

    // In a new comp layers are found by position, so a plate that After Effects did not keep must not count.
    function leaveOutLostPlates(comp, spec, context) {
        var kept = [];
        var layer;
        var i;
        for (i = 0; i < spec.layers.length; i += 1) {
            layer = kept.length < comp.numLayers ? comp.layer(comp.numLayers - kept.length) : null;
            if (spec.layers[i].shot !== null && (layer === null || layer.name !== spec.layers[i].name)) {
                context.findings.byHand.push(context.where + "layer '" + spec.layers[i].name + "' is missing");
            } else {
                kept.push(spec.layers[i]);
            }
        }
        spec.layers = kept;
    }

    // What the builder has already checked of a new comp, the cut or the artist may have changed since.
    function factsOf(spec, facts) {
        facts.width = spec.width;
        facts.height = spec.height;
        facts.frames = spec.frames;
        facts.displayStart = spec.displayStart;
        return facts;
    }

    // Adds a layer as read back to layers. A property that the artist removed counts as a difference like any other.
    function compareLayer(layers, layer, spec, items, frameDuration, context) {
        var at = context.where + "'" + spec.name + "': ";
        var found;
        var look;
        var out;
        try {
            found = toolkitReadback.readLayer(layer, spec, items, frameDuration);
        } catch (error) {
            seriousOf(spec, context.findings).push(context.where + error.message);
            return;
        }
        look = found.look;
        out = found.outPoint;
        addFindings(context.findings.byHand, at, toolkitDifferences.all(spec.look, look));
        found.look = spec.look; // compared above; a wrong look is no reason to roll back
        if (spec.shot !== null && endsWithFootage(layer, found, spec, frameDuration)) {
            noteShortPlate(context.findings.notes, spec, Math.round(spec.outPoint - out));
            found.outPoint = spec.outPoint; // it is as long as it can be
        }
        addFindings(seriousOf(spec, context.findings), at, [toolkitDifferences.first(spec, found)]);
        found.look = look;
        found.outPoint = out;
        layers.push(thinMaskKeys(found));
    }

    // Once, although the plate is in the cut and in its shot.
    function noteShortPlate(notes, spec, missing) {
        addOnce(
            notes, "the plate of " + spec.shot + " is " + missing + (missing === 1 ? " frame" : " frames") +
                " shorter than in the delivery"
        );
    }

    function addOnce(sentences, sentence) {
        var i;
        for (i = 0; i < sentences.length; i += 1) {
            if (sentences[i] === sentence) {
                return;
            }
        }
        sentences.push(sentence);
    }

    // Whether a plate's layer ends before its spec because its footage does: only frames in the handles are missing.
    function endsWithFootage(layer, found, spec, frameDuration) {
        var tolerance = toolkitDifferences.TOLERANCE;
        return found.source === spec.source && !layer.timeRemapEnabled && found.outPoint < spec.outPoint - tolerance &&
            Math.abs(layer.startTime + layer.source.duration - layer.outPoint) < tolerance * frameDuration;
    }

    function addFindings(list, where, sentences) {
        var i;
        for (i = 0; i < sentences.length; i += 1) {
            if (sentences[i] !== "") {
                list.push(where + sentences[i]);
            }
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

    return { describePlace: describePlace, compareComp: compareComp };
}());
