// Which picture of its media a clip shows in which frame. Everything here counts frames and pictures, never seconds:
// a comp rounds its rate a little, so seconds are made where a comp is at hand.

var toolkitTiming = (function () {
    var ALMOST = 0.000001; // of a picture: forgiven where sums of fractions miss a whole number

    function pictures(clip) {
        return clip.end_index - clip.start_index + 1;
    }

    // Whether the clip shows one picture all the time: a freeze, or media of a single picture.
    function isHeld(clip) {
        return clip.speed === 0 || pictures(clip) === 1;
    }

    // Whether After Effects is asked to make pictures between those there are.
    function isMixed(clip) {
        return clip.interpolation === "blend" || clip.interpolation === "flow";
    }

    // Pictures of the media in one frame of the cut.
    function pace(clip, fps) {
        return Math.abs(clip.speed) * clip.fps / fps;
    }

    // Whether the clip runs forwards at plain speed in the cut's own rate: then no time is remapped. A picture a frame
    // alone is not enough: at double speed and half the cut's rate After Effects would still show each picture twice.
    function isPlain(clip, fps) {
        return clip.speed === 1 && !isHeld(clip) && Math.abs(pace(clip, fps) - 1) < ALMOST;
    }

    // Where in its media the clip is at a frame of the cut, in pictures; also outside the clip, where handles lie.
    // A reversed clip keeps its lowest picture as in_frame.
    function positionAt(clip, record_frame, fps) {
        var into = record_frame - clip.record_first;
        if (isHeld(clip)) {
            return clip.in_frame;
        }
        return clip.in_frame + pace(clip, fps) * (clip.speed > 0 ? into : clip.record_count - 1 - into);
    }

    // The frames of the cut in which the media have a picture, handles included.
    function span(clip, fps) {
        var last = clip.record_first + clip.record_count - 1;
        var before = 0;
        var after = 0;
        var each = pace(clip, fps);
        if (!isHeld(clip)) {
            before = Math.floor(clip.in_frame / each + ALMOST);
            after = Math.ceil((pictures(clip) - clip.in_frame) / each - ALMOST) - clip.record_count;
            after = Math.max(0, after);
        }
        if (clip.speed < 0) {
            return { first: clip.record_first - after, last: last + before };
        }
        return { first: clip.record_first - before, last: last + after };
    }

    // How far to move all positions so that each stands as far from the edges of its picture as it can: on the edge After
    // Effects shows either of two. Half a picture at double speed, 1/2002 where NTSC media run in a cut of a whole rate.
    function inside(clip, first, last, fps) {
        var largest = 0;
        var position;
        var frame;
        for (frame = first; frame <= last; frame += 1) {
            position = positionAt(clip, frame, fps);
            largest = Math.max(largest, position - Math.floor(position + ALMOST));
        }
        return (1 - largest) / 2;
    }

    // Where a layer of the clip lies in a comp whose frame 0 is the cut's frame origin, showing at most the cut's
    // frames first to last. In frames of the comp; remap holds the pictures that keys of a remapped time stand on.
    function placed(clip, origin, first, last, fps) {
        var reach = span(clip, fps);
        var begin = Math.max(first, reach.first);
        var end = Math.min(last, reach.last);
        var nudge = isMixed(clip) && !isHeld(clip) ? 0 : inside(clip, begin, end, fps);
        var found = { start: begin - origin, first: begin - origin, last: end - origin, remap: null };
        if (isPlain(clip, fps)) {
            found.start = clip.record_first - clip.in_frame - origin;
            return found;
        }
        found.remap = { frames: [begin - origin], pictures: [positionAt(clip, begin, fps) + nudge] };
        if (end > begin && !isHeld(clip)) {
            found.remap.frames.push(end - origin);
            found.remap.pictures.push(positionAt(clip, end, fps) + nudge);
        }
        return found;
    }

    return {
        ALMOST: ALMOST, pictures: pictures, isHeld: isHeld, isMixed: isMixed, isPlain: isPlain, positionAt: positionAt,
        span: span, placed: placed
    };
}());
