// Reads delivery.json: checks it, fills in optional fields, and lists the files of its clips. Does not use the
// application.

var toolkitDelivery = (function () {
    var MAX_FPS = 99; // frames per second, of a comp and of footage
    var MAX_SECONDS = 10800; // seconds of a comp
    var MIN_SIZE = 4; // pixels of a comp
    var MAX_SIZE = 30000;

    var POSITION = /^(\d+)(?:\/([1-9]\d*))?$/; // frames, exactly: "83" or "167/2"

    var DELIVERY_FIELDS = {
        "name": "text", "rate": "text", "fps": "positive", "drop_frame": "boolean", "start_timecode": "text",
        "start_frame": "integer", "record_count": "positive", "width": "size", "height": "size", "tracks": "list",
        "faces": "list", "notes": "list"
    };
    var TRACK_FIELDS = { "name": "text", "clips": "list" };
    var CLIP_FIELDS = {
        "name": "text", "shot": "text", "kind": "text", "path": "text", "pattern": "text", "start_index": "integer",
        "end_index": "integer", "in_frame": "count", "frame_count": "positive", "record_first": "count",
        "record_count": "positive", "fps": "positive", "speed": "number", "timecode": "text", "width": "positive",
        "height": "positive", "alpha": "text", "encoding": "text", "opacity": "number", "interpolation": "text"
    };
    var LAYER_FIELDS = { "width": "size", "height": "size" }; // a layer is as large as its shot's comp
    var FACE_FIELDS = {
        "shot": "text", "face": "count", "frames": "numbers", "x": "numbers", "y": "numbers", "scale": "numbers",
        "roll": "numbers", "corners": "list", "ovals": "list", "feathers": "numbers"
    };
    var MARKER_FIELDS = { "record_frame": "count", "shot": "text", "name": "text", "note": "text", "colour": "text" };

    var INTERPOLATIONS = { "host": true, "nearest": true, "blend": true, "flow": true };

    // For deliveries written before these fields existed.
    var DEFAULTS = {
        "clip": { "opacity": 100, "interpolation": "host", "version": null },
        "face": { "ovals": [], "feathers": [] },
        "delivery": { "markers": [], "origin": null }
    };

    function isInteger(value) {
        return typeof value === "number" && value === Math.floor(value);
    }

    function isCount(value) {
        return isInteger(value) && value >= 0;
    }

    function areNumbers(list) {
        var i;
        for (i = 0; i < list.length; i += 1) {
            if (typeof list[i] !== "number") {
                return false;
            }
        }
        return true;
    }

    function isOfType(value, type) {
        switch (type) {
        case "text":
            return typeof value === "string";
        case "boolean":
            return typeof value === "boolean";
        case "object":
            return typeof value === "object" && value !== null;
        case "list":
            return toolkitJson.isList(value);
        case "numbers":
            return toolkitJson.isList(value) && areNumbers(value);
        case "integer": // a comp may start before frame 0
            return isInteger(value);
        case "count":
            return isCount(value);
        case "size":
            return isCount(value) && value >= MIN_SIZE && value <= MAX_SIZE;
        case "positive":
            return typeof value === "number" && value > 0;
        default:
            return typeof value === "number";
        }
    }

    // label names the object in the error message.
    function checkFields(value, types, label) {
        var field;
        for (field in types) {
            if (types.hasOwnProperty(field)) {
                if (typeof value !== "object" || value === null || !isOfType(value[field], types[field])) {
                    throw new Error("'" + field + "' of " + label + " is missing or invalid");
                }
            }
        }
    }

    function fillDefaults(value, defaults) {
        var field;
        for (field in defaults) {
            if (defaults.hasOwnProperty(field) && typeof value === "object" && value !== null) {
                if (!Object.prototype.hasOwnProperty.call(value, field)) {
                    value[field] = defaults[field];
                }
            }
        }
    }

    // Where the clip starts, as a number; deliveries written before in_position existed start on a whole frame.
    function readPosition(clip) {
        var found = Object.prototype.hasOwnProperty.call(clip, "in_position") ? clip.in_position : clip.in_frame;
        var parts = POSITION.exec(String(found));
        if (parts === null) {
            throw new Error("'in_position' of '" + clip.name + "' is missing or invalid");
        }
        return Number(parts[1]) / (parts[2] ? Number(parts[2]) : 1);
    }

    // Why After Effects cannot show the footage of a clip; empty if it can.
    function footageProblem(clip) {
        if (clip.fps > MAX_FPS || clip.fps < 1) {
            return "runs at " + clip.fps + " fps; After Effects supports 1 to " + MAX_FPS;
        }
        if (!isOfType(clip.width, "size") || !isOfType(clip.height, "size")) {
            return "is " + clip.width + "x" + clip.height + "; After Effects supports " + MIN_SIZE + " to " +
                MAX_SIZE + " pixels";
        }
        if (clip.in_frame + clip.frame_count > clip.end_index - clip.start_index + 1) {
            return "uses more frames than its media has";
        }
        return "";
    }

    // A plate is only a guide: what is wrong with its footage is kept in its problem, and stops nothing.
    function checkClip(clip, track) {
        fillDefaults(clip, DEFAULTS.clip);
        checkFields(clip, CLIP_FIELDS, "a clip of " + track.name);
        clip.problem = footageProblem(clip);
        if (track.pass_name) {
            checkFields(clip, LAYER_FIELDS, "a clip of " + track.name);
            if (clip.problem !== "") {
                throw new Error("'" + clip.name + "' " + clip.problem);
            }
        }
        if (!INTERPOLATIONS.hasOwnProperty(clip.interpolation)) {
            throw new Error("'" + clip.name + "' has the unknown interpolation '" + clip.interpolation + "'");
        }
        clip.in_position = readPosition(clip);
        if (clip.opacity < 0 || clip.opacity > 100) {
            throw new Error("'" + clip.name + "' has an opacity of " + clip.opacity + " %, outside 0 to 100");
        }
    }

    function checkTrack(track) {
        var seen = {};
        var clip;
        var i;
        checkFields(track, TRACK_FIELDS, "a track");
        for (i = 0; i < track.clips.length; i += 1) {
            clip = track.clips[i];
            checkClip(clip, track);
            if (track.pass_name && seen.hasOwnProperty(clip.shot)) {
                throw new Error("shot " + clip.shot + " appears twice on " + track.name);
            }
            seen[clip.shot] = true;
        }
    }

    function checkPoints(points, count, label) {
        var i;
        if (!toolkitJson.isList(points) || points.length !== count) {
            throw new Error(label + " does not have " + count + " points on every frame");
        }
        for (i = 0; i < count; i += 1) {
            if (!toolkitJson.isList(points[i]) || points[i].length !== 2 || !areNumbers(points[i])) {
                throw new Error(label + " has an invalid point");
            }
        }
    }

    function checkFace(face) {
        var columns = ["x", "y", "scale", "roll", "corners"];
        var label;
        var i;
        fillDefaults(face, DEFAULTS.face);
        checkFields(face, FACE_FIELDS, "a face");
        label = "face " + face.face + " of " + face.shot;
        if (face.ovals.length > 0 || face.feathers.length > 0) {
            columns.push("ovals", "feathers");
        }
        for (i = 0; i < columns.length; i += 1) {
            if (face[columns[i]].length !== face.frames.length) {
                throw new Error(label + " has frames without a value in '" + columns[i] + "'");
            }
        }
        for (i = 0; i < face.frames.length; i += 1) {
            checkPoints(face.corners[i], 4, "the crop of " + label);
            if (face.ovals.length > 0) {
                checkPoints(face.ovals[i], face.ovals[0].length, "the oval of " + label);
            }
        }
    }

    function checkCut(delivery) {
        fillDefaults(delivery, DEFAULTS.delivery);
        checkFields(delivery, DELIVERY_FIELDS, "the delivery");
        checkFields(delivery, { "markers": "list" }, "the delivery");
        if (delivery.origin !== null) {
            checkFields(delivery.origin, { "host": "text", "colour": "object" }, "the origin of the delivery");
            checkFields(delivery.origin.colour, { "working": "text" }, "the colour of the origin");
        }
        if (delivery.fps > MAX_FPS || delivery.fps < 1) {
            throw new Error(
                "the cut runs at " + delivery.fps + " fps; After Effects comps support 1 to " + MAX_FPS + " fps"
            );
        }
        if (delivery.record_count / delivery.fps > MAX_SECONDS) {
            throw new Error("the cut is longer than three hours, the maximum length of an After Effects comp");
        }
    }

    // Parses and checks a delivery. Throws an Error whose message is shown to the user.
    function read(text) {
        var delivery = toolkitDeliverySchema.parse(text);
        var i;
        checkCut(delivery);
        for (i = 0; i < delivery.tracks.length; i += 1) {
            checkTrack(delivery.tracks[i]);
        }
        for (i = 0; i < delivery.faces.length; i += 1) {
            checkFace(delivery.faces[i]);
        }
        for (i = 0; i < delivery.markers.length; i += 1) {
            checkFields(delivery.markers[i], MARKER_FIELDS, "a marker");
        }
        return delivery;
    }

    // The full paths of a clip's files, first to last. Layer files must be inside root, the delivery's folder.
    function listFiles(clip, isLayer, root) {
        var path = isLayer ? clip.path : clip.path.replace(/\\/g, "/");
        var absolute = /^([A-Za-z]:|[\\\/~])/.test(path);
        var folder = absolute ? "" : root + "/";
        var name = path.replace(/^.*\//, "");
        var pattern = /^([^\/\\]*)%0([1-9][0-9]?)d([^\/\\]*)$/.exec(clip.pattern); // the last one: names have % signs
        var paths = [];
        var i;
        if (isLayer && (absolute || /[\\:%]|(^|\/)\.{0,2}(\/|$)/.test(clip.path))) {
            throw new Error("layer '" + clip.name + "' is outside the delivery's folder: " + clip.path);
        }
        if (clip.kind === "movie") {
            return [folder + path];
        }
        folder += path.substring(0, path.length - name.length);
        for (i = clip.start_index; i <= clip.end_index && pattern; i += 1) {
            paths.push(folder + pattern[1] + padNumber(i, Number(pattern[2])) + pattern[3]);
        }
        if (paths.length === 0 || paths[0] !== folder + name) {
            throw new Error("'" + clip.name + "': the pattern " + clip.pattern + " does not match " + clip.path);
        }
        return paths;
    }

    // As printf does: the sign of a negative number takes one of the digits.
    function padNumber(number, digits) {
        var sign = number < 0 ? "-" : "";
        var text = String(Math.abs(number));
        while (sign.length + text.length < digits) {
            text = "0" + text;
        }
        return sign + text;
    }

    return { read: read, listFiles: listFiles };
}());
