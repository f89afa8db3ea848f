// Import Passes for one file: reads it, imports it, and summarises the result. Every outcome goes into the report.

var toolkitImportPasses = (function () {
    // Imports the delivery in file, fills the report, and returns the summary to show. Asks for missing plates if it may.
    function importFile(file, report, mayAsk) {
        var name = "";
        var saved = "";
        var delivery;
        try {
            delivery = toolkitDelivery.read(toolkitFiles.readText(file));
            name = delivery.name;
            report.delivery = file.fsName;
            report.notes = delivery.notes.slice(0);
            toolkitPathMap.locatePlates(delivery, mayAsk, report.notes);
            toolkitImporting.importDelivery(delivery, file.parent.fsName, report);
        } catch (error) {
            report.problems.push(error.message);
        }
        if (report.delivery !== null) {
            saved = toolkitReport.save(report, file.parent.fsName + "/ae_report.json");
        }
        return toolkitReport.summary(report, name, saved);
    }

    return { importFile: importFile };
}());
