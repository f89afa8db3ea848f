// The comp in After Effects: footage, layers and nulls. Whatever is set is read back where it is set.

var toolkitComp = (function () {
    // A property by match names; display names differ between languages. Null from After Effects becomes an Error.
    function property(layer, group, name) {
        var parent = layer.property(group);
        var found = parent === null ? null : parent.property(name);
        if (found === null) {
            throw new Error("layer '" + layer.name + "' has no property " + name);
        }
        return found;
    }

    function near(a, b, tolerance) {
        return Math.abs(a - b) <= tolerance;
    }

    function countOf(clip) {
        return clip.end_index - clip.start_index + 1;
    }

    // Footage of a clip. Throws when After Effects does not take the file; what else is odd goes into problems.
    function footage(clip, path, folder, problems) {
        var numbered = clip.kind !== "movie" && countOf(clip) > 1;
        var options = new ImportOptions(new File(path));
        var item;
        if (!options.canImportAs(ImportAsType.FOOTAGE)) {
            throw new Error("After Effects cannot import " + path);
        }
        options.importAs = ImportAsType.FOOTAGE;
        options.sequence = numbered;
        options.forceAlphabetical = false;
        if (options.sequence !== numbered || options.forceAlphabetical) {
            throw new Error("After Effects does not import " + path + " as the numbered sequence it is");
        }
        item = app.project.importFile(options);
        if (item === null) {
            throw new Error("After Effects imported nothing from " + path);
        }
        item.parentFolder = folder;
        interpret(item, clip, problems);
        return item;
    }

    function interpret(item, clip, problems) {
        var source = item.mainSource;
        var name = "'" + clip.name + "'";
        if (!source.isStill) {
            conform(item, clip, problems);
        }
        if (item.width !== clip.width || item.height !== clip.height) {
            problems.push(name + " is " + item.width + "x" + item.height + ", not " + clip.width + "x" + clip.height);
        }
        if (item.pixelAspect !== 1) {
            problems.push(name + " has a pixel aspect of " + item.pixelAspect + "; the layers have square pixels");
        }
        if (clip.alpha === "premultiplied") {
            premultiply(source, clip, problems);
        }
    }

    // Numbered files come in at the rate of a preference, whatever their headers say.
    function conform(item, clip, problems) {
        var source = item.mainSource;
        var seen;
        if (clip.kind !== "movie" || !near(source.displayFrameRate, clip.fps, 0.001)) {
            source.conformFrameRate = clip.fps;
        }
        if (!near(source.displayFrameRate, clip.fps, 0.001)) {
            problems.push("'" + clip.name + "' plays at " + source.displayFrameRate + " fps instead of " + clip.fps);
        }
        seen = Math.round(item.duration * clip.fps);
        if (seen < countOf(clip) || (seen > countOf(clip) && clip.kind !== "movie")) {
            problems.push("'" + clip.name + "' has " + seen + " pictures here, " + countOf(clip) + " in the delivery");
        }
    }

    function premultiply(source, clip, problems) {
        if (!source.hasAlpha) {
            problems.push("'" + clip.name + "' shows no alpha: it would cover what is below");
            return;
        }
        source.alphaMode = AlphaMode.PREMULTIPLIED;
        source.premulColor = [0, 0, 0];
        if (source.alphaMode !== AlphaMode.PREMULTIPLIED) {
            problems.push("'" + clip.name + "': set its alpha to Premultiplied with black in Interpret Footage");
        }
    }

    // The comp of a whole cut.
    function comp(delivery, folder, problems) {
        var seconds = delivery.record_count / delivery.fps;
        var made = app.project.items.addComp(delivery.name, delivery.width, delivery.height, 1, seconds, delivery.fps);
        var start = delivery.start_frame / delivery.fps;
        made.parentFolder = folder;
        made.displayStartTime = start;
        if (/\/1001$/.test(delivery.rate) && Math.round(delivery.fps) % 30 === 0) {
            made.dropFrame = delivery.drop_frame;
        }
        if (!near(made.frameRate, delivery.fps, 0.001)) {
            problems.push("the comp runs at " + made.frameRate + " fps instead of " + delivery.fps);
        }
        if (Math.round(made.duration * delivery.fps) !== delivery.record_count) {
            problems.push("the comp lasts " + made.duration + " s instead of " + delivery.record_count + " frames");
        }
        if (!near(made.displayStartTime, start, 0.25 / delivery.fps)) {
            problems.push("the comp starts at " + made.displayStartTime + " s instead of " + delivery.start_timecode);
        }
        return made;
    }

    // A clip's layer, on top of what is there. stretch comes first, out point last: each moves those after it.
    function addClip(made, item, clip, isPlate, delivery) {
        var when = toolkitDelivery.timing(clip, delivery.fps);
        var size = toolkitDelivery.fit(clip, delivery) * 100;
        var remapped = when.remap !== null && !item.mainSource.isStill;
        var layer = made.layers.add(item);
        layer.name = clip.name;
        layer.stretch = when.stretch;
        layer.startTime = when.startTime;
        if (remapped) {
            remap(layer, when.remap);
        }
        layer.inPoint = when.inPoint;
        layer.outPoint = when.outPoint;
        layer.guideLayer = isPlate;
        if (size !== 100) {
            property(layer, "ADBE Transform Group", "ADBE Scale").setValue([size, size]);
        }
        return {
            name: clip.name, inPoint: when.inPoint, outPoint: when.outPoint, startTime: when.startTime,
            stretch: when.stretch, guideLayer: isPlate, remapped: remapped, keys: 0
        };
    }

    // Keys of our own in place of the two that time remapping starts with; the last one off switches it off again.
    function remap(layer, pairs) {
        var keys;
        var k;
        var i;
        layer.timeRemapEnabled = true;
        keys = layer.property("ADBE Time Remapping");
        if (keys === null) {
            throw new Error("After Effects cannot remap the time of '" + layer.name + "'");
        }
        for (i = 0; i < pairs.length; i += 1) {
            keys.setValueAtTime(pairs[i][0], pairs[i][1]);
        }
        for (k = keys.numKeys; k >= 1; k -= 1) {
            if (!isOurs(keys.keyTime(k), pairs)) {
                keys.removeKey(k);
            }
        }
    }

    function isOurs(time, pairs) {
        var i;
        for (i = 0; i < pairs.length; i += 1) {
            if (near(time, pairs[i][0], 0.0001)) {
                return true;
            }
        }
        return false;
    }

    // A null that goes with a face: position, scale and rotation, a key for every frame with a face.
    function addFace(made, face, delivery) {
        var keys = toolkitDelivery.faceKeys(face, delivery);
        var when = toolkitDelivery.timing(keys.clip, delivery.fps);
        var name = face.shot + " face " + face.face;
        var layer;
        if (keys.times.length === 0) {
            throw new Error(name + " has no frame inside the comp");
        }
        layer = made.layers.addNull(made.duration);
        layer.name = name;
        layer.startTime = 0;
        layer.inPoint = when.inPoint;
        layer.outPoint = when.outPoint;
        property(layer, "ADBE Transform Group", "ADBE Anchor Point").setValue([0, 0]);
        property(layer, "ADBE Transform Group", "ADBE Position").setValuesAtTimes(keys.times, keys.position);
        property(layer, "ADBE Transform Group", "ADBE Scale").setValuesAtTimes(keys.times, keys.scale);
        property(layer, "ADBE Transform Group", "ADBE Rotate Z").setValuesAtTimes(keys.times, keys.rotation);
        return {
            name: name, inPoint: when.inPoint, outPoint: when.outPoint, startTime: 0,
            stretch: 100, guideLayer: false, remapped: false, keys: keys.times.length
        };
    }

    // What the comp says of itself now, top to bottom; expected is bottom to top, as it was built.
    function readBack(made, expected, problems) {
        var found = [];
        var wanted;
        var odd;
        var i;
        if (made.numLayers !== expected.length) {
            problems.push("the comp has " + made.numLayers + " layers instead of " + expected.length);
        }
        for (i = 1; i <= made.numLayers; i += 1) {
            wanted = expected[expected.length - i];
            found.push(describe(made.layer(i), Boolean(wanted) && wanted.remapped));
            odd = difference(found[i - 1], wanted, 0.25 * made.frameDuration);
            if (odd !== "") {
                problems.push("layer " + i + ", '" + found[i - 1].name + "', " + odd);
            }
        }
        return found;
    }

    function describe(layer, maybeRemapped) {
        return {
            name: layer.name, inPoint: layer.inPoint, outPoint: layer.outPoint, startTime: layer.startTime,
            stretch: layer.stretch, guideLayer: layer.guideLayer, remapped: maybeRemapped && layer.timeRemapEnabled,
            keys: property(layer, "ADBE Transform Group", "ADBE Position").numKeys
        };
    }

    function difference(said, wanted, tolerance) {
        var times = ["inPoint", "outPoint", "startTime"];
        var others = ["stretch", "keys", "guideLayer", "remapped"];
        var i;
        if (!wanted || said.name !== wanted.name) {
            return "is not what was put there";
        }
        for (i = 0; i < times.length; i += 1) {
            if (!near(said[times[i]], wanted[times[i]], tolerance)) {
                return "has its " + times[i] + " at " + said[times[i]] + " s instead of " + wanted[times[i]];
            }
        }
        for (i = 0; i < others.length; i += 1) {
            if (!near(Number(said[others[i]]), Number(wanted[others[i]]), 0.01)) {
                return "has " + others[i] + " " + said[others[i]] + " instead of " + wanted[others[i]];
            }
        }
        return "";
    }

    return { footage: footage, comp: comp, addClip: addClip, addFace: addFace, readBack: readBack };
}());
