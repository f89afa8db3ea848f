// Sending: which comp, into which folder, and what to tell afterwards.

var toolkitSend = (function () {
    // The comp in front. Throws when there is none.
    function comp() {
        var found = app.project.activeItem;
        if (!found || !toolkitWalk.isComp(found)) {
            throw new Error("open a comp, or choose one in the Project panel, and run this again");
        }
        return found;
    }

    // The folder to write to, with forward slashes; null when the dialog was cancelled.
    function folder() {
        var chosen;
        if (typeof $.global.TOOLKIT_TURNOVER === "string") {
            chosen = new Folder($.global.TOOLKIT_TURNOVER);
        } else {
            chosen = Folder.selectDialog("Choose a folder for turnover.json");
        }
        if (chosen !== null && !chosen.exists && !chosen.create()) {
            throw new Error("cannot make the folder " + chosen.fsName);
        }
        return chosen === null ? null : toolkitFiles.forward(chosen.fsName);
    }

    // Write turnover.json of a comp into a folder; what was sent.
    function send(from, to) {
        var path = to.replace(/\/$/, "") + "/turnover.json";
        var document = toolkitTurnover.of(from);
        if (document.clips.length === 0) {
            throw new Error("'" + from.name + "' shows no clip of a file" + listed("Left out:", document.skipped));
        }
        toolkitFiles.save(path, toolkitJson.write(document) + "\n");
        return { path: path, document: document };
    }

    function listed(title, skipped) {
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
    function counted(sent) {
        var count = sent.document.clips.length;
        return count + (count === 1 ? " clip" : " clips") + " of '" + sent.document.name + "'";
    }

    // What was sent, in words.
    function summary(sent) {
        return counted(sent) + " in " + sent.path +
            listed("Left out, or not all of it sent:", sent.document.skipped);
    }

    return { comp: comp, folder: folder, send: send, counted: counted, summary: summary };
}());
