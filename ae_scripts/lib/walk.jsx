// From a comp down to its footage: which picture of which file every frame of the comp shows, through nested comps.
// A place is a number of frames, whole or not, in one comp; seconds are only what After Effects is asked in.

var toolkitWalk = (function () {
    var BELOW = 0.05; // of a frame: played backwards, a frame shows what ends at its place, not what begins there
    var DEEPEST = 32;
    var OTHERS = {
        "ADBE Text Layer": "a text layer",
        "ADBE Vector Layer": "a shape layer",
        "ADBE Camera Layer": "a camera",
        "ADBE Light Layer": "a light"
    };

    // Members of another kind of item are undefined; display names of kinds differ between languages.
    function isComp(item) {
        return typeof item.numLayers === "number";
    }

    function countOf(/** @type {AVItem} */ item) {
        return Math.round(item.duration / item.frameDuration);
    }

    // One step down, a layer in its comp, and what its source is; comps count in the rate that is meant.
    function level(/** @type {AVLayer} */ layer, /** @type {CompItem} */ comp, soloed) {
        var source = layer.source || null;
        var nested = source !== null && isComp(source);
        var moving = nested || (source !== null && source.hasVideo && !source.mainSource.isStill);
        var ends = [place(layer.inPoint, comp), place(layer.outPoint, comp)];
        return {
            layer: layer,
            comp: comp,
            first: Math.min(ends[0], ends[1]), // a negative stretch swaps them
            end: Math.max(ends[0], ends[1]),
            start: place(layer.startTime, comp),
            remap: layer.timeRemapEnabled ? layer.property("ADBE Time Remapping") : null,
            backwards: layer.stretch < 0,
            pace: moving ? 100 / layer.stretch * rateOf(source) / rateOf(comp) : 0,
            source: source,
            nested: nested,
            moving: moving,
            loop: (moving && !nested) ? Math.max(1, source.mainSource.loop) : 1,
            stepped: nested && source.preserveNestedFrameRate,
            count: moving ? countOf(source) : 1,
            enabled: layer.enabled && (layer.solo || !soloed)
        };
    }

    function rateOf(/** @type {AVItem} */ item) {
        return toolkitTimes.rate(1 / item.frameDuration);
    }

    function place(seconds, /** @type {AVItem} */ item) {
        return toolkitTimes.snapped(seconds / item.frameDuration);
    }

    // The place inside the source of a step for one in its comp; null where the layer does not show.
    function inside(step, where) {
        var found;
        if (where < step.first - toolkitTimes.ALMOST || where >= step.end - toolkitTimes.ALMOST) {
            return null;
        }
        if (!step.moving) {
            return 0;
        }
        if (step.remap !== null) {
            found = place(step.remap.valueAtTime(where * step.comp.frameDuration, false), step.source);
        } else {
            found = (where - step.start) * step.pace - (step.backwards ? BELOW : 0);
        }
        return step.nested ? ofComp(step, found) : ofFootage(step, found);
    }

    function ofComp(step, where) {
        var found = step.stepped ? Math.floor(where + toolkitTimes.ALMOST) : where;
        return (found < -toolkitTimes.ALMOST || found >= step.count - toolkitTimes.ALMOST) ? null : found;
    }

    // Loops begin again; remapped past an end, footage goes on showing its first or last picture.
    function ofFootage(step, where) {
        var count = Math.round(step.count / step.loop);
        var found = where;
        if (step.loop > 1) {
            found -= count * Math.floor((found + toolkitTimes.ALMOST) / count);
        }
        return Math.max(0, found >= count ? count - 1 : found);
    }

    // The places in every comp of a way for a frame of the topmost, its source's last; null where nothing shows.
    function places(way, frame) {
        var found = [frame];
        var where = frame;
        var i;
        for (i = 0; i < way.length; i += 1) {
            where = inside(way[i], where);
            if (where === null) {
                return null;
            }
            found.push(where);
        }
        return found;
    }

    // The stretches of the comp in which a way shows something: first frame, places and pictures frame by frame.
    function runs(way) {
        var top = way[0];
        var frame = Math.max(0, toolkitTimes.firstFrom(top.first));
        var end = Math.min(countOf(top.comp), toolkitTimes.firstFrom(top.end));
        var found = [];
        var current = null;
        var there;
        for (; frame < end; frame += 1) {
            there = places(way, frame);
            if (there === null) {
                current = null;
            } else {
                if (current === null) {
                    current = { first: frame, places: [], pictures: [] };
                    found.push(current);
                }
                current.places.push(there[there.length - 2]);
                current.pictures.push(there[there.length - 1]);
            }
        }
        return found;
    }

    // Why a layer is no clip of a file; empty when it may be one.
    function reasonAgainst(/** @type {AVLayer} */ layer, asked) {
        if (layer.matchName !== "ADBE AV Layer") {
            return OTHERS.hasOwnProperty(layer.matchName) ? OTHERS[layer.matchName] : "no layer of footage";
        }
        if (layer.nullLayer) {
            return "a null";
        }
        if (layer.adjustmentLayer) {
            return "an adjustment layer";
        }
        if (layer.guideLayer && !asked) {
            return "a guide layer; select it to send it";
        }
        if (layer.isTrackMatte) {
            return "the matte of another layer";
        }
        if (!layer.hasVideo) {
            return "sound only";
        }
        if (!isComp(layer.source) && !layer.source.footageMissing && layer.source.file === null) {
            return "a solid or a placeholder";
        }
        return "";
    }

    function allLayers(/** @type {CompItem} */ comp) {
        var found = [];
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            found.push(comp.layer(i));
        }
        return found;
    }

    function anySolo(layers) {
        var i;
        for (i = 0; i < layers.length; i += 1) {
            if (layers[i].solo) {
                return true;
            }
        }
        return false;
    }

    function descend(comp, layers, asked, above, found) {
        var soloed = anySolo(allLayers(comp));
        var way;
        var reason;
        var i;
        if (above.length >= DEEPEST) {
            throw new Error("'" + comp.name + "' lies more than " + DEEPEST + " comps deep");
        }
        for (i = layers.length - 1; i >= 0; i -= 1) { // the last layer is the bottom one
            way = above.concat([level(layers[i], comp, soloed)]);
            reason = reasonAgainst(layers[i], asked);
            if (reason === "" && isComp(layers[i].source)) {
                descend(layers[i].source, allLayers(layers[i].source), false, way, found);
            } else {
                found.push({ way: way, layer: layers[i], reason: reason, runs: runs(way) });
            }
        }
    }

    // What a comp, or what is selected in it, comes down to: a leaf per layer of footage or of no file, bottom first.
    function leaves(/** @type {CompItem} */ comp) {
        var found = [];
        var selected = comp.selectedLayers.slice(0);
        selected.sort(function (a, b) {
            return a.index - b.index;
        });
        descend(comp, selected.length ? selected : allLayers(comp), selected.length > 0, [], found);
        return found;
    }

    return { isComp: isComp, countOf: countOf, rateOf: rateOf, leaves: leaves };
}());
