// Imports a delivery into the project: builds what is new, replaces the files of what exists, or rolls everything back.

var toolkitImporting = (function () {
    // Builds a missing comp. An existing comp only gets layers for new items; all else in it is the artist's work.
    function buildOrExtendComp(run, spec) {
        var comp = toolkitImportRun.taggedComp(run, spec);
        var folder;
        if (comp === null) {
            noteCopy(run, spec);
            folder = toolkitImportRun.findOrAddFolder(run, "cut");
            comp = toolkitComps.create(spec, run.delivery.fps, folder, run.report.by_hand);
            toolkitImportRun.tagItem(run, comp, toolkitImportRun.compTag(run, spec), "");
            run.created["comp " + spec.key] = true;
            run.report.built.push(spec.name);
            toolkitComps.addLayersAndMarkers(comp, spec, run.items, run.report.by_hand);
        } else {
            toolkitExtending.extend(run, comp, spec);
        }
        toolkitImportRun.tagComp(run, comp, spec);
        run.items["comp " + spec.key] = comp;
    }

    // Finds the items of the sources. Throws when a name in the project stands for something else.
    function recognise(run, sources, specs) {
        var plates = [];
        var uses = toolkitPlateItems.listUses(run);
        var i;
        for (i = 0; i < sources.length; i += 1) {
            if (sources[i].pass) {
                sources[i].tag = toolkitTags.itemTag(run.delivery, toolkitSources.passRole(sources[i], sources));
            } else {
                sources[i].file = toolkitFiles.fileAt(sources[i].path).fsName;
                sources[i].names = toolkitPlateItems.namesOf(sources[i].file);
                plates.push(sources[i]);
            }
        }
        toolkitIdentity.check(run, plates, uses);
        toolkitFramesCheck.check(run, sources);
        toolkitRenumbered.follow(run, sources, specs);
        toolkitPlateItems.tagPlates(run, plates, toolkitPlateItems.listUses(run));
    }

    // A copy is the artist's own, also when the comp that it was made of is gone.
    function noteCopy(run, spec) {
        var tag = toolkitImportRun.compTag(run, spec);
        if (run.copies.hasOwnProperty(tag)) {
            run.report.notes.push(
                "comp '" + spec.name + "' was built again; '" + run.copies[tag] + "', a copy of it, was left as it is"
            );
        }
    }

    // Reads everything back. Throws when a newly built comp is not as specified. Differences in an existing comp are
    // the artist's work, and are only reported.
    function verify(run, specs) {
        var inNewComps = { wrong: [], byHand: run.report.by_hand, notes: run.report.notes };
        var inOldComps = { wrong: [], byHand: [], notes: run.report.notes };
        var i;
        inOldComps.byHand = inOldComps.wrong;
        for (i = 0; i < specs.length; i += 1) {
            run.report.comps.push(
                run.created["comp " + specs[i].key]
                    ? verifyNewComp(run, specs[i], inNewComps)
                    : verifyOldComp(run, specs[i], inOldComps)
            );
        }
        run.report.differences = inNewComps.wrong.concat(toolkitInterpretation.compareItems(run), inOldComps.wrong);
        if (inNewComps.wrong.length > 0) {
            throw new Error(
                "After Effects did not build what the delivery specifies: " + inNewComps.wrong.slice(0, 5).join("; ")
            );
        }
    }

    function verifyNewComp(run, spec, findings) {
        return toolkitCompare.compareComp(run.items["comp " + spec.key], spec, run.items, true, findings);
    }

    function verifyOldComp(run, spec, findings) {
        var comp = run.items["comp " + spec.key];
        var where = toolkitCompare.describePlace(comp, spec);
        var rateChange = toolkitCutChanges.rateChange(comp, spec);
        var found;
        var changes;
        var i;
        if (rateChange !== "") {
            findings.wrong.push(where + rateChange);
            return toolkitReadback.readComp(comp);
        }
        found = toolkitCompare.compareComp(comp, spec, run.items, false, findings);
        changes = toolkitCutChanges.list(run, comp, spec, found.markers);
        for (i = 0; i < changes.length; i += 1) {
            findings.wrong.push(where + changes[i]);
        }
        return found;
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
        var done = "unchanged";
        var i;
        toolkitCutChanges.checkRate(run, specs);
        recognise(run, sources, specs);
        for (i = 0; i < sources.length; i += 1) {
            toolkitImportFootage.importOrReplace(run, sources[i]);
        }
        for (i = 0; i < specs.length; i += 1) {
            buildOrExtendComp(run, specs[i]);
        }
        verify(run, specs);
        toolkitProxies.report(run, sources, specs);
        if (hasMembers(run.created)) {
            toolkitProject.setBitDepth(run.report);
            done = "built";
            openComp(run);
        } else if (run.report.replaced.length > 0) {
            done = "replaced";
        }
        if (done !== "unchanged") {
            toolkitProjectColour.reportMismatches(run.delivery, run.report);
        }
        run.report.done = done; // last: after an error nothing is done
    }

    // A comp that cannot be shown is no reason to undo the import.
    function openComp(run) {
        var comp = run.items["comp "];
        try {
            comp.openInViewer();
        } catch (error) {
            run.report.notes.push("comp '" + comp.name + "' could not be opened (" + error.message + ")");
        }
    }

    // notes: those that are true of a delivery that was not imported.
    function abort(run, notes) {
        var failures;
        run.report.comps = [];
        run.report.replaced = [];
        run.report.versions = [];
        run.report.built = [];
        run.report.by_hand = [];
        run.report.differences = [];
        run.report.notes = notes;
        try {
            failures = toolkitImportRun.rollBack(run);
        } catch (error) {
            failures = ["the incomplete import could not be removed (" + error.message + ")"];
        }
        if (failures.length > 0) {
            run.report.done = "begun";
            run.report.problems.push(failures.join("; ") + ": choose Edit > Undo");
        }
    }

    // Imports the delivery whose files are in root, as one undo step. On failure everything is rolled back and the
    // report says why. Returns the run, so that Self Check can roll back a successful import.
    function importDelivery(delivery, root, report) {
        var sources = toolkitSources.collect(delivery, root);
        var specs = toolkitCompSpecs.build(delivery, report.notes);
        var notes = report.notes.slice(0);
        var run = toolkitImportRun.start(delivery, report);
        app.beginUndoGroup("Import passes " + delivery.name);
        try {
            try {
                build(run, sources, specs);
            } catch (error) {
                report.problems.push(error.message);
                abort(run, notes);
            }
        } finally {
            app.endUndoGroup();
        }
        return run;
    }

    return { importDelivery: importDelivery, rollBack: toolkitImportRun.rollBack };
}());
