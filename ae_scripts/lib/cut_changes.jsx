// What a comp of an earlier import shows of a cut that has changed since: its rate, markers, order, and layers that the
// delivery no longer has.

var toolkitCutChanges = (function () {
    function round(fps) {
        return Math.round(fps * 1000) / 1000;
    }

    // The comp that shows at which rate this cut was imported: its own, else one of a shot. The artist may have changed
    // the rate of some shots' comps, so one with the rate of the delivery counts. Null when there is none.
    function findWitness(run, specs) {
        var witness = null;
        var comp;
        var i;
        for (i = specs.length - 1; i >= 0; i -= 1) { // the cut is the last one
            comp = toolkitImportRun.taggedComp(run, specs[i]);
            if (comp !== null && (specs[i].key === "" || toolkitComps.hasRate(comp, run.delivery.fps))) {
                return comp;
            }
            witness = comp || witness;
        }
        return witness;
    }

    // Throws when the cut has another frame rate than its comps: replaced footage would be out of sync with everything.
    function checkRate(run, specs) {
        var comp = findWitness(run, specs);
        if (comp !== null && !toolkitComps.hasRate(comp, run.delivery.fps)) {
            throw new Error(
                "the cut runs at " + round(run.delivery.fps) + " fps and comp '" + comp.name + "' in the project at " +
                round(comp.frameRate) + " fps, so the new files would be out of sync. If you changed the comp, set its " +
                "frame rate back in Composition Settings; if the cut has changed, delete the folder of this cut, or import " +
                "into another project"
            );
        }
    }

    // What is said of an existing comp at another frame rate, instead of all that follows from it; else empty.
    function rateChange(comp, spec) {
        return toolkitComps.hasRate(comp, spec.frameRate)
            ? ""
            : "the frame rate is " + round(comp.frameRate) + " instead of " + round(spec.frameRate) +
                "; nothing else in it was compared";
    }

    // Sentences about an existing comp. markers: those that it has.
    function list(run, comp, spec, markers) {
        var layers = toolkitLayerSearch.readLayers(comp);
        return missingMarkers(spec.markers, markers).concat(
            findDisorder(comp, spec, run.items), formerSources(run, layers), formerFaces(layers, spec)
        );
    }

    // Markers that the artist added are no difference.
    function missingMarkers(expected, found) {
        var sentences = [];
        var marker;
        var i;
        for (i = 0; i < expected.length; i += 1) {
            marker = expected[i];
            if (!hasMarker(found, marker)) {
                sentences.push(
                    "the marker '" + marker.comment.split("\n")[0] + "' on frame " + marker.frame + " is missing"
                );
            }
        }
        return sentences;
    }

    function hasMarker(markers, marker) {
        var i;
        for (i = 0; i < markers.length; i += 1) {
            if (Math.abs(markers[i].frame - marker.frame) < 0.1 && markers[i].comment === marker.comment) {
                return true;
            }
        }
        return false;
    }

    // The first two layers that lie the other way round, of those that the comp has.
    function findDisorder(comp, spec, items) {
        var indexes = toolkitLayerSearch.indexesOfLayers(comp, spec.layers, items);
        var lower = -1;
        var i;
        for (i = 0; i < indexes.length; i += 1) {
            if (indexes[i] > 0 && lower >= 0 && indexes[i] > indexes[lower]) {
                return ["'" + spec.layers[i].name + "' is below '" + spec.layers[lower].name + "' instead of above it"];
            }
            lower = indexes[i] > 0 ? i : lower;
        }
        return [];
    }

    function idsOf(items) {
        var ids = {};
        var key;
        for (key in items) {
            if (items.hasOwnProperty(key)) {
                ids[items[key].id] = true;
            }
        }
        return ids;
    }

    // Layers of shots, passes and plates that an earlier delivery of this cut had. Where else the artist uses those of
    // this one is no difference.
    function formerSources(run, layers) {
        var ours = idsOf(run.tagged);
        var current = idsOf(run.items);
        var sentences = [];
        var i;
        for (i = 0; i < layers.length; i += 1) {
            if (ours[layers[i].sourceId] && !current[layers[i].sourceId]) {
                sentences.push("'" + layers[i].name + "' is not in the delivery any more");
            }
        }
        return sentences;
    }

    function formerFaces(layers, spec) {
        var names = {};
        var sentences = [];
        var i;
        for (i = 0; i < spec.layers.length; i += 1) {
            names[spec.layers[i].name] = true;
        }
        for (i = 0; i < layers.length; i += 1) {
            if (
                /^face (matte|\d+)$/.test(layers[i].name) && !names[layers[i].name] &&
                toolkitLayerSearch.isSourceOf(layers[i], layers[i].name)
            ) {
                sentences.push("'" + layers[i].name + "' is not in the delivery any more");
            }
        }
        return sentences;
    }

    return { checkRate: checkRate, rateChange: rateChange, list: list };
}());
