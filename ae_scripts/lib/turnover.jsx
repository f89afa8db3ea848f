// The turnover of a comp: what a toolkit.turnover/1 document says, from what the walk found.

var toolkitTurnover = (function () {
    function rounded(number) {
        return Math.round(number * 1000000) / 1000000;
    }

    // The picture that is shown at each place.
    function wholes(places) {
        var found = [];
        var i;
        for (i = 0; i < places.length; i += 1) {
            found.push(Math.floor(places[i] + toolkitTimes.ALMOST));
        }
        return found;
    }

    // Twelve digits: what sums of fractions add beyond them is not meant.
    function tidy(number) {
        return Number(number.toPrecision(12));
    }

    // Whether a first picture and a step, which is negative backwards, show these pictures; the reader's own rule.
    function shows(whole, first, step) {
        var last = whole.length - 1;
        var i;
        for (i = 0; i <= last; i += 1) {
            if (Math.floor(first + Math.abs(step) * (step < 0 ? last - i : i) + toolkitTimes.ALMOST) !== whole[i]) {
                return false;
            }
        }
        return true;
    }

    // The straight line from the first place to the last: its first picture, a whole one where that does, and its step.
    // Null when it does not show these pictures.
    function line(places, whole, plain) {
        var last = places.length - 1;
        var step = last > 0 ? tidy((places[last] - places[0]) / last) : plain;
        var lowest = tidy(Math.min(places[0], places[last]));
        var first = Math.floor(lowest + toolkitTimes.ALMOST);
        if (!shows(whole, first, step)) {
            first = lowest;
        }
        return shows(whole, first, step) ? { first: first, step: step } : null;
    }

    function range(numbers) {
        var found = [numbers[0], numbers[0]];
        var i;
        for (i = 1; i < numbers.length; i += 1) {
            found = [Math.min(found[0], numbers[i]), Math.max(found[1], numbers[i])];
        }
        return found;
    }

    // source_first, source_count, speed and remap of a run: a speed where one shows the same pictures.
    function timing(pictures, media, fps) {
        var whole = wholes(pictures);
        var plain = media.fps / fps; // pictures in a frame
        var found = media.still ? { first: 0, step: 0 } : line(pictures, whole, plain) || line(whole, whole, plain);
        var ends;
        if (found !== null) {
            return {
                source_first: found.first,
                source_count: tidy(Math.max(1, Math.abs(found.step) * whole.length)),
                speed: media.still ? 0 : tidy(found.step / plain),
                remap: []
            };
        }
        ends = range(whole);
        return {
            source_first: ends[0],
            source_count: ends[1] - ends[0] + 1,
            speed: tidy((whole[whole.length - 1] - whole[0]) / (whole.length - 1) / plain),
            remap: whole
        };
    }

    function marker(frame, /** @type {MarkerValue} */ value) {
        var lines = value.comment.split(/\r\n|\r|\n/);
        return {
            frame: rounded(frame),
            name: lines[0],
            note: lines.slice(1).join("\n"),
            colour: value.label ? "label " + value.label : ""
        };
    }

    // The markers of a property, with the frame that frameOf finds for a place in their comp; null leaves one out.
    function markers(/** @type {Property} */ property, /** @type {CompItem} */ comp, frameOf) {
        var found = [];
        var frame;
        var i;
        if (property === null) {
            return found;
        }
        for (i = 1; i <= property.numKeys; i += 1) {
            frame = frameOf(toolkitTimes.snapped(property.keyTime(i) / comp.frameDuration));
            if (frame !== null) {
                found.push(marker(frame, property.keyValue(i)));
            }
        }
        return found;
    }

    // In which frame of a run the comp of the layer comes past a place.
    function frameIn(run) {
        return function (place) {
            var i;
            for (i = 0; i < run.places.length; i += 1) {
                if (Math.abs(run.places[i] - place) <= 0.5) {
                    return i;
                }
            }
            return null;
        };
    }

    function isEnabled(way) {
        var i;
        for (i = 0; i < way.length; i += 1) {
            if (!way[i].enabled) {
                return false;
            }
        }
        return true;
    }

    function clip(leaf, run, track, fps) {
        var step = leaf.way[leaf.way.length - 1];
        var media = toolkitMedia.facts(step.source);
        var when = timing(run.pictures, media, fps);
        return {
            name: leaf.layer.name,
            path: media.path,
            track: track,
            enabled: isEnabled(leaf.way),
            record_first: run.first,
            record_count: run.pictures.length,
            source_first: when.source_first,
            source_count: when.source_count,
            speed: when.speed,
            remap: when.remap,
            media_fps: media.fps,
            media_count: media.count,
            media_timecode: "", // no script can ask for it
            media_index: media.index,
            alpha: media.alpha,
            colour: leaf.layer.label ? "label " + leaf.layer.label : "",
            markers: markers(leaf.layer.property("ADBE Marker"), step.comp, frameIn(run))
        };
    }

    function skipped(name, run, track, reason) {
        return {
            name: name,
            track: track,
            record_first: run.first,
            record_count: run.count,
            reason: reason
        };
    }

    // The lowest track on which a run covers nothing that lies below it: layers that follow one another share one.
    function trackFor(run, clips) {
        var track = 1;
        var i;
        for (i = 0; i < clips.length; i += 1) {
            if (
                clips[i].record_first < run.first + run.pictures.length &&
                clips[i].record_first + clips[i].record_count > run.first
            ) {
                track = Math.max(track, clips[i].track + 1);
            }
        }
        return track;
    }

    function add(leaf, run, found, fps) {
        var track = trackFor(run, found.clips);
        var span = { first: run.first, count: run.pictures.length };
        var lost;
        if (leaf.reason !== "") {
            found.skipped.push(skipped(leaf.layer.name, span, track, leaf.reason));
            return;
        }
        found.clips.push(clip(leaf, run, track, fps));
        lost = toolkitLosses.along(leaf.way);
        if (lost !== "") {
            found.skipped.push(skipped(leaf.layer.name, span, track, "sent without " + lost));
        }
    }

    // The document of a comp, or of the layers selected in it.
    function of(/** @type {CompItem} */ comp) {
        var fps = toolkitWalk.rateOf(comp);
        var start = Math.round(comp.displayStartTime / comp.frameDuration);
        var drop = comp.dropFrame && Math.round(fps) % 30 === 0 && fps !== Math.round(fps);
        var leaves = toolkitWalk.leaves(comp);
        var found = { clips: [], skipped: [] };
        var reason;
        var i;
        var k;
        for (i = 0; i < leaves.length; i += 1) {
            for (k = 0; k < leaves[i].runs.length; k += 1) {
                add(leaves[i], leaves[i].runs[k], found, fps);
            }
            if (leaves[i].runs.length === 0) {
                reason = leaves[i].reason || "it shows in no frame of the comp";
                found.skipped.push(skipped(leaves[i].layer.name, { first: 0, count: 0 }, 1, reason));
            }
        }
        return {
            schema: "toolkit.turnover/1",
            host: "after effects",
            host_version: app.version,
            name: comp.name,
            timeline_id: String(comp.id),
            otio: "",
            fps: fps,
            drop_frame: drop,
            start_timecode: toolkitTimes.label(start, fps, drop),
            start_frame: start,
            record_count: toolkitWalk.countOf(comp),
            width: comp.width,
            height: comp.height,
            colour: toolkitProjectColour.facts(app.project),
            clips: found.clips,
            skipped: found.skipped,
            markers: markers(comp.markerProperty, comp, function (place) {
                return place;
            })
        };
    }

    return { of: of };
}());
