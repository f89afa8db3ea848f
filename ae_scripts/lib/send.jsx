// Sending: which comp, into which folder, and the summary.

var toolkitSend = (function () {
    // The active comp. Throws when there is none.
    function activeComp() {
        var item = app.project.activeItem;
        if (!item || !toolkitCompTraversal.isComp(item)) {
            throw new Error("open a comp, or select one in the Project panel, then run this again");
        }
        return item;
    }

    // The folder to write to, with forward slashes; null when the dialog was cancelled.
    function chooseFolder() {
        var folder;
        if (typeof $.global.TOOLKIT_TURNOVER === "string") {
            folder = new Folder($.global.TOOLKIT_TURNOVER);
        } else {
            folder = Folder.selectDialog("Choose a folder for turnover.json");
        }
        if (folder !== null && !folder.exists && !folder.create()) {
            throw new Error("cannot create the folder " + folder.fsName);
        }
        return folder === null ? null : toolkitFiles.useForwardSlashes(folder.fsName);
    }

    // Writes turnover.json of a comp into a folder. Returns its path and the document.
    function send(comp, folder) {
        var path = folder.replace(/\/$/, "") + "/turnover.json";
        var document = toolkitTurnover.build(comp);
        if (document.clips.length === 0) {
            throw new Error(
                "'" + comp.name + "' has no layer that shows a media file" + listSkipped("Skipped:", document.skipped)
            );
        }
        toolkitFiles.save(path, toolkitJson.write(document) + "\n");
        return { path: path, document: document };
    }

    function listSkipped(title, skipped) {
        var lines = [];
        var i;
        for (i = 0; i < skipped.length && i < 12; i += 1) {
            lines.push("\n- '" + skipped[i].name + "': " + skipped[i].reason);
        }
        if (skipped.length > lines.length) {
            lines.push("\n- and " + (skipped.length - lines.length) + " more, in turnover.json");
        }
        return lines.length ? "\n\n" + title + lines.join("") : "";
    }

    // "3 clips of 'comp'"
    function clipCount(sent) {
        var count = sent.document.clips.length;
        return count + (count === 1 ? " clip" : " clips") + " of '" + sent.document.name + "'";
    }

    function summary(sent) {
        return clipCount(sent) + " written to " + sent.path +
            listSkipped("Skipped or only partly sent:", sent.document.skipped);
    }

    return {
        activeComp: activeComp, chooseFolder: chooseFolder, send: send, clipCount: clipCount, summary: summary
    };
}());
