// Import Passes: a comp for every shot of a delivery, with the plate as guide, BODY, FACE and what goes with the face,
// and a comp of the cut. A newer version replaces the files of the one that is there.
// File > Scripts, then choose delivery.json. Or set $.global.TOOLKIT_DELIVERY to its path first: then no dialog opens
// and the report is in $.global.TOOLKIT_REPORT. Nothing is decided here: every frame comes from the delivery.

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
    //@include "lib/project.jsx"
    //@include "lib/sources.jsx"
    //@include "lib/importing.jsx"
    //@include "lib/report.jsx"

    var report = toolkitReport.begin();
    var file = toolkitReport.choose();
    var name = "";
    var saved = "";
    var delivery;
    if (file === null) {
        return "";
    }
    try {
        delivery = toolkitDelivery.read(toolkitFiles.text(file));
        name = delivery.name;
        report.delivery = file.fsName;
        report.notes = delivery.notes.slice(0);
        toolkitImporting.into(delivery, file.parent.fsName, report);
    } catch (error) {
        report.problems.push(error.message);
    }
    if (report.delivery !== null) { // what is no delivery gets no report beside it
        saved = toolkitReport.save(report, file.parent.fsName + "/ae_report.json");
    }
    return toolkitReport.finish(report, toolkitReport.summary(report, name, saved), "Import Passes");
}());
