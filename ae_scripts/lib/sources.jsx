// The footage of a delivery: which files, and what each is called for the next import. Knows nothing of the project.

var toolkitSources = (function () {
    // Every footage of the delivery once, with its first file. Throws before anything is built when a file is missing.
    function of(delivery, root) {
        var found = [];
        var seen = {};
        var track;
        var clip;
        var names;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            track = delivery.tracks[i];
            for (k = 0; k < track.clips.length; k += 1) {
                clip = track.clips[k];
                names = toolkitDelivery.files(clip, Boolean(track.pass_name), root);
                online(clip, names);
                if (!seen.hasOwnProperty(clip.path)) {
                    seen[clip.path] = true;
                    found.push({ clip: clip, pass: track.pass_name, path: names[0] });
                }
            }
        }
        return found;
    }

    function online(clip, names) {
        var i;
        for (i = 0; i < names.length; i += 1) {
            if (!(new File(names[i])).exists) {
                throw new Error("'" + clip.name + "' is offline: " + names[i] + " is not there");
            }
        }
    }

    // What a footage is called for the next import. Versions of one pass share a tag unless the delivery holds both.
    function passTag(one, all) {
        var what = one.clip.shot + " | " + one.pass;
        var i;
        for (i = 0; i < all.length; i += 1) {
            if (all[i].pass === one.pass && all[i].clip.shot === one.clip.shot) {
                if (all[i].clip.version > one.clip.version) {
                    return what + " | v" + one.clip.version;
                }
            }
        }
        return what;
    }

    // A plate goes by its file's name and its pictures, wherever it lies by then; namesakes are counted.
    function plateTag(one, all) {
        var what = "plate | " + nameOf(one) + " | " + pictures(one.clip);
        var before = 0;
        var i;
        for (i = 0; all[i] !== one; i += 1) {
            if (!all[i].pass && nameOf(all[i]) === nameOf(one) && pictures(all[i].clip) === pictures(one.clip)) {
                before += 1;
            }
        }
        return before > 0 ? what + " | " + (before + 1) : what;
    }

    function nameOf(one) {
        return one.path.replace(/^.*[\/\\]/, "");
    }

    // Which pictures a footage holds: a newer version must hold the same, or every layer of it would slip.
    function pictures(clip) {
        return clip.timecode + " + " + toolkitTiming.pictures(clip);
    }

    function tag(one, all) {
        return one.pass ? passTag(one, all) : plateTag(one, all);
    }

    return { of: of, tag: tag, pictures: pictures };
}());
