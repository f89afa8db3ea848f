// Properties by match name, with keyframes counted in frames. Display names differ between languages.

var toolkitProperty = (function () {
    // Follows a chain of match names. Throws when a property is missing.
    function lookUp(owner, names) {
        var property = owner;
        var i;
        for (i = 0; i < names.length; i += 1) {
            property = property.property(names[i]);
            if (property === null) {
                throw new Error("'" + owner.name + "' has no property " + names[i]);
            }
        }
        return property;
    }

    function identity(value) {
        return value;
    }

    // Sets a property to its spec: one value, or keys. convert turns a spec value into an After Effects value.
    function apply(property, spec, frameDuration, convert) {
        var times = [];
        var values = [];
        var i;
        if (spec.frames === undefined) {
            property.setValue((convert || identity)(spec.value));
            return;
        }
        for (i = 0; i < spec.frames.length; i += 1) {
            times.push(spec.frames[i] * frameDuration);
            values.push((convert || identity)(spec.values[i]));
        }
        property.setValuesAtTimes(times, values);
        for (i = 1; i <= property.numKeys && spec.held; i += 1) {
            property.setInterpolationTypeAtKey(i, KeyframeInterpolationType.HOLD, KeyframeInterpolationType.HOLD);
        }
    }

    // Reads a property in the form of its spec. convert turns an After Effects value into a spec value.
    function read(property, spec, frameDuration, convert) {
        var result = { frames: [], values: [] };
        var example;
        var i;
        if (spec.frames === undefined) {
            return { value: dropDepth((convert || identity)(property.value), spec.value) };
        }
        example = spec.values[0];
        for (i = 1; i <= property.numKeys; i += 1) {
            result.frames.push(property.keyTime(i) / frameDuration);
            result.values.push(dropDepth((convert || identity)(property.keyValue(i)), example));
        }
        if (spec.held !== undefined) {
            result.held = property.numKeys > 0 &&
                property.keyOutInterpolationType(1) === KeyframeInterpolationType.HOLD;
        }
        return result;
    }

    // 2D layers return points with a third coordinate; it is dropped where the spec has two.
    function dropDepth(value, example) {
        var is2d = toolkitJson.isList(example) && example.length === 2 && typeof example[0] === "number";
        return is2d ? [value[0], value[1]] : value;
    }

    return { lookUp: lookUp, apply: apply, read: read };
}());
