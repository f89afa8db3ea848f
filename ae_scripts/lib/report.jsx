// The report of a run: as JSON for a file, and as a summary for a window.

var toolkitReport = (function () {
    var given = $.global.TOOLKIT_DELIVERY;

    $.global.TOOLKIT_DELIVERY = undefined; // or a later run from the menu would use it

    // Whether a caller set the delivery; then no window opens.
    function isAutomated() {
        return typeof given === "string";
    }

    // The delivery to read; null when the dialog was cancelled.
    function chooseDelivery() {
        if (isAutomated()) {
            return toolkitFiles.fileAt(given);
        }
        return /** @type {File} */ (File.openDialog("Choose delivery.json")); // a single file: multiSelect is not set
    }

    function finish(report, summaryText, title) {
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        if (!isAutomated()) {
            alert(summaryText, title);
        }
        return summaryText;
    }

    function create() {
        return {
            delivery: null, application: app.version, system: $.os, done: "nothing", built: [], replaced: [], comps: [],
            differences: [], problems: [], by_hand: [], notes: [], reloaded: 0, versions: []
        };
    }

    function section(title, sentences) {
        var lines = sentences.slice(0, 12);
        if (sentences.length > lines.length) {
            lines.push("and " + (sentences.length - lines.length) + " more, in the report");
        }
        return lines.length ? "\n\n" + title + "\n- " + lines.join("\n- ") : "";
    }

    // Writes the report to path. Returns a sentence that says where it is, or why it could not be written.
    function save(report, path) {
        try {
            toolkitFiles.save(path, toolkitJson.write(report) + "\n");
            return "Report: " + toolkitFiles.fileAt(path).fsName;
        } catch (error) {
            return "The report was not written: " + error.message + ".";
        }
    }

    function count(number, noun) {
        return number + " " + noun + (number === 1 ? "" : "s");
    }

    function readAgain(layers) {
        return count(layers, "layer") + (layers === 1 ? " was" : " were") +
            " read from disk again, in case of a new rendering.";
    }

    // versions: for every layer that got another version, which one.
    function newFiles(versions) {
        var i;
        if (versions.length === 0) {
            return "Its footage now uses the files of this delivery";
        }
        for (i = 1; i < versions.length; i += 1) {
            if (versions[i] !== versions[0]) {
                return "Its footage now uses other versions";
            }
        }
        return "Its footage now uses " + versions[0];
    }

    function builtHeadline(report, name) {
        if (report.built.length === report.comps.length) {
            return "'" + name + "': imported " + count(report.comps.length - 1, "shot") +
                ", each as a comp, and the cut.";
        }
        return "'" + name + "' was already imported. New items were added" +
            (report.built.length ? " (" + report.built.join(", ") + ")." : ".");
    }

    function unchangedHeadline(report, name) {
        var start = report.differences.length > 0
            ? "'" + name + "': the layers are the same files as before, but the cut has changed, or you have " +
                "changed its comps or footage. They were kept; "
            : "'" + name + "' is already imported in this version. Nothing was changed; ";
        return start + readAgain(report.reloaded);
    }

    function headline(report, name) {
        switch (report.done) {
        case "built":
            return builtHeadline(report, name);
        case "replaced":
            return "'" + name + "' was already imported. " + newFiles(report.versions) + "; the comps are unchanged.";
        case "unchanged":
            return unchangedHeadline(report, name);
        case "begun":
            return "The import is incomplete.";
        default:
            return "Nothing was imported" + (report.problems.length ? "; the project is unchanged." : ".");
        }
    }

    function summary(report, name, saved) {
        return headline(report, name) + section("Problems:", report.problems) +
            section("Replaced files:", report.replaced) + section("To do by hand:", report.by_hand) +
            section("Different from the delivery:", report.problems.length ? [] : report.differences) +
            section("Notes:", report.notes) + (saved === "" ? "" : "\n\n" + saved);
    }

    return {
        create: create, isAutomated: isAutomated, chooseDelivery: chooseDelivery, save: save, summary: summary,
        finish: finish
    };
}());
