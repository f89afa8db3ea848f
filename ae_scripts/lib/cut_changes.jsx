// What a comp of an earlier import shows of a cut that has changed since: its rate, markers, order, and layers that the
// delivery no longer has.

var toolkitCutChanges = (function () {
    // Throws when the cut has another frame rate than its comps: replaced footage would be out of sync with everything.
    function checkRate(run, specs) {
        var comp = null;
        var i;
        for (i = specs.length - 1; i >= 0 && comp === null; i -= 1) { // the cut is the last one
            comp = toolkitImportRun.taggedComp(run, specs[i]);
        }
        if (comp !== null && Math.abs(comp.frameRate - run.delivery.fps) > 0.001) {
            throw new Error(
                "the cut runs at " + run.delivery.fps + " fps and comp '" + comp.name + "' in the project at " +
                Math.round(comp.frameRate * 1000) / 1000 + " fps, so the new files would be out of sync. Delete the " +
                "folder of this cut, or import into another project"
            );
        }
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

    return { checkRate: checkRate, list: list };
}());
