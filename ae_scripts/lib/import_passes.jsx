// Import Passes on a file: read, built, and told in a window's words; whatever happens ends up in the report.

var toolkitImportPasses = (function () {
    // Imports the delivery in file into report; what to say about it.
    function from(file, report) {
        var name = "";
        var saved = "";
        var delivery;
        try {
            delivery = toolkitDelivery.read(toolkitFiles.text(file));
            name = delivery.name;
            report.delivery = file.fsName;
            report.notes = delivery.notes.slice(0);
            toolkitImporting.into(delivery, file.parent.fsName, report);
        } catch (error) {
            report.problems.push(error.message);
        }
        if (report.delivery !== null) {
            saved = toolkitReport.save(report, file.parent.fsName + "/ae_report.json");
        }
        return toolkitReport.summary(report, name, saved);
    }

    return { from: from };
}());
