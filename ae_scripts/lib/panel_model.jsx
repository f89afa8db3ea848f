// What the panel does, without any window: send, render in the background, import, and what to show. panel_view.jsx shows
// it; another face for it needs only the functions and the fields of 'shown'.

var toolkitPanelModel = (function () {
    var SETTINGS = "resolve-ae-toolkit"; // section of After Effects' settings
    var shown = {
        text: "", // of the last action
        stage: "", // of the running render
        done: 0,
        total: 0,
        isRendering: false,
        delivery: "" // the path of the one to import
    };
    var folder = ""; // of the running render
    var sentComp = null; // id and name of the comp that is being rendered; null when an earlier panel sent it

    // Runs an action of the artist; the text shown afterwards is what it returns, or the error.
    function attempt(action, failure) {
        try {
            shown.text = action();
        } catch (error) {
            shown.text = failure + ": " + error.message;
        }
    }

    // Whether the project that is open now has the comp that was sent. Its file cannot tell: projects are saved under
    // new names while they are worked on.
    function hasSentComp() {
        var item = null;
        try {
            item = sentComp === null ? null : app.project.itemByID(sentComp.id);
        } catch (error) {
            item = null; // the guide does not say how a missing item is answered
        }
        return item !== null && item.name === sentComp.name;
    }

    function remember(path) {
        app.settings.saveSetting(SETTINGS, "turnover folder", path);
    }

    // The folder of the last turnover; empty before the first.
    function lastFolder() {
        var has = app.settings.haveSetting(SETTINGS, "turnover folder");
        return has ? app.settings.getSetting(SETTINGS, "turnover folder") : "";
    }

    // The delivery that 'toolkit run' wrote last on this machine; empty when there is none.
    function lastDelivery() {
        var file = toolkitFiles.fileAt(toolkitFiles.homeFolder() + "/.toolkit/last_delivery.txt");
        return file.exists ? toolkitFiles.readText(file).replace(/[\r\n]+$/, "") : "";
    }

    // What is known when the panel opens. A render that outlived an earlier panel is followed again.
    function open() {
        attempt(function () {
            var last = lastFolder();
            var status = last === "" ? null : toolkitRender.readStatus(last);
            shown.delivery = lastDelivery();
            if (status !== null && status.exit_code === null && !toolkitRender.isLost(status)) {
                follow(last, null);
            }
            return "";
        }, "The last delivery cannot be read");
    }

    function follow(path, comp) {
        folder = path;
        sentComp = comp === null ? null : { id: comp.id, name: comp.name };
        shown.isRendering = true;
        shown.stage = "starting";
        shown.done = 0;
        shown.total = 0;
    }

    // Sends a comp into a folder the artist chooses; null when cancelled.
    function sendComp(comp) {
        var chosen = toolkitSend.chooseFolder();
        if (chosen !== null) {
            remember(chosen);
        }
        return chosen === null ? null : toolkitSend.send(comp, chosen);
    }

    function send() {
        attempt(function () {
            var sent = sendComp(toolkitSend.activeComp());
            return sent === null ? shown.text : toolkitSend.summary(sent);
        }, "Nothing was sent");
    }

    function render() {
        attempt(function () {
            var comp = toolkitSend.activeComp();
            var sent = sendComp(comp);
            var job;
            if (sent === null) {
                return shown.text;
            }
            job = toolkitRender.prepare(sent.path);
            if (job.obstacle !== "") {
                return toolkitSend.summary(sent) + "\n\nNot rendered: " + job.obstacle +
                    ". Run this command in a terminal, then choose its delivery.json here:\n" +
                    toolkitShell.commandLine(job.words);
            }
            toolkitRender.start(job);
            follow(job.folder, comp);
            return toolkitSend.summary(sent) + "\n\nRendering. After Effects can be used meanwhile.";
        }, "Nothing was rendered");
    }

    function cancel() {
        attempt(function () {
            toolkitRender.cancel(folder);
            return "Stopping; this can take a few seconds.";
        }, "The render cannot be stopped");
    }

    // Reads how far the render is; imports when it has ended. Called again and again while isRendering.
    function poll() {
        var status = shown.isRendering ? toolkitRender.readStatus(folder) : null;
        if (status === null) {
            return;
        }
        shown.stage = status.stage;
        shown.done = status.done;
        shown.total = status.total;
        if (status.exit_code === 0) {
            shown.isRendering = false;
            shown.delivery = toolkitFiles.useForwardSlashes(status.delivery);
            importRendered();
        } else if (status.exit_code !== null) {
            shown.isRendering = false;
            shown.text = "Nothing was imported: " + status.message + "\n\nFull output: " + folder + "/render_passes.log";
        } else if (toolkitRender.isLost(status)) {
            shown.isRendering = false;
            shown.text = "The render stopped without a message. Rendered frames are kept; choose Render Passes again " +
                "to resume.\n\nFull output: " + folder + "/render_passes.log";
        }
    }

    // Imports beside the comp that was sent; into another project only when the artist asks.
    function importRendered() {
        if (hasSentComp()) {
            importDelivery();
        } else {
            shown.text = "Rendered. The comp that was sent is not in the open project: open its project, then choose " +
                "Import Passes.";
        }
    }

    function importDelivery() {
        attempt(function () {
            var report = toolkitReport.create();
            var summary = toolkitImportPasses.importFile(toolkitFiles.fileAt(shown.delivery), report, true);
            $.global.TOOLKIT_REPORT = toolkitJson.write(report);
            return summary;
        }, "Nothing was imported");
    }

    // Lets the artist choose the delivery to import.
    function chooseDelivery() {
        var file = toolkitReport.chooseDelivery();
        if (file !== null) {
            shown.delivery = toolkitFiles.useForwardSlashes(file.fsName);
        }
    }

    return {
        shown: shown, open: open, send: send, render: render, cancel: cancel, poll: poll,
        importDelivery: importDelivery, chooseDelivery: chooseDelivery
    };
}());
