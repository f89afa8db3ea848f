// Imports a delivery into the project: builds what is new, replaces the files of what exists, or rolls everything back.

var toolkitImporting = (function () {
    // The state of a run: the items it works with, those it created, and the steps that undo other changes.
    function startRun(delivery, report) {
        return {
            delivery: delivery, report: report, before: toolkitProject.itemIds(),
            tagged: toolkitProject.taggedItems(delivery), bits: app.project.bitsPerChannel, items: {}, created: {},
            undoSteps: []
        };
    }

    // Leaves the project as it was before the run.
    function rollBack(run) {
        while (run.undoSteps.length > 0) {
            run.undoSteps.pop()();
        }
        toolkitProject.removeNew(run.before);
        if (app.project.bitsPerChannel !== run.bits) {
            app.project.bitsPerChannel = run.bits;
        }
    }

    function taggedItem(run, tag) {
        return run.tagged.hasOwnProperty(tag) ? run.tagged[tag] : null;
    }

    function tagItem(run, item, tag, contentId) {
        item.comment = tag + contentId;
        run.tagged[tag] = item;
    }

    // The folder of the cut ("cut"), or the "footage" folder inside it. Created on first use.
    function findOrAddFolder(run, role) {
        var tag = toolkitProject.itemTag(run.delivery, role + " folder");
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

    function importOrReplaceFootage(run, source, sources) {
        var tag = toolkitProject.itemTag(run.delivery, toolkitSources.sourceTag(source, sources));
        var key = "footage " + source.clip.path;
        var item = taggedItem(run, tag);
        if (item === null) {
            item = createFootage(run, source);
            tagItem(run, item, tag, toolkitSources.contentId(source.clip));
            run.created[key] = true;
        } else if (!usesFile(item, source.path)) {
            if (source.pass) {
                replaceFootage(run, item, source);
            } else {
                replacePlate(run, item, source);
            }
        } else if (source.pass) {
            item.mainSource.reload(); // the files may have been rendered again
            run.report.reloaded += 1;
        }
        run.items[key] = item;
    }

    // A plate is only a guide: one that cannot be imported becomes a placeholder.
    function createFootage(run, source) {
        var folder = findOrAddFolder(run, "footage");
        var problem = source.problem;
        if (problem === "") {
            try {
                return toolkitFootage.create(
                    source.clip, source.path, folder, !source.pass, run.report.by_hand
                );
            } catch (error) {
                if (source.pass) {
                    throw error;
                }
                problem = error.message;
            }
        }
        run.report.by_hand.push(
            "plate '" + source.clip.name + "' is a placeholder (" + problem + "): right-click it in the Project " +
            "panel, Replace Footage > File, and choose " + source.path
        );
        return toolkitFootage.createPlaceholder(source.clip, folder);
    }

    // Links a plate to its file again; a plate that cannot be linked keeps what it shows.
    function replacePlate(run, item, source) {
        var steps = run.undoSteps.length;
        var problem = source.problem;
        if (problem === "") {
            try {
                replaceFootage(run, item, source);
                return;
            } catch (error) {
                problem = error.message;
                while (run.undoSteps.length > steps) {
                    run.undoSteps.pop()();
                }
            }
        }
        run.report.by_hand.push("plate '" + source.clip.name + "' was left as it is: " + problem);
    }

    function usesFile(item, path) {
        var file = item.mainSource.file;
        return Boolean(file) && !item.footageMissing && file.fsName === toolkitFiles.fileAt(path).fsName;
    }

    function replaceFootage(run, item, source) {
        var name = item.name;
        var file = item.mainSource.file;
        var isSequence = toolkitFootage.isSequence(source.clip);
        var oldContent = toolkitProject.contentId(item);
        var newContent = toolkitSources.contentId(source.clip);
        if (oldContent !== newContent) {
            throw new Error(
                "'" + source.clip.name + "' contains different frames (" + newContent + ") from '" + name + "' (" +
                oldContent + "), which would put its layers out of sync. Delete the folder of this cut, or import " +
                "into another project"
            );
        }
        run.undoSteps.push(function () {
            if (file && file.exists) {
                toolkitFootage.replaceSource(item, file, isSequence);
            }
            item.name = name;
        });
        toolkitFootage.replace(item, source.clip, source.path, !source.pass, run.report.by_hand);
        run.report.replaced.push(
            name === source.clip.name
                ? "'" + name + "' is linked to " + source.path
                : "'" + name + "' by '" + source.clip.name + "'"
        );
    }

    // Builds a missing comp. An existing comp only gets layers for new items; all else in it is the artist's work.
    function buildOrExtendComp(run, spec) {
        var role = spec.key === "" ? "cut" : "shot | " + spec.key;
        var tag = toolkitProject.itemTag(run.delivery, role);
        var comp = taggedItem(run, tag);
        if (comp === null) {
            comp = toolkitComps.create(spec, run.delivery.fps, findOrAddFolder(run, "cut"), run.report.by_hand);
            tagItem(run, comp, tag, "");
            run.created["comp " + spec.key] = true;
            run.report.built.push(spec.name);
            toolkitComps.addLayersAndMarkers(comp, spec, run.items);
        } else {
            extendComp(run, comp, spec);
        }
        run.items["comp " + spec.key] = comp;
    }

    function extendComp(run, comp, spec) {
        var hasNewFace = false;
        var layer;
        var isNew;
        var i;
        for (i = 0; i < spec.layers.length; i += 1) {
            layer = spec.layers[i];
            isNew = isNewLayer(run, comp, spec, layer);
            hasNewFace = hasNewFace || (isNew && layer.name === "FACE");
            if (isNew || (hasNewFace && (layer.kind === "null" || layer.kind === "solid"))) {
                extendDuration(run, comp, layer.outPoint);
                toolkitLayers.add(comp, layer, run.items);
                run.undoSteps.push(layerRemover(comp, layer.name));
                run.report.notes.push("'" + layer.name + "' was added on top of comp '" + comp.name + "'");
            }
        }
    }

    // A new layer goes on top, but a plate belongs below existing layers. So a plate is added only to the cut, and only
    // with a new shot.
    function isNewLayer(run, comp, spec, layer) {
        var isNewSource = Boolean(run.created[layer.kind + " " + layer.source]);
        if (layer.shot === null) {
            return isNewSource;
        }
        return spec.key === "" && (isNewSource || Boolean(run.created["comp " + layer.shot])) &&
            !hasPlate(run, comp, layer);
    }

    // Whether a plate is already in place: a user who deletes a shot's comp still has its plate in the cut.
    function hasPlate(run, comp, plate) {
        var id = run.items["footage " + plate.source].id;
        var layer;
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            layer = comp.layer(i);
            if (layer.source && layer.source.id === id) { // text and light layers have no source
                if (Math.abs(layer.inPoint / comp.frameDuration - plate.inPoint) < 0.1) {
                    return true;
                }
            }
        }
        return false;
    }

    function extendDuration(run, comp, frames) {
        var before = comp.duration;
        if (before / comp.frameDuration < frames - 0.1) {
            comp.duration = frames * comp.frameDuration;
            run.undoSteps.push(function () {
                comp.duration = before;
            });
        }
    }

    function layerRemover(comp, name) {
        return function () {
            var layer = toolkitLayers.layerByName(comp, name);
            layer.locked = false;
            layer.remove();
        };
    }

    // Reads everything back. Throws when a newly built comp is not as specified. Differences in an existing comp are
    // the artist's work, and are only reported.
    function verify(run, specs) {
        var inNewComps = { wrong: [], byHand: run.report.by_hand };
        var inOldComps = { wrong: [], byHand: [] };
        var key;
        var i;
        inOldComps.byHand = inOldComps.wrong;
        for (i = 0; i < specs.length; i += 1) {
            key = "comp " + specs[i].key;
            run.report.comps.push(
                run.created[key]
                    ? toolkitCompare.compareComp(run.items[key], specs[i], run.items, true, inNewComps)
                    : toolkitCompare.compareComp(run.items[key], specs[i], run.items, false, inOldComps)
            );
        }
        run.report.differences = inNewComps.wrong.concat(inOldComps.wrong);
        if (inNewComps.wrong.length > 0) {
            throw new Error(
                "After Effects did not build what the delivery specifies: " + inNewComps.wrong.slice(0, 5).join("; ")
            );
        }
    }

    function hasMembers(object) {
        var name;
        for (name in object) {
            if (object.hasOwnProperty(name)) {
                return true;
            }
        }
        return false;
    }

    function build(run, sources, specs) {
        var i;
        for (i = 0; i < sources.length; i += 1) {
            importOrReplaceFootage(run, sources[i], sources);
        }
        for (i = 0; i < specs.length; i += 1) {
            buildOrExtendComp(run, specs[i]);
        }
        verify(run, specs);
        if (hasMembers(run.created)) {
            toolkitProject.setBitDepth(run.report);
            run.report.done = "built";
            run.items["comp "].openInViewer();
        } else {
            run.report.done = run.report.replaced.length > 0 ? "replaced" : "unchanged";
        }
        if (run.report.done !== "unchanged") {
            toolkitProjectColour.reportMismatches(run.delivery, run.report);
        }
    }

    function abort(run) {
        run.report.comps = [];
        run.report.replaced = [];
        run.report.built = [];
        run.report.by_hand = [];
        try {
            rollBack(run);
        } catch (error) {
            run.report.done = "begun";
            run.report.problems.push(
                "the incomplete import could not be removed (" + error.message + "): choose Edit > Undo"
            );
        }
    }

    // Imports the delivery whose files are in root, as one undo step. On failure everything is rolled back and the
    // report says why. Returns the run, so that Self Check can roll back a successful import.
    function importDelivery(delivery, root, report) {
        var sources = toolkitSources.collect(delivery, root);
        var specs = toolkitCompSpecs.build(delivery, report.notes);
        var run = startRun(delivery, report);
        app.beginUndoGroup("Import passes " + delivery.name);
        try {
            try {
                build(run, sources, specs);
            } catch (error) {
                report.problems.push(error.message);
                abort(run);
            }
        } finally {
            app.endUndoGroup();
        }
        return run;
    }

    return { importDelivery: importDelivery, rollBack: rollBack };
}());
