// Import Passes: builds a comp for every shot of a delivery (plate as guide, BODY, FACE and the face layers) and a comp
// of the cut. Importing a newer version replaces the footage files in place.
// File > Scripts, then choose delivery.json. Or set $.global.TOOLKIT_DELIVERY to its path first: no dialog opens, and
// the report is in $.global.TOOLKIT_REPORT. This script decides nothing: every frame number comes from the delivery.

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

    var report = toolkitReport.create();
    var file = toolkitReport.chooseDelivery();
    if (file === null) {
        return "";
    }
    return toolkitReport.finish(
        report, toolkitImportPasses.importFile(file, report, !toolkitReport.isAutomated()), "Import Passes"
    );
}());
