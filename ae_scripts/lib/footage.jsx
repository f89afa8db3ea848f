// Footage items: imports and interprets them, and replaces their files with a newer version. Throws when the image
// would be wrong; settings that the user can correct go into byHand.

var toolkitFootage = (function () {
    var PLACEHOLDER = { size: [4, 30000], fps: [1, 99], seconds: 10800 }; // what a placeholder can have

    function isNear(a, b) {
        return Math.abs(a - b) <= 0.001;
    }

    function isSequence(clip) {
        return clip.kind !== "movie" && toolkitRetime.mediaFrameCount(clip) > 1;
    }

    // Imports the files of a source as a new item.
    function create(source, folder, byHand) {
        var clip = source.clip;
        var path = source.path;
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
            interpret(item, source, byHand);
        } catch (error) {
            item.remove();
            throw error;
        }
        return item;
    }

    function clamp(value, range) {
        return Math.min(Math.max(Math.round(value), range[0]), range[1]);
    }

    // Stands for a plate that cannot be used, with its size, rate and length as far as a placeholder can have them, so
    // that its layers can be built.
    function createPlaceholder(clip, folder) {
        var fps = Math.min(Math.max(clip.fps, PLACEHOLDER.fps[0]), PLACEHOLDER.fps[1]);
        var seconds = Math.min(toolkitRetime.mediaFrameCount(clip) / fps, PLACEHOLDER.seconds);
        var width = clamp(clip.width, PLACEHOLDER.size);
        var item = app.project.importPlaceholder(clip.name, width, clamp(clip.height, PLACEHOLDER.size), fps, seconds);
        item.parentFolder = folder;
        return item;
    }

    // Replaces the files of an item. Layers that use it keep everything done to them.
    function replace(item, source, byHand) {
        var clip = source.clip;
        var file = toolkitFiles.fileAt(source.path);
        replaceSource(item, file, isSequence(clip));
        if (item.mainSource.file === null || item.mainSource.file.name !== file.name) {
            throw new Error("After Effects did not replace the files of '" + item.name + "' with " + source.path);
        }
        if (isOurName(item.name, clip)) {
            item.name = clip.name;
        }
        interpret(item, source, byHand);
    }

    // Whether an item is called as an import calls another version of a clip, not as the artist does.
    function isOurName(name, clip) {
        return name.replace(/\d+$/, "") === clip.name.replace(/\d+$/, "");
    }

    // What restore needs to undo a replacement. The artist may have replaced a movie by a sequence.
    function remember(item) {
        var source = item.mainSource;
        var before = {
            name: item.name, file: source.file || null, asSequence: toolkitFootageFiles.isSequence(item),
            path: toolkitFootageFiles.pathOf(item),
            width: item.width, height: item.height, rate: source.displayFrameRate, seconds: item.duration,
            isPlaceholder: item.footageMissing && !source.missingFootagePath
        };
        if (!before.isPlaceholder) {
            before.pixelAspect = item.pixelAspect;
            before.conform = source.isStill ? null : source.conformFrameRate;
            before.alphaMode = source.alphaMode;
            before.premulColor = source.premulColor;
        }
        return before;
    }

    // Undoes a replacement. Returns why it cannot: After Effects does not link an item to a file that is gone.
    function restore(item, before) {
        if (before.isPlaceholder) {
            item.replaceWithPlaceholder(before.name, before.width, before.height, before.rate, before.seconds);
        } else if (before.file && before.file.exists) {
            replaceSource(item, before.file, before.asSequence);
        } else if (!item.footageMissing) {
            return "'" + item.name + "' keeps its new files, because those that it had (" + before.name + ") are gone";
        }
        item.name = before.name;
        if (!before.isPlaceholder) {
            restoreInterpretation(item, before);
        }
        return "";
    }

    function restoreInterpretation(item, before) {
        var source = item.mainSource;
        if (before.conform !== null) {
            source.conformFrameRate = before.conform;
        }
        item.pixelAspect = before.pixelAspect;
        source.alphaMode = before.alphaMode;
        if (before.alphaMode === AlphaMode.PREMULTIPLIED) {
            source.premulColor = before.premulColor;
        }
    }

    function replaceSource(item, file, asSequence) {
        if (asSequence) {
            item.replaceWithSequence(file, false);
        } else {
            item.replace(file);
        }
    }

    function interpret(item, source, byHand) {
        var clip = source.clip;
        var name = "'" + clip.name + "'";
        if (!item.mainSource.isStill) {
            conformFrameRate(item, source);
        }
        if (item.width !== clip.width || item.height !== clip.height) {
            throw new Error(
                name + " is " + item.width + "x" + item.height + " in After Effects, " +
                clip.width + "x" + clip.height + " in the delivery" +
                (source.pass ? ": these are not the files of this delivery; run the toolkit again" : "")
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
            setPremultiplied(item.mainSource, source, byHand);
        }
    }

    // Sequences are imported at the frame rate set in Preferences, whatever their headers say. Of a plate only the
    // frames that the cut uses must be there: it may have become longer or shorter since.
    function conformFrameRate(item, source) {
        var clip = source.clip;
        var media = item.mainSource;
        if (clip.kind !== "movie" || !isNear(media.displayFrameRate, clip.fps)) {
            media.conformFrameRate = clip.fps;
        }
        if (!isNear(media.displayFrameRate, clip.fps)) {
            throw new Error("'" + clip.name + "' plays at " + media.displayFrameRate + " fps instead of " + clip.fps);
        }
        checkLength(source, Math.round(item.duration * media.displayFrameRate));
    }

    function checkLength(source, found) {
        var count = toolkitSources.neededFrames(source);
        if (found < count || (found > count && source.clip.kind !== "movie" && source.pass)) {
            throw new Error(
                "'" + source.clip.name + "' has " + found + " frames in After Effects, " + (source.pass
                    ? count + " in the delivery: delete " + source.path.replace(/[\/\\][^\/\\]*$/, "") +
                        ", which also has other files, and run the toolkit again"
                    : "and the cut uses them up to " + count)
            );
        }
    }

    // After Effects may read other channels of a plate than the toolkit does.
    function setPremultiplied(media, source, byHand) {
        var name = "'" + source.clip.name + "'";
        if (!media.hasAlpha && source.pass) {
            throw new Error(
                name + " has no alpha and would hide the layers below; check that its files belong to the delivery"
            );
        }
        if (!media.hasAlpha) {
            byHand.push(name + " has alpha, which After Effects does not read: check the channels of the plate");
            return;
        }
        media.alphaMode = AlphaMode.PREMULTIPLIED;
        media.premulColor = [0, 0, 0];
        if (media.alphaMode !== AlphaMode.PREMULTIPLIED) {
            byHand.push(name + ": set its alpha to Premultiplied with black in Interpret Footage");
        }
    }

    return {
        create: create, createPlaceholder: createPlaceholder, replace: replace, remember: remember, restore: restore
    };
}());
