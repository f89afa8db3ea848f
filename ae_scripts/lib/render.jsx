// Rendering: runs the toolkit in its own Python, using the command that 'toolkit install-scripts' recorded. Either waits
// for it, or starts it in the background.

var toolkitRender = (function () {
    function isCommand(words) {
        var i;
        for (i = 0; toolkitJson.isList(words) && i < words.length; i += 1) {
            if (typeof words[i] !== "string") {
                return false;
            }
        }
        return toolkitJson.isList(words) && words.length > 0;
    }

    // The words of the command that starts the toolkit; null when it was never recorded.
    function readCommand() {
        var file = toolkitFiles.fileAt(toolkitFiles.homeFolder() + "/.toolkit/toolkit.json");
        var record = null;
        if (!file.exists) {
            return null;
        }
        try {
            record = toolkitJson.parse(toolkitFiles.readText(file));
        } catch (error) {
            throw new Error(
                file.fsName + " cannot be read (" + error.message + "); run 'toolkit install-scripts ae' again"
            );
        }
        if (record === null || !isCommand(record.command)) {
            throw new Error(file.fsName + " contains no command; run 'toolkit install-scripts ae' again");
        }
        return record.command;
    }

    // The render job for a turnover: command, log, delivery, and the obstacle if it cannot run here.
    function prepare(turnover) {
        var folder = turnover.replace(/\/[^\/]*$/, "");
        var out = folder + "/passes";
        var command = readCommand();
        var obstacle = "";
        if (command === null) {
            obstacle = "the location of the toolkit is not recorded: run 'toolkit install-scripts ae'";
        } else if (!toolkitShell.canRun()) {
            obstacle = "scripts cannot run commands in this After Effects";
        }
        return {
            words: (command || ["toolkit"]).concat(["run", turnover, "-o", out]),
            background: (command || ["toolkit"]).concat(
                ["background", folder, "--", "run", turnover, "-o", out, "--progress", "lines"]
            ),
            folder: folder,
            log: folder + "/render_passes.log",
            delivery: out + "/delivery.json",
            obstacle: obstacle
        };
    }

    // The toolkit's own error line, which begins with its name; otherwise the last line of output.
    function lastMessage(path) {
        var file = toolkitFiles.fileAt(path);
        var lines = file.exists ? toolkitFiles.readText(file).split(/[\r\n]+/) : [];
        var last = "the command could not be started";
        var i;
        for (i = lines.length - 1; i >= 0; i -= 1) {
            if (/^toolkit: /.test(lines[i])) {
                return lines[i];
            }
        }
        for (i = 0; i < lines.length; i += 1) {
            last = /\S/.test(lines[i]) ? lines[i] : last;
        }
        return last;
    }

    function question(job, sent) {
        return "Render " + toolkitSend.clipCount(sent) + " now?\n\n" +
            "After Effects is blocked until every frame is rendered, which can take hours. You can stop the command " +
            "(on Windows, close its window): finished frames are kept, and the next run resumes from there.\n\n" +
            "Output is written to " + job.log;
    }

    // Runs the job and waits for it. Throws with the toolkit's own error message when it fails.
    function run(job) {
        if (!toolkitShell.run(job.words, job.log)) {
            throw new Error(lastMessage(job.log) + " (full output: " + job.log + ")");
        }
        if (!toolkitFiles.fileAt(job.delivery).exists) {
            throw new Error("the toolkit finished but did not write " + job.delivery + "; see " + job.log);
        }
    }

    // Starts the job in the background. Throws with the toolkit's own error message when it cannot be started.
    function start(job) {
        var log = job.folder + "/render_start.log";
        if (!toolkitShell.run(job.background, log)) {
            throw new Error(lastMessage(log));
        }
    }

    // Asks the background run in a folder to stop.
    function cancel(folder) {
        toolkitFiles.save(folder + "/stop", "");
    }

    return {
        prepare: prepare, question: question, run: run, start: start, cancel: cancel
    };
}());
