// The shots of a delivery, each with its plate, layers, faces and the record frames its comp covers.

var toolkitShots = (function () {
    // The shots that have layers, and the plates, in track order from bottom to top.
    function collect(delivery) {
        var result = { order: [], shots: [], byName: {}, plates: {} };
        var track;
        var clip;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            track = delivery.tracks[i];
            for (k = 0; k < track.clips.length; k += 1) {
                clip = track.clips[k];
                if (!track.pass_name) {
                    result.order.push({ plate: clip });
                    result.plates[clip.shot] = clip;
                } else {
                    findOrAddShot(result, clip).layers.push({ clip: clip, pass: track.pass_name, isNewest: true });
                }
            }
        }
        completeShots(result, delivery);
        return result;
    }

    function findOrAddShot(result, clip) {
        var shot;
        if (!result.byName.hasOwnProperty(clip.shot)) {
            shot = { name: clip.shot, layers: [], faces: [], faceClip: null };
            result.byName[clip.shot] = shot;
            result.shots.push(shot);
            result.order.push({ shot: shot });
        }
        return result.byName[clip.shot];
    }

    // Adds to each shot its plate and the record frames its comp covers: its layers with their handles.
    function completeShots(result, delivery) {
        var shot;
        var range;
        var i;
        var k;
        for (i = 0; i < result.shots.length; i += 1) {
            shot = result.shots[i];
            shot.plate = result.plates.hasOwnProperty(shot.name) ? result.plates[shot.name] : null;
            shot.first = Infinity;
            shot.last = -Infinity;
            for (k = 0; k < shot.layers.length; k += 1) {
                range = toolkitRetime.recordRange(shot.layers[k].clip, delivery.fps);
                shot.first = Math.min(shot.first, range.first);
                shot.last = Math.max(shot.last, range.last);
                markOlderVersion(shot.layers, k);
                if (shot.layers[k].pass === "FACE") {
                    shot.faceClip = shot.layers[k].clip;
                }
            }
            shot.clip = shot.layers[0].clip;
        }
    }

    // Of two versions of a pass only the newer one is shown.
    function markOlderVersion(layers, index) {
        var i;
        for (i = 0; i < index; i += 1) {
            if (layers[i].pass === layers[index].pass) {
                layers[layers[i].clip.version > layers[index].clip.version ? index : i].isNewest = false;
            }
        }
    }

    // The delivery's faces of a shot, with their samples. A face without any sample is skipped with a note.
    function collectFaces(shot, delivery, notes) {
        var faces = [];
        var face;
        var track;
        var i;
        for (i = 0; i < delivery.faces.length; i += 1) {
            face = delivery.faces[i];
            if (face.shot === shot.name && shot.faceClip !== null) {
                track = toolkitFaces.trackFace(
                    face, shot.faceClip, shot.first, shot.last - shot.first + 1, delivery.fps
                );
                if (track.frames.length === 0) {
                    notes.push(
                        "face " + face.face + " of " + face.shot +
                        " was skipped: it is not visible in any frame of its shot"
                    );
                } else {
                    faces.push({ face: face, track: track });
                }
            }
        }
        return faces;
    }

    return { collect: collect, collectFaces: collectFaces };
}());
