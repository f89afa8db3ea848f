// Comps built from their description, bottom layer first.

var toolkitComps = (function () {
    // Versions from which After Effects knows a member (After Effects Scripting Guide).
    var START_FRAME = 17.1;
    var MARKER_LABEL = 16;

    function version() {
        return parseFloat(app.version);
    }

    function make(wanted, fps, folder, byHand) {
        var seconds = wanted.frames / fps;
        var made = app.project.items.addComp(wanted.name, wanted.width, wanted.height, 1, seconds, fps);
        made.parentFolder = folder;
        if (Math.abs(made.frameRate - fps) > 0.001) {
            throw new Error("comp '" + wanted.name + "' runs at " + made.frameRate + " fps instead of " + fps);
        }
        if (Math.round(made.duration / made.frameDuration) !== wanted.frames) {
            throw new Error("'" + wanted.name + "' lasts " + made.duration + " s, not " + wanted.frames + " frames");
        }
        if (wanted.dropFrame !== null) {
            made.dropFrame = wanted.dropFrame;
        }
        number(made, wanted, byHand);
        workArea(made, wanted, byHand);
        made.frameBlending = wanted.frameBlending;
        return made;
    }

    // The frames of the cut; a comp without handles has them all from the start.
    function workArea(made, wanted, byHand) {
        if (wanted.workCount === wanted.frames) {
            return;
        }
        try {
            made.workAreaStart = wanted.workFirst * made.frameDuration;
            made.workAreaDuration = wanted.workCount * made.frameDuration;
        } catch (error) { // a length that rounding makes a hair too long; nothing in the picture depends on it
            byHand.push("comp '" + wanted.name + "' did not take its work area (" + error.message + ")");
        }
    }

    // What the comp calls its first frame: of a shot, the number of its first file.
    function number(made, wanted, byHand) {
        if (version() >= START_FRAME) {
            made.displayStartFrame = wanted.displayStart;
        } else {
            made.displayStartTime = wanted.displayStart * made.frameDuration;
        }
        if (Math.abs(startOf(made) - wanted.displayStart) > 0.1) {
            byHand.push(
                "comp '" + wanted.name + "' starts at frame " + startOf(made) + ": set its Start Frame to " +
                wanted.displayStart + " in Composition Settings"
            );
        }
    }

    function startOf(comp) {
        return version() >= START_FRAME ? comp.displayStartFrame : comp.displayStartTime / comp.frameDuration;
    }

    function mark(comp, markers) {
        var marker;
        var i;
        for (i = 0; i < markers.length; i += 1) {
            marker = new MarkerValue(markers[i].comment);
            if (version() >= MARKER_LABEL) {
                marker.label = markers[i].label;
            }
            comp.markerProperty.setValueAtTime(markers[i].frame * comp.frameDuration, marker);
        }
    }

    function furnish(comp, wanted, items) {
        var i;
        for (i = 0; i < wanted.layers.length; i += 1) {
            toolkitLayers.add(comp, wanted.layers[i], items);
        }
        mark(comp, wanted.markers);
    }

    return { make: make, furnish: furnish, startOf: startOf };
}());
