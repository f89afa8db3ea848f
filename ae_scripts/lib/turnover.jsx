// The turnover of a comp: builds a toolkit.turnover/1 document from the layers that the traversal found.

var toolkitTurnover = (function () {
    var SEARCH_STEPS = 40; // each leaves two thirds of the range

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

    // The source frames that a step passes until each frame of a run, counted from the lowest one.
    function passedFrames(index, count, step) {
        return Math.abs(step) * (step < 0 ? count - 1 - index : index);
    }

    // Whether a first source frame and a step (negative in reverse) produce these frames, by the reader's own rule.
    function isLineThrough(frames, first, step) {
        var i;
        for (i = 0; i < frames.length; i += 1) {
            if (Math.floor(first + passedFrames(i, frames.length, step) + toolkitFrameGrid.EPSILON) !== frames[i]) {
                return false;
            }
        }
        return true;
    }

    // The first source frames that produce these frames at a step: from low to end, which is not one of them. Where
    // end is below low, there are none.
    function findStarts(frames, step) {
        var low = -Infinity;
        var end = Infinity;
        var passed;
        var i;
        for (i = 0; i < frames.length; i += 1) {
            passed = passedFrames(i, frames.length, step);
            low = Math.max(low, frames[i] - passed);
            end = Math.min(end, frames[i] + 1 - passed);
        }
        return { low: low, end: end };
    }

    // A first source frame that produces these frames at a step; null if there is none. Whole if that works, else the
    // position itself, else the middle of those that work: a reversed layer shows the frame that ends at its position,
    // so no position of its own does, and the middle survives every reader's rounding.
    function findStart(frames, step, lowest) {
        var starts = findStarts(frames, step);
        var candidates = [Math.ceil(starts.low - toolkitFrameGrid.EPSILON)];
        var i;
        if (step >= 0) {
            candidates.push(roundDigits(lowest));
        }
        candidates.push(roundDigits((starts.low + starts.end) / 2));
        for (i = 0; i < candidates.length; i += 1) {
            if (isLineThrough(frames, candidates[i], step)) {
                return candidates[i];
            }
        }
        return null;
    }

    // How many first source frames produce these frames at a step; negative where none does.
    function countStarts(frames, step) {
        var starts = findStarts(frames, step);
        return starts.end - starts.low;
    }

    // The step at which the most first source frames produce these frames.
    function bestStep(frames) {
        var last = frames.length - 1;
        var chord = (frames[last] - frames[0]) / last;
        var low = chord - 1 / last;
        var high = chord + 1 / last;
        var third;
        var i;
        if (countStarts(frames, chord) < -1) { // no line shows them: it would be within one frame of the chord
            return chord;
        }
        for (i = 0; i < SEARCH_STEPS; i += 1) {
            third = (high - low) / 3;
            if (countStarts(frames, low + third) < countStarts(frames, high - third)) {
                low += third;
            } else {
                high -= third;
            }
        }
        return (low + high) / 2;
    }

    // The line with a step, or with a readable one close to it: first source frame, step and speed. Null when it does
    // not produce these frames.
    function lineAt(step, frames, lowest, plainStep) {
        var speed = toolkitFrameGrid.readableSpeed(roundDigits(step / plainStep));
        var first = findStart(frames, speed * plainStep, lowest);
        return first === null ? null : { first: first, step: speed * plainStep, speed: roundDigits(speed) };
    }

    // A straight line that produces exactly these frames: from the first position to the last, else the best one, since
    // positions of a remap that nearly are whole frames were rounded. Null when there is none.
    function fitLine(positions, frames, plainStep) {
        var last = positions.length - 1;
        var lowest = Math.min(positions[0], positions[last]);
        if (last === 0) {
            return lineAt(plainStep, frames, lowest, plainStep);
        }
        return lineAt((positions[last] - positions[0]) / last, frames, lowest, plainStep) ||
            lineAt(bestStep(frames), frames, lowest, plainStep);
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
        var line = media.still ? { first: 0, step: 0, speed: 0 } : fitLine(positions, frames, plainStep);
        var range;
        if (line !== null) {
            return {
                source_first: line.first,
                source_count: roundDigits(Math.max(1, Math.abs(line.step) * frames.length)),
                speed: line.speed,
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
