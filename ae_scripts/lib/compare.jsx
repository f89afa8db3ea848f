// Where a comp differs from its description.

var toolkitCompare = (function () {
    var PICTURE = 0.005; // of a picture: what nobody sees
    var NEAR = 0.05; // of a frame, a pixel, a degree, a per cent: After Effects rounds places between keys by 0.015

    function isAllowed(key, a, b) {
        return Math.abs(a - b) <= (key === "pictures" ? PICTURE : NEAR);
    }

    function ofLists(wanted, found, key, at) {
        var told = "";
        var i;
        if (!toolkitJson.isList(found) || found.length !== wanted.length) {
            return at + ": " + (toolkitJson.isList(found) ? found.length : "no list") + " instead of " + wanted.length;
        }
        for (i = 0; i < wanted.length && told === ""; i += 1) {
            told = difference(wanted[i], found[i], key, at + "[" + i + "]");
        }
        return told;
    }

    function ofObjects(wanted, found, at) {
        var told = "";
        var name;
        for (name in wanted) {
            if (wanted.hasOwnProperty(name) && told === "") {
                told = difference(wanted[name], found[name], name, at === "" ? name : at + "." + name);
            }
        }
        return told;
    }

    // "at some place: x instead of y" for the first difference between what was wanted and what was found; empty when
    // there is none. key is the name under which the two stand.
    function difference(wanted, found, key, at) {
        if (toolkitJson.isList(wanted)) {
            return ofLists(wanted, found, key, at);
        }
        if (typeof wanted === "object" && wanted !== null && typeof found === "object" && found !== null) {
            return ofObjects(wanted, found, at);
        }
        if (wanted === found || (typeof wanted === "number" && isAllowed(key, wanted, found))) {
            return "";
        }
        return at + ": " + toolkitJson.write(found) + " instead of " + toolkitJson.write(wanted);
    }

    // The layer that wanted describes: the one at its place in a comp that was just built, else the one of its name.
    function whichOf(made, wanted, index, isFresh) {
        var i;
        if (isFresh) {
            return index < made.numLayers ? made.layer(made.numLayers - index) : null;
        }
        for (i = made.numLayers; i >= 1; i -= 1) {
            if (made.layer(i).name === wanted.name) {
                return made.layer(i);
            }
        }
        return null;
    }

    // What a comp says of itself, layers bottom first like their descriptions. told.wrong gets what would show the wrong
    // thing, told.byHand what can be set in a menu.
    function comp(made, wanted, items, isFresh, told) {
        var found = toolkitReadBack.comp(made);
        var where = "comp '" + wanted.name + "': ";
        var one;
        var i;
        if (isFresh && made.numLayers !== wanted.layers.length) {
            told.wrong.push(where + made.numLayers + " layers instead of " + wanted.layers.length);
        }
        if (isFresh && found.markers.length !== wanted.markers.length) {
            told.byHand.push(where + found.markers.length + " markers instead of " + wanted.markers.length);
        }
        tell(told.byHand, where, ofObjects(
            { frameBlending: wanted.frameBlending, workFirst: wanted.workFirst, workCount: wanted.workCount }, found, ""
        ));
        for (i = 0; i < wanted.layers.length; i += 1) {
            one = whichOf(made, wanted.layers[i], i, isFresh);
            if (one === null || one.name !== wanted.layers[i].name) {
                told.wrong.push(where + "'" + wanted.layers[i].name + "' is not where it was put");
            } else {
                layer(found.layers, one, wanted.layers[i], items, made.frameDuration, { where: where, told: told });
            }
        }
        return tidy(found);
    }

    // Adds what a layer says of itself to layers. What the artist took out of it is a difference like any other.
    function layer(layers, one, wanted, items, frameDuration, context) {
        var at = context.where + "'" + wanted.name + "', ";
        var found;
        var seen;
        try {
            found = toolkitReadBack.layer(one, wanted, items, frameDuration);
        } catch (error) {
            context.told.wrong.push(context.where + error.message);
            return;
        }
        seen = found.look;
        tell(context.told.byHand, at, ofObjects(wanted.look, seen, ""));
        found.look = wanted.look; // told above, and no reason to take anything back
        tell(context.told.wrong, at, ofObjects(wanted, found, ""));
        found.look = seen;
        layers.push(thinned(found));
    }

    function tell(told, where, what) {
        if (what !== "") {
            told.push(where + what);
        }
    }

    // Numbers as somebody reads them: a time of After Effects divided by a frame is rarely whole.
    function tidy(value) {
        var name;
        if (typeof value === "number") {
            return Math.round(value * 10000) / 10000;
        }
        if (typeof value === "object" && value !== null) {
            for (name in value) {
                if (value.hasOwnProperty(name)) {
                    value[name] = tidy(value[name]);
                }
            }
        }
        return value;
    }

    // Every key was compared; of a mask's paths the first, the middle and the last one are enough to look at.
    function thinned(found) {
        var path;
        var last;
        var i;
        for (i = 0; i < found.masks.length; i += 1) {
            path = found.masks[i].path;
            if (path.frames !== undefined && path.frames.length > 3) {
                last = path.frames.length - 1;
                found.masks[i].path = {
                    keys: last + 1,
                    frames: [path.frames[0], path.frames[Math.floor(last / 2)], path.frames[last]],
                    values: [path.values[0], path.values[Math.floor(last / 2)], path.values[last]]
                };
            }
        }
        return found;
    }

    return { comp: comp };
}());
