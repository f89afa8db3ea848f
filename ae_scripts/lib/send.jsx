// Sending: which comp, into which folder, and the summary.

var toolkitSend = (function () {
    var given = $.global.TOOLKIT_TURNOVER;

    $.global.TOOLKIT_TURNOVER = undefined; // or a later run from the menu would use it

    // Whether a caller set the folder; then no window opens.
    function isAutomated() {
        return typeof given === "string";
    }

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
        if (isAutomated()) {
            folder = toolkitFiles.folderAt(given);
        } else {
            folder = Folder.selectDialog("Choose a folder for turnover.json");
        }
        if (folder !== null && !folder.exists && !folder.create()) {
            toolkitFiles.requireWriting();
            throw new Error("cannot create the folder " + folder.fsName);
        }
        return folder === null ? null : toolkitFiles.useForwardSlashes(folder.fsName);
    }

    // Whether to send only the selected layers. Asks, when others would be left out.
    function isSelectionMeant(comp) {
        var count = comp.selectedLayers.length;
        if (count === 0 || count === comp.numLayers || isAutomated()) {
            return count > 0;
        }
        return confirm(
            "Only " + selection(count) + " of '" + comp.name + "' will be sent, out of " + comp.numLayers +
            ".\n\nYes: send the selection. No: send all layers.", false, "Send Turnover"
        );
    }

    function selection(count) {
        return count === 1 ? "the selected layer" : "the " + count + " selected layers";
    }

    // Writes turnover.json of a comp into a folder. Returns its path, the document, and how many layers were selected if
    // others were left out.
    function send(comp, folder) {
        var place = folder.replace(/\/$/, "");
        var path = place + "/turnover.json";
        var isSelection;
        var document;
        var count = comp.selectedLayers.length;
        toolkitRenderStatus.requireEnded(place);
        isSelection = isSelectionMeant(comp);
        document = toolkitTurnover.build(comp, isSelection);
        if (document.clips.length === 0) {
            throw new Error(
                (isSelection ? "none of the selected layers shows" : "'" + comp.name + "' has no layer that shows") +
                " a media file" + listSkipped("Skipped:", document.skipped)
            );
        }
        toolkitFiles.save(path, toolkitJson.write(document) + "\n");
        return { path: path, document: document, selected: isSelection && count < comp.numLayers ? count : 0 };
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
            (sent.selected > 0 ? "\n\nSent: only " + selection(sent.selected) + "." : "") +
            listSkipped("Skipped or only partly sent:", sent.document.skipped);
    }

    return {
        isAutomated: isAutomated, activeComp: activeComp, chooseFolder: chooseFolder, send: send,
        clipCount: clipCount, summary: summary
    };
}());
