// Face keyframes in the frames of a shot's comp: null, oval mask and corner pin.

var toolkitFaces = (function () {
    // The delivery gives pixel centres; After Effects counts from the upper left corner of a pixel.
    function toAePoint(point) {
        return [point[0] + 0.5, point[1] + 0.5];
    }

    function interpolate(a, b, fraction) {
        var values;
        var i;
        if (typeof a === "number") {
            return a + (b - a) * fraction;
        }
        values = [];
        for (i = 0; i < a.length; i += 1) {
            values.push(interpolate(a[i], b[i], fraction));
        }
        return values;
    }

    // The face at a source position: the values of the source frame shown, or interpolated between two source frames
    // where the layer is interpolated too. Null where the face is absent.
    function sampleAt(face, entryOf, position, isInterpolated) {
        var low = Math.floor(position + toolkitRetime.EPSILON);
        var fraction = isInterpolated ? Math.max(0, position - low) : 0;
        var first = entryOf[low];
        var second = entryOf[low + 1];
        var columns = ["x", "y", "scale", "roll", "corners", "ovals", "feathers"];
        var sample = {};
        var values;
        var i;
        if (first === undefined) {
            return null;
        }
        for (i = 0; i < columns.length; i += 1) {
            values = face[columns[i]];
            if (values.length > 0) {
                sample[columns[i]] = fraction > toolkitRetime.EPSILON && second !== undefined
                    ? interpolate(values[first], values[second], fraction)
                    : values[first];
            }
        }
        return sample;
    }

    function toAePoints(points) {
        var converted = [];
        var i;
        for (i = 0; i < points.length; i += 1) {
            converted.push(toAePoint(points[i]));
        }
        return converted;
    }

    // The face on every frame of a comp whose frame 0 is record frame origin. clip is the FACE layer. presence is an
    // opacity: 100 where the face is visible, 0 elsewhere, with a key at each change.
    function trackFace(face, clip, origin, count, fps) {
        var track = { frames: [], samples: [], presence: null };
        var changes = { frames: [], values: [], held: true };
        var isInterpolated = toolkitRetime.isInterpolated(clip);
        var entryOf = {};
        var previous = -1;
        var sample;
        var opacity;
        var i;
        for (i = 0; i < face.frames.length; i += 1) {
            entryOf[face.frames[i]] = i;
        }
        for (i = 0; i < count; i += 1) {
            sample = sampleAt(face, entryOf, toolkitRetime.sourcePositionAt(clip, origin + i, fps), isInterpolated);
            opacity = sample === null ? 0 : 100;
            if (opacity !== previous) {
                changes.frames.push(i);
                changes.values.push(opacity);
                previous = opacity;
            }
            if (sample !== null) {
                track.frames.push(i);
                track.samples.push(sample);
            }
        }
        track.presence = changes.frames.length > 1 ? changes : { value: 100 };
        return track;
    }

    // The keys of a property: valueOf turns a sample into a value.
    function buildKeys(track, valueOf) {
        var values = [];
        var i;
        for (i = 0; i < track.samples.length; i += 1) {
            values.push(valueOf(track.samples[i]));
        }
        return { frames: track.frames, values: values, held: false };
    }

    function hasOval(face) {
        return face.ovals.length > 0 && face.ovals[0].length > 2;
    }

    // The oval as a mask. The delivery's matte is soft inwards from the oval, but a mask feather in After Effects
    // extends to both sides of the path, so the path is contracted by half of the feather.
    function ovalMask(face, track, mode) {
        return {
            name: "face " + face.face,
            mode: mode,
            path: buildKeys(track, function (sample) { return toAePoints(sample.ovals); }),
            feather: buildKeys(track, function (sample) { return [sample.feathers, sample.feathers]; }),
            expansion: buildKeys(track, function (sample) { return -sample.feathers / 2; }),
            opacity: track.presence
        };
    }

    // The transform of the null: pixels of the comp, scale in per cent of the first entry's face, degrees clockwise.
    function nullTransform(track) {
        return {
            "ADBE Anchor Point": { value: [0, 0] },
            "ADBE Position": buildKeys(track, function (sample) { return toAePoint([sample.x, sample.y]); }),
            "ADBE Scale": buildKeys(track, function (sample) { return [sample.scale, sample.scale]; }),
            "ADBE Rotate Z": buildKeys(track, function (sample) { return sample.roll; })
        };
    }

    // The four corners of the face crop, in the delivery's order: upper left, upper right, lower left, lower right.
    function cornerPins(track) {
        var pins = [];
        var i;
        function buildPin(index) {
            return buildKeys(track, function (sample) { return toAePoint(sample.corners[index]); });
        }
        for (i = 0; i < 4; i += 1) {
            pins.push(buildPin(i));
        }
        return pins;
    }

    function distance(a, b) {
        return Math.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]));
    }

    // Width and height of the first entry's crop in whole pixels: the size at scale 100.
    function cropSize(face) {
        var corners = face.corners[0];
        return [
            Math.max(4, Math.round(distance(corners[0], corners[1]))),
            Math.max(4, Math.round(distance(corners[0], corners[2])))
        ];
    }

    // The first entry's oval on a solid of that size that is parented upright to the null.
    function uprightMask(face, size) {
        var roll = face.roll[0] * Math.PI / 180;
        var path = [];
        var x;
        var y;
        var i;
        for (i = 0; i < face.ovals[0].length; i += 1) {
            x = face.ovals[0][i][0] - face.x[0];
            y = face.ovals[0][i][1] - face.y[0];
            path.push([
                size[0] / 2 + Math.cos(roll) * x + Math.sin(roll) * y,
                size[1] / 2 - Math.sin(roll) * x + Math.cos(roll) * y
            ]);
        }
        return {
            name: "face " + face.face,
            mode: "ADD",
            path: { value: path },
            feather: { value: [face.feathers[0], face.feathers[0]] },
            expansion: { value: -face.feathers[0] / 2 },
            opacity: { value: 100 }
        };
    }

    return {
        trackFace: trackFace, hasOval: hasOval, ovalMask: ovalMask, nullTransform: nullTransform,
        cornerPins: cornerPins, cropSize: cropSize, uprightMask: uprightMask
    };
}());
