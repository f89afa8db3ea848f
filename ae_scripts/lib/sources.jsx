// The footage of a delivery: its files, and the tags by which the next import recognises it. Does not use the project.

var toolkitSources = (function () {
    // Every footage source of the delivery once, with its first file and the clips that use it. Throws if a layer's
    // file is missing, before anything is built. A plate is only a guide: what is wrong with it goes into its problem,
    // and it is not usable if no file can help.
    function collect(delivery, root) {
        var sources = group(delivery);
        var i;
        for (i = 0; i < sources.length; i += 1) {
            findFiles(sources[i], root);
        }
        return sources;
    }

    // The clips of the delivery by their files. A long take is the plate of several shots.
    function group(delivery) {
        var sources = [];
        var byPath = {};
        var track;
        var clip;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            track = delivery.tracks[i];
            for (k = 0; k < track.clips.length; k += 1) {
                clip = track.clips[k];
                if (!byPath.hasOwnProperty(clip.path)) {
                    byPath[clip.path] = { clip: clip, uses: [], pass: track.pass_name };
                    sources.push(byPath[clip.path]);
                }
                byPath[clip.path].uses.push(clip);
            }
        }
        return sources;
    }

    function findFiles(source, root) {
        var paths;
        var missing;
        try {
            paths = toolkitDelivery.listFiles(source.clip, Boolean(source.pass), root);
        } catch (error) {
            if (source.pass) {
                throw error;
            }
            source.path = source.clip.path;
            source.problem = error.message;
            source.isUsable = false;
            return;
        }
        missing = firstMissing(source.pass ? paths : usedPaths(source, paths));
        if (source.pass && missing !== null) {
            throw new Error(
                "'" + source.clip.name + "' is offline: " + missing +
                " is missing; restore it, or run the toolkit again"
            );
        }
        source.path = paths[0];
        source.problem = useProblem(source);
        source.isUsable = source.problem === "";
        if (source.isUsable && missing !== null) {
            source.problem = missing + " is missing";
        }
    }

    // What the delivery itself says is wrong with one of the uses of a plate.
    function useProblem(source) {
        var problem = "";
        var i;
        for (i = 0; i < source.uses.length && problem === ""; i += 1) {
            problem = source.uses[i].problem;
        }
        return problem === "" ? "" : "it " + problem;
    }

    // Of a plate's files the first, by which a sequence is imported, and those that the cut uses.
    function usedPaths(source, paths) {
        var used = paths.slice(0, 1);
        var clip;
        var i;
        for (i = 0; i < source.uses.length && paths.length > 1; i += 1) {
            clip = source.uses[i];
            used = used.concat(paths.slice(clip.in_frame, clip.in_frame + clip.frame_count));
        }
        return used;
    }

    // How many of the frames must be there: all of a layer; of a plate those up to the last that the cut uses.
    function neededFrames(source) {
        var count = 0;
        var i;
        if (source.pass) {
            return toolkitRetime.mediaFrameCount(source.clip);
        }
        for (i = 0; i < source.uses.length; i += 1) {
            count = Math.max(count, source.uses[i].in_frame + source.uses[i].frame_count);
        }
        return count;
    }

    function firstMissing(paths) {
        var i;
        for (i = 0; i < paths.length; i += 1) {
            if (!toolkitFiles.fileAt(paths[i]).exists) {
                return paths[i];
            }
        }
        return null;
    }

    // Versions of one pass share a tag, unless the delivery contains both.
    function passRole(source, sources) {
        var tag = source.clip.shot + " | " + source.pass;
        var i;
        for (i = 0; i < sources.length; i += 1) {
            if (sources[i].pass === source.pass && sources[i].clip.shot === source.clip.shot) {
                if (sources[i].clip.version > source.clip.version) {
                    return tag + " | v" + source.clip.version;
                }
            }
        }
        return tag;
    }

    // A plate is tagged by file name and content, so that it is recognised after it has moved.
    function plateRole(source) {
        return "plate | " + fileName(source) + " | " + contentId(source.clip);
    }

    function fileName(source) {
        return source.path.replace(/^.*[\/\\]/, "");
    }

    // Start timecode and frame count. A newer version must have the same, or all its layers would be out of sync.
    function contentId(clip) {
        return clip.timecode + " + " + toolkitRetime.mediaFrameCount(clip);
    }

    return {
        collect: collect, neededFrames: neededFrames, passRole: passRole, plateRole: plateRole, contentId: contentId,
        fileName: fileName
    };
}());
