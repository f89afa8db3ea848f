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
    //@include "lib/compare.jsx"
    //@include "lib/project.jsx"
    //@include "lib/sources.jsx"
    //@include "lib/importing.jsx"
    //@include "lib/report.jsx"
    //@include "lib/import_passes.jsx"

    var report = toolkitReport.begin();
    var file = toolkitReport.choose();
    if (file === null) {
        return "";
    }
    return toolkitReport.finish(report, toolkitImportPasses.from(file, report), "Import Passes");
}());
