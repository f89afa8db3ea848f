// What a layer has that a list of clips cannot hold, in words: it is sent without it, and that is said.

var toolkitLosses = (function () {
    function transform(/** @type {AVLayer} */ layer, name) {
        var group = /** @type {PropertyGroup} */ (layer.property("ADBE Transform Group"));
        return group === null ? null : /** @type {Property} */ (group.property(name));
    }

    function moves(/** @type {Property} */ property) {
        return property.numKeys > 0 || property.expressionEnabled ||
            (property.isSeparationLeader && property.dimensionsSeparated); // its keys are elsewhere then
    }

    function near(a, b) {
        return Math.abs(a - b) < 0.001;
    }

    // Whether the picture lies in its comp as it is: unscaled, unturned, its middle in the comp's.
    function isPlaced(/** @type {AVLayer} */ layer, /** @type {CompItem} */ comp) {
        var names = ["ADBE Anchor Point", "ADBE Position", "ADBE Scale", "ADBE Rotate Z", "ADBE Opacity"];
        var values = [];
        var property;
        var i;
        for (i = 0; i < names.length; i += 1) {
            property = transform(layer, names[i]);
            if (property === null || moves(property)) {
                return false;
            }
            values.push(property.value);
        }
        return !layer.threeDLayer && near(values[2][0], 100) && near(values[2][1], 100) &&
            near(values[3], 0) && near(values[4], 100) &&
            near(values[1][0] - values[0][0], (comp.width - layer.width) / 2) &&
            near(values[1][1] - values[0][1], (comp.height - layer.height) / 2);
    }

    function holds(/** @type {AVLayer} */ layer, group) {
        var found = /** @type {PropertyGroup} */ (layer.property(group));
        return found !== null && found.numProperties > 0;
    }

    function ofLayer(/** @type {AVLayer} */ layer, /** @type {CompItem} */ comp) {
        var found = [];
        if (!isPlaced(layer, comp)) {
            found.push("transform");
        }
        if (holds(layer, "ADBE Mask Parade")) {
            found.push("masks");
        }
        if (holds(layer, "ADBE Effect Parade")) {
            found.push("effects");
        }
        if (layer.blendingMode !== BlendingMode.NORMAL) {
            found.push("blending mode");
        }
        if (layer.hasTrackMatte) {
            found.push("track matte");
        }
        if (layer.parent) {
            found.push("parent");
        }
        return found;
    }

    // "its transform, effects; the transform of 'comp'", over a way from the top down; empty when nothing is lost.
    function along(way) {
        var parts = [];
        var found;
        var i;
        for (i = way.length - 1; i >= 0; i -= 1) {
            found = ofLayer(way[i].layer, way[i].comp).join(", ");
            if (found !== "") {
                parts.push(i === way.length - 1 ? "its " + found : "the " + found + " of '" + way[i].layer.name + "'");
            }
        }
        return parts.join("; ");
    }

    return { along: along };
}());
