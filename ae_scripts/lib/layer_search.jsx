// Finds the layer of a spec in a comp that the artist has worked in: by its source, whatever the layer is called now.

var toolkitLayerSearch = (function () {
    // The index of the lowest such layer; 0 when there is none.
    function indexOfLayer(comp, spec, items) {
        var i;
        for (i = comp.numLayers; i >= 1; i -= 1) {
            if (isLayerOf(comp.layer(i), spec, items, comp.frameDuration)) {
                return i;
            }
        }
        return 0;
    }

    function isLayerOf(layer, spec, items, frameDuration) {
        var item = items[spec.kind + " " + spec.source];
        if (!layer.source) { // text, cameras and lights have none
            return false;
        }
        if (spec.kind === "null" || spec.kind === "solid") {
            return layer.name === spec.name || endsWith(layer.source.name, " " + spec.name);
        }
        if (!item || layer.source.id !== item.id) {
            return false;
        }
        // A long take has one layer for each of its shots.
        return spec.shot === null || Math.abs(layer.inPoint / frameDuration - spec.inPoint) < 0.1;
    }

    function endsWith(text, end) {
        return text.length >= end.length && text.substring(text.length - end.length) === end;
    }

    return { indexOfLayer: indexOfLayer };
}());
