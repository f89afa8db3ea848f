// Checks that the passes of a delivery have the frames of those in the project: the layers of an item stay where they are,
// so they would be out of sync with other frames.

var toolkitFramesCheck = (function () {
    // Throws before anything is replaced, and names all that has to go.
    function check(run, sources) {
        var others = listOthers(run, sources);
        if (others.length > 0) {
            throw new Error(
                describe(others[0]) + ". Its layers would be out of sync: delete " + nameItems(run, others) +
                " from the project and import again, or import into another project"
            );
        }
    }

    function listOthers(run, sources) {
        var others = [];
        var item;
        var i;
        for (i = 0; i < sources.length; i += 1) {
            item = sources[i].pass ? toolkitImportRun.taggedItem(run, sources[i].tag) : null;
            if (item !== null && toolkitTags.contentOf(item) !== toolkitSources.contentId(sources[i].clip)) {
                others.push({ item: item, clip: sources[i].clip });
            }
        }
        return others;
    }

    function describe(other) {
        return "'" + other.clip.name + "' starts at " + toolkitSources.contentId(other.clip).replace(" + ", " and has ") +
            " frames; the one in the project starts at " + toolkitTags.contentOf(other.item).replace(" + ", " and has ");
    }

    // The comps of the shots, and the footage, under the names that they have now.
    function nameItems(run, others) {
        var comps = [];
        var footage = [];
        var seen = {};
        var comp;
        var i;
        for (i = 0; i < others.length; i += 1) {
            comp = toolkitImportRun.taggedComp(run, { key: others[i].clip.shot });
            if (comp !== null && !seen[comp.id]) {
                seen[comp.id] = true;
                comps.push("'" + comp.name + "'");
            }
            footage.push("'" + others[i].item.name + "'");
        }
        if (comps.length === 0) {
            return "the footage " + footage.join(", ");
        }
        return (comps.length > 1 ? "the comps " : "comp ") + comps.join(", ") + " and the footage " + footage.join(", ");
    }

    return { check: check };
}());
