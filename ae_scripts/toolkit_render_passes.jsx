// Render Passes: Send Turnover, then 'toolkit run' on it while After Effects waits, then Import Passes on what it made.
// File > Scripts, then choose a folder. Or set $.global.TOOLKIT_TURNOVER to its path first: then no window opens and
// the report is in $.global.TOOLKIT_REPORT. Where no command can be run, it shows the one to run by hand.

(function () {
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
    //@include "lib/times.jsx"
    //@include "lib/walk.jsx"
    //@include "lib/media.jsx"
    //@include "lib/losses.jsx"
    //@include "lib/project_colour.jsx"
    //@include "lib/turnover.jsx"
    //@include "lib/send.jsx"
    //@include "lib/shell.jsx"
    //@include "lib/render.jsx"
    //@include "lib/delivery.jsx"
    //@include "lib/timing.jsx"
    //@include "lib/faces.jsx"
    //@include "lib/shots.jsx"
    //@include "lib/wanted.jsx"
    //@include "lib/stack.jsx"
    //@include "lib/property.jsx"
    //@include "lib/footage.jsx"
    //@include "lib/layers.jsx"
    //@include "lib/comps.jsx"
    //@include "lib/readback.jsx"
    //@include "lib/compare.jsx"
    //@include "lib/project.jsx"
    //@include "lib/sources.jsx"
    //@include "lib/importing.jsx"
    //@include "lib/report.jsx"
    //@include "lib/import_passes.jsx"

    var automated = typeof $.global.TOOLKIT_TURNOVER === "string";

    // Shows the command so that it can be copied: the text of an alert cannot.
    function show(said, planned) {
        if (!automated) {
            prompt(said + "\n\nRun this, then Import Passes:", toolkitShell.line(planned.words), "Render Passes");
        }
        return "";
    }

    function render(comp, folder, report) {
        var sent = toolkitSend.send(comp, folder);
        var planned = toolkitRender.plan(sent.path);
        report.turnover = sent.path;
        report.command = planned.words;
        if (planned.why !== "") {
            report.problems.push(planned.why);
            return show(toolkitSend.summary(sent) + "\n\nNot rendered: " + planned.why + ".", planned);
        }
        if (!automated && !confirm(toolkitRender.question(planned, sent))) {
            return show(toolkitSend.summary(sent), planned);
        }
        toolkitRender.run(planned);
        return toolkitImportPasses.from(new File(planned.delivery), report);
    }

    function main() {
        var report = toolkitReport.begin();
        var said = "";
        var comp;
        var folder;
        try {
            comp = toolkitSend.comp();
            folder = toolkitSend.folder();
            if (folder === null) {
                return "";
            }
            said = render(comp, folder, report);
        } catch (error) {
            report.problems.push(error.message);
            said = (report.turnover ? "Nothing was rendered: " : "Nothing was sent: ") + error.message;
        }
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        return said;
    }

    var summary = main();
    if (summary !== "" && !automated) {
        alert(summary, "Render Passes");
    }
    return summary;
}());
