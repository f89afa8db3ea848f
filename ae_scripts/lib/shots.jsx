// The shots of a delivery with what belongs to each: plate, layers, faces, and the frames of the cut its comp covers.

var toolkitShots = (function () {
    // The shots with painted layers and the plates between them, bottom to top as the tracks lie.
    function of(delivery) {
        var found = { order: [], shots: [], named: {}, plates: {} };
        var track;
        var clip;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            track = delivery.tracks[i];
            for (k = 0; k < track.clips.length; k += 1) {
                clip = track.clips[k];
                if (!track.pass_name) {
                    found.order.push({ plate: clip });
                    found.plates[clip.shot] = clip;
                } else {
                    shotOf(found, clip).layers.push({ clip: clip, pass: track.pass_name, isNewest: true });
                }
            }
        }
        return measured(found, delivery);
    }

    function shotOf(found, clip) {
        var shot;
        if (!found.named.hasOwnProperty(clip.shot)) {
            shot = { name: clip.shot, layers: [], faces: [], painted: null };
            found.named[clip.shot] = shot;
            found.shots.push(shot);
            found.order.push({ shot: shot });
        }
        return found.named[clip.shot];
    }

    // Frames of the cut that a shot's comp covers: its layers with their handles.
    function measured(found, delivery) {
        var shot;
        var reach;
        var i;
        var k;
        for (i = 0; i < found.shots.length; i += 1) {
            shot = found.shots[i];
            shot.plate = found.plates.hasOwnProperty(shot.name) ? found.plates[shot.name] : null;
            shot.first = Infinity;
            shot.last = -Infinity;
            for (k = 0; k < shot.layers.length; k += 1) {
                reach = toolkitTiming.span(shot.layers[k].clip, delivery.fps);
                shot.first = Math.min(shot.first, reach.first);
                shot.last = Math.max(shot.last, reach.last);
                outdate(shot.layers, k);
                if (shot.layers[k].pass === "FACE") {
                    shot.painted = shot.layers[k].clip;
                }
            }
            shot.clip = shot.layers[0].clip;
        }
        return found;
    }

    // Of two versions of a pass the newer one is shown.
    function outdate(layers, index) {
        var i;
        for (i = 0; i < index; i += 1) {
            if (layers[i].pass === layers[index].pass) {
                layers[layers[i].clip.version > layers[index].clip.version ? index : i].isNewest = false;
            }
        }
    }

    // The delivery's faces of a shot, with their keys; those without a single one are told.
    function facesOf(shot, delivery, notes) {
        var found = [];
        var face;
        var seen;
        var i;
        for (i = 0; i < delivery.faces.length; i += 1) {
            face = delivery.faces[i];
            if (face.shot === shot.name && shot.painted !== null) {
                seen = toolkitFaces.seen(face, shot.painted, shot.first, shot.last - shot.first + 1, delivery.fps);
                if (seen.frames.length === 0) {
                    notes.push("face " + face.face + " of " + face.shot + " has no frame in its shot: it was left out");
                } else {
                    found.push({ face: face, seen: seen });
                }
            }
        }
        return found;
    }

    return { of: of, facesOf: facesOf };
}());
