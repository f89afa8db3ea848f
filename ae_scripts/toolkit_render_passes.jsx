// Render Passes: sends the turnover, runs 'toolkit run' on it while After Effects waits, then imports the result.
// File > Scripts, then choose a folder. Or set $.global.TOOLKIT_TURNOVER to its path first: no window opens, and the
// report is in $.global.TOOLKIT_REPORT. If no command can be run, it shows the command to run by hand.

(function () {
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
    //@include "lib/frame_grid.jsx"
    //@include "lib/comp_traversal.jsx"
    //@include "lib/footage_files.jsx"
    //@include "lib/media.jsx"
    //@include "lib/unsupported.jsx"
    //@include "lib/project_colour.jsx"
    //@include "lib/turnover.jsx"
    //@include "lib/render_status.jsx"
    //@include "lib/send.jsx"
    //@include "lib/shell.jsx"
    //@include "lib/render.jsx"
    //@include "lib/delivery_schema.jsx"
    //@include "lib/delivery.jsx"
    //@include "lib/retime.jsx"
    //@include "lib/faces.jsx"
    //@include "lib/shots.jsx"
    //@include "lib/layer_specs.jsx"
    //@include "lib/comp_specs.jsx"
    //@include "lib/property.jsx"
    //@include "lib/footage.jsx"
    //@include "lib/interpretation.jsx"
    //@include "lib/layers.jsx"
    //@include "lib/comps.jsx"
    //@include "lib/readback.jsx"
    //@include "lib/differences.jsx"
    //@include "lib/compare.jsx"
    //@include "lib/project.jsx"
    //@include "lib/tags.jsx"
    //@include "lib/path_map.jsx"
    //@include "lib/sources.jsx"
    //@include "lib/import_run.jsx"
    //@include "lib/plate_items.jsx"
    //@include "lib/identity.jsx"
    //@include "lib/frames_check.jsx"
    //@include "lib/renumbered.jsx"
    //@include "lib/proxies.jsx"
    //@include "lib/import_footage.jsx"
    //@include "lib/layer_search.jsx"
    //@include "lib/extending.jsx"
    //@include "lib/cut_changes.jsx"
    //@include "lib/importing.jsx"
    //@include "lib/report.jsx"
    //@include "lib/import_passes.jsx"

    // Uses prompt() because its text can be copied; the text of an alert cannot.
    function showCommand(message, job) {
        if (!toolkitSend.isAutomated()) {
            prompt(
                message + "\n\nRun this command in a terminal, then run Import Passes:",
                toolkitShell.commandLine(job.words), "Render Passes"
            );
        }
        return "";
    }

    function render(comp, folder, report) {
        var sent = toolkitSend.send(comp, folder);
        var job = toolkitRender.prepare(sent.path);
        report.turnover = sent.path;
        report.command = job.words;
        if (job.obstacle !== "") {
            report.problems.push(job.obstacle);
            return showCommand(toolkitSend.summary(sent) + "\n\nNot rendered: " + job.obstacle + ".", job);
        }
        if (!toolkitSend.isAutomated() && !confirm(toolkitRender.question(job, sent))) {
            return showCommand(toolkitSend.summary(sent), job);
        }
        toolkitRender.run(job);
        return toolkitImportPasses.importFile(
            toolkitFiles.fileAt(job.delivery), report, !toolkitSend.isAutomated()
        );
    }

    function main() {
        var report = toolkitReport.create();
        var message = "";
        var comp;
        var folder;
        try {
            comp = toolkitSend.activeComp();
            folder = toolkitSend.chooseFolder();
            if (folder === null) {
                return "";
            }
            message = render(comp, folder, report);
        } catch (error) {
            report.problems.push(error.message);
            message = (report.turnover ? "Nothing was rendered: " : "Nothing was sent: ") + error.message;
        }
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        return message;
    }

    var summary = main();
    if (summary !== "" && !toolkitSend.isAutomated()) {
        alert(summary, "Render Passes");
    }
    return summary;
}());
