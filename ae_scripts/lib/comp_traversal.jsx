// Finds the footage inside a comp: which source frame of which file each comp frame shows, through nested comps.
// A position is a number of frames in one comp and may be fractional. Seconds appear only in calls to After Effects.

var toolkitCompTraversal = (function () {
    // Of a frame: in reverse, a frame shows the source frame that ends at its position. At NTSC rates in a comp of a
    // whole rate, positions come within a thousandth of the edges of source frames.
    var REVERSE_OFFSET = 0.0002;
    var MAX_DEPTH = 32;
    var LAYER_KINDS = {
        "ADBE Text Layer": "a text layer",
        "ADBE Vector Layer": "a shape layer",
        "ADBE Camera Layer": "a camera",
        "ADBE Light Layer": "a light"
    };

    // Tests for a member that only comps have: typeName differs between languages, and items of other kinds have
    // undefined here.
    function isComp(item) {
        return typeof item.numLayers === "number";
    }

    function frameCount(/** @type {AVItem} */ item) {
        return Math.round(item.duration / item.frameDuration);
    }

    // One level of nesting: a layer in its comp, with what its source needs. Positions use the comp's exact rate.
    function describeLevel(/** @type {AVLayer} */ layer, /** @type {CompItem} */ comp, hasSolo) {
        var source = layer.source || null;
        var isNested = source !== null && isComp(source);
        var isMoving = isNested || (source !== null && source.hasVideo && !source.mainSource.isStill);
        var ends = [framePosition(layer.inPoint, comp), framePosition(layer.outPoint, comp)];
        return {
            layer: layer,
            comp: comp,
            first: Math.min(ends[0], ends[1]), // a negative stretch swaps in and out
            end: Math.max(ends[0], ends[1]),
            start: framePosition(layer.startTime, comp),
            remap: layer.timeRemapEnabled ? layer.property("ADBE Time Remapping") : null,
            isReversed: layer.stretch < 0,
            // source frames per comp frame
            step: isMoving
                ? toolkitFrameGrid.readableSpeed(100 / layer.stretch) * frameRate(source) / frameRate(comp)
                : 0,
            source: source,
            isNested: isNested,
            isMoving: isMoving,
            loop: (isMoving && !isNested) ? Math.max(1, source.mainSource.loop) : 1,
            keepsFrameRate: isNested && source.preserveNestedFrameRate,
            count: isMoving ? frameCount(source) : 1,
            enabled: layer.enabled && (layer.solo || !hasSolo)
        };
    }

    function frameRate(/** @type {AVItem} */ item) {
        return toolkitFrameGrid.exactRate(1 / item.frameDuration);
    }

    function framePosition(seconds, /** @type {AVItem} */ item) {
        return toolkitFrameGrid.snap(seconds / item.frameDuration);
    }

    // The position in a level's source for a position in its comp; null where the layer is not visible.
    function sourcePosition(level, position) {
        var found;
        if (position < level.first - toolkitFrameGrid.EPSILON || position >= level.end - toolkitFrameGrid.EPSILON) {
            return null;
        }
        if (!level.isMoving) {
            return 0;
        }
        if (level.remap !== null) {
            found = framePosition(level.remap.valueAtTime(position * level.comp.frameDuration, false), level.source);
        } else {
            found = (position - level.start) * level.step - (level.isReversed ? REVERSE_OFFSET : 0);
        }
        return level.isNested ? clipToComp(level, found) : clampToFootage(level, found);
    }

    // Outside its range a nested comp shows nothing.
    function clipToComp(level, position) {
        var found = level.keepsFrameRate ? Math.floor(position + toolkitFrameGrid.EPSILON) : position;
        var isOutside = found < -toolkitFrameGrid.EPSILON || found >= level.count - toolkitFrameGrid.EPSILON;
        return isOutside ? null : found;
    }

    // Loops start over; time-remapped past an end, footage holds its first or last frame.
    function clampToFootage(level, position) {
        var count = Math.round(level.count / level.loop);
        var found = position;
        if (level.loop > 1) {
            found -= count * Math.floor((found + toolkitFrameGrid.EPSILON) / count);
        }
        return Math.max(0, found >= count ? count - 1 : found);
    }

    // The positions in each comp of a chain for a frame of the top comp, the source's position last; null where
    // nothing is visible.
    function positionsAt(chain, frame) {
        var positions = [frame];
        var position = frame;
        var i;
        for (i = 0; i < chain.length; i += 1) {
            position = sourcePosition(chain[i], position);
            if (position === null) {
                return null;
            }
            positions.push(position);
        }
        return positions;
    }

    // The runs of consecutive frames in which a chain is visible: first frame, and frame by frame the position in the
    // innermost comp and in the source.
    function findRuns(chain) {
        var top = chain[0];
        var frame = Math.max(0, toolkitFrameGrid.firstFrameFrom(top.first));
        var end = Math.min(frameCount(top.comp), toolkitFrameGrid.firstFrameFrom(top.end));
        var runs = [];
        var current = null;
        var positions;
        for (; frame < end; frame += 1) {
            positions = positionsAt(chain, frame);
            if (positions === null) {
                current = null;
            } else {
                if (current === null) {
                    current = { first: frame, compPositions: [], sourcePositions: [] };
                    runs.push(current);
                }
                current.compPositions.push(positions[positions.length - 2]);
                current.sourcePositions.push(positions[positions.length - 1]);
            }
        }
        return runs;
    }

    // Why a layer cannot be sent as a clip; empty when it can. The name of its comp is empty for the comp that is sent.
    function skipReason(/** @type {AVLayer} */ layer, isSelected, nestedIn) {
        if (layer.matchName !== "ADBE AV Layer") {
            return LAYER_KINDS.hasOwnProperty(layer.matchName) ? LAYER_KINDS[layer.matchName] : "not a footage layer";
        }
        if (layer.nullLayer) {
            return "a null";
        }
        if (layer.adjustmentLayer) {
            return "an adjustment layer";
        }
        if (layer.guideLayer && !isSelected) {
            return nestedIn === ""
                ? "a guide layer; select it to send it"
                : "a guide layer in '" + nestedIn + "'; After Effects does not show it here";
        }
        if (layer.isTrackMatte) {
            return "a track matte";
        }
        if (!layer.hasVideo) {
            return "audio only";
        }
        if (!isComp(layer.source) && !layer.source.footageMissing && layer.source.file === null) {
            return "a solid or a placeholder";
        }
        return "";
    }

    function listLayers(/** @type {CompItem} */ comp) {
        var layers = [];
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            layers.push(comp.layer(i));
        }
        return layers;
    }

    function hasSoloLayer(layers) {
        var i;
        for (i = 0; i < layers.length; i += 1) {
            if (layers[i].solo) {
                return true;
            }
        }
        return false;
    }

    function collectLeaves(comp, layers, isSelected, parentChain, leaves) {
        var hasSolo = hasSoloLayer(listLayers(comp));
        var chain;
        var reason;
        var i;
        if (parentChain.length >= MAX_DEPTH) {
            throw new Error("'" + comp.name + "' is nested more than " + MAX_DEPTH + " comps deep");
        }
        for (i = layers.length - 1; i >= 0; i -= 1) { // the last layer is at the bottom
            chain = parentChain.concat([describeLevel(layers[i], comp, hasSolo)]);
            reason = skipReason(layers[i], isSelected, parentChain.length > 0 ? comp.name : "");
            if (reason === "" && isComp(layers[i].source)) {
                collectLeaves(layers[i].source, listLayers(layers[i].source), false, chain, leaves);
            } else {
                leaves.push({ chain: chain, layer: layers[i], reason: reason, runs: findRuns(chain) });
            }
        }
    }

    // The leaf layers of a comp, or of its selected layers, bottom first. A leaf with a reason cannot be sent.
    function findLeaves(/** @type {CompItem} */ comp, isSelection) {
        var leaves = [];
        var selected = isSelection ? comp.selectedLayers.slice(0) : [];
        selected.sort(function (a, b) {
            return a.index - b.index;
        });
        collectLeaves(comp, selected.length ? selected : listLayers(comp), selected.length > 0, [], leaves);
        return leaves;
    }

    return { isComp: isComp, frameCount: frameCount, frameRate: frameRate, findLeaves: findLeaves };
}());
