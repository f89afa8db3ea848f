// The project around an import: which items are new, and its bit depth.

var toolkitProject = (function () {
    function itemIds() {
        var ids = {};
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            ids[app.project.item(i).id] = true;
        }
        return ids;
    }

    // Removes every item that is not in before. Removing a folder also removes its contents.
    function removeNew(before) {
        var i;
        for (i = app.project.numItems; i >= 1; i -= 1) {
            if (i <= app.project.numItems && !before[app.project.item(i).id]) {
                app.project.item(i).remove();
            }
        }
    }

    function countNew(before) {
        var count = 0;
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            count += before[app.project.item(i).id] ? 0 : 1;
        }
        return count;
    }

    // Sets 32 bits per channel, because the layers are half float. Some projects refuse (OCIO-managed ones may).
    function setBitDepth(report) {
        var before = app.project.bitsPerChannel;
        if (before === 32) {
            return;
        }
        try {
            app.project.bitsPerChannel = 32;
        } catch (error) {
            report.by_hand.push("After Effects refused 32 bits per channel (" + error.message + ")");
        }
        if (app.project.bitsPerChannel === 32) {
            report.notes.push("the project is now set to 32 bits per channel; it was set to " + before);
        } else {
            report.by_hand.push(
                "the project is set to " + app.project.bitsPerChannel + " bits per channel, less than the layers " +
                "have: Alt-click the bit depth in the Project panel"
            );
        }
    }

    return { itemIds: itemIds, removeNew: removeNew, countNew: countNew, setBitDepth: setBitDepth };
}());
