// The footage of a delivery: its files, and the tags by which the next import recognises it. Does not use the project.

var toolkitSources = (function () {
    // Every footage source of the delivery once, with its first file. Throws if a layer's file is missing, before
    // anything is built. A plate is only a guide: what is wrong with it goes into its problem.
    function collect(delivery, root) {
        var sources = [];
        var seen = {};
        var track;
        var clip;
        var paths;
        var missing;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            track = delivery.tracks[i];
            for (k = 0; k < track.clips.length; k += 1) {
                clip = track.clips[k];
                if (!seen.hasOwnProperty(clip.path)) {
                    seen[clip.path] = true;
                    paths = toolkitDelivery.listFiles(clip, Boolean(track.pass_name), root);
                    missing = firstMissing(track.pass_name ? paths : usedPaths(clip, paths));
                    if (track.pass_name && missing !== null) {
                        throw new Error(
                            "'" + clip.name + "' is offline: " + missing +
                            " is missing; restore it, or run the toolkit again"
                        );
                    }
                    sources.push({
                        clip: clip, pass: track.pass_name, path: paths[0],
                        problem: missing === null ? "" : missing + " is missing"
                    });
                }
            }
        }
        return sources;
    }

    // Of a plate's files the first, by which a sequence is imported, and those that the cut uses.
    function usedPaths(clip, paths) {
        if (paths.length === 1) {
            return paths;
        }
        return paths.slice(0, 1).concat(paths.slice(clip.in_frame, clip.in_frame + clip.frame_count));
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
    function passTag(source, sources) {
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

    // A plate is tagged by file name and content, so that it is recognised after it has moved. Plates with the same
    // name and content are numbered.
    function plateTag(source, sources) {
        var tag = "plate | " + fileName(source) + " | " + contentId(source.clip);
        var earlier = 0;
        var i;
        for (i = 0; sources[i] !== source; i += 1) {
            if (
                !sources[i].pass && fileName(sources[i]) === fileName(source) &&
                contentId(sources[i].clip) === contentId(source.clip)
            ) {
                earlier += 1;
            }
        }
        return earlier > 0 ? tag + " | " + (earlier + 1) : tag;
    }

    function fileName(source) {
        return source.path.replace(/^.*[\/\\]/, "");
    }

    // Start timecode and frame count. A newer version must have the same, or all its layers would be out of sync.
    function contentId(clip) {
        return clip.timecode + " + " + toolkitRetime.mediaFrameCount(clip);
    }

    // The tag by which the next import recognises this source.
    function sourceTag(source, sources) {
        return source.pass ? passTag(source, sources) : plateTag(source, sources);
    }

    return { collect: collect, sourceTag: sourceTag, contentId: contentId };
}());
