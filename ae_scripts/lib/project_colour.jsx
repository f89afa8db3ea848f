// Colour management of the project: its settings, and what in them does not match a delivery.

var toolkitProjectColour = (function () {
    // A project member that some versions lack; null when it is missing.
    function readMember(project, name) {
        var value;
        try {
            value = project[name];
        } catch (error) {
            return null;
        }
        return value === undefined ? null : value;
    }

    // The settings under After Effects' own names.
    function readSettings(project) {
        var names = ["workingSpace", "linearBlending", "linearizeWorkingSpace", "colorManagementSystem"];
        var settings = {};
        var i;
        for (i = 0; i < names.length; i += 1) {
            settings[names[i]] = readMember(project, names[i]);
        }
        return settings;
    }

    // The settings as a turnover states them.
    function describe(project) {
        var settings = readSettings(project);
        var working = settings.workingSpace;
        var linear = Boolean(settings.linearBlending || settings.linearizeWorkingSpace);
        var config;
        if (settings.colorManagementSystem === 1) {
            config = readMember(project, "ocioConfigurationFile");
            return {
                mode: "ocio",
                science: config === null ? "OpenColorIO" : String(config),
                working: working === null ? "" : String(working),
                linear: linear
            };
        }
        if (working === null) {
            return { mode: "unknown", science: "Adobe", working: "", linear: linear };
        }
        return { mode: working === "" ? "unmanaged" : "managed", science: "Adobe", working: working, linear: linear };
    }

    // Reports settings that make the layers look wrong. In a project with a working space After Effects treats every
    // EXR as linear, which is wrong for the plate's own encoding, and a script cannot set the colour space of one
    // footage item.
    function reportMismatches(delivery, report) {
        var settings = readSettings(app.project);
        var isManaged = (typeof settings.workingSpace === "string" && settings.workingSpace !== "") ||
            settings.colorManagementSystem === 1;
        var encoding = layerEncoding(delivery);
        reportOtherWorkingSpace(delivery, settings, report);
        if (isManaged && encoding === "display") {
            report.by_hand.push(
                "the project is colour-managed and the layers use the plate's own encoding: in Interpret Footage > " +
                "Color, set BODY and FACE to the colour space of the plate, or they look lighter than the plate"
            );
        }
        if (!isManaged && encoding !== "display" && encoding !== "") {
            report.by_hand.push(
                "the layers are " + encoding + " and the project is not colour-managed: set a working space in " +
                "Project Settings, or they look darker than the plate"
            );
        }
    }

    // A cut sent from a project with another working space would look different in this one.
    function reportOtherWorkingSpace(delivery, settings, report) {
        var origin = delivery.origin;
        if (origin !== null && origin.host === "after effects" && typeof settings.workingSpace === "string") {
            if (origin.colour.working !== settings.workingSpace) {
                report.by_hand.push(
                    "the cut came from a project with the working space " + spaceName(origin.colour.working) +
                    "; this project uses " + spaceName(settings.workingSpace) + ": set it in Project Settings > Color"
                );
            }
        }
    }

    function spaceName(name) {
        return name === "" ? "None" : name;
    }

    function layerEncoding(delivery) {
        var i;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            if (delivery.tracks[i].pass_name) {
                return delivery.tracks[i].clips.length ? delivery.tracks[i].clips[0].encoding : "";
            }
        }
        return "";
    }

    return { readSettings: readSettings, describe: describe, reportMismatches: reportMismatches };
}());
