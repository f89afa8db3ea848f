// What of a delivery is in the project already, and where its things go. An item's comment says what it is: names are
// the artist's to change, and a comment is found again by the next import.

var toolkitProject = (function () {
    var MARK = "toolkit";
    var BETWEEN = " | ";

    function tag(delivery, what) {
        return MARK + BETWEEN + delivery.name + BETWEEN + what + BETWEEN;
    }

    function ids() {
        var found = {};
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            found[app.project.item(i).id] = true;
        }
        return found;
    }

    // Everything of the delivery's cut by its tag: what a comment says up to its last mark. A duplicate has the comment
    // of what it was made from, which is the older one.
    function ours(delivery) {
        var start = tag(delivery, "").slice(0, -BETWEEN.length);
        var found = {};
        var item;
        var own;
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            item = app.project.item(i);
            if (item.comment.substring(0, start.length) === start) {
                own = item.comment.substring(0, item.comment.length - facts(item).length);
                if (!found.hasOwnProperty(own) || item.id < found[own].id) {
                    found[own] = item;
                }
            }
        }
        return found;
    }

    // What follows the tag in an item's comment.
    function facts(item) {
        return item.comment.split(BETWEEN).pop();
    }

    // Removes every item that is not among those of before; what is inside a folder goes with it.
    function removeNew(before) {
        var i;
        for (i = app.project.numItems; i >= 1; i -= 1) {
            if (i <= app.project.numItems && !before[app.project.item(i).id]) {
                app.project.item(i).remove();
            }
        }
    }

    function countNew(before) {
        var found = 0;
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            found += before[app.project.item(i).id] ? 0 : 1;
        }
        return found;
    }

    // 32 bits a channel, for layers in half float. Not every project takes it (one managed by OCIO may refuse).
    function deepen(report) {
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
            report.notes.push("the project works with 32 bits per channel now; it worked with " + before);
        } else {
            report.by_hand.push(
                "the project works with " + app.project.bitsPerChannel + " bits per channel; the layers hold more: " +
                "Alt-click the depth in the Project panel"
            );
        }
    }

    // The project's way with colours, in its own words; versions differ in what they tell.
    function colour() {
        var names = ["workingSpace", "linearBlending", "linearizeWorkingSpace", "colorManagementSystem"];
        var found = {};
        var i;
        for (i = 0; i < names.length; i += 1) {
            try {
                found[names[i]] = app.project[names[i]];
            } catch (error) {
                found[names[i]] = null;
            }
        }
        return found;
    }

    // With a working space After Effects takes every EXR as linear, which codes of the plate's own kind are not; no
    // script can set the space of a single footage.
    function tellColour(delivery, report) {
        var now = colour();
        var isManaged = (typeof now.workingSpace === "string" && now.workingSpace !== "") ||
            now.colorManagementSystem === 1;
        var encoding = encodingOf(delivery);
        tellOrigin(delivery, now, report);
        if (isManaged && encoding === "display") {
            report.by_hand.push(
                "the project manages colours and the layers hold the plate's own codes: in Interpret Footage > Color " +
                "set BODY and FACE to the space the plate is in, or they look lighter than the plate"
            );
        }
        if (!isManaged && encoding !== "display" && encoding !== "") {
            report.by_hand.push(
                "the layers are " + encoding + " and the project manages no colours: set a working space in Project " +
                "Settings, or they look darker than the plate"
            );
        }
    }

    // A cut that came from a project with another working space would not look there as it does here.
    function tellOrigin(delivery, now, report) {
        var origin = delivery.origin;
        if (origin !== null && origin.host === "after effects" && typeof now.workingSpace === "string") {
            if (origin.colour.working !== now.workingSpace) {
                report.by_hand.push(
                    "the cut came from a project with the working space " + spaceName(origin.colour.working) +
                    "; this one has " + spaceName(now.workingSpace) + ": set it in Project Settings > Color"
                );
            }
        }
    }

    function spaceName(name) {
        return name === "" ? "None" : name;
    }

    function encodingOf(delivery) {
        var i;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            if (delivery.tracks[i].pass_name) {
                return delivery.tracks[i].clips.length ? delivery.tracks[i].clips[0].encoding : "";
            }
        }
        return "";
    }

    return {
        tag: tag, ids: ids, ours: ours, facts: facts, removeNew: removeNew, countNew: countNew, deepen: deepen,
        colour: colour, tellColour: tellColour
    };
}());
