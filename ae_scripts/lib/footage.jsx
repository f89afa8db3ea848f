// Footage: imported, interpreted, and given a newer version's files. Throws where the wrong picture would show;
// what somebody can set by hand goes into byHand.

var toolkitFootage = (function () {
    function near(a, b) {
        return Math.abs(a - b) <= 0.001;
    }

    function isNumbered(clip) {
        return clip.kind !== "movie" && toolkitTiming.pictures(clip) > 1;
    }

    // A new item for a clip's files, the first of which is at path.
    function make(clip, path, folder, byHand) {
        var options = new ImportOptions(new File(path));
        var item;
        if (!options.canImportAs(ImportAsType.FOOTAGE)) {
            throw new Error("After Effects cannot import " + path);
        }
        options.importAs = ImportAsType.FOOTAGE;
        options.sequence = isNumbered(clip);
        options.forceAlphabetical = false;
        if (options.sequence !== isNumbered(clip) || options.forceAlphabetical) {
            throw new Error("After Effects does not import " + path + " as the numbered sequence it is");
        }
        item = app.project.importFile(options);
        if (item === null) {
            throw new Error("After Effects imported nothing from " + path);
        }
        item.parentFolder = folder;
        item.name = clip.name;
        interpret(item, clip, byHand);
        return item;
    }

    // Other files for an item: layers that use it, and all that was done to them, stay.
    function replace(item, clip, path, byHand) {
        var file = new File(path);
        swap(item, file, isNumbered(clip));
        if (item.mainSource.file === null || item.mainSource.file.name !== file.name) {
            throw new Error("After Effects did not take " + path + " in place of the files of '" + item.name + "'");
        }
        item.name = clip.name;
        interpret(item, clip, byHand);
    }

    function swap(item, file, isSequence) {
        if (isSequence) {
            item.replaceWithSequence(file, false);
        } else {
            item.replace(file);
        }
    }

    function interpret(item, clip, byHand) {
        var name = "'" + clip.name + "'";
        if (!item.mainSource.isStill) {
            conform(item, clip);
        }
        if (item.width !== clip.width || item.height !== clip.height) {
            throw new Error(name + " is " + item.width + "x" + item.height + ", not " + clip.width + "x" + clip.height);
        }
        if (!near(item.pixelAspect, 1)) {
            item.pixelAspect = 1; // ours are square, whatever a size makes After Effects guess
        }
        if (!near(item.pixelAspect, 1)) {
            byHand.push(name + " has a pixel aspect of " + item.pixelAspect + ": interpret it as Square Pixels");
        }
        if (clip.alpha === "premultiplied") {
            premultiply(item.mainSource, clip, byHand);
        }
    }

    // Numbered files come in at the rate of a preference, whatever their headers say.
    function conform(item, clip) {
        var source = item.mainSource;
        var count = toolkitTiming.pictures(clip);
        var seen;
        if (clip.kind !== "movie" || !near(source.displayFrameRate, clip.fps)) {
            source.conformFrameRate = clip.fps;
        }
        if (!near(source.displayFrameRate, clip.fps)) {
            throw new Error("'" + clip.name + "' plays at " + source.displayFrameRate + " fps instead of " + clip.fps);
        }
        seen = Math.round(item.duration * source.displayFrameRate);
        if (seen < count || (seen > count && clip.kind !== "movie")) {
            throw new Error("'" + clip.name + "' has " + seen + " pictures here, " + count + " in the delivery");
        }
    }

    function premultiply(source, clip, byHand) {
        if (!source.hasAlpha) {
            throw new Error("'" + clip.name + "' shows no alpha: it would cover what is below");
        }
        source.alphaMode = AlphaMode.PREMULTIPLIED;
        source.premulColor = [0, 0, 0];
        if (source.alphaMode !== AlphaMode.PREMULTIPLIED) {
            byHand.push("'" + clip.name + "': set its alpha to Premultiplied with black in Interpret Footage");
        }
    }

    return { make: make, replace: replace, swap: swap, isNumbered: isNumbered };
}());
