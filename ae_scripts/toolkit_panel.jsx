// The Toolkit panel: Send Turnover, Render Passes with its progress, and Import Passes in one dockable place.
// Window > Toolkit.jsx. Rendering goes on in the background, and After Effects can be used meanwhile.

(function (panel) {
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
    //@include "lib/frame_grid.jsx"
    //@include "lib/comp_traversal.jsx"
    //@include "lib/media.jsx"
    //@include "lib/unsupported.jsx"
    //@include "lib/project_colour.jsx"
    //@include "lib/turnover.jsx"
    //@include "lib/send.jsx"
    //@include "lib/shell.jsx"
    //@include "lib/render.jsx"
    //@include "lib/delivery.jsx"
    //@include "lib/retime.jsx"
    //@include "lib/faces.jsx"
    //@include "lib/shots.jsx"
    //@include "lib/layer_specs.jsx"
    //@include "lib/comp_specs.jsx"
    //@include "lib/property.jsx"
    //@include "lib/footage.jsx"
    //@include "lib/layers.jsx"
    //@include "lib/comps.jsx"
    //@include "lib/readback.jsx"
    //@include "lib/compare.jsx"
    //@include "lib/project.jsx"
    //@include "lib/path_map.jsx"
    //@include "lib/sources.jsx"
    //@include "lib/import_run.jsx"
    //@include "lib/import_footage.jsx"
    //@include "lib/layer_search.jsx"
    //@include "lib/extending.jsx"
    //@include "lib/importing.jsx"
    //@include "lib/report.jsx"
    //@include "lib/import_passes.jsx"
    //@include "lib/panel_model.jsx"
    //@include "lib/panel_view.jsx"

    // In the folder "ScriptUI Panels", After Effects runs this with the panel as 'this'; elsewhere 'this' is the global.
    toolkitPanelView.open(typeof panel.add === "function" ? panel : null);
}(this));
