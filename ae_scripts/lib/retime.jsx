// Retimes of a clip: which source frame it shows at each record frame. Everything here counts frames, never seconds: a
// comp rounds its frame rate, so frames become seconds only where the comp's own frame duration is known.

var toolkitRetime = (function () {
    var EPSILON = 0.000001; // of a frame: float error in sums of fractions

    function mediaFrameCount(clip) {
        return clip.end_index - clip.start_index + 1;
    }

    // Whether the clip shows the same source frame throughout: a freeze frame, or media of one frame.
    function isFrozen(clip) {
        return clip.speed === 0 || mediaFrameCount(clip) === 1;
    }

    // Whether After Effects interpolates between source frames.
    function isInterpolated(clip) {
        return clip.interpolation === "blend" || clip.interpolation === "flow";
    }

    // Source frames per record frame.
    function sourceStep(clip, fps) {
        return Math.abs(clip.speed) * clip.fps / fps;
    }

    // Whether the clip plays forwards at speed 1 at the cut's own rate and so needs no time remap. One source frame per
    // record frame is not enough: at double speed and half the cut's rate After Effects would still show every source
    // frame twice.
    function isUnretimed(clip, fps) {
        return clip.speed === 1 && !isFrozen(clip) && Math.abs(sourceStep(clip, fps) - 1) < EPSILON;
    }

    // The source position at a record frame, in frames; also valid outside the clip, in its handles. in_position of a
    // reversed clip is its lowest.
    function sourcePositionAt(clip, record_frame, fps) {
        var offset = record_frame - clip.record_first;
        if (isFrozen(clip)) {
            return clip.in_frame;
        }
        return clip.in_position + sourceStep(clip, fps) * (clip.speed > 0 ? offset : clip.record_count - 1 - offset);
    }

    // The record frames for which the media have a source frame, handles included.
    function recordRange(clip, fps) {
        var last = clip.record_first + clip.record_count - 1;
        var head = 0;
        var tail = 0;
        var step = sourceStep(clip, fps);
        if (!isFrozen(clip)) {
            head = Math.floor(clip.in_position / step + EPSILON);
            tail = Math.ceil((mediaFrameCount(clip) - clip.in_position) / step - EPSILON) - clip.record_count;
            tail = Math.max(0, tail);
        }
        if (clip.speed < 0) {
            return { first: clip.record_first - tail, last: last + head };
        }
        return { first: clip.record_first - head, last: last + tail };
    }

    // The offset that moves all positions as far as possible from the edges of their source frames: on an edge After
    // Effects may show either neighbour. From a whole frame on it is half a frame at double speed, and 1/2002 for NTSC
    // media in a cut of a whole rate.
    function centringOffset(clip, first, last, fps) {
        var smallest = 1;
        var largest = 0;
        var position;
        var part;
        var frame;
        for (frame = first; frame <= last; frame += 1) {
            position = sourcePositionAt(clip, frame, fps);
            part = position - Math.floor(position + EPSILON);
            smallest = Math.min(smallest, part);
            largest = Math.max(largest, part);
        }
        return (1 - largest - smallest) / 2;
    }

    // The timing of a clip's layer in a comp whose frame 0 is record frame origin, limited to record frames first to
    // last. Counted in frames of the comp; remap.pictures holds the source positions of the time remap keys.
    function layerTiming(clip, origin, first, last, fps) {
        var range = recordRange(clip, fps);
        var begin = Math.max(first, range.first);
        var end = Math.min(last, range.last);
        var offset = isInterpolated(clip) && !isFrozen(clip) ? 0 : centringOffset(clip, begin, end, fps);
        var timing = { start: begin - origin, first: begin - origin, last: end - origin, remap: null };
        if (isUnretimed(clip, fps)) {
            timing.start = clip.record_first - clip.in_frame - origin;
            return timing;
        }
        timing.remap = { frames: [begin - origin], pictures: [sourcePositionAt(clip, begin, fps) + offset] };
        if (end > begin && !isFrozen(clip)) {
            timing.remap.frames.push(end - origin);
            timing.remap.pictures.push(sourcePositionAt(clip, end, fps) + offset);
        }
        return timing;
    }

    return {
        EPSILON: EPSILON, mediaFrameCount: mediaFrameCount, isFrozen: isFrozen, isInterpolated: isInterpolated,
        sourcePositionAt: sourcePositionAt, recordRange: recordRange, layerTiming: layerTiming
    };
}());
