// Which item of the project is which plate of a delivery. Plates of several shots often have the same file name, each
// in a folder of its own, so an item keeps its file as long as the delivery uses it.

var toolkitPlateItems = (function () {
    // Scores of an item for a plate. Below these: how many names at the end of their paths are the same.
    var SAME_FILE = 2000000;
    var SAME_SHOT = 1000000;
    var NO_MATCH = -1;

    // Gives every plate the tag of the item that fits best, or a tag of its own when it is new to the project. uses:
    // the plates in the project.
    function tagPlates(run, plates, uses) {
        var pairs = listPairs(run, plates, uses);
        var taken = {};
        var i;
        for (i = 0; i < pairs.length; i += 1) {
            if (!pairs[i].plate.tag && !taken[pairs[i].tag]) {
                pairs[i].plate.tag = pairs[i].tag;
                taken[pairs[i].tag] = true;
            }
        }
        for (i = 0; i < plates.length; i += 1) {
            if (!plates[i].tag) {
                plates[i].tag = freeTag(run, plates[i], taken);
                taken[plates[i].tag] = true;
            }
        }
    }

    // The plates of this cut in the project: tag, item, the path of the file, and the shots whose comps show it.
    function listUses(run) {
        var start = toolkitTags.itemTag(run.delivery, "plate");
        var shots = shotsOfComps(run);
        var uses = [];
        var tag;
        for (tag in run.tagged) {
            if (run.tagged.hasOwnProperty(tag) && tag.substring(0, start.length) === start) {
                uses.push(readUse(tag, run.tagged[tag], shots));
            }
        }
        return uses;
    }

    function readUse(tag, item, shots) {
        var path = toolkitFootageFiles.pathOf(item);
        return { tag: tag, item: item, path: path, names: namesOf(path), shots: shotsWith(item, shots) };
    }

    // The names of the shots by the ids of their comps.
    function shotsOfComps(run) {
        var comps = toolkitImportRun.shotComps(run);
        var shots = {};
        var name;
        for (name in comps) {
            if (comps.hasOwnProperty(name)) {
                shots[comps[name].id] = name;
            }
        }
        return shots;
    }

    function shotsWith(item, shots) {
        var comps = item.usedIn;
        var names = {};
        var i;
        for (i = 0; i < comps.length; i += 1) {
            if (shots.hasOwnProperty(comps[i].id)) {
                names[shots[comps[i].id]] = true;
            }
        }
        return names;
    }

    // Every item that may be a plate, the best pairs first.
    function listPairs(run, plates, uses) {
        var pairs = [];
        var files = {};
        var start;
        var score;
        var i;
        var k;
        for (i = 0; i < plates.length; i += 1) {
            files[plates[i].file] = true;
        }
        for (i = 0; i < plates.length; i += 1) {
            start = toolkitTags.itemTag(run.delivery, toolkitSources.plateRole(plates[i]));
            for (k = 0; k < uses.length; k += 1) {
                score = scoreOf(uses[k], plates[i], start, files);
                if (score !== NO_MATCH) {
                    pairs.push({ plate: plates[i], tag: uses[k].tag, score: score, order: pairs.length });
                }
            }
        }
        return pairs.sort(function (a, b) {
            return b.score - a.score || a.order - b.order;
        });
    }

    // An item whose file another plate of the delivery has does not fit, nor one that only other shots show.
    function scoreOf(use, plate, start, files) {
        if (use.path === plate.file && toolkitTags.contentOf(use.item) === toolkitSources.contentId(plate.clip)) {
            return SAME_FILE;
        }
        if (files.hasOwnProperty(use.path) || !isAlike(use, start)) {
            return NO_MATCH;
        }
        if (isOfSameShot(use, plate)) {
            return SAME_SHOT + commonNames(use.names, plate.names);
        }
        return isOfAnyShot(use) ? NO_MATCH : commonNames(use.names, plate.names);
    }

    // Whether an item has the file name and content of a plate, whose tag is start. Those of several are numbered.
    function isAlike(use, start) {
        return use.tag.substring(0, start.length) === start && /^(\d+ \| )?$/.test(use.tag.substring(start.length));
    }

    function isOfSameShot(use, plate) {
        var i;
        for (i = 0; i < plate.uses.length; i += 1) {
            if (use.shots.hasOwnProperty(plate.uses[i].shot)) {
                return true;
            }
        }
        return false;
    }

    function isOfAnyShot(use) {
        var name;
        for (name in use.shots) {
            if (use.shots.hasOwnProperty(name)) {
                return true;
            }
        }
        return false;
    }

    // The names in a path: the file's, its folder's, and so on.
    function namesOf(path) {
        return path.split(/[\/\\]/).reverse();
    }

    // How many names at the end of two paths are the same.
    function commonNames(a, b) {
        var count = 0;
        while (count < a.length && count < b.length && a[count] === b[count]) {
            count += 1;
        }
        return count;
    }

    function freeTag(run, plate, taken) {
        var role = toolkitSources.plateRole(plate);
        var tag = toolkitTags.itemTag(run.delivery, role);
        var number = 1;
        while (taken[tag] || run.tagged.hasOwnProperty(tag)) {
            number += 1;
            tag = toolkitTags.itemTag(run.delivery, role + " | " + number);
        }
        return tag;
    }

    return { tagPlates: tagPlates, listUses: listUses, namesOf: namesOf, commonNames: commonNames };
}());
