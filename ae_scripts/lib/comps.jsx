// Builds comps from their specs, bottom layer first.

var toolkitComps = (function () {
    // The versions that introduced a member (After Effects Scripting Guide).
    var DISPLAY_START_FRAME_VERSION = 17.1;
    var MARKER_LABEL_VERSION = 16;

    function version() {
        return parseFloat(app.version);
    }

    // After Effects rounds frame rates.
    function hasRate(comp, fps) {
        return Math.abs(comp.frameRate - fps) <= 0.001;
    }

    // The seconds of a frame of the delivery in a comp whose frame rate the artist may have changed.
    function frameDuration(comp, fps) {
        return hasRate(comp, fps) ? comp.frameDuration : 1 / fps;
    }

    function create(spec, fps, folder, byHand) {
        var seconds = spec.frames / fps;
        var comp = app.project.items.addComp(spec.name, spec.width, spec.height, 1, seconds, fps);
        comp.parentFolder = folder;
        if (!hasRate(comp, fps)) {
            throw new Error("comp '" + spec.name + "' runs at " + comp.frameRate + " fps instead of " + fps);
        }
        if (Math.round(comp.duration / comp.frameDuration) !== spec.frames) {
            throw new Error(
                "comp '" + spec.name + "' is " + comp.duration + " s long instead of " + spec.frames + " frames"
            );
        }
        if (spec.dropFrame !== null) {
            comp.dropFrame = spec.dropFrame;
        }
        setFirstFrame(comp, spec, byHand);
        setWorkArea(comp, spec, byHand);
        comp.frameBlending = spec.frameBlending;
        return comp;
    }

    // The range used in the cut. Without handles the work area already covers the whole comp.
    function setWorkArea(comp, spec, byHand) {
        if (spec.workCount === spec.frames) {
            return;
        }
        try {
            comp.workAreaStart = spec.workFirst * comp.frameDuration;
            comp.workAreaDuration = spec.workCount * comp.frameDuration;
        } catch (error) { // rounding can make it slightly too long; the work area does not affect the image
            byHand.push("comp '" + spec.name + "': the work area was not set (" + error.message + ")");
        }
    }

    // The number of the comp's first frame. In a shot it is the number of the first file.
    function setFirstFrame(comp, spec, byHand) {
        if (version() >= DISPLAY_START_FRAME_VERSION) {
            comp.displayStartFrame = spec.displayStart;
        } else {
            comp.displayStartTime = spec.displayStart * comp.frameDuration;
        }
        if (Math.abs(firstFrame(comp) - spec.displayStart) > 0.1) {
            byHand.push(
                "comp '" + spec.name + "' starts at frame " + firstFrame(comp) + ": set its Start Frame to " +
                spec.displayStart + " in Composition Settings"
            );
        }
    }

    function firstFrame(comp) {
        return version() >= DISPLAY_START_FRAME_VERSION
            ? comp.displayStartFrame
            : comp.displayStartTime / comp.frameDuration;
    }

    function addMarkers(comp, specs) {
        var marker;
        var i;
        for (i = 0; i < specs.length; i += 1) {
            marker = new MarkerValue(specs[i].comment);
            if (version() >= MARKER_LABEL_VERSION) {
                marker.label = specs[i].label;
            }
            comp.markerProperty.setValueAtTime(specs[i].frame * comp.frameDuration, marker);
        }
    }

    function addLayersAndMarkers(comp, spec, items, byHand) {
        var added = [];
        var i;
        for (i = 0; i < spec.layers.length; i += 1) {
            if (addLayer(comp, spec.layers[i], items, byHand, comp.frameDuration)) {
                added.push(spec.layers[i]);
            }
        }
        spec.layers = added; // what is read back is compared with these
        addMarkers(comp, spec.markers);
    }

    // Returns whether the layer was added. A plate is only a guide: one that cannot be added is left out.
    function addLayer(comp, spec, items, byHand, secondsPerFrame) {
        try {
            toolkitLayers.add(comp, spec, items, secondsPerFrame);
            return true;
        } catch (error) {
            if (spec.shot === null) {
                throw error;
            }
            byHand.push("the plate of " + spec.shot + " is not in comp '" + comp.name + "' (" + error.message + ")");
            return false;
        }
    }

    return {
        create: create, hasRate: hasRate, frameDuration: frameDuration, addLayer: addLayer,
        addLayersAndMarkers: addLayersAndMarkers, firstFrame: firstFrame
    };
}());
