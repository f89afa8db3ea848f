// A run started by 'toolkit ae': passes values instead of opening dialogs, and writes the report to a file that the
// command waits for.

var toolkitLaunch = (function () {
    // Sets or clears the globals. They are cleared after the run, or an entry started by hand later would use them.
    function setGlobals(values, isActive) {
        var name;
        $.global.TOOLKIT_REPORT = undefined;
        for (name in values) {
            if (values.hasOwnProperty(name)) {
                $.global[name] = isActive ? values[name] : undefined;
            }
        }
    }

    // Runs an entry with values as members of $.global. Its report, or the error, goes into the file at path.
    function run(values, path, entry) {
        var answer = { error: null, report: null };
        setGlobals(values, true);
        try {
            entry();
            if (typeof $.global.TOOLKIT_REPORT === "string") {
                answer.report = $.global.TOOLKIT_REPORT;
            } else {
                answer.error = "the script ended without a report";
            }
        } catch (error) {
            answer.error = error.message + " (line " + error.line + ")";
        }
        setGlobals(values, false);
        toolkitFiles.save(path, toolkitJson.write(answer) + "\n");
    }

    return { run: run };
}());
