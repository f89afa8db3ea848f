// A run that 'toolkit ae' started: values instead of dialogs, and the report in a file that somebody waits for.

var toolkitLaunched = (function () {
    // Nothing that is set outlives the run: an entry started by hand later would take it for its own.
    function set(given, values) {
        var name;
        $.global.TOOLKIT_REPORT = undefined;
        for (name in given) {
            if (given.hasOwnProperty(name)) {
                $.global[name] = values ? given[name] : undefined;
            }
        }
    }

    // Run an entry with what is given as members of $.global; its report, or why there is none, goes into a file.
    function run(given, path, entry) {
        var answer = { error: null, report: null };
        set(given, true);
        try {
            entry();
            if (typeof $.global.TOOLKIT_REPORT === "string") {
                answer.report = $.global.TOOLKIT_REPORT;
            } else {
                answer.error = "it ended without a report";
            }
        } catch (error) {
            answer.error = error.message + " (line " + error.line + ")";
        }
        set(given, false);
        toolkitFiles.save(path, toolkitJson.write(answer) + "\n");
    }

    return { run: run };
}());
