// What the artist has set in Interpret Footage, where a delivery needs something else.

var toolkitInterpretation = (function () {
    function isNear(a, b) {
        return Math.abs(a - b) <= 0.001;
    }

    function round(value) {
        return String(Math.round(value * 1000) / 1000);
    }

    function isBlack(colour) {
        return isNear(colour[0], 0) && isNear(colour[1], 0) && isNear(colour[2], 0);
    }

    function describeAlpha(source) {
        if (source.alphaMode === AlphaMode.PREMULTIPLIED) {
            return isBlack(source.premulColor) ? "Premultiplied with black" : "Premultiplied with another colour";
        }
        return source.alphaMode === AlphaMode.IGNORE ? "Ignore" : "Straight";
    }

    function addIfDifferent(settings, name, found, expected) {
        if (found !== expected) {
            settings.push({ name: name, found: found, expected: expected });
        }
    }

    // The settings of an item that differ from what its clip needs. A placeholder has none of them.
    function findChanges(item, clip) {
        var source = item.mainSource;
        var settings = [];
        if (!source.file) {
            return settings;
        }
        if (!source.isStill && !isNear(source.displayFrameRate, clip.fps)) {
            addIfDifferent(settings, "frame rate", round(source.displayFrameRate), round(clip.fps));
        }
        if (clip.alpha === "premultiplied") {
            addIfDifferent(settings, "alpha", describeAlpha(source), "Premultiplied with black");
        }
        addIfDifferent(settings, "pixel aspect ratio", round(item.pixelAspect), "1");
        return settings;
    }

    // Sentences about settings that were set back.
    function describeReset(name, settings) {
        var sentences = [];
        var i;
        for (i = 0; i < settings.length; i += 1) {
            sentences.push(
                "the " + settings[i].name + " of '" + name + "' was set back from " + settings[i].found + " to " +
                settings[i].expected + " in Interpret Footage"
            );
        }
        return sentences;
    }

    // Sentences about the items that the import has left as they were.
    function compareItems(run) {
        var sentences = [];
        var seen = {};
        var clips;
        var key;
        var i;
        var k;
        for (i = 0; i < run.delivery.tracks.length; i += 1) {
            clips = run.delivery.tracks[i].clips;
            for (k = 0; k < clips.length; k += 1) {
                key = "footage " + clips[k].path;
                if (!seen.hasOwnProperty(key) && !run.created[key] && !run.replaced[key]) {
                    seen[key] = true;
                    sentences = sentences.concat(describeChanges(run.items[key], clips[k]));
                }
            }
        }
        return sentences;
    }

    function describeChanges(item, clip) {
        var settings = findChanges(item, clip);
        var sentences = [];
        var i;
        for (i = 0; i < settings.length; i += 1) {
            sentences.push(
                "the " + settings[i].name + " of '" + item.name + "' is " + settings[i].found + " instead of " +
                settings[i].expected + " in Interpret Footage"
            );
        }
        return sentences;
    }

    return { findChanges: findChanges, describeReset: describeReset, compareItems: compareItems };
}());
