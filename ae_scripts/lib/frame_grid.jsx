// The frame grid of a comp: exact rates and speeds, positions snapped to whole frames, and timecode.

var toolkitFrameGrid = (function () {
    var SNAP = 0.001; // of a frame: how far off the grid an After Effects time may be and still mean a whole frame
    var EPSILON = 0.000001; // of a frame: float error in sums of fractions; readers of the turnover use the same value
    var MAX_DENOMINATOR = 10000; // of a simple speed; both as in the toolkit's own speeds.py
    var SPEED_ROUNDING = 0.000005;

    // The exact rate. After Effects stores 23.976 as a fixed-point number close to it.
    function exactRate(fps) {
        var whole = Math.round(fps);
        var ntsc = Math.round(fps * 1.001) * 1000 / 1001;
        if (Math.abs(fps - whole) <= whole * 0.00001) {
            return whole;
        }
        return Math.abs(fps - ntsc) <= ntsc * 0.00025 ? ntsc : fps;
    }

    // A speed as the toolkit reads it: as a simple fraction if it means one.
    function readableSpeed(speed) {
        var simple = nearestFraction(speed);
        return Math.abs(simple - speed) <= SPEED_ROUNDING ? simple : speed;
    }

    // The fraction nearest to a number whose denominator is not too large.
    function nearestFraction(speed) {
        var size = Math.abs(speed);
        var rest = size;
        var before = [0, 1]; // numerator and denominator of the last two fractions
        var found = [1, 0];
        var whole = Math.floor(rest);
        var next = [whole, 1];
        var count;
        while (next[1] <= MAX_DENOMINATOR && rest !== whole) {
            before = found;
            found = next;
            rest = 1 / (rest - whole);
            whole = Math.floor(rest);
            next = [before[0] + whole * found[0], before[1] + whole * found[1]];
        }
        if (next[1] > MAX_DENOMINATOR) {
            count = Math.floor((MAX_DENOMINATOR - before[1]) / found[1]);
            next = [before[0] + count * found[0], before[1] + count * found[1]];
            if (Math.abs(found[0] / found[1] - size) <= Math.abs(next[0] / next[1] - size)) {
                next = found;
            }
        }
        return (speed < 0 ? -1 : 1) * next[0] / next[1];
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
        EPSILON: EPSILON, exactRate: exactRate, readableSpeed: readableSpeed, snap: snap,
        firstFrameFrom: firstFrameFrom, timecode: timecode
    };
}());
