// The run of an import: the items it works with, those it created, and how to undo its other changes.

var toolkitImportRun = (function () {
    var SEPARATOR = toolkitTags.SEPARATOR;

    // The state of a run: the items it works with, those it created, and the steps that undo other changes.
    function start(delivery, report) {
        var found = toolkitTags.findItems(delivery);
        return {
            delivery: delivery, report: report, before: toolkitProject.itemIds(),
            tagged: found.items, copies: found.copies, bits: app.project.bitsPerChannel, items: {}, created: {},
            contents: {}, replaced: {}, undoSteps: []
        };
    }

    // Adds a step that undoes a change. failure: what is said if After Effects does not let it.
    function addUndoStep(run, failure, step) {
        run.undoSteps.push(function () {
            try {
                return step();
            } catch (error) {
                return failure + " (" + error.message + ")";
            }
        });
    }

    // Undoes all but the first count changes, the last one first: each step finds what it left. Returns what could not
    // be undone.
    function undo(run, count) {
        var failures = [];
        var failure;
        while (run.undoSteps.length > count) {
            failure = run.undoSteps.pop()();
            if (failure) {
                failures.push(failure);
            }
        }
        return failures;
    }

    // Leaves the project as it was before the run. Returns what could not be undone.
    function rollBack(run) {
        var failures = undo(run, 0);
        toolkitProject.removeNew(run.before);
        if (app.project.bitsPerChannel !== run.bits) {
            app.project.bitsPerChannel = run.bits;
        }
        return failures;
    }

    function taggedItem(run, tag) {
        return run.tagged.hasOwnProperty(tag) ? run.tagged[tag] : null;
    }

    function compTag(run, spec) {
        return toolkitTags.itemTag(run.delivery, spec.key === "" ? "cut" : "shot | " + spec.key);
    }

    // The comp that an earlier import built for a spec, or null.
    function taggedComp(run, spec) {
        return taggedItem(run, compTag(run, spec));
    }

    function tagItem(run, item, tag, contentId) {
        toolkitTags.write(item, tag, contentId);
        run.tagged[tag] = item;
    }

    // The comps of the shots by their names.
    function shotComps(run) {
        var start = toolkitTags.itemTag(run.delivery, "shot");
        var comps = {};
        var tag;
        for (tag in run.tagged) {
            if (run.tagged.hasOwnProperty(tag) && tag.substring(0, start.length) === start) {
                comps[tag.slice(start.length, -SEPARATOR.length)] = run.tagged[tag];
            }
        }
        return comps;
    }

    // Tags a comp with what it contains now.
    function tagComp(run, comp, spec) {
        var content = run.contents["comp " + spec.key] || "";
        var before = comp.comment;
        if (content !== "" && content !== toolkitTags.contentOf(comp)) {
            addUndoStep(run, "the comment of '" + comp.name + "' was not set back", function () {
                comp.comment = before;
            });
            toolkitTags.write(comp, compTag(run, spec), content);
        }
    }

    // The folder of the cut ("cut"), or the "footage" folder inside it. Created on first use.
    function findOrAddFolder(run, role) {
        var tag = toolkitTags.itemTag(run.delivery, role + " folder");
        var folder = taggedItem(run, tag);
        if (folder === null) {
            folder = app.project.items.addFolder(role === "cut" ? run.delivery.name : role);
            tagItem(run, folder, tag, "");
            if (role !== "cut") {
                folder.parentFolder = findOrAddFolder(run, "cut");
            }
        }
        return folder;
    }

    return {
        start: start, addUndoStep: addUndoStep, undo: undo, rollBack: rollBack, taggedItem: taggedItem,
        compTag: compTag, taggedComp: taggedComp, shotComps: shotComps, tagItem: tagItem, tagComp: tagComp,
        findOrAddFolder: findOrAddFolder
    };
}());
