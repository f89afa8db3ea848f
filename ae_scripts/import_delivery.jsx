// Import a delivery: a comp with the plate as guide, BODY and FACE above it, and a null that goes with each face.
// File > Scripts, then choose delivery.json. Or set $.global.TOOLKIT_DELIVERY to its path first: then no dialog opens
// and the report is in $.global.TOOLKIT_REPORT. Nothing is decided here: every frame comes from the delivery.

(function () {
    //@include "lib/json.jsx"
    //@include "lib/delivery.jsx"
    //@include "lib/comp.jsx"

    var automated = typeof $.global.TOOLKIT_DELIVERY === "string";

    function choose() {
        return automated ? new File($.global.TOOLKIT_DELIVERY) : File.openDialog("Choose delivery.json");
    }

    function textOf(file) {
        var text;
        file.encoding = "UTF-8"; // before open, or it does nothing
        if (!file.open("r")) {
            throw new Error("cannot read " + file.fsName);
        }
        text = file.read();
        file.close();
        return text;
    }

    // Every clip with its first file; throws before anything is built when a file is missing.
    function located(delivery, root) {
        var found = [];
        var track;
        var names;
        var i;
        var k;
        var n;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            track = delivery.tracks[i];
            for (k = 0; k < track.clips.length; k += 1) {
                names = toolkitDelivery.files(track.clips[k], Boolean(track.pass_name), root);
                for (n = 0; n < names.length; n += 1) {
                    if (!(new File(names[n])).exists) {
                        throw new Error("'" + track.clips[k].name + "' is offline: " + names[n] + " is not there");
                    }
                }
                found.push({ clip: track.clips[k], path: names[0], isPlate: !track.pass_name });
            }
        }
        return found;
    }

    function build(delivery, clips, report) {
        var folder = app.project.items.addFolder(delivery.name);
        var imported = {};
        var expected = [];
        var comp = toolkitComp.comp(delivery, folder, report.problems);
        var percent;
        var i;
        for (i = 0; i < clips.length; i += 1) {
            if (!imported.hasOwnProperty(clips[i].path)) {
                imported[clips[i].path] = toolkitComp.footage(clips[i].clip, clips[i].path, folder, report.problems);
            }
            expected.push(
                toolkitComp.addClip(comp, imported[clips[i].path], clips[i].clip, clips[i].isPlate, delivery)
            );
            if (clips[i].clip.speed !== 1) {
                percent = Math.round(1000 * clips[i].clip.speed) / 10 + " %";
                report.notes.push("'" + clips[i].clip.name + "' runs at " + percent + ": compare its ends");
            }
        }
        for (i = 0; i < delivery.faces.length; i += 1) {
            try {
                expected.push(toolkitComp.addFace(comp, delivery.faces[i], delivery));
            } catch (error) {
                report.problems.push(error.message);
            }
        }
        report.comp = comp.name;
        report.layers = toolkitComp.readBack(comp, expected, report.problems);
        if (app.project.bitsPerChannel === 8) {
            report.notes.push("the project works with 8 bits per channel; the layers hold more");
        }
    }

    // Whether Preferences let scripts write files; true when this version does not say.
    function mayWrite() {
        var section = "Main Pref Section";
        var key = "Pref_SCRIPTING_FILE_NETWORK_SECURITY";
        try {
            if (app.preferences.havePref(section + " v2", key)) {
                section += " v2";
            }
            return app.preferences.getPrefAsLong(section, key) === 1;
        } catch (error) {
            return true;
        }
    }

    function save(report, root) {
        var file = new File(root + "/ae_report.json");
        var written = false;
        if (!mayWrite()) {
            return "No report was written: allow scripts to write files in Preferences > Scripting & Expressions.";
        }
        try {
            file.encoding = "UTF-8";
            file.lineFeed = "Unix";
            if (file.open("w")) {
                written = file.write(toolkitJson.write(report) + "\n") !== false;
                file.close();
            }
        } catch (error) {
            written = false;
        }
        return (written && file.exists) ? "Report: " + file.fsName : "The report could not be written: " + file.fsName;
    }

    function listed(title, sentences) {
        var shown = sentences.slice(0, 12);
        if (sentences.length > shown.length) {
            shown.push("and " + (sentences.length - shown.length) + " more, in the report");
        }
        return shown.length ? "\n\n" + title + "\n- " + shown.join("\n- ") : "";
    }

    function main() {
        var report = { delivery: null, application: app.version, comp: null, layers: [], problems: [], notes: [] };
        var file = choose();
        var saved = "";
        var begun = false;
        var delivery;
        var clips;
        if (file === null) {
            return "";
        }
        try {
            delivery = toolkitDelivery.read(textOf(file));
            report.delivery = file.fsName;
            report.notes = delivery.notes.slice(0);
            clips = located(delivery, file.parent.fsName);
            app.beginUndoGroup("Import delivery " + delivery.name);
            begun = true;
            try {
                build(delivery, clips, report);
            } finally {
                app.endUndoGroup();
            }
        } catch (error) {
            report.problems.push(error.message);
        }
        if (report.delivery !== null) {
            saved = "\n\n" + save(report, file.parent.fsName);
        }
        $.global.TOOLKIT_REPORT = toolkitJson.write(report);
        return headline(report, begun) + listed("Problems:", report.problems) +
            listed("To know:", report.notes) + saved;
    }

    function headline(report, begun) {
        if (report.comp !== null) {
            return "Comp '" + report.comp + "': " + report.layers.length + " layers.";
        }
        return begun ? "The comp was not finished; Edit > Undo takes back what was begun." : "Nothing was imported.";
    }

    var summary = main();
    if (summary !== "" && !automated) {
        alert(summary, "Import delivery");
    }
    return summary;
}());
