// Footage of an import: created, relinked, or replaced by another version. A plate is only a guide: what is wrong with
// one never stops the layers.

var toolkitImportFootage = (function () {
    function importOrReplace(run, source, sources) {
        var tag = toolkitProject.itemTag(run.delivery, toolkitSources.sourceTag(source, sources));
        var key = "footage " + source.clip.path;
        var item = toolkitImportRun.taggedItem(run, tag);
        if (item === null) {
            item = createFootage(run, source);
            toolkitImportRun.tagItem(run, item, tag, toolkitSources.contentId(source.clip));
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
            "plate '" + source.clip.name + "' is a placeholder (" + problem + ")" + (source.isUsable
                ? ": right-click it in the Project panel, Replace Footage > File, and choose " + source.path
                : "; work without it, or convert it and run the toolkit again")
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
        toolkitFootage.replace(item, source, run.report.by_hand);
        run.report.replaced.push(
            name === source.clip.name
                ? "'" + name + "' is linked to " + source.path
                : "'" + name + "' by '" + source.clip.name + "'"
        );
    }

    return { importOrReplace: importOrReplace };
}());
