// Comp specs: plain descriptions of the comps of a delivery, layers bottom first, times in frames. The builder follows
// them, and what is read back from After Effects has the same form.

var toolkitCompSpecs = (function () {
    var DONE_HERE = "Set the speed"; // a marker for hosts that cannot: here every retime is built
    var MARKER_LABELS = { "Red": 1, "Yellow": 2, "Blue": 8, "Green": 9 };

    function baseSpec(key, name, size, frames, displayStart, fps) {
        return {
            key: key, name: name, frameRate: fps, width: size.width, height: size.height, frames: frames,
            displayStart: displayStart, dropFrame: null, workFirst: 0, workCount: frames, frameBlending: false,
            layers: [], markers: []
        };
    }

    // A shot with its handles: plate, passes and face layers. The work area is the range used in the cut, and the first
    // frame has the number of the first file.
    function shotSpec(shot, delivery, notes) {
        var clip = shot.clip;
        var spec = baseSpec(shot.name, shot.name, clip, shot.last - shot.first + 1, clip.start_index, delivery.fps);
        var faces = toolkitShots.collectFaces(shot, delivery, notes);
        var matteMasks = toolkitLayerSpecs.ovalMasks(faces, "ADD");
        var layer;
        var i;
        spec.workFirst = clip.record_first - shot.first;
        spec.workCount = clip.record_count;
        spec.markers = collectMarkers(delivery, shot, spec.frames);
        if (shot.plate !== null) {
            layer = toolkitLayerSpecs.plate(shot.plate, shot.first, shot.first, shot.last, spec, delivery.fps);
            layer.look.locked = true; // protects the bottom layer from accidental changes
            spec.layers.push(layer);
        }
        for (i = 0; i < shot.layers.length; i += 1) {
            layer = toolkitLayerSpecs.pass(shot.layers[i], shot, spec, delivery.fps);
            if (shot.layers[i].clip === shot.faceClip) {
                layer.masks = toolkitLayerSpecs.ovalMasks(faces, "NONE");
            }
            spec.layers.push(layer);
        }
        if (matteMasks.length > 0) {
            spec.layers.push(toolkitLayerSpecs.faceMatte(matteMasks, spec));
        }
        for (i = 0; i < faces.length; i += 1) {
            spec.layers = spec.layers.concat(toolkitLayerSpecs.faceHelpers(faces[i], spec));
        }
        spec.frameBlending = usesFrameBlending(spec.layers);
        return spec;
    }

    function usesFrameBlending(layers) {
        var i;
        for (i = 0; i < layers.length; i += 1) {
            if (layers[i].look.frameBlendingType !== "NO_FRAME_BLEND") {
                return true;
            }
        }
        return false;
    }

    // The whole cut: the shot comps at their record frames, with the plates below them.
    function cutSpec(shots, delivery, shotSpecs) {
        var frames = delivery.record_count;
        var spec = baseSpec("", delivery.name, delivery, frames, delivery.start_frame, delivery.fps);
        var clip;
        var last;
        var i;
        spec.dropFrame = dropFrame(delivery);
        spec.markers = collectMarkers(delivery, null, spec.frames);
        for (i = 0; i < shots.order.length; i += 1) {
            clip = shots.order[i].plate;
            if (clip) {
                last = clip.record_first + clip.record_count - 1;
                spec.layers.push(toolkitLayerSpecs.plate(clip, 0, clip.record_first, last, spec, delivery.fps));
            } else {
                spec.layers.push(toolkitLayerSpecs.shotComp(shots.order[i].shot, spec));
            }
        }
        spec.frameBlending = usesFrameBlending(spec.layers);
        for (i = 0; i < shotSpecs.length; i += 1) {
            spec.frameBlending = spec.frameBlending || shotSpecs[i].frameBlending;
        }
        return spec;
    }

    // Drop frame exists only at 29.97 and 59.94; null at other rates.
    function dropFrame(delivery) {
        var isPossible = /\/1001$/.test(delivery.rate) && Math.round(delivery.fps) % 30 === 0;
        return isPossible ? delivery.drop_frame : null;
    }

    // The markers of the cut, or of one shot in frames of its comp. A frame holds one marker, so comments on the same
    // frame are joined. The delivery's notes go onto the first frame of the cut.
    function collectMarkers(delivery, shot, count) {
        var origin = shot === null ? 0 : shot.first;
        var markers = [];
        var marker;
        var frame;
        var i;
        for (i = 0; i < delivery.markers.length; i += 1) {
            marker = delivery.markers[i];
            frame = marker.record_frame - origin;
            if (
                (shot === null || marker.shot === shot.name) && frame >= 0 && frame < count &&
                marker.name !== DONE_HERE
            ) {
                addMarker(markers, frame, markerComment(marker, shot), MARKER_LABELS[marker.colour] || 0);
            }
        }
        if (shot === null && delivery.notes.length > 0) {
            addMarker(markers, 0, delivery.notes.join("\n"), MARKER_LABELS.Yellow);
        }
        return markers;
    }

    function markerComment(marker, shot) {
        var prefix = shot === null && marker.shot !== "" ? marker.shot + ": " : "";
        return prefix + marker.name + (marker.note === "" ? "" : "\n" + marker.note);
    }

    function addMarker(markers, frame, comment, label) {
        var i;
        for (i = 0; i < markers.length; i += 1) {
            if (markers[i].frame === frame) {
                markers[i].comment += "\n" + comment;
                return;
            }
        }
        markers.push({ frame: frame, comment: comment, label: label });
    }

    // The specs of all comps of a delivery, shots first and the cut last. Skipped faces are added to notes.
    function build(delivery, notes) {
        var shots = toolkitShots.collect(delivery);
        var specs = [];
        var face;
        var i;
        for (i = 0; i < delivery.faces.length; i += 1) {
            face = delivery.faces[i];
            if (!shots.byName.hasOwnProperty(face.shot) || shots.byName[face.shot].faceClip === null) {
                notes.push("face " + face.face + " of " + face.shot + " was skipped: its shot has no FACE layer");
            }
        }
        for (i = 0; i < shots.shots.length; i += 1) {
            specs.push(shotSpec(shots.shots[i], delivery, notes));
        }
        specs.push(cutSpec(shots, delivery, specs));
        return specs;
    }

    return { build: build };
}());
