// Self Check: what this After Effects makes of a delivery. Imports it under a name of its own, reads everything back,
// asks a few questions, removes what it made, and leaves ae_self_check.json beside the delivery to send to us.
// File > Scripts, then choose delivery.json. Or set $.global.TOOLKIT_DELIVERY to its path first: then no dialog opens
// and the report is in $.global.TOOLKIT_REPORT.

(function () {
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
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
    //@include "lib/probes.jsx"

    // Removed again whatever happens in between; the name keeps it apart from an import that is there.
    function rehearse(delivery, root, report) {
        var before = toolkitProject.ids();
        var started = new Date().getTime();
        delivery.name += " (self check)";
        app.beginUndoGroup("Self check");
        try {
            toolkitImporting.takeBack(toolkitImporting.into(delivery, root, report));
            report.seconds = (new Date().getTime() - started) / 1000;
            report.answers = toolkitProbes.ask();
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
            report.problems.push("what was built is still there (" + error.message + "): Edit > Undo takes it back");
        }
    }

    function check(report, file) {
        report.language = app.isoLanguage;
        report.may_write = toolkitFiles.mayWrite();
        report.bits_per_channel = app.project.bitsPerChannel;
        report.colour = toolkitProject.colour();
        rehearse(toolkitDelivery.read(toolkitFiles.text(file)), file.parent.fsName, report);
    }

    function summary(report) {
        var said = report.problems.concat(report.by_hand);
        return said.length
            ? "Not everything went as the delivery asks: " + said.join("; ")
            : "Everything went as the delivery asks. The project is as it was.";
    }

    var report = toolkitReport.begin();
    var file = toolkitReport.choose();
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
