// Which comp is whose: shots that share the files of a pass are numbered in the order of the cut, so one that is new
// gives the others new names. Their comps are told apart by what the cut shows of them, and follow the names.

var toolkitRenumbered = (function () {
    var NEAR = 0.1; // of a frame
    var IN_PLACE = 4; // scores of a comp for a shot: the cut has the shot's frames of it in the shot's place
    var SAME_FRAMES = 2; // its work area is that of the shot
    var SAME_NAME = 1;

    // Gives the comps of such shots the tags that they have now, and the names where the artist has left those. The
    // sources have the tags of their items.
    function follow(run, sources, specs) {
        var seen = {};
        var comps;
        var i;
        for (i = 0; i < sources.length; i += 1) {
            comps = sources[i].pass ? listComps(run, sources[i], otherShots(sources[i], specs), seen) : [];
            if (comps.length > 1 || (comps.length === 1 && sources[i].uses.length > 1)) {
                assign(comps, listShots(sources[i], specs), specs);
                rename(run, comps);
            }
        }
    }

    // The shots of the delivery that do not use a source: the artist may have put its files into their comps, too.
    function otherShots(source, specs) {
        var others = {};
        var i;
        for (i = 0; i < specs.length; i += 1) {
            others[specs[i].key] = true;
        }
        for (i = 0; i < source.uses.length; i += 1) {
            others[source.uses[i].shot] = false;
        }
        return others;
    }

    // The comps of shots that show the files of a source, each once.
    function listComps(run, source, others, seen) {
        var item = toolkitImportRun.taggedItem(run, source.tag);
        var comps = toolkitImportRun.shotComps(run);
        var shown = {};
        var found = [];
        var name;
        var i;
        for (i = 0; item !== null && i < item.usedIn.length; i += 1) {
            shown[item.usedIn[i].id] = true;
        }
        for (name in comps) {
            if (comps.hasOwnProperty(name) && shown[comps[name].id] && !seen[comps[name].id] && !others[name]) {
                seen[comps[name].id] = true;
                found.push({ name: name, comp: comps[name], place: readPlace(run, comps[name]), shot: "" });
            }
        }
        return found;
    }

    // Where the cut shows a comp, in frames; null when it does not.
    function readPlace(run, comp) {
        var cut = toolkitImportRun.taggedComp(run, { key: "" });
        var layer;
        var i;
        for (i = cut === null ? 0 : cut.numLayers; i >= 1; i -= 1) {
            layer = cut.layer(i);
            if (layer.source && layer.source.id === comp.id) {
                return {
                    layer: layer, start: layer.startTime / cut.frameDuration, first: layer.inPoint / cut.frameDuration,
                    end: layer.outPoint / cut.frameDuration
                };
            }
        }
        return null;
    }

    // The shots of the delivery that use a source, as they are to be built.
    function listShots(source, specs) {
        var byKey = {};
        var inCut = {};
        var shots = [];
        var cut = specs[specs.length - 1];
        var name;
        var i;
        for (i = 0; i < specs.length; i += 1) {
            byKey[specs[i].key] = specs[i];
        }
        for (i = 0; i < cut.layers.length; i += 1) {
            if (cut.layers[i].kind === "comp") {
                inCut[cut.layers[i].source] = cut.layers[i];
            }
        }
        for (i = 0; i < source.uses.length; i += 1) {
            name = source.uses[i].shot;
            shots.push({ name: name, spec: byKey[name], layer: inCut[name] });
        }
        return shots;
    }

    // Gives every comp the name of a shot, the surest first. One that is left over keeps its name if no shot has it.
    function assign(comps, shots, specs) {
        var pairs = [];
        var taken = {};
        var i;
        var k;
        for (i = 0; i < comps.length; i += 1) {
            for (k = 0; k < shots.length; k += 1) {
                pairs.push({
                    comp: comps[i], name: shots[k].name, score: scoreOf(comps[i], shots[k]), order: pairs.length
                });
            }
        }
        pairs.sort(function (a, b) {
            return b.score - a.score || a.order - b.order;
        });
        for (i = 0; i < pairs.length; i += 1) {
            if (pairs[i].comp.shot === "" && !taken[pairs[i].name]) {
                pairs[i].comp.shot = pairs[i].name;
                taken[pairs[i].name] = true;
            }
        }
        for (i = 0; i < specs.length; i += 1) {
            taken[specs[i].key] = true;
        }
        for (i = 0; i < comps.length; i += 1) {
            if (comps[i].shot === "") {
                comps[i].shot = freeName(comps, comps[i].name, taken);
                taken[comps[i].shot] = true;
            }
        }
    }

    // The name of a comp, or of another one of comps, that no shot has; else a new one.
    function freeName(comps, name, taken) {
        var free = name;
        var i;
        for (i = 0; i < comps.length && taken[free]; i += 1) {
            free = comps[i].name;
        }
        while (taken[free]) {
            free += " (former)";
        }
        return free;
    }

    function scoreOf(entry, shot) {
        var comp = entry.comp;
        var place = entry.place;
        var isInPlace = place !== null && Math.abs(place.start - shot.layer.startTime) < NEAR &&
            place.first < shot.layer.outPoint - NEAR && shot.layer.inPoint < place.end - NEAR;
        var hasFrames = Math.abs(comp.workAreaStart / comp.frameDuration - shot.spec.workFirst) < NEAR &&
            Math.abs(comp.workAreaDuration / comp.frameDuration - shot.spec.workCount) < NEAR;
        return (isInPlace ? IN_PLACE : 0) + (hasFrames ? SAME_FRAMES : 0) + (entry.name === shot.name ? SAME_NAME : 0);
    }

    function rename(run, comps) {
        var i;
        for (i = 0; i < comps.length; i += 1) {
            if (comps[i].shot !== comps[i].name) {
                delete run.tagged[toolkitImportRun.compTag(run, { key: comps[i].name })];
            }
        }
        for (i = 0; i < comps.length; i += 1) {
            if (comps[i].shot !== comps[i].name) {
                renameComp(run, comps[i]);
            }
        }
    }

    function renameComp(run, entry) {
        var comp = entry.comp;
        var before = comp.comment;
        var layer = entry.place === null ? null : entry.place.layer;
        toolkitImportRun.addUndoStep(run, "the comment of '" + comp.name + "' was not set back", function () {
            comp.comment = before;
        });
        toolkitImportRun.tagItem(
            run, comp, toolkitImportRun.compTag(run, { key: entry.shot }), toolkitTags.contentOf(comp)
        );
        setName(run, comp, entry);
        if (layer !== null) {
            setName(run, layer, entry);
        }
        run.report.notes.push(
            "the comp of '" + entry.name + "' is that of '" + entry.shot + "' now: shots of the same frames are " +
            "numbered in the order of the cut, which has changed"
        );
    }

    // Names a comp or its layer in the cut, unless the artist has.
    function setName(run, named, entry) {
        var failure = "'" + entry.shot + "' was not renamed to '" + entry.name + "' again";
        if (named.name === entry.name) {
            toolkitImportRun.addUndoStep(run, failure, function () {
                named.name = entry.name;
            });
            named.name = entry.shot;
        }
    }

    return { follow: follow };
}());
