// Rendering: the toolkit, in its own Python, as 'toolkit install-scripts' wrote down where it is.

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

    // The words of the command that is the toolkit; null when nobody wrote them down.
    function recorded() {
        var file = new File(toolkitFiles.home() + "/.toolkit/toolkit.json");
        var found = null;
        if (!file.exists) {
            return null;
        }
        try {
            found = toolkitJson.parse(toolkitFiles.text(file));
        } catch (error) {
            throw new Error(
                file.fsName + " cannot be read (" + error.message + "); run 'toolkit install-scripts ae' again"
            );
        }
        if (found === null || !isCommand(found.command)) {
            throw new Error(file.fsName + " names no command; run 'toolkit install-scripts ae' again");
        }
        return found.command;
    }

    // Everything there is to know before a run: the command, where its output goes, and why not if it cannot run here.
    function plan(turnover) {
        var folder = turnover.replace(/\/[^\/]*$/, "");
        var out = folder + "/passes";
        var command = recorded();
        var why = "";
        if (command === null) {
            why = "it is not written down where the toolkit is: 'toolkit install-scripts ae' does that";
        } else if (!toolkitShell.canRun()) {
            why = "this After Effects runs no commands for scripts";
        }
        return {
            words: (command || ["toolkit"]).concat(["run", turnover, "-o", out]),
            log: folder + "/render_passes.log",
            delivery: out + "/delivery.json",
            why: why
        };
    }

    // What the toolkit said last, or whoever else did: an error is one line that begins with its name.
    function lastWords(path) {
        var file = new File(path);
        var lines = file.exists ? toolkitFiles.text(file).split(/[\r\n]+/) : [];
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

    // What somebody should know who says yes.
    function question(planned, sent) {
        return "Render " + toolkitSend.counted(sent) + " now?\n\n" +
            "After Effects stands still until every frame is rendered, which can take hours. Stopping the command, " +
            "on Windows by closing its window, loses nothing: the next run goes on from there.\n\n" +
            "What it says goes into " + planned.log;
    }

    // Run it and wait. Throws with the toolkit's own last words when it does not end well.
    function run(planned) {
        if (!toolkitShell.run(planned.words, planned.log)) {
            throw new Error(lastWords(planned.log) + " (all it said is in " + planned.log + ")");
        }
        if (!(new File(planned.delivery)).exists) {
            throw new Error("the toolkit ended well without " + planned.delivery + "; see " + planned.log);
        }
    }

    return { plan: plan, question: question, run: run };
}());
