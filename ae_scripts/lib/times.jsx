// Frames instead of seconds: rates made exact, places on the frame grid made whole, labels counted.

var toolkitTimes = (function () {
    var NEAR = 0.001; // of a frame: how far off a time of After Effects may be that is meant to stand on a frame
    var ALMOST = 0.000001; // of a frame: what sums of fractions miss a whole number by; whoever reads forgives it, too

    // The rate that is meant: After Effects keeps 23.976 as a fixed-point number next to it.
    function rate(fps) {
        var whole = Math.round(fps);
        var ntsc = Math.round(fps * 1.001) * 1000 / 1001;
        if (Math.abs(fps - whole) <= whole * 0.00001) {
            return whole;
        }
        return Math.abs(fps - ntsc) <= ntsc * 0.00025 ? ntsc : fps;
    }

    // A place on the frame grid, whole where it is meant to be.
    function snapped(frames) {
        var whole = Math.round(frames);
        return Math.abs(frames - whole) < NEAR ? whole : frames;
    }

    // The first frame at or after a place.
    function firstFrom(frames) {
        return Math.ceil(frames - ALMOST);
    }

    function two(number) {
        return (number < 10 ? "0" : "") + number;
    }

    // The label of a frame (SMPTE ST 12-1); drop frame leaves out labels, never frames.
    function label(frame, fps, dropFrame) {
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
        return two(Math.floor(seconds / 3600)) + ":" + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60) +
            (dropFrame ? ";" : ":") + two(left % nominal);
    }

    return { ALMOST: ALMOST, rate: rate, snapped: snapped, firstFrom: firstFrom, label: label };
}());
