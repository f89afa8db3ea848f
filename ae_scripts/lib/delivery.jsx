// The delivery as After Effects needs it: checked, with file names and seconds. Knows nothing of the application.

var toolkitDelivery = (function () {
    var SCHEMA = "toolkit.delivery/1";
    var FASTEST = 99; // frames per second, of a comp and of footage
    var LONGEST = 10800; // seconds of a comp
    var NUDGE = 0.01; // of a picture: a remapped time stands this far inside its picture, never on the edge

    var DELIVERY = {
        "name": "text", "rate": "text", "fps": "positive", "drop_frame": "truth", "start_frame": "count",
        "record_count": "positive", "width": "positive", "height": "positive", "tracks": "list", "faces": "list",
        "notes": "list"
    };
    var TRACK = { "name": "text", "clips": "list" };
    var CLIP = {
        "name": "text", "shot": "text", "kind": "text", "path": "text", "pattern": "text", "start_index": "count",
        "end_index": "count", "in_frame": "count", "frame_count": "positive", "record_first": "count",
        "record_count": "positive", "fps": "positive", "speed": "number", "width": "positive", "height": "positive",
        "alpha": "text"
    };
    var FACE = {
        "shot": "text", "face": "count", "frames": "list", "x": "list", "y": "list", "scale": "list", "roll": "list"
    };

    function holds(value, kind) {
        if (kind === "text") {
            return typeof value === "string";
        }
        if (kind === "truth") {
            return typeof value === "boolean";
        }
        if (kind === "list") {
            return toolkitJson.isList(value);
        }
        if (typeof value !== "number") {
            return false;
        }
        if (kind === "positive") {
            return value > 0;
        }
        return kind === "number" || (value >= 0 && value === Math.floor(value));
    }

    function check(value, fields, what) {
        var field;
        for (field in fields) {
            if (fields.hasOwnProperty(field)) {
                if (typeof value !== "object" || value === null || !holds(value[field], fields[field])) {
                    throw new Error(what + " has no proper '" + field + "'");
                }
            }
        }
    }

    function checkClip(clip, track) {
        check(clip, CLIP, "a clip of " + track.name);
        if (clip.fps > FASTEST) {
            throw new Error("'" + clip.name + "' runs at " + clip.fps + " fps; After Effects takes at most " + FASTEST);
        }
        if (clip.in_frame + clip.frame_count > clip.end_index - clip.start_index + 1) {
            throw new Error("'" + clip.name + "' uses more pictures than its media has");
        }
    }

    // The delivery in a text. Throws an Error with a sentence for whoever chose the file.
    function read(text) {
        var delivery = toolkitJson.parse(text);
        var i;
        var k;
        if (delivery === null || delivery.schema !== SCHEMA) {
            throw new Error("this is not a " + SCHEMA + " document: are this script and the toolkit of one version?");
        }
        check(delivery, DELIVERY, "the delivery");
        if (delivery.fps > FASTEST) {
            throw new Error("the cut runs at " + delivery.fps + " fps; After Effects comps reach " + FASTEST);
        }
        if (delivery.record_count / delivery.fps > LONGEST) {
            throw new Error("the cut is longer than three hours, the most a comp of After Effects can last");
        }
        for (i = 0; i < delivery.tracks.length; i += 1) {
            check(delivery.tracks[i], TRACK, "a track");
            for (k = 0; k < delivery.tracks[i].clips.length; k += 1) {
                checkClip(delivery.tracks[i].clips[k], delivery.tracks[i]);
            }
        }
        for (i = 0; i < delivery.faces.length; i += 1) {
            checkFace(delivery.faces[i]);
        }
        return delivery;
    }

    function checkFace(face) {
        var columns = ["x", "y", "scale", "roll"];
        var i;
        check(face, FACE, "a face");
        for (i = 0; i < columns.length; i += 1) {
            if (face[columns[i]].length !== face.frames.length) {
                throw new Error("face " + face.face + " of " + face.shot + " has frames without '" + columns[i] + "'");
            }
        }
    }

    // Full names of a clip's files, first to last. A layer's stay inside root, the delivery's folder.
    function files(clip, isLayer, root) {
        var path = isLayer ? clip.path : clip.path.replace(/\\/g, "/");
        var absolute = /^([A-Za-z]:|[\\\/~])/.test(path);
        var folder = absolute ? "" : root + "/";
        var name = path.replace(/^.*\//, "");
        var pattern = /^([^%\/\\]*)%0([1-9])d([^%\/\\]*)$/.exec(clip.pattern);
        var found = [];
        var i;
        if (isLayer && (absolute || /[\\:%]|(^|\/)\.{0,2}(\/|$)/.test(clip.path))) {
            throw new Error("layer '" + clip.name + "' lies outside the delivery's folder: " + clip.path);
        }
        if (clip.kind === "movie") {
            return [folder + path];
        }
        folder += path.substring(0, path.length - name.length);
        for (i = clip.start_index; i <= clip.end_index && pattern; i += 1) {
            found.push(folder + pattern[1] + padded(i, Number(pattern[2])) + pattern[3]);
        }
        if (found.length === 0 || found[0] !== folder + name) {
            throw new Error("'" + clip.name + "': " + clip.pattern + " is not the pattern of " + clip.path);
        }
        return found;
    }

    function padded(number, digits) {
        var text = String(number);
        while (text.length < digits) {
            text = "0" + text;
        }
        return text;
    }

    // Where a clip's layer sits, in seconds of the comp; remap is [comp seconds, media seconds] pairs or null.
    function timing(clip, fps) {
        var first = clip.record_first / fps;
        var pace = Math.abs(clip.speed) * clip.fps / fps; // pictures of the media in a frame of the comp
        var last = clip.record_first + clip.record_count - 1;
        var found = { inPoint: first, outPoint: (last + 1) / fps, startTime: first, stretch: 100, remap: null };
        if (clip.speed > 0) {
            found.stretch = 100 / clip.speed;
            found.startTime = (clip.record_first - clip.in_frame / pace) / fps;
        } else {
            found.remap = [[first, (clip.in_frame + NUDGE + pace * (clip.record_count - 1)) / clip.fps]];
            if (clip.speed < 0 && clip.record_count > 1) {
                found.remap.push([last / fps, (clip.in_frame + NUDGE) / clip.fps]);
            }
        }
        return found;
    }

    // When the comp shows a picture of the clip's media, in frames of the comp; null when a freeze never does.
    function recordOf(clip, picture, fps) {
        var pace = Math.abs(clip.speed) * clip.fps / fps;
        if (clip.speed === 0) {
            return picture === clip.in_frame ? clip.record_first : null;
        }
        if (clip.speed > 0) {
            return clip.record_first + (picture - clip.in_frame) / pace;
        }
        return clip.record_first + clip.record_count - 1 - (picture - clip.in_frame) / pace;
    }

    // How much a clip is scaled to fit the comp, as Resolve does it by default: whole picture, bars where needed.
    function fit(clip, delivery) {
        return Math.min(delivery.width / clip.width, delivery.height / clip.height);
    }

    // The layer a face was painted on: its numbering is the face's.
    function layerOf(face, delivery) {
        var found = null;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            for (k = 0; k < delivery.tracks[i].clips.length; k += 1) {
                if (delivery.tracks[i].pass_name && delivery.tracks[i].clips[k].shot === face.shot) {
                    found = delivery.tracks[i].clips[k];
                }
            }
        }
        return found;
    }

    // Keys of a null that goes with the face, inside the comp only: seconds, pixels of the comp, per cent, degrees.
    function faceKeys(face, delivery) {
        var clip = layerOf(face, delivery);
        var found = { times: [], position: [], scale: [], rotation: [] };
        var size;
        var frame;
        var i;
        if (clip === null) {
            throw new Error("face " + face.face + " of " + face.shot + " has no layer");
        }
        size = fit(clip, delivery);
        for (i = 0; i < face.frames.length; i += 1) {
            frame = recordOf(clip, face.frames[i], delivery.fps);
            if (frame !== null && frame >= 0 && frame < delivery.record_count) {
                found.times.push(frame / delivery.fps);
                // a position of the delivery names the centre of a pixel, one of After Effects its upper left corner
                found.position.push([
                    delivery.width / 2 + (face.x[i] + 0.5 - clip.width / 2) * size,
                    delivery.height / 2 + (face.y[i] + 0.5 - clip.height / 2) * size
                ]);
                found.scale.push([face.scale[i], face.scale[i]]);
                found.rotation.push(face.roll[i]);
            }
        }
        found.clip = clip;
        return found;
    }

    return { read: read, files: files, timing: timing, fit: fit, faceKeys: faceKeys };
}());
