// Extends a comp of an earlier import by layers for new items. All else in it is the artist's work.

var toolkitExtending = (function () {
    function extend(run, comp, spec) {
        var before = frameCount(comp);
        var hasNewFace = false;
        var layer;
        var isNew;
        var i;
        for (i = 0; i < spec.layers.length; i += 1) {
            layer = spec.layers[i];
            isNew = isNewLayer(run, comp, spec, layer);
            hasNewFace = hasNewFace || (isNew && layer.name === "FACE");
            if (isNew || (hasNewFace && isMissingHelper(run, comp, layer))) {
                add(run, comp, spec, i);
            }
        }
        if (frameCount(comp) !== before) {
            run.report.notes.push(
                "comp '" + comp.name + "' was extended from " + before + " to " + frameCount(comp) + " frames"
            );
        }
    }

    function frameCount(comp) {
        return Math.round(comp.duration / comp.frameDuration);
    }

    // The layers of a face follow its FACE layer. Those that are still there have the artist's work on them.
    function isMissingHelper(run, comp, layer) {
        return (layer.kind === "null" || layer.kind === "solid") &&
            toolkitLayerSearch.indexOfLayer(comp, layer, run.items) === 0;
    }

    // A plate is added to the cut with its shot, and everywhere with its footage.
    function isNewLayer(run, comp, spec, layer) {
        var isNewSource = Boolean(run.created[layer.kind + " " + layer.source]);
        var isNewShot = spec.key === "" && Boolean(run.created["comp " + layer.shot]);
        if (layer.shot === null) {
            return isNewSource;
        }
        // A user who deletes a shot's comp still has its plate in the cut.
        return (isNewSource || isNewShot) && toolkitLayerSearch.indexOfLayer(comp, layer, run.items) === 0;
    }

    function add(run, comp, spec, index) {
        var layer = spec.layers[index];
        var seconds = toolkitComps.frameDuration(comp, spec.frameRate);
        var before = comp.duration;
        var place = { index: 1 };
        extendDuration(run, comp, layer.outPoint * seconds);
        if (!toolkitComps.addLayer(comp, layer, run.items, run.report.by_hand, seconds)) {
            comp.duration = before;
        } else {
            toolkitImportRun.addUndoStep(
                run, "layer '" + layer.name + "' was not removed from comp '" + comp.name + "'",
                layerRemover(comp, place)
            );
            moveToPlace(run, comp, spec, index, place);
            run.report.notes.push(
                "'" + layer.name + "' was added " + (place.index === 1 ? "at the top of" : "to") + " comp '" +
                comp.name + "'"
            );
        }
    }

    // Moves the new layer from the top to below the next layer of its spec that the comp has. place follows it.
    function moveToPlace(run, comp, spec, index, place) {
        var above = 0;
        var i;
        for (i = index + 1; i < spec.layers.length && above === 0; i += 1) {
            above = toolkitLayerSearch.indexOfLayer(comp, spec.layers[i], run.items);
        }
        if (above < 2) {
            return;
        }
        comp.layer(1).locked = false; // a locked layer cannot be moved
        comp.layer(1).moveAfter(comp.layer(above));
        place.index = above;
        comp.layer(above).locked = spec.layers[index].look.locked;
    }

    // Makes a comp that the artist shortened, or whose cut has become longer, as long as a layer that is added.
    function extendDuration(run, comp, seconds) {
        var before = comp.duration;
        if (before < seconds - 0.1 * comp.frameDuration) {
            comp.duration = Math.ceil(seconds / comp.frameDuration - 0.1) * comp.frameDuration;
            toolkitImportRun.addUndoStep(run, "comp '" + comp.name + "' was not shortened again", function () {
                comp.duration = before;
            });
        }
    }

    // By index: the steps that undo later changes have run when this one does.
    function layerRemover(comp, place) {
        return function () {
            var layer = comp.layer(place.index);
            layer.locked = false;
            layer.remove();
        };
    }

    return { extend: extend };
}());
