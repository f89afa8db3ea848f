// Layer features that a turnover cannot carry (transforms, masks, effects ...). The clip is sent without them, and the
// turnover lists what was dropped.

var toolkitUnsupported = (function () {
    function transformProperty(/** @type {AVLayer} */ layer, name) {
        var group = /** @type {PropertyGroup} */ (layer.property("ADBE Transform Group"));
        return group === null ? null : /** @type {Property} */ (group.property(name));
    }

    function isAnimated(/** @type {Property} */ property) {
        return property.numKeys > 0 || property.expressionEnabled ||
            (property.isSeparationLeader && property.dimensionsSeparated); // its keys are on the separate dimensions
    }

    function isNear(a, b) {
        return Math.abs(a - b) < 0.001;
    }

    // Whether the layer sits centred in its comp, unscaled, unrotated, opaque, 2D and without animation.
    function hasDefaultTransform(/** @type {AVLayer} */ layer, /** @type {CompItem} */ comp) {
        var names = ["ADBE Anchor Point", "ADBE Position", "ADBE Scale", "ADBE Rotate Z", "ADBE Opacity"];
        var values = [];
        var property;
        var i;
        for (i = 0; i < names.length; i += 1) {
            property = transformProperty(layer, names[i]);
            if (property === null || isAnimated(property)) {
                return false;
            }
            values.push(property.value);
        }
        return !layer.threeDLayer && isNear(values[2][0], 100) && isNear(values[2][1], 100) &&
            isNear(values[3], 0) && isNear(values[4], 100) &&
            isNear(values[1][0] - values[0][0], (comp.width - layer.width) / 2) &&
            isNear(values[1][1] - values[0][1], (comp.height - layer.height) / 2);
    }

    function hasProperties(/** @type {AVLayer} */ layer, groupName) {
        var group = /** @type {PropertyGroup} */ (layer.property(groupName));
        return group !== null && group.numProperties > 0;
    }

    // The group is there without any style; only a style that was added can be switched.
    function hasLayerStyles(/** @type {AVLayer} */ layer) {
        var styles = /** @type {PropertyGroup} */ (layer.property("ADBE Layer Styles"));
        var style;
        var i;
        for (i = 1; styles !== null && styles.enabled && i <= styles.numProperties; i += 1) {
            style = styles.property(i);
            if (style.canSetEnabled && style.enabled) {
                return true;
            }
        }
        return false;
    }

    function listForLayer(/** @type {AVLayer} */ layer, /** @type {CompItem} */ comp) {
        var features = [];
        if (!hasDefaultTransform(layer, comp)) {
            features.push("transform");
        }
        if (hasProperties(layer, "ADBE Mask Parade")) {
            features.push("masks");
        }
        if (hasProperties(layer, "ADBE Effect Parade")) {
            features.push("effects");
        }
        if (hasLayerStyles(layer)) {
            features.push("layer styles");
        }
        if (layer.frameBlending) {
            features.push("frame blending");
        }
        if (layer.preserveTransparency) {
            features.push("preserve underlying transparency");
        }
        if (layer.blendingMode !== BlendingMode.NORMAL) {
            features.push("blending mode");
        }
        if (layer.hasTrackMatte) {
            features.push("track matte");
        }
        if (layer.parent) {
            features.push("parent");
        }
        return features;
    }

    // "its transform, effects; the transform of 'comp'" for a chain of nested levels; empty when nothing is dropped.
    function describe(chain) {
        var parts = [];
        var features;
        var i;
        for (i = chain.length - 1; i >= 0; i -= 1) {
            features = listForLayer(chain[i].layer, chain[i].comp).join(", ");
            if (features !== "") {
                parts.push(
                    i === chain.length - 1 ? "its " + features : "the " + features + " of '" + chain[i].layer.name + "'"
                );
            }
        }
        return parts.join("; ");
    }

    return { describe: describe };
}());
