// What there should be in the project: comps as plain values, their layers bottom first, counted in frames. The builder
// walks them, and what is read back from After Effects has the same shape.

var toolkitStack = (function () {
    var MARKERS = { "Red": 1, "Yellow": 2, "Blue": 8, "Green": 9 };

    function comp(key, name, clip, frames, displayStart) {
        return {
            key: key, name: name, width: clip.width, height: clip.height, frames: frames, displayStart: displayStart,
            dropFrame: null, workFirst: 0, workCount: frames, frameBlending: false, layers: [], markers: []
        };
    }

    // A shot with its handles: the plate, what was painted, and what goes with the faces. The work area is what the cut
    // shows, and the first frame has the number of the first file.
    function shotComp(shot, delivery, notes) {
        var clip = shot.clip;
        var made = comp(shot.name, shot.name, clip, shot.last - shot.first + 1, clip.start_index);
        var faces = toolkitShots.facesOf(shot, delivery, notes);
        var masks = toolkitWanted.masksOf(faces, "ADD");
        var one;
        var i;
        made.workFirst = clip.record_first - shot.first;
        made.workCount = clip.record_count;
        made.markers = markersOf(delivery, shot, made.frames);
        if (shot.plate !== null) {
            one = toolkitWanted.plate(shot.plate, shot.first, shot.first, shot.last, made, delivery.fps);
            one.look.locked = true; // what everything else lies over
            made.layers.push(one);
        }
        for (i = 0; i < shot.layers.length; i += 1) {
            one = toolkitWanted.pass(shot.layers[i], shot, made, delivery.fps);
            if (shot.layers[i].clip === shot.painted) {
                one.masks = toolkitWanted.masksOf(faces, "NONE");
            }
            made.layers.push(one);
        }
        if (masks.length > 0) {
            made.layers.push(toolkitWanted.matte(masks, made));
        }
        for (i = 0; i < faces.length; i += 1) {
            made.layers = made.layers.concat(toolkitWanted.helpers(faces[i], made));
        }
        made.frameBlending = isBlended(made.layers);
        return made;
    }

    function isBlended(layers) {
        var i;
        for (i = 0; i < layers.length; i += 1) {
            if (layers[i].look.frameBlendingType !== "NO_FRAME_BLEND") {
                return true;
            }
        }
        return false;
    }

    // The whole cut: shots where the editor put them, and under them the plates.
    function master(found, delivery, shots) {
        var made = comp("", delivery.name, delivery, delivery.record_count, delivery.start_frame);
        var clip;
        var last;
        var i;
        made.dropFrame = dropFrame(delivery);
        made.markers = markersOf(delivery, null, made.frames);
        for (i = 0; i < found.order.length; i += 1) {
            clip = found.order[i].plate;
            if (clip) {
                last = clip.record_first + clip.record_count - 1;
                made.layers.push(toolkitWanted.plate(clip, 0, clip.record_first, last, made, delivery.fps));
            } else {
                made.layers.push(toolkitWanted.shot(found.order[i].shot, made));
            }
        }
        made.frameBlending = isBlended(made.layers);
        for (i = 0; i < shots.length; i += 1) {
            made.frameBlending = made.frameBlending || shots[i].frameBlending;
        }
        return made;
    }

    // Drop-frame labels exist at 29.97 and 59.94 only; null elsewhere.
    function dropFrame(delivery) {
        var counts = /\/1001$/.test(delivery.rate) && Math.round(delivery.fps) % 30 === 0;
        return counts ? delivery.drop_frame : null;
    }

    // Markers of the cut, or those of one shot on its comp's frames. One frame holds one marker, so remarks are joined;
    // the delivery's notes, which have no place, stand on the cut's first frame.
    function markersOf(delivery, shot, count) {
        var origin = shot === null ? 0 : shot.first;
        var found = [];
        var marker;
        var frame;
        var i;
        for (i = 0; i < delivery.markers.length; i += 1) {
            marker = delivery.markers[i];
            frame = marker.record_frame - origin;
            if ((shot === null || marker.shot === shot.name) && frame >= 0 && frame < count) {
                mark(found, frame, sentence(marker, shot), MARKERS[marker.colour] || 0);
            }
        }
        if (shot === null && delivery.notes.length > 0) {
            mark(found, 0, delivery.notes.join("\n"), MARKERS.Yellow);
        }
        return found;
    }

    function sentence(marker, shot) {
        var prefix = shot === null && marker.shot !== "" ? marker.shot + ": " : "";
        return prefix + marker.name + (marker.note === "" ? "" : "\n" + marker.note);
    }

    function mark(found, frame, comment, label) {
        var i;
        for (i = 0; i < found.length; i += 1) {
            if (found[i].frame === frame) {
                found[i].comment += "\n" + comment;
                return;
            }
        }
        found.push({ frame: frame, comment: comment, label: label });
    }

    // Every comp of a delivery, shots first and the cut last; a face that cannot be placed is told in notes.
    function comps(delivery, notes) {
        var found = toolkitShots.of(delivery);
        var made = [];
        var face;
        var i;
        for (i = 0; i < delivery.faces.length; i += 1) {
            face = delivery.faces[i];
            if (!found.named.hasOwnProperty(face.shot) || found.named[face.shot].painted === null) {
                notes.push("face " + face.face + " of " + face.shot + " has no layer: it was left out");
            }
        }
        for (i = 0; i < found.shots.length; i += 1) {
            made.push(shotComp(found.shots[i], delivery, notes));
        }
        made.push(master(found, delivery, made));
        return made;
    }

    return { comps: comps };
}());
