// How far a render in the background is, and whether it is still alive.

var toolkitRenderStatus = (function () {
    var SILENCE_SECONDS = 30; // a living run writes its status every five seconds
    var LONGEST_STEP = 2; // seconds; the panel asks every second

    // How far the background run in a folder is, as toolkit/background.py writes it; null when nothing can be read,
    // which includes the moment in which the file is replaced.
    function read(folder) {
        var file = toolkitFiles.fileAt(folder + "/render_status.json");
        var status = null;
        try {
            status = toolkitJson.parse(toolkitFiles.readText(file));
        } catch (error) {
            return null;
        }
        return isStatus(status) ? status : null;
    }

    function isStatus(value) {
        return value !== null && typeof value === "object" && typeof value.stage === "string" &&
            typeof value.done === "number" && typeof value.total === "number" && typeof value.message === "string" &&
            (value.exit_code === null || typeof value.exit_code === "number") &&
            (value.delivery === null || typeof value.delivery === "string");
    }

    // Begins to listen for signs of life of a run.
    function createWatch() {
        return { sign: null, silence: 0, askedAt: new Date().getTime() };
    }

    // Whether a run has shown no sign of life for long while this was asked every second. The age of its last sign cannot
    // tell: after the computer slept it is old, though the next one is seconds away. So a pause of the panel counts little.
    function isSilent(watch, status) {
        var now = new Date().getTime();
        var sign = status === null ? watch.sign : status.alive_at;
        var step = Math.min(LONGEST_STEP, Math.max(0, now - watch.askedAt) / 1000);
        watch.silence = sign === watch.sign ? watch.silence + step : 0;
        watch.sign = sign;
        watch.askedAt = now;
        return watch.silence > SILENCE_SECONDS;
    }

    // Throws when a folder has a run that has not ended: it still reads the turnover there.
    function requireEnded(folder) {
        var status = read(folder);
        var age = status === null ? Infinity : new Date().getTime() / 1000 - status.alive_at;
        if (status !== null && status.exit_code === null && Math.abs(age) <= SILENCE_SECONDS) {
            throw new Error(describeRunning(folder));
        }
    }

    // Whether a run has delivered; 5: everything but some shots, which the delivery's notes name.
    function isDone(status) {
        return status.exit_code === 0 || status.exit_code === 5;
    }

    function describeRunning(folder) {
        return "a render in " + folder + " has not ended: wait for it, cancel it in the panel, or choose another " +
            "folder";
    }

    return {
        read: read, createWatch: createWatch, isSilent: isSilent, isDone: isDone,
        requireEnded: requireEnded, describeRunning: describeRunning
    };
}());
