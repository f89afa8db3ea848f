// Properties by match name, with keys counted in frames. Display names differ between languages.

var toolkitProperty = (function () {
    // What a chain of match names leads to. Null from After Effects becomes an Error.
    function of(owner, names) {
        var found = owner;
        var i;
        for (i = 0; i < names.length; i += 1) {
            found = found.property(names[i]);
            if (found === null) {
                throw new Error("'" + owner.name + "' has no property " + names[i]);
            }
        }
        return found;
    }

    function same(value) {
        return value;
    }

    // Sets what wanted says, a value or keys; make turns one of its values into one of After Effects.
    function put(property, wanted, frameDuration, make) {
        var times = [];
        var values = [];
        var i;
        if (wanted.frames === undefined) {
            property.setValue((make || same)(wanted.value));
            return;
        }
        for (i = 0; i < wanted.frames.length; i += 1) {
            times.push(wanted.frames[i] * frameDuration);
            values.push((make || same)(wanted.values[i]));
        }
        property.setValuesAtTimes(times, values);
        for (i = 1; i <= property.numKeys && wanted.held; i += 1) {
            property.setInterpolationTypeAtKey(i, KeyframeInterpolationType.HOLD, KeyframeInterpolationType.HOLD);
        }
    }

    // The property in the shape of wanted; plain turns a value of After Effects into one of ours. A flat layer's
    // places come back with a third number.
    function said(property, wanted, frameDuration, plain) {
        var found = { frames: [], values: [] };
        var like;
        var i;
        if (wanted.frames === undefined) {
            return { value: trimmed((plain || same)(property.value), wanted.value) };
        }
        like = wanted.values[0];
        for (i = 1; i <= property.numKeys; i += 1) {
            found.frames.push(property.keyTime(i) / frameDuration);
            found.values.push(trimmed((plain || same)(property.keyValue(i)), like));
        }
        if (wanted.held !== undefined) {
            found.held = property.numKeys > 0 &&
                property.keyOutInterpolationType(1) === KeyframeInterpolationType.HOLD;
        }
        return found;
    }

    function trimmed(value, like) {
        var isFlat = toolkitJson.isList(like) && like.length === 2 && typeof like[0] === "number";
        return isFlat ? [value[0], value[1]] : value;
    }

    return { of: of, put: put, said: said };
}());
