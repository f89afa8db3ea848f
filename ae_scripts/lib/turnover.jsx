// The turnover of a comp: builds a toolkit.turnover/1 document from the layers that the traversal found.

var toolkitTurnover = (function () {
    function roundToMillionth(number) {
        return Math.round(number * 1000000) / 1000000;
    }

    // The source frame shown at each position.
    function floorAll(positions) {
        var frames = [];
        var i;
        for (i = 0; i < positions.length; i += 1) {
            frames.push(Math.floor(positions[i] + toolkitFrameGrid.EPSILON));
        }
        return frames;
    }

    // Twelve significant digits: removes the float error that sums of fractions add.
    function roundDigits(number) {
        return Number(number.toPrecision(12));
    }

    // Whether a first source frame and a step (negative in reverse) produce these frames, by the reader's own rule.
    function isLineThrough(frames, first, step) {
        var last = frames.length - 1;
        var offset;
        var i;
        for (i = 0; i <= last; i += 1) {
            offset = Math.abs(step) * (step < 0 ? last - i : i);
            if (Math.floor(first + offset + toolkitFrameGrid.EPSILON) !== frames[i]) {
                return false;
            }
        }
        return true;
    }

    // The straight line from the first position to the last: first source frame (whole if that works) and step. Null
    // when it does not produce these frames.
    function fitLine(positions, frames, plainStep) {
        var last = positions.length - 1;
        var step = last > 0 ? roundDigits((positions[last] - positions[0]) / last) : plainStep;
        var lowest = roundDigits(Math.min(positions[0], positions[last]));
        var first = Math.floor(lowest + toolkitFrameGrid.EPSILON);
        if (!isLineThrough(frames, first, step)) {
            first = lowest;
        }
        return isLineThrough(frames, first, step) ? { first: first, step: step } : null;
    }

    function minAndMax(numbers) {
        var range = [numbers[0], numbers[0]];
        var i;
        for (i = 1; i < numbers.length; i += 1) {
            range = [Math.min(range[0], numbers[i]), Math.max(range[1], numbers[i])];
        }
        return range;
    }

    // source_first, source_count, speed and remap of a run. A constant speed is preferred if it shows the same frames.
    function sourceTiming(positions, media, fps) {
        var frames = floorAll(positions);
        var plainStep = media.fps / fps; // source frames per comp frame
        var line = media.still
            ? { first: 0, step: 0 }
            : fitLine(positions, frames, plainStep) || fitLine(frames, frames, plainStep);
        var range;
        if (line !== null) {
            return {
                source_first: line.first,
                source_count: roundDigits(Math.max(1, Math.abs(line.step) * frames.length)),
                speed: media.still ? 0 : roundDigits(line.step / plainStep),
                remap: []
            };
        }
        range = minAndMax(frames);
        return {
            source_first: range[0],
            source_count: range[1] - range[0] + 1,
            speed: roundDigits((frames[frames.length - 1] - frames[0]) / (frames.length - 1) / plainStep),
            remap: frames
        };
    }

    function buildMarker(frame, /** @type {MarkerValue} */ value) {
        var lines = value.comment.split(/\r\n|\r|\n/);
        return {
            frame: roundToMillionth(frame),
            name: lines[0],
            note: lines.slice(1).join("\n"),
            colour: value.label ? "label " + value.label : ""
        };
    }

    // The markers of a property. frameOf turns a position in their comp into a frame, or null to skip the marker.
    function buildMarkers(/** @type {Property} */ property, /** @type {CompItem} */ comp, frameOf) {
        var markers = [];
        var frame;
        var i;
        if (property === null) {
            return markers;
        }
        for (i = 1; i <= property.numKeys; i += 1) {
            frame = frameOf(toolkitFrameGrid.snap(property.keyTime(i) / comp.frameDuration));
            if (frame !== null) {
                markers.push(buildMarker(frame, property.keyValue(i)));
            }
        }
        return markers;
    }

    // A function that finds the frame of a run at which the layer's comp reaches a position.
    function frameFinder(run) {
        return function (position) {
            var i;
            for (i = 0; i < run.compPositions.length; i += 1) {
                if (Math.abs(run.compPositions[i] - position) <= 0.5) {
                    return i;
                }
            }
            return null;
        };
    }

    function isEnabled(chain) {
        var i;
        for (i = 0; i < chain.length; i += 1) {
            if (!chain[i].enabled) {
                return false;
            }
        }
        return true;
    }

    function buildClip(leaf, run, track, fps) {
        var level = leaf.chain[leaf.chain.length - 1];
        var media = toolkitMedia.describe(level.source);
        var timing = sourceTiming(run.sourcePositions, media, fps);
        return {
            name: leaf.layer.name,
            path: media.path,
            track: track,
            enabled: isEnabled(leaf.chain),
            record_first: run.first,
            record_count: run.sourcePositions.length,
            source_first: timing.source_first,
            source_count: timing.source_count,
            speed: timing.speed,
            remap: timing.remap,
            media_fps: media.fps,
            media_count: media.count,
            media_timecode: "", // scripts cannot read it
            media_index: media.index,
            alpha: media.alpha,
            colour: leaf.layer.label ? "label " + leaf.layer.label : "",
            markers: buildMarkers(leaf.layer.property("ADBE Marker"), level.comp, frameFinder(run))
        };
    }

    function buildSkipped(name, span, track, reason) {
        return {
            name: name,
            track: track,
            record_first: span.first,
            record_count: span.count,
            reason: reason
        };
    }

    // The lowest track on which a run covers none of the clips below it. Consecutive layers share a track.
    function trackFor(run, clips) {
        var track = 1;
        var i;
        for (i = 0; i < clips.length; i += 1) {
            if (
                clips[i].record_first < run.first + run.sourcePositions.length &&
                clips[i].record_first + clips[i].record_count > run.first
            ) {
                track = Math.max(track, clips[i].track + 1);
            }
        }
        return track;
    }

    function addRun(leaf, run, clips, skipped, fps) {
        var track = trackFor(run, clips);
        var span = { first: run.first, count: run.sourcePositions.length };
        var unsupported;
        if (leaf.reason !== "") {
            skipped.push(buildSkipped(leaf.layer.name, span, track, leaf.reason));
            return;
        }
        clips.push(buildClip(leaf, run, track, fps));
        unsupported = toolkitUnsupported.describe(leaf.chain);
        if (unsupported !== "") {
            skipped.push(buildSkipped(leaf.layer.name, span, track, "sent without " + unsupported));
        }
    }

    // The turnover document of a comp, or of its selected layers.
    function build(/** @type {CompItem} */ comp, isSelection) {
        var fps = toolkitCompTraversal.frameRate(comp);
        var start = Math.round(comp.displayStartTime / comp.frameDuration);
        var dropFrame = comp.dropFrame && Math.round(fps) % 30 === 0 && fps !== Math.round(fps);
        var leaves = toolkitCompTraversal.findLeaves(comp, isSelection);
        var clips = [];
        var skipped = [];
        var reason;
        var i;
        var k;
        for (i = 0; i < leaves.length; i += 1) {
            for (k = 0; k < leaves[i].runs.length; k += 1) {
                addRun(leaves[i], leaves[i].runs[k], clips, skipped, fps);
            }
            if (leaves[i].runs.length === 0) {
                reason = leaves[i].reason || "not visible in any frame of the comp";
                skipped.push(buildSkipped(leaves[i].layer.name, { first: 0, count: 0 }, 1, reason));
            }
        }
        return {
            schema: "toolkit.turnover/1",
            host: "after effects",
            host_version: app.version,
            name: comp.name,
            timeline_id: String(comp.id),
            otio: "",
            fps: fps,
            drop_frame: dropFrame,
            start_timecode: toolkitFrameGrid.timecode(start, fps, dropFrame),
            start_frame: start,
            record_count: toolkitCompTraversal.frameCount(comp),
            width: comp.width,
            height: comp.height,
            colour: toolkitProjectColour.describe(app.project),
            clips: clips,
            skipped: skipped,
            markers: buildMarkers(comp.markerProperty, comp, function (position) {
                return position;
            })
        };
    }

    return { build: build };
}());
