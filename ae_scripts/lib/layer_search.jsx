// Finds the layer of a spec in a comp that the artist has worked in: by its source, whatever the layer is called now.

var toolkitLayerSearch = (function () {
    // The index of the lowest such layer; 0 when there is none.
    function indexOfLayer(comp, spec, items) {
        return indexIn(readLayers(comp), spec, items);
    }

    // The same for several specs at once. Every call to After Effects takes its time, so each layer is read once.
    function indexesOfLayers(comp, specs, items) {
        var layers = readLayers(comp);
        var indexes = [];
        var i;
        for (i = 0; i < specs.length; i += 1) {
            indexes.push(indexIn(layers, specs[i], items));
        }
        return indexes;
    }

    // What layers are recognised by, from the top. Text, cameras and lights have no source.
    function readLayers(comp) {
        var layers = [];
        var layer;
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            layer = comp.layer(i);
            layers.push({
                name: layer.name, inPoint: layer.inPoint / comp.frameDuration,
                sourceId: layer.source ? layer.source.id : 0, sourceName: layer.source ? layer.source.name : ""
            });
        }
        return layers;
    }

    function indexIn(layers, spec, items) {
        var item = items[spec.kind + " " + spec.source];
        var id = item ? item.id : -1;
        var i;
        for (i = layers.length; i >= 1; i -= 1) {
            if (isLayerOf(layers[i - 1], spec, id)) {
                return i;
            }
        }
        return 0;
    }

    function isLayerOf(layer, spec, id) {
        if (spec.kind === "null" || spec.kind === "solid") {
            return layer.sourceId > 0 && (layer.name === spec.name || isSourceOf(layer, spec.name));
        }
        // A long take has one layer for each of its shots.
        return layer.sourceId === id && (spec.shot === null || Math.abs(layer.inPoint - spec.inPoint) < 0.1);
    }

    // Whether a null or solid was built for the layer of that name (see toolkitLayers).
    function isSourceOf(layer, name) {
        var end = " " + name;
        return layer.sourceName.substring(layer.sourceName.length - end.length) === end;
    }

    return {
        indexOfLayer: indexOfLayer, indexesOfLayers: indexesOfLayers, readLayers: readLayers, isSourceOf: isSourceOf
    };
}());
