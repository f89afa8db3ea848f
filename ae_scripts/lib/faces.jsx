// A face as keys on the frames of its shot's comp, wherever the picture shown there has a face.

var toolkitFaces = (function () {
    // A place of the delivery names the centre of a pixel, one of After Effects its upper left corner.
    function corner(point) {
        return [point[0] + 0.5, point[1] + 0.5];
    }

    function mixed(a, b, part) {
        var found;
        var i;
        if (typeof a === "number") {
            return a + (b - a) * part;
        }
        found = [];
        for (i = 0; i < a.length; i += 1) {
            found.push(mixed(a[i], b[i], part));
        }
        return found;
    }

    // One frame's values: those of the picture shown, or between two of them where the layer's are mixed, too.
    function sample(face, entries, position, isMixed) {
        var low = Math.floor(position + toolkitTiming.ALMOST);
        var part = isMixed ? Math.max(0, position - low) : 0;
        var first = entries[low];
        var second = entries[low + 1];
        var columns = ["x", "y", "scale", "roll", "corners", "ovals", "feathers"];
        var found = {};
        var values;
        var i;
        if (first === undefined) {
            return null;
        }
        for (i = 0; i < columns.length; i += 1) {
            values = face[columns[i]];
            if (values.length > 0) {
                found[columns[i]] = part > toolkitTiming.ALMOST && second !== undefined
                    ? mixed(values[first], values[second], part)
                    : values[first];
            }
        }
        return found;
    }

    function corners(points) {
        var found = [];
        var i;
        for (i = 0; i < points.length; i += 1) {
            found.push(corner(points[i]));
        }
        return found;
    }

    // Every frame with a face of a comp whose frame 0 is the cut's frame origin; clip is the layer it was painted on.
    // present holds 100 or 0 where that changes.
    function seen(face, clip, origin, count, fps) {
        var found = { frames: [], samples: [], present: null };
        var changes = { frames: [], values: [], held: true };
        var entries = {};
        var before = -1;
        var one;
        var now;
        var i;
        for (i = 0; i < face.frames.length; i += 1) {
            entries[face.frames[i]] = i;
        }
        for (i = 0; i < count; i += 1) {
            one = sample(face, entries, toolkitTiming.positionAt(clip, origin + i, fps), toolkitTiming.isMixed(clip));
            now = one === null ? 0 : 100;
            if (now !== before) {
                changes.frames.push(i);
                changes.values.push(now);
                before = now;
            }
            if (one !== null) {
                found.frames.push(i);
                found.samples.push(one);
            }
        }
        found.present = changes.frames.length > 1 ? changes : { value: 100 };
        return found;
    }

    // A property's keys: make turns a sample into a value.
    function animated(found, make) {
        var values = [];
        var i;
        for (i = 0; i < found.samples.length; i += 1) {
            values.push(make(found.samples[i]));
        }
        return { frames: found.frames, values: values, held: false };
    }

    function isOutlined(face) {
        return face.ovals.length > 0 && face.ovals[0].length > 2;
    }

    // The oval as a mask. Ours is soft inwards from the oval; a mask of After Effects is soft to both sides of its
    // path, so the path is drawn in by half the width.
    function mask(face, found, mode) {
        return {
            name: "face " + face.face,
            mode: mode,
            path: animated(found, function (one) { return corners(one.ovals); }),
            feather: animated(found, function (one) { return [one.feathers, one.feathers]; }),
            expansion: animated(found, function (one) { return -one.feathers / 2; }),
            opacity: found.present
        };
    }

    // What the null carries: pixels of the comp, per cent of the first entry's face, degrees clockwise.
    function transform(found) {
        return {
            "ADBE Anchor Point": { value: [0, 0] },
            "ADBE Position": animated(found, function (one) { return corner([one.x, one.y]); }),
            "ADBE Scale": animated(found, function (one) { return [one.scale, one.scale]; }),
            "ADBE Rotate Z": animated(found, function (one) { return one.roll; })
        };
    }

    // The four corners of the face's crop, in the delivery's order: upper left, upper right, lower left, lower right.
    function pins(found) {
        var made = [];
        var i;
        function at(index) {
            return animated(found, function (one) { return corner(one.corners[index]); });
        }
        for (i = 0; i < 4; i += 1) {
            made.push(at(i));
        }
        return made;
    }

    function distance(a, b) {
        return Math.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]));
    }

    // Width and height of the first entry's crop, whole pixels: what a scale of 100 stands for.
    function cropSize(face) {
        var first = face.corners[0];
        return [
            Math.max(4, Math.round(distance(first[0], first[1]))),
            Math.max(4, Math.round(distance(first[0], first[2])))
        ];
    }

    // The first entry's oval on a solid of that size that stands upright on the null.
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
        seen: seen, isOutlined: isOutlined, mask: mask, transform: transform, pins: pins, cropSize: cropSize,
        uprightMask: uprightMask
    };
}());
