// The face of the panel in ScriptUI: shows panel_model.jsx and passes clicks to it. It decides nothing.

var toolkitPanelView = (function () {
    var POLL_MILLISECONDS = 1000;
    var controls = {};
    var task = null; // of After Effects, while a render is followed

    function addButton(row, label, action) {
        var button = row.add("button", undefined, label);
        button.alignment = ["fill", "center"];
        button.onClick = function () {
            action();
            toolkitPanelModel.renew();
            refresh();
        };
        return button;
    }

    function addRow(parent, vertical) {
        var row = parent.add("group");
        row.orientation = "row";
        row.alignment = ["fill", vertical];
        row.alignChildren = ["fill", "center"];
        return row;
    }

    function addText(parent, help) {
        var text = parent.add("statictext", undefined, "", { truncate: "middle" });
        text.alignment = ["fill", "center"];
        text.helpTip = help;
        return text;
    }

    function build(panel) {
        var row;
        panel.orientation = "column";
        panel.alignChildren = ["fill", "top"];
        row = addRow(panel, "top");
        controls.send = addButton(row, "Send Turnover", toolkitPanelModel.send);
        controls.send.helpTip = "Write the open comp, or its selected layers, as turnover.json";
        controls.render = addButton(row, "Render Passes", toolkitPanelModel.render);
        controls.render.helpTip = "Send the open comp, render its passes in the background, and import them";
        row = addRow(panel, "top");
        controls.stage = addText(row, "What is being rendered");
        controls.cancel = addButton(row, "Cancel", toolkitPanelModel.cancel);
        controls.cancel.alignment = ["right", "center"];
        controls.bar = panel.add("progressbar", undefined, 0, 100);
        row = addRow(panel, "top");
        controls.delivery = addText(row, "The delivery to import");
        controls.choose = addButton(row, "Choose...", toolkitPanelModel.chooseDelivery);
        controls.choose.alignment = ["right", "center"];
        controls.load = addButton(panel, "Import Passes", toolkitPanelModel.importDelivery);
        controls.load.helpTip = "Build its comps, or update the ones already in the project to this version";
        controls.text = panel.add("edittext", undefined, "", { multiline: true, readonly: true, scrolling: true });
        controls.text.alignment = ["fill", "fill"];
        controls.text.preferredSize = [320, 140];
    }

    function refresh() {
        var shown = toolkitPanelModel.shown;
        var count = shown.total > 0 ? "  " + shown.done + " of " + shown.total : "";
        controls.stage.text = shown.isRendering ? shown.stage + count : "Nothing is being rendered";
        controls.bar.value = shown.isRendering && shown.total > 0 ? 100 * shown.done / shown.total : 0;
        controls.cancel.enabled = shown.isRendering;
        controls.render.enabled = !shown.isRendering;
        controls.delivery.text = shown.delivery === "" ? "No delivery yet" : shown.delivery;
        controls.load.enabled = shown.delivery !== "";
        controls.text.text = shown.text;
        schedule(shown.isFollowed);
    }

    // Asks After Effects to call poll every second while a render is followed.
    function schedule(isNeeded) {
        if (isNeeded && task === null) {
            task = app.scheduleTask("$.global.TOOLKIT_PANEL.poll();", POLL_MILLISECONDS, true);
        } else if (!isNeeded && task !== null) {
            app.cancelTask(task);
            task = null;
        }
    }

    function stop() {
        schedule(false);
    }

    // Nothing is imported, and no end of a render is taken note of, when nobody would see it.
    function poll() {
        try {
            refresh();
        } catch (error) { // the panel was closed; the render goes on, and the next panel follows it
            stop();
            return;
        }
        toolkitPanelModel.poll();
        refresh();
    }

    // Shows the panel: in the place that After Effects gives it, else in a window of its own.
    function open(place) {
        var panel = place || new Window("palette", "Toolkit", undefined, { resizeable: true });
        var former = $.global.TOOLKIT_PANEL || null;
        build(panel);
        if (former !== null) {
            former.stop(); // this panel follows the render now
        }
        $.global.TOOLKIT_PANEL = { poll: poll, stop: stop, sentRender: toolkitPanelModel.sentRender };
        panel.onResizing = panel.onResize = function () {
            panel.layout.resize();
        };
        toolkitPanelModel.open(former === null ? null : former.sentRender());
        refresh();
        panel.layout.layout(true);
        if (!place) {
            panel.center();
            panel.show();
        }
    }

    return { open: open };
}());
