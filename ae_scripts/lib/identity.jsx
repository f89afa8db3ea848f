// Whether a delivery is of the cut, and its shots are the shots, that the project has under these names. Names alone do
// not tell: two comps may be called "main", and shots are often numbered in the order of the cut. The tag of a comp
// says for which plate it was built, that of the cut from which comp or timeline it came.

var toolkitIdentity = (function () {
    // Throws before anything is replaced. plates: those of the delivery. uses: those in the project.
    function check(run, plates, uses) {
        var shots = listShots(run, platesOfShots(run, plates), uses);
        var compared = 0;
        var same = 0;
        var others = [];
        var i;
        for (i = 0; i < shots.length; i += 1) {
            if (shots[i].plate !== null) {
                compared += 1;
                same += shots[i].isSame ? 1 : 0;
                if (isOther(shots[i], shots, plates)) {
                    others.push(shots[i]);
                }
            }
        }
        if (isOfOtherOrigin(run) && (same === 0 || same < compared)) {
            throw new Error(
                "the project has a cut '" + run.delivery.name + "' that was made of another comp or timeline of this " +
                "name, with other plates. Rename one of the two and send it again, or import into another project"
            );
        }
        if (others.length > 0) {
            throw new Error(describe(others));
        }
    }

    // The plates of the delivery by their shots, which are recorded with the comps.
    function platesOfShots(run, plates) {
        var found = {};
        var i;
        var k;
        for (i = 0; i < plates.length; i += 1) {
            for (k = 0; k < plates[i].uses.length; k += 1) {
                found[plates[i].uses[k].shot] = plates[i];
                run.contents["comp " + plates[i].uses[k].shot] = toolkitTags.plain(plates[i].file);
            }
        }
        return found;
    }

    // The shots in the project whose former plate is known, with the plate that the delivery has for them, or null.
    function listShots(run, plates, uses) {
        var comps = toolkitImportRun.shotComps(run);
        var shots = [];
        var shot;
        var name;
        for (name in comps) {
            if (comps.hasOwnProperty(name)) {
                shot = readShot(name, comps[name], plates.hasOwnProperty(name) ? plates[name] : null, uses);
                if (shot.former !== "") {
                    shots.push(shot);
                }
            }
        }
        return shots;
    }

    function readShot(name, comp, plate, uses) {
        var recorded = toolkitTags.contentOf(comp);
        var file = plate === null ? "" : plate.file;
        var shown = [];
        var former;
        var isSame;
        var i;
        for (i = 0; i < uses.length; i += 1) {
            if (uses[i].shots.hasOwnProperty(name) && uses[i].path !== "") {
                shown.push(uses[i].path);
            }
        }
        former = recorded === "" ? shown[0] || "" : recorded; // earlier versions recorded none
        isSame = former === toolkitTags.plain(file);
        for (i = 0; i < shown.length; i += 1) {
            isSame = isSame || shown[i] === file; // also one that the artist linked to it
        }
        return {
            name: name, plate: plate, former: former, names: toolkitPlateItems.namesOf(former), isSame: isSame
        };
    }

    // Whether a shot shows something else than before, under its name. A plate that has moved on disk, or whose file
    // has another name, is still the shot's.
    function isOther(shot, shots, plates) {
        var same;
        if (shot.isSame) {
            return false;
        }
        same = toolkitPlateItems.commonNames(shot.names, shot.plate.names);
        return isPlateOfOthersNow(shot, same, shots, plates) || wasPlateOfOthers(shot, shots) ||
            (same > 0 && isOtherFile(shot.former, shot.plate.file));
    }

    // The former plate is the plate of a shot that did not have it before or, if plates have moved, more likely that
    // one. same: how many names its path has in common with that of the new plate.
    function isPlateOfOthersNow(shot, same, shots, plates) {
        var isLikely;
        var i;
        for (i = 0; i < plates.length; i += 1) {
            isLikely = toolkitTags.plain(plates[i].file) === shot.former ||
                (same > 0 && toolkitPlateItems.commonNames(shot.names, plates[i].names) > same);
            if (isLikely && plates[i] !== shot.plate && !isKnown(plates[i], shot.former, shots)) {
                return true;
            }
        }
        return false;
    }

    // Whether a shot of this plate had it before, or had the former plate of the other shot.
    function isKnown(plate, former, shots) {
        var i;
        for (i = 0; i < shots.length; i += 1) {
            if (shots[i].plate === plate && (shots[i].isSame || shots[i].former === former)) {
                return true;
            }
        }
        return false;
    }

    // The new plate is the former one of another shot, which has it no more.
    function wasPlateOfOthers(shot, shots) {
        var file = toolkitTags.plain(shot.plate.file);
        var i;
        for (i = 0; i < shots.length; i += 1) {
            if (shots[i].former === file && shots[i].plate !== shot.plate) {
                return true;
            }
        }
        return false;
    }

    // Two files of the same name that both exist: a copy is as large as its original.
    function isOtherFile(before, after) {
        var first = toolkitFiles.fileAt(before);
        var second = toolkitFiles.fileAt(after);
        return first.exists && second.exists && first.length !== second.length;
    }

    function describe(others) {
        var shot = others[0];
        return "the plate of '" + shot.name + "' was " + shot.former + " and is now " + shot.plate.file +
            (others.length > 1 ? " (and so on, " + others.length + " shots in all)" : "") +
            ", so your work in its comp would get other pictures. Give the shots of the cut the names that they had " +
            "and send it again, or import into another project. If it is the same shot, replace the plate in the " +
            "Project panel by the new file, and import again";
    }

    function originOf(delivery) {
        var origin = delivery.origin;
        return origin !== null && typeof origin.timeline_id === "string" && origin.timeline_id !== ""
            ? toolkitTags.plain(origin.host + " " + origin.timeline_id)
            : "";
    }

    // Whether the cut is known to be of another comp or timeline. It may also have been sent from our own comp.
    function isOfOtherOrigin(run) {
        var cut = toolkitImportRun.taggedComp(run, { key: "" });
        var after = originOf(run.delivery);
        var before = cut === null ? "" : toolkitTags.contentOf(cut);
        run.contents["comp "] = before === "" ? after : before;
        return before !== "" && after !== "" && before !== after && after !== "after effects " + cut.id;
    }

    return { check: check };
}());
