// The delivery as it was written: checked, with what it may leave out filled in, and the names of its files.
// Knows nothing of the application.

var toolkitDelivery = (function () {
    var SCHEMA = "toolkit.delivery/1";
    var FASTEST = 99; // frames per second, of a comp and of footage
    var LONGEST = 10800; // seconds of a comp
    var SMALLEST = 4; // pixels of a comp
    var LARGEST = 30000;

    var DELIVERY = {
        "name": "text", "rate": "text", "fps": "positive", "drop_frame": "truth", "start_timecode": "text",
        "start_frame": "whole", "record_count": "positive", "width": "size", "height": "size", "tracks": "list",
        "faces": "list", "notes": "list"
    };
    var TRACK = { "name": "text", "clips": "list" };
    var CLIP = {
        "name": "text", "shot": "text", "kind": "text", "path": "text", "pattern": "text", "start_index": "count",
        "end_index": "count", "in_frame": "count", "frame_count": "positive", "record_first": "count",
        "record_count": "positive", "fps": "positive", "speed": "number", "timecode": "text", "width": "size",
        "height": "size", "alpha": "text", "encoding": "text", "opacity": "number", "interpolation": "text"
    };
    var FACE = {
        "shot": "text", "face": "count", "frames": "numbers", "x": "numbers", "y": "numbers", "scale": "numbers",
        "roll": "numbers", "corners": "list", "ovals": "list", "feathers": "numbers"
    };
    var MARKER = { "record_frame": "count", "shot": "text", "name": "text", "note": "text", "colour": "text" };

    var INTERPOLATIONS = { "host": true, "nearest": true, "blend": true, "flow": true };

    // What documents of before these fields leave out.
    var UNSAID = {
        "clip": { "opacity": 100, "interpolation": "host", "version": null },
        "face": { "ovals": [], "feathers": [] },
        "delivery": { "markers": [], "origin": null }
    };

    function isWhole(value) {
        return typeof value === "number" && value === Math.floor(value);
    }

    function isCount(value) {
        return isWhole(value) && value >= 0;
    }

    function allNumbers(list) {
        var i;
        for (i = 0; i < list.length; i += 1) {
            if (typeof list[i] !== "number") {
                return false;
            }
        }
        return true;
    }

    function holds(value, kind) {
        switch (kind) {
        case "text":
            return typeof value === "string";
        case "truth":
            return typeof value === "boolean";
        case "object":
            return typeof value === "object" && value !== null;
        case "list":
            return toolkitJson.isList(value);
        case "numbers":
            return toolkitJson.isList(value) && allNumbers(value);
        case "whole": // a comp may begin before 0
            return isWhole(value);
        case "count":
            return isCount(value);
        case "size":
            return isCount(value) && value >= SMALLEST && value <= LARGEST;
        case "positive":
            return typeof value === "number" && value > 0;
        default:
            return typeof value === "number";
        }
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

    function fill(value, unsaid) {
        var field;
        for (field in unsaid) {
            if (unsaid.hasOwnProperty(field) && typeof value === "object" && value !== null) {
                if (!Object.prototype.hasOwnProperty.call(value, field)) {
                    value[field] = unsaid[field];
                }
            }
        }
    }

    function checkClip(clip, track) {
        fill(clip, UNSAID.clip);
        check(clip, CLIP, "a clip of " + track.name);
        if (clip.fps > FASTEST) {
            throw new Error("'" + clip.name + "' runs at " + clip.fps + " fps; After Effects takes at most " + FASTEST);
        }
        if (clip.in_frame + clip.frame_count > clip.end_index - clip.start_index + 1) {
            throw new Error("'" + clip.name + "' uses more pictures than its media has");
        }
        if (!INTERPOLATIONS.hasOwnProperty(clip.interpolation)) {
            throw new Error("'" + clip.name + "' asks for an unknown interpolation, '" + clip.interpolation + "'");
        }
        if (clip.opacity < 0 || clip.opacity > 100) {
            throw new Error("'" + clip.name + "' has an opacity of " + clip.opacity + " per cent");
        }
    }

    function checkTrack(track) {
        var seen = {};
        var clip;
        var i;
        check(track, TRACK, "a track");
        for (i = 0; i < track.clips.length; i += 1) {
            clip = track.clips[i];
            checkClip(clip, track);
            if (track.pass_name && seen.hasOwnProperty(clip.shot)) {
                throw new Error("shot " + clip.shot + " is on " + track.name + " twice");
            }
            seen[clip.shot] = true;
        }
    }

    function checkPoints(points, count, what) {
        var i;
        if (!toolkitJson.isList(points) || points.length !== count) {
            throw new Error(what + " has another number of points than before");
        }
        for (i = 0; i < count; i += 1) {
            if (!toolkitJson.isList(points[i]) || points[i].length !== 2 || !allNumbers(points[i])) {
                throw new Error(what + " has a point that is none");
            }
        }
    }

    function checkFace(face) {
        var columns = ["x", "y", "scale", "roll", "corners"];
        var what;
        var i;
        fill(face, UNSAID.face);
        check(face, FACE, "a face");
        what = "face " + face.face + " of " + face.shot;
        if (face.ovals.length > 0 || face.feathers.length > 0) {
            columns.push("ovals", "feathers");
        }
        for (i = 0; i < columns.length; i += 1) {
            if (face[columns[i]].length !== face.frames.length) {
                throw new Error(what + " has frames without '" + columns[i] + "'");
            }
        }
        for (i = 0; i < face.frames.length; i += 1) {
            checkPoints(face.corners[i], 4, "the crop of " + what);
            if (face.ovals.length > 0) {
                checkPoints(face.ovals[i], face.ovals[0].length, "the oval of " + what);
            }
        }
    }

    function checkCut(delivery) {
        fill(delivery, UNSAID.delivery);
        check(delivery, DELIVERY, "the delivery");
        check(delivery, { "markers": "list" }, "the delivery");
        if (delivery.origin !== null) {
            check(delivery.origin, { "host": "text", "colour": "object" }, "the origin of the delivery");
            check(delivery.origin.colour, { "working": "text" }, "the colour of the origin");
        }
        if (delivery.fps > FASTEST || delivery.fps < 1) {
            throw new Error("the cut runs at " + delivery.fps + " fps; After Effects comps reach from 1 to " + FASTEST);
        }
        if (delivery.record_count / delivery.fps > LONGEST) {
            throw new Error("the cut is longer than three hours, the most a comp of After Effects can last");
        }
    }

    // The delivery in a text. Throws an Error with a sentence for whoever chose the file.
    function read(text) {
        var delivery = toolkitJson.parse(text);
        var i;
        if (delivery === null || delivery.schema !== SCHEMA) {
            throw new Error("this is not a " + SCHEMA + " document: are this script and the toolkit of one version?");
        }
        checkCut(delivery);
        for (i = 0; i < delivery.tracks.length; i += 1) {
            checkTrack(delivery.tracks[i]);
        }
        for (i = 0; i < delivery.faces.length; i += 1) {
            checkFace(delivery.faces[i]);
        }
        for (i = 0; i < delivery.markers.length; i += 1) {
            check(delivery.markers[i], MARKER, "a marker");
        }
        return delivery;
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

    return { read: read, files: files };
}());
