// Self Check: reports how this version of After Effects handles a delivery. It imports the delivery under a separate
// name, reads everything back, runs a few probes, removes what it built, and writes ae_self_check.json beside the
// delivery, to be sent to us.
// File > Scripts, then choose delivery.json. Or set $.global.TOOLKIT_DELIVERY to its path first: no dialog opens, and
// the report is in $.global.TOOLKIT_REPORT.

(function () {
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
    //@include "lib/delivery_schema.jsx"
    //@include "lib/delivery.jsx"
    //@include "lib/retime.jsx"
    //@include "lib/faces.jsx"
    //@include "lib/shots.jsx"
    //@include "lib/layer_specs.jsx"
    //@include "lib/comp_specs.jsx"
    //@include "lib/property.jsx"
    //@include "lib/footage_files.jsx"
    //@include "lib/footage.jsx"
    //@include "lib/interpretation.jsx"
    //@include "lib/layers.jsx"
    //@include "lib/comps.jsx"
    //@include "lib/readback.jsx"
    //@include "lib/differences.jsx"
    //@include "lib/compare.jsx"
    //@include "lib/project.jsx"
    //@include "lib/tags.jsx"
    //@include "lib/project_colour.jsx"
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
    //@include "lib/probes.jsx"

    // The separate name keeps the test import apart from a real one. Everything is removed even after an error.
    function rehearse(delivery, root, report) {
        var before = toolkitProject.itemIds();
        var started = new Date().getTime();
        delivery.name += " (self check)";
        app.beginUndoGroup("Self check");
        try {
            toolkitImporting.rollBack(toolkitImporting.importDelivery(delivery, root, report));
            report.seconds = (new Date().getTime() - started) / 1000;
            report.answers = toolkitProbes.run();
        } finally {
            removeNew(before, report);
            app.endUndoGroup();
        }
        report.left_behind = toolkitProject.countNew(before);
    }

    function removeNew(before, report) {
        try {
            toolkitProject.removeNew(before);
        } catch (error) {
            report.problems.push("the test items could not be removed (" + error.message + "): choose Edit > Undo");
        }
    }

    function check(report, file) {
        report.language = app.isoLanguage;
        report.may_write = toolkitFiles.isWritingAllowed();
        report.bits_per_channel = app.project.bitsPerChannel;
        report.colour = toolkitProjectColour.readSettings(app.project);
        rehearse(toolkitDelivery.read(toolkitFiles.readText(file)), file.parent.fsName, report);
    }

    function summary(report) {
        var findings = report.problems.concat(report.by_hand);
        return findings.length
            ? "The check found problems: " + findings.join("; ")
            : "Everything matches the delivery. The project is unchanged.";
    }

    var report = toolkitReport.create();
    var file = toolkitReport.chooseDelivery();
    var saved;
    if (file === null) {
        return "";
    }
    report.delivery = file.fsName;
    try {
        check(report, file);
    } catch (error) {
        report.problems.push(error.message);
    }
    saved = toolkitReport.save(report, file.parent.fsName + "/ae_self_check.json");
    return toolkitReport.finish(report, summary(report) + "\n\n" + saved, "Self Check");
}());
