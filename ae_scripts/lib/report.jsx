// What a run found, for a window and for a file.

var toolkitReport = (function () {
    // Whether somebody outside chose the delivery; then no window opens.
    function isDriven() {
        return typeof $.global.TOOLKIT_DELIVERY === "string";
    }

    // The delivery to read; null when its dialog is cancelled.
    function choose() {
        if (isDriven()) {
            return new File($.global.TOOLKIT_DELIVERY);
        }
        return /** @type {File} */ (File.openDialog("Choose delivery.json")); // one, as no list is asked for
    }

    function finish(report, summary, title) {
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        if (!isDriven()) {
            alert(summary, title);
        }
        return summary;
    }

    function begin() {
        return {
            delivery: null, application: app.version, system: $.os, done: "nothing", built: [], replaced: [], comps: [],
            differences: [], problems: [], by_hand: [], notes: []
        };
    }

    function listed(title, sentences) {
        var shown = sentences.slice(0, 12);
        if (sentences.length > shown.length) {
            shown.push("and " + (sentences.length - shown.length) + " more, in the report");
        }
        return shown.length ? "\n\n" + title + "\n- " + shown.join("\n- ") : "";
    }

    // Writes the report to path; a sentence about how that went.
    function save(report, path) {
        try {
            toolkitFiles.save(path, toolkitJson.write(report) + "\n");
            return "Report: " + new File(path).fsName;
        } catch (error) {
            return "No report was written: " + error.message + ".";
        }
    }

    function headline(report, name) {
        switch (report.done) {
        case "built":
            if (report.built.length === report.comps.length) {
                return "'" + name + "': " + (report.comps.length - 1) + " shots, each in a comp of its own, and the cut.";
            }
            return "'" + name + "' was here: what is new was added" +
                (report.built.length ? " (" + report.built.join(", ") + ")." : ".");
        case "replaced":
            return "'" + name + "' was here: its footage shows the new version, and the comps are as you left them.";
        case "unchanged":
            return "'" + name + "' is here already, in this version: nothing was changed.";
        case "begun":
            return "The import was not finished.";
        default:
            return "Nothing was imported" + (report.problems.length ? ", and the project is as it was." : ".");
        }
    }

    function summary(report, name, saved) {
        return headline(report, name) + listed("Problems:", report.problems) + listed("New files:", report.replaced) +
            listed("To do by hand:", report.by_hand) +
            listed("Different from the delivery:", report.problems.length ? [] : report.differences) +
            listed("To know:", report.notes) + (saved === "" ? "" : "\n\n" + saved);
    }

    return { begin: begin, choose: choose, save: save, summary: summary, finish: finish };
}());
