// The frame grid of a comp: exact rates, positions snapped to whole frames, and timecode.

var toolkitFrameGrid = (function () {
    var SNAP = 0.001; // of a frame: how far off the grid an After Effects time may be and still mean a whole frame
    var EPSILON = 0.000001; // of a frame: float error in sums of fractions; readers of the turnover use the same value

    // The exact rate. After Effects stores 23.976 as a fixed-point number close to it.
    function exactRate(fps) {
        var whole = Math.round(fps);
        var ntsc = Math.round(fps * 1.001) * 1000 / 1001;
        if (Math.abs(fps - whole) <= whole * 0.00001) {
            return whole;
        }
        return Math.abs(fps - ntsc) <= ntsc * 0.00025 ? ntsc : fps;
    }

    // Rounds a position to a whole frame if it is close enough to one.
    function snap(frames) {
        var whole = Math.round(frames);
        return Math.abs(frames - whole) < SNAP ? whole : frames;
    }

    // The first whole frame at or after a position.
    function firstFrameFrom(position) {
        return Math.ceil(position - EPSILON);
    }

    function twoDigits(number) {
        return (number < 10 ? "0" : "") + number;
    }

    // The timecode of a frame (SMPTE ST 12-1). Drop frame skips timecodes, never frames.
    function timecode(frame, fps, dropFrame) {
        var nominal = Math.round(fps);
        var dropped = dropFrame ? nominal / 15 : 0;
        var tenMinutes = nominal * 600 - 9 * dropped;
        var day = dropFrame ? tenMinutes * 144 : nominal * 86400;
        var left = ((frame % day) + day) % day;
        var rest;
        var seconds;
        if (dropFrame) {
            rest = left % tenMinutes;
            left += 9 * dropped * Math.floor(left / tenMinutes);
            left += dropped * Math.max(0, Math.floor((rest - dropped) / (nominal * 60 - dropped)));
        }
        seconds = Math.floor(left / nominal);
        return twoDigits(Math.floor(seconds / 3600)) + ":" + twoDigits(Math.floor(seconds / 60) % 60) + ":" +
            twoDigits(seconds % 60) + (dropFrame ? ";" : ":") + twoDigits(left % nominal);
    }

    return {
        EPSILON: EPSILON, exactRate: exactRate, snap: snap, firstFrameFrom: firstFrameFrom, timecode: timecode
    };
}());
