// Send Turnover: writes what the open comp shows, or its selected layers, as turnover.json for 'toolkit run'.
// File > Scripts, then choose a folder. Or set $.global.TOOLKIT_TURNOVER to its path first: no window opens, and the
// report is in $.global.TOOLKIT_REPORT. The project is only read.

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

    function main() {
        var report = { turnover: null, application: app.version, clips: 0, skipped: [], problems: [] };
        var message = "";
        var comp;
        var folder;
        var sent;
        try {
            comp = toolkitSend.activeComp();
            folder = toolkitSend.chooseFolder();
            if (folder === null) {
                return "";
            }
            sent = toolkitSend.send(comp, folder);
            report.turnover = sent.path;
            report.clips = sent.document.clips.length;
            report.skipped = sent.document.skipped;
            message = toolkitSend.summary(sent) + "\n\nNext: run Render Passes, or 'toolkit run' on that file.";
        } catch (error) {
            report.problems.push(error.message);
            message = "Nothing was sent: " + error.message;
        }
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        return message;
    }

    var summary = main();
    if (summary !== "" && !toolkitSend.isAutomated()) {
        alert(summary, "Send Turnover");
    }
    return summary;
}());
