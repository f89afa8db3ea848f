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
        isFollowed: false, // also true when a render is taken for lost, in case it goes on
        delivery: "" // the path of the one to import
    };
    var folder = ""; // of the render that is followed
    var watch = null; // for its signs of life
    var sentComp = null; // the comp that is being rendered; null when it was sent before After Effects was started
    var lastRead = ""; // the delivery that the toolkit had written last when this was read
    var isChosen = false; // whether the artist chose the delivery that is shown

    // Runs an action of the artist; the text shown afterwards is what it returns, or the error.
    function attempt(action, failure) {
        try {
            shown.text = action();
        } catch (error) {
            shown.text = failure + ": " + error.message;
        }
    }

    // Whether the comp that was sent is in the project that is open now. Its object stays valid as long as its project is
    // open, whatever the comp and the file are called meanwhile. Ids and names would not do: projects made from one
    // template share them, and projects are saved under new names while they are worked on.
    function hasSentComp() {
        return sentComp !== null && isValid(sentComp);
    }

    // Remembers the folder of the running render for the next panel; "" when none is running.
    function remember(path) {
        app.settings.saveSetting(SETTINGS, "turnover folder", path);
    }

    // The folder of a render that no panel has seen the end of; empty when there is none.
    function lastFolder() {
        var has = app.settings.haveSetting(SETTINGS, "turnover folder");
        return has ? app.settings.getSetting(SETTINGS, "turnover folder") : "";
    }

    // The delivery that 'toolkit run' wrote last on this machine; empty when there is none.
    function lastDelivery() {
        var file = toolkitFiles.fileAt(toolkitFiles.homeFolder() + "/.toolkit/last_delivery.txt");
        return file.exists ? toolkitFiles.readText(file).replace(/[\r\n]+$/, "") : "";
    }

    // Shows the delivery that the toolkit has written since, unless the artist chose one. Returns whether there is one.
    function renew() {
        var found;
        try {
            found = lastDelivery();
        } catch (error) { // it is being written
            return false;
        }
        if (isChosen || found === lastRead) {
            return false;
        }
        lastRead = found;
        shown.delivery = found;
        return true;
    }

    // What is known when the panel opens. A render that outlived an earlier panel is followed again; the end of one
    // that no panel saw is told once. sent: the folder and the comp of the render that the former panel followed, or null.
    function open(sent) {
        var last = lastFolder();
        attempt(function () {
            lastRead = lastDelivery();
            shown.delivery = lastRead;
            return "";
        }, "The last delivery cannot be read");
        if (last !== "") {
            follow(last, sent !== null && sent.folder === last ? sent.comp : null);
            look(false);
        }
    }

    // The render that the next panel follows on.
    function sentRender() {
        return { folder: folder, comp: sentComp };
    }

    function follow(path, comp) {
        folder = path;
        watch = toolkitRenderStatus.createWatch();
        sentComp = comp;
        setRendering(true);
        shown.isFollowed = true;
        shown.stage = "starting";
        shown.done = 0;
        shown.total = 0;
    }

    function setRendering(isRendering) {
        shown.isRendering = isRendering;
        remember(isRendering ? folder : "");
    }

    // Sends a comp into a folder the artist chooses; null when cancelled.
    function sendComp(comp) {
        var chosen = toolkitSend.chooseFolder();
        if (shown.isRendering && chosen === folder) {
            throw new Error(toolkitRenderStatus.describeRunning(folder));
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
            return toolkitSend.summary(sent) + "\n\nRendering. You can keep working.";
        }, "Nothing was rendered");
    }

    function cancel() {
        attempt(function () {
            toolkitRender.cancel(folder);
            return "Stopping; this can take a few seconds.";
        }, "The render cannot be stopped");
    }

    // Reads how far the render is; imports when it has ended. Called again and again while isFollowed.
    function poll() {
        renew();
        look(true);
    }

    // isSeen: whether the panel was open until now.
    function look(isSeen) {
        var status = shown.isFollowed ? toolkitRenderStatus.read(folder) : null;
        var isSilent = shown.isFollowed && toolkitRenderStatus.isSilent(watch, status);
        if (status !== null) {
            shown.stage = status.stage;
            shown.done = status.done;
            shown.total = status.total;
        }
        if (status !== null && status.exit_code !== null) {
            end(status, isSeen);
        } else if (shown.isFollowed && isSilent === shown.isRendering) {
            setRendering(!isSilent);
            shown.text = isSilent
                ? "The render stopped without a message. Finished frames are kept; choose Render Passes again to " +
                    "resume. If it resumes, it will appear here again." + fullOutput()
                : "The render goes on.";
        }
    }

    function describeFailure(status) {
        if (status.message !== "") {
            return status.message;
        }
        return toolkitRenderStatus.isDone(status)
            ? "the toolkit finished without a delivery"
            : "the toolkit ended with exit code " + status.exit_code + " and without a message";
    }

    function end(status, isSeen) {
        setRendering(false);
        shown.isFollowed = false;
        if (!toolkitRenderStatus.isDone(status) || status.delivery === null) {
            shown.text = "Nothing was imported: " + describeFailure(status) + fullOutput();
        } else {
            isChosen = false;
            renew();
            shown.delivery = toolkitFiles.useForwardSlashes(status.delivery);
            importRendered(isSeen);
        }
    }

    function fullOutput() {
        return "\n\nFull output: " + folder + "/render_passes.log";
    }

    // Imports beside the comp that was sent; into another project only when the artist asks.
    function importRendered(isSeen) {
        if (hasSentComp() && isSeen) {
            importShown();
        } else if (hasSentComp()) {
            shown.text = "Rendered while the panel was closed. Choose Import Passes to import the result.";
        } else if (sentComp === null) {
            shown.text = "Rendered. After Effects was started again since the comp was sent: open its project, then " +
                "choose Import Passes.";
        } else {
            shown.text = "Rendered. The comp that was sent was deleted, or its project was closed: open the project " +
                "that the result is for, then choose Import Passes.";
        }
    }

    // What the artist sees is what is imported, so a newer delivery is first shown.
    function importDelivery() {
        if (renew()) {
            shown.text = "The toolkit has written another delivery, which is shown now. Choose Import Passes again " +
                "to import it.";
        } else {
            importShown();
        }
    }

    function importShown() {
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
            isChosen = true;
        }
    }

    return {
        shown: shown, open: open, renew: renew, send: send, render: render, cancel: cancel, poll: poll,
        sentRender: sentRender, importDelivery: importDelivery, chooseDelivery: chooseDelivery
    };
}());
