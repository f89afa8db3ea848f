// Footage items: imports and interprets them, and replaces their files with a newer version. Throws when the image
// would be wrong; settings that the user can correct go into byHand.

var toolkitFootage = (function () {
    function isNear(a, b) {
        return Math.abs(a - b) <= 0.001;
    }

    function isSequence(clip) {
        return clip.kind !== "movie" && toolkitRetime.mediaFrameCount(clip) > 1;
    }

    // Imports the files of a clip, the first of which is at path, as a new item.
    function create(clip, path, folder, isPlate, byHand) {
        var options = new ImportOptions(toolkitFiles.fileAt(path));
        var item;
        if (!options.canImportAs(ImportAsType.FOOTAGE)) {
            throw new Error("After Effects cannot import " + path);
        }
        options.importAs = ImportAsType.FOOTAGE;
        options.sequence = isSequence(clip);
        options.forceAlphabetical = false;
        if (options.sequence !== isSequence(clip) || options.forceAlphabetical) {
            throw new Error("After Effects did not accept the sequence options for " + path);
        }
        item = app.project.importFile(options);
        if (item === null) {
            throw new Error("After Effects imported nothing from " + path);
        }
        try {
            item.parentFolder = folder;
            item.name = clip.name;
            interpret(item, clip, isPlate, byHand);
        } catch (error) {
            item.remove();
            throw error;
        }
        return item;
    }

    // Stands for a plate that cannot be used, with its size, rate and length, so that its layers can be built.
    function createPlaceholder(clip, folder) {
        var count = toolkitRetime.mediaFrameCount(clip);
        var item = app.project.importPlaceholder(clip.name, clip.width, clip.height, clip.fps, count / clip.fps);
        item.parentFolder = folder;
        return item;
    }

    // Replaces the files of an item. Layers that use it keep everything done to them.
    function replace(item, clip, path, isPlate, byHand) {
        var file = toolkitFiles.fileAt(path);
        replaceSource(item, file, isSequence(clip));
        if (item.mainSource.file === null || item.mainSource.file.name !== file.name) {
            throw new Error("After Effects did not replace the files of '" + item.name + "' with " + path);
        }
        item.name = clip.name;
        interpret(item, clip, isPlate, byHand);
    }

    function replaceSource(item, file, asSequence) {
        if (asSequence) {
            item.replaceWithSequence(file, false);
        } else {
            item.replace(file);
        }
    }

    function interpret(item, clip, isPlate, byHand) {
        var name = "'" + clip.name + "'";
        if (!item.mainSource.isStill) {
            conformFrameRate(item, clip, isPlate);
        }
        if (item.width !== clip.width || item.height !== clip.height) {
            throw new Error(
                name + " is " + item.width + "x" + item.height + " in After Effects, " +
                clip.width + "x" + clip.height + " in the delivery"
            );
        }
        if (!isNear(item.pixelAspect, 1)) {
            item.pixelAspect = 1; // our pixels are square, but After Effects guesses an aspect from the frame size
        }
        if (!isNear(item.pixelAspect, 1)) {
            byHand.push(
                name + " has a pixel aspect ratio of " + item.pixelAspect +
                ": set it to Square Pixels in Interpret Footage"
            );
        }
        if (clip.alpha === "premultiplied") {
            setPremultiplied(item.mainSource, clip, byHand);
        }
    }

    // Sequences are imported at the frame rate set in Preferences, whatever their headers say. Of a plate only the
    // frames that the cut uses must be there: it may have become longer or shorter since.
    function conformFrameRate(item, clip, isPlate) {
        var source = item.mainSource;
        var count = isPlate ? clip.in_frame + clip.frame_count : toolkitRetime.mediaFrameCount(clip);
        var found;
        if (clip.kind !== "movie" || !isNear(source.displayFrameRate, clip.fps)) {
            source.conformFrameRate = clip.fps;
        }
        if (!isNear(source.displayFrameRate, clip.fps)) {
            throw new Error("'" + clip.name + "' plays at " + source.displayFrameRate + " fps instead of " + clip.fps);
        }
        found = Math.round(item.duration * source.displayFrameRate);
        if (found < count || (found > count && clip.kind !== "movie" && !isPlate)) {
            throw new Error(
                "'" + clip.name + "' has " + found + " frames in After Effects, " +
                (isPlate ? "and the cut uses them up to " : "") + count + (isPlate ? "" : " in the delivery")
            );
        }
    }

    function setPremultiplied(source, clip, byHand) {
        if (!source.hasAlpha) {
            throw new Error(
                "'" + clip.name + "' has no alpha and would hide the layers below; " +
                "check that its files belong to the delivery"
            );
        }
        source.alphaMode = AlphaMode.PREMULTIPLIED;
        source.premulColor = [0, 0, 0];
        if (source.alphaMode !== AlphaMode.PREMULTIPLIED) {
            byHand.push("'" + clip.name + "': set its alpha to Premultiplied with black in Interpret Footage");
        }
    }

    return {
        create: create, createPlaceholder: createPlaceholder, replace: replace, replaceSource: replaceSource,
        isSequence: isSequence
    };
}());
