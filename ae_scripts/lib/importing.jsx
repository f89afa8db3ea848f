// A delivery into the project: built where it is new, given newer files where it is there already, or not at all.

var toolkitImporting = (function () {
    // A run's state: what there is, what was made, and how to take back what cannot be removed.
    function begin(delivery, report) {
        return {
            delivery: delivery, report: report, before: toolkitProject.ids(), ours: toolkitProject.ours(delivery),
            bits: app.project.bitsPerChannel, items: {}, fresh: {}, undo: []
        };
    }

    // Leaves the project as it was before the run.
    function takeBack(run) {
        while (run.undo.length > 0) {
            run.undo.pop()();
        }
        toolkitProject.removeNew(run.before);
        if (app.project.bitsPerChannel !== run.bits) {
            app.project.bitsPerChannel = run.bits;
        }
    }

    function known(run, start) {
        return run.ours.hasOwnProperty(start) ? run.ours[start] : null;
    }

    function own(run, item, start, facts) {
        item.comment = start + facts;
        run.ours[start] = item;
    }

    // The folder of the cut, and the one in it for footage; made when the first thing goes into it.
    function folder(run, what) {
        var start = toolkitProject.tag(run.delivery, what + " folder");
        var found = known(run, start);
        if (found === null) {
            found = app.project.items.addFolder(what === "cut" ? run.delivery.name : what);
            own(run, found, start, "");
            if (what !== "cut") {
                found.parentFolder = folder(run, "cut");
            }
        }
        return found;
    }

    function place(run, one, all) {
        var start = toolkitProject.tag(run.delivery, toolkitSources.tag(one, all));
        var key = "footage " + one.clip.path;
        var item = known(run, start);
        if (item === null) {
            item = toolkitFootage.make(one.clip, one.path, folder(run, "footage"), run.report.by_hand);
            own(run, item, start, toolkitSources.pictures(one.clip));
            run.fresh[key] = true;
        } else if (!isOf(item, one.path)) {
            exchange(run, item, one);
        }
        run.items[key] = item;
    }

    function isOf(item, path) {
        var file = item.mainSource.file;
        return Boolean(file) && !item.footageMissing && file.fsName === new File(path).fsName;
    }

    function exchange(run, item, one) {
        var name = item.name;
        var file = item.mainSource.file;
        var isSequence = toolkitFootage.isNumbered(one.clip);
        if (toolkitProject.facts(item) !== toolkitSources.pictures(one.clip)) {
            throw new Error(
                "'" + one.clip.name + "' holds other pictures (" + toolkitSources.pictures(one.clip) + ") than '" +
                name + "' (" + toolkitProject.facts(item) + "): every layer of it would slip. Delete the folder of " +
                "this cut, or import into another project"
            );
        }
        run.undo.push(function () {
            if (file && file.exists) {
                toolkitFootage.swap(item, file, isSequence);
            }
            item.name = name;
        });
        toolkitFootage.replace(item, one.clip, one.path, run.report.by_hand);
        run.report.replaced.push("'" + name + "' by '" + one.clip.name + "'");
    }

    // A comp that is new, or layers of what is new for one that is there; everything else in it is the artist's.
    function raise(run, wanted) {
        var start = toolkitProject.tag(run.delivery, wanted.key === "" ? "cut" : "shot | " + wanted.key);
        var comp = known(run, start);
        if (comp === null) {
            comp = toolkitComps.make(wanted, run.delivery.fps, folder(run, "cut"), run.report.by_hand);
            own(run, comp, start, "");
            run.fresh["comp " + wanted.key] = true;
            run.report.built.push(wanted.name);
            toolkitComps.furnish(comp, wanted, run.items);
        } else {
            extend(run, comp, wanted);
        }
        run.items["comp " + wanted.key] = comp;
    }

    function extend(run, comp, wanted) {
        var hasNewFace = false;
        var one;
        var isNew;
        var i;
        for (i = 0; i < wanted.layers.length; i += 1) {
            one = wanted.layers[i];
            isNew = isNewIn(run, comp, wanted, one);
            hasNewFace = hasNewFace || (isNew && one.name === "FACE");
            if (isNew || (hasNewFace && (one.kind === "null" || one.kind === "solid"))) {
                lengthen(run, comp, one.outPoint);
                toolkitLayers.add(comp, one, run.items);
                run.undo.push(remover(comp, one.name));
                run.report.notes.push("'" + one.name + "' is new in comp '" + comp.name + "': it lies on top");
            }
        }
    }

    // A plate belongs under what is there, so only a new shot in the cut brings its own.
    function isNewIn(run, comp, wanted, one) {
        var isFresh = Boolean(run.fresh[one.kind + " " + one.source]);
        if (one.shot === null) {
            return isFresh;
        }
        return wanted.key === "" && (isFresh || Boolean(run.fresh["comp " + one.shot])) && !isThere(run, comp, one);
    }

    // Whether a plate lies in its place already: whoever deletes a shot's comp has one shot less, not one plate.
    function isThere(run, comp, wanted) {
        var id = run.items["footage " + wanted.source].id;
        var layer;
        var i;
        for (i = 1; i <= comp.numLayers; i += 1) {
            layer = comp.layer(i);
            if (layer.source && layer.source.id === id) { // a text or a light has none
                if (Math.abs(layer.inPoint / comp.frameDuration - wanted.inPoint) < 0.1) {
                    return true;
                }
            }
        }
        return false;
    }

    function lengthen(run, comp, frames) {
        var before = comp.duration;
        if (before / comp.frameDuration < frames - 0.1) {
            comp.duration = frames * comp.frameDuration;
            run.undo.push(function () {
                comp.duration = before;
            });
        }
    }

    function remover(comp, name) {
        return function () {
            var layer = toolkitLayers.named(comp, name);
            layer.locked = false;
            layer.remove();
        };
    }

    // Reads everything back. Throws when a comp that was just built is not what was asked for; what differs in one
    // that was there is the artist's, and told.
    function verify(run, comps) {
        var built = { wrong: [], byHand: run.report.by_hand };
        var kept = { wrong: [], byHand: [] };
        var key;
        var i;
        kept.byHand = kept.wrong;
        for (i = 0; i < comps.length; i += 1) {
            key = "comp " + comps[i].key;
            run.report.comps.push(
                run.fresh[key]
                    ? toolkitCompare.comp(run.items[key], comps[i], run.items, true, built)
                    : toolkitCompare.comp(run.items[key], comps[i], run.items, false, kept)
            );
        }
        run.report.differences = built.wrong.concat(kept.wrong);
        if (built.wrong.length > 0) {
            throw new Error(
                "After Effects did not build what the delivery asks for: " + built.wrong.slice(0, 5).join("; ")
            );
        }
    }

    function any(values) {
        var name;
        for (name in values) {
            if (values.hasOwnProperty(name)) {
                return true;
            }
        }
        return false;
    }

    function build(run, found, comps) {
        var i;
        for (i = 0; i < found.length; i += 1) {
            place(run, found[i], found);
        }
        for (i = 0; i < comps.length; i += 1) {
            raise(run, comps[i]);
        }
        verify(run, comps);
        if (any(run.fresh)) {
            toolkitProject.deepen(run.report);
            run.report.done = "built";
        } else {
            run.report.done = run.report.replaced.length > 0 ? "replaced" : "unchanged";
        }
        if (run.report.done !== "unchanged") {
            toolkitProject.tellColour(run.delivery, run.report);
        }
    }

    function giveUp(run) {
        run.report.comps = [];
        run.report.replaced = [];
        run.report.built = [];
        try {
            takeBack(run);
        } catch (error) {
            run.report.done = "begun";
            run.report.problems.push(
                "what was begun is still there (" + error.message + "): Edit > Undo takes it back"
            );
        }
    }

    // Builds the delivery whose files lie in root, in one step to undo. Whatever fails is taken back at once, and the
    // report says why; the run is given back for those who take back what went well.
    function into(delivery, root, report) {
        var found = toolkitSources.of(delivery, root);
        var comps = toolkitStack.comps(delivery, report.notes);
        var run = begin(delivery, report);
        app.beginUndoGroup("Import passes " + delivery.name);
        try {
            try {
                build(run, found, comps);
            } catch (error) {
                report.problems.push(error.message);
                giveUp(run);
            }
        } finally {
            app.endUndoGroup();
        }
        return run;
    }

    return { into: into, takeBack: takeBack };
}());
