// Checks that the passes of a delivery have the frames of those in the project: the layers of an item stay where they
// are, so they would be out of sync with other frames.

var toolkitFramesCheck = (function () {
    // Throws before anything is replaced, and names all that has to go.
    function check(run, sources) {
        var others = listOthers(run, sources);
        var name;
        if (others.length > 0) {
            name = newName(run, others[0], sources);
            throw new Error(
                describe(others[0]) + ". Its layers would be out of sync" + (name === ""
                    ? ": delete " + nameItems(run, others) + " from the project and import again"
                    : ", and those frames are now of '" + name + "'. Give the shots of the cut the names that they " +
                        "had and send it again"
                ) + ", or import into another project"
            );
        }
    }

    // The shot of the delivery that has the frames of an item now: the shots of a long take are often numbered in the
    // order of the cut. Empty if there is none.
    function newName(run, other, sources) {
        var before = toolkitTags.contentOf(other.item);
        var plate = plateOf(other.clip.shot, sources);
        var item;
        var i;
        for (i = 0; i < sources.length && plate !== null; i += 1) {
            item = sources[i].pass ? toolkitImportRun.taggedItem(run, sources[i].tag) : null;
            if (
                sources[i].pass === other.pass && toolkitSources.contentId(sources[i].clip) === before &&
                (item === null || toolkitTags.contentOf(item) !== before) &&
                plateOf(sources[i].clip.shot, sources) === plate
            ) {
                return sources[i].clip.shot;
            }
        }
        return "";
    }

    function plateOf(shot, sources) {
        var i;
        var k;
        for (i = 0; i < sources.length; i += 1) {
            for (k = 0; k < sources[i].uses.length && !sources[i].pass; k += 1) {
                if (sources[i].uses[k].shot === shot) {
                    return sources[i];
                }
            }
        }
        return null;
    }

    function listOthers(run, sources) {
        var others = [];
        var item;
        var i;
        for (i = 0; i < sources.length; i += 1) {
            item = sources[i].pass ? toolkitImportRun.taggedItem(run, sources[i].tag) : null;
            if (item !== null && toolkitTags.contentOf(item) !== toolkitSources.contentId(sources[i].clip)) {
                others.push({ item: item, clip: sources[i].clip, pass: sources[i].pass });
            }
        }
        return others;
    }

    function describe(other) {
        var before = toolkitTags.contentOf(other.item);
        var after = toolkitSources.contentId(other.clip);
        return "'" + other.clip.name + "' starts at " + after.replace(" + ", " and has ") +
            " frames; the one in the project starts at " + before.replace(" + ", " and has ");
    }

    // The comps of all shots that show the footage, and the footage, under the names that they have now.
    function nameItems(run, others) {
        var shots = toolkitImportRun.shotComps(run);
        var comps = [];
        var footage = [];
        var isIn = {};
        var name;
        var i;
        var k;
        for (i = 0; i < others.length; i += 1) {
            isIn[shots.hasOwnProperty(others[i].clip.shot) ? shots[others[i].clip.shot].id : 0] = true;
            for (k = 0; k < others[i].item.usedIn.length; k += 1) {
                isIn[others[i].item.usedIn[k].id] = true;
            }
            footage.push("'" + others[i].item.name + "'");
        }
        for (name in shots) {
            if (shots.hasOwnProperty(name) && isIn[shots[name].id]) {
                comps.push("'" + shots[name].name + "'");
            }
        }
        if (comps.length === 0) {
            return "the footage " + footage.join(", ");
        }
        return (comps.length > 1 ? "the comps " : "comp ") + comps.join(", ") +
            " and the footage " + footage.join(", ");
    }

    return { check: check };
}());
