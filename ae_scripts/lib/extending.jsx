// Extends a comp of an earlier import by layers for new items. All else in it is the artist's work.

var toolkitExtending = (function () {
    function extend(run, comp, spec) {
        var hasNewFace = false;
        var layer;
        var isNew;
        var i;
        for (i = 0; i < spec.layers.length; i += 1) {
            layer = spec.layers[i];
            isNew = isNewLayer(run, comp, spec, layer);
            hasNewFace = hasNewFace || (isNew && layer.name === "FACE");
            if (isNew || (hasNewFace && (layer.kind === "null" || layer.kind === "solid"))) {
                extendDuration(run, comp, layer.outPoint);
                if (toolkitComps.addLayer(comp, layer, run.items, run.report.by_hand)) {
                    run.undoSteps.push(layerRemover(comp, layer.name));
                    run.report.notes.push("'" + layer.name + "' was added on top of comp '" + comp.name + "'");
                }
            }
        }
    }

    // A new layer goes on top, but a plate belongs below existing layers. So a plate is added only to the cut, and only
    // with a new shot.
    function isNewLayer(run, comp, spec, layer) {
        var isNewSource = Boolean(run.created[layer.kind + " " + layer.source]);
        if (layer.shot === null) {
            return isNewSource;
        }
        return spec.key === "" && (isNewSource || Boolean(run.created["comp " + layer.shot])) &&
            !hasPlate(run, comp, layer);
    }

    // Whether a plate is already in place: a user who deletes a shot's comp still has its plate in the cut.
    function hasPlate(run, comp, plate) {
        var id = run.items["footage " + plate.source].id;
        var layer;
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            layer = comp.layer(i);
            if (layer.source && layer.source.id === id) { // text and light layers have no source
                if (Math.abs(layer.inPoint / comp.frameDuration - plate.inPoint) < 0.1) {
                    return true;
                }
            }
        }
        return false;
    }

    function extendDuration(run, comp, frames) {
        var before = comp.duration;
        if (before / comp.frameDuration < frames - 0.1) {
            comp.duration = frames * comp.frameDuration;
            run.undoSteps.push(function () {
                comp.duration = before;
            });
        }
    }

    function layerRemover(comp, name) {
        return function () {
            var layer = toolkitLayers.layerByName(comp, name);
            layer.locked = false;
            layer.remove();
        };
    }

    return { extend: extend };
}());
