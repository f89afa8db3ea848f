// Footage of an import: created, relinked, or replaced by another version. A plate is only a guide: what is wrong with
// one never stops the layers.

var toolkitImportFootage = (function () {
    // source has the tag of its item.
    function importOrReplace(run, source) {
        var key = "footage " + source.clip.path;
        var item = toolkitImportRun.taggedItem(run, source.tag);
        if (item === null) {
            item = createFootage(run, source);
            toolkitImportRun.tagItem(run, item, source.tag, toolkitSources.contentId(source.clip));
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
        var folder = toolkitImportRun.findOrAddFolder(run, "footage");
        var problem = source.problem;
        if (problem === "") {
            try {
                return toolkitFootage.create(source, folder, run.report.by_hand);
            } catch (error) {
                if (source.pass) {
                    throw error;
                }
                problem = error.message;
            }
        }
        run.report.by_hand.push(
            "plate '" + source.clip.name + "' is a placeholder (" + problem + ")" + describeRemedy(source)
        );
        return toolkitFootage.createPlaceholder(source.clip, folder);
    }

    // Which file to choose for a placeholder: not the one that was just found unusable.
    function describeRemedy(source) {
        var clip = source.clip;
        var replace = "right-click the placeholder in the Project panel, Replace Footage > File, and choose ";
        if (!source.isUsable) {
            return "; work without it, or convert it and run the toolkit again";
        }
        if (source.problem !== "") {
            return ": restore the file and import again; or " + replace + "the file where it is now";
        }
        return ": " + replace + "a copy of it that After Effects can read, " + clip.width + "x" + clip.height +
            (toolkitRetime.mediaFrameCount(clip) > 1
                ? " with at least " + toolkitSources.neededFrames(source) + " frames"
                : "");
    }

    // Links a plate to its file again; a plate that cannot be linked keeps what it shows.
    function replacePlate(run, item, source) {
        var steps = run.undoSteps.length;
        var problem = source.problem;
        var failures = [];
        if (problem === "") {
            try {
                replaceFootage(run, item, source);
                return;
            } catch (error) {
                problem = error.message;
                failures = toolkitImportRun.undo(run, steps);
            }
        }
        run.report.by_hand.push(
            failures.length > 0
                ? "plate '" + source.clip.name + "': " + problem + "; " + failures.join("; ")
                : "plate '" + source.clip.name + "' was left as it is: " + problem
        );
    }

    function usesFile(item, path) {
        var file = item.mainSource.file;
        return Boolean(file) && !item.footageMissing && file.fsName === toolkitFiles.fileAt(path).fsName;
    }

    function replaceFootage(run, item, source) {
        var before = toolkitFootage.remember(item);
        var changes = toolkitInterpretation.findChanges(item, source.clip);
        toolkitImportRun.addUndoStep(
            run, "'" + before.name + "' was not linked to its former files again", function () {
                return toolkitFootage.restore(item, before);
            }
        );
        toolkitFootage.replace(item, source, run.report.by_hand);
        run.replaced["footage " + source.clip.path] = true;
        run.report.notes = run.report.notes.concat(toolkitInterpretation.describeReset(item.name, changes));
        reportReplacement(run, before, source);
    }

    // The version in the name of a layer's file; null if it is not called as the file that replaces it, but for that.
    // Shots may be called sh010_v3.
    function formerVersion(before, source) {
        var parts = /^([\s\S]*_v)\d+(?:\.[^_]*)?$/.exec(toolkitSources.fileName(source));
        var start = parts === null ? "" : parts[1];
        var name = toolkitSources.fileName(before);
        var number = /^\d+(?=\.)/.exec(name.substring(start.length));
        return start !== "" && name.substring(0, start.length) === start && number !== null ? Number(number[0]) : null;
    }

    function reportReplacement(run, before, source) {
        var version = source.clip.version;
        var former = formerVersion(before, source);
        if (source.pass && version !== null && former !== null && former !== version) {
            run.report.versions.push("version " + version + " (was " + former + ")");
        }
        run.report.replaced.push(
            before.name === source.clip.name || toolkitSources.fileName(before) === toolkitSources.fileName(source)
                ? "'" + before.name + "' is linked to " + source.path
                : "'" + before.name + "' by '" + source.clip.name + "'"
        );
    }

    return { importOrReplace: importOrReplace };
}());
