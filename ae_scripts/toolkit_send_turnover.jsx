// Send Turnover: what the open comp shows, or the layers selected in it, as turnover.json for 'toolkit run'.
// File > Scripts, then choose a folder. Or set $.global.TOOLKIT_TURNOVER to its path first: then no window opens and
// the report is in $.global.TOOLKIT_REPORT. The project is only read.

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

    var automated = typeof $.global.TOOLKIT_TURNOVER === "string";

    function main() {
        var report = { turnover: null, application: app.version, clips: 0, skipped: [], problems: [] };
        var said = "";
        var comp;
        var folder;
        var sent;
        try {
            comp = toolkitSend.comp();
            folder = toolkitSend.folder();
            if (folder === null) {
                return "";
            }
            sent = toolkitSend.send(comp, folder);
            report.turnover = sent.path;
            report.clips = sent.document.clips.length;
            report.skipped = sent.document.skipped;
            said = toolkitSend.summary(sent) + "\n\nNext: Render Passes, or toolkit run on that file.";
        } catch (error) {
            report.problems.push(error.message);
            said = "Nothing was sent: " + error.message;
        }
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        return said;
    }

    var summary = main();
    if (summary !== "" && !automated) {
        alert(summary, "Send Turnover");
    }
    return summary;
}());
