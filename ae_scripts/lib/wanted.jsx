// Layers as plain values: what the builder makes and what is read back. Counted in frames of their comp.

var toolkitWanted = (function () {
    var LABELS = { plate: 15, BODY: 9, FACE: 8, shot: 10, face: 2, helper: 5 }; // colours of the standard palette
    var BLENDING = {
        "host": "NO_FRAME_BLEND", "nearest": "NO_FRAME_BLEND", "blend": "FRAME_MIX", "flow": "PIXEL_MOTION"
    };

    function fit(width, height, into) {
        return 100 * Math.min(into.width / width, into.height / height);
    }

    function layer(kind, name, source, place) {
        return {
            kind: kind, name: name, source: source, shot: null, parent: null, adjustmentLayer: false, enabled: true,
            look: { label: 0, guideLayer: false, shy: false, locked: false, frameBlendingType: "NO_FRAME_BLEND" },
            startTime: place.start, stretch: 100, inPoint: place.first, outPoint: place.last + 1,
            remap: place.remap, transform: {}, masks: [], pins: []
        };
    }

    // A full-frame picture, fitted into the comp as Resolve does it by default: whole, bars where needed.
    function picture(name, clip, place, comp) {
        var made = layer("footage", name, clip.path, place);
        var size = fit(clip.width, clip.height, comp);
        made.transform = { "ADBE Scale": { value: [size, size] }, "ADBE Opacity": { value: clip.opacity } };
        made.look.frameBlendingType = BLENDING[clip.interpolation];
        return made;
    }

    // The untouched picture, to look at and not to render, in a comp whose frame 0 is the cut's frame origin.
    function plateLayer(clip, origin, first, last, comp, fps) {
        var made = picture("plate " + clip.name, clip, toolkitTiming.placed(clip, origin, first, last, fps), comp);
        made.shot = clip.shot;
        made.look.guideLayer = true;
        made.look.label = LABELS.plate;
        return made;
    }

    // A pass: its own alpha is its edge. Of two versions the older one lies there switched off.
    function passLayer(one, shot, comp, fps) {
        var place = toolkitTiming.placed(one.clip, shot.first, shot.first, shot.last, fps);
        var made = picture(one.isNewest ? one.pass : one.clip.name, one.clip, place, comp);
        made.look.label = LABELS.hasOwnProperty(one.pass) ? LABELS[one.pass] : LABELS.helper;
        made.enabled = one.isNewest;
        return made;
    }

    // A shot's comp in the comp of the cut.
    function shotLayer(shot, comp) {
        var clip = shot.clip;
        var last = clip.record_first + clip.record_count - 1;
        var made = layer(
            "comp", shot.name, shot.name, { start: shot.first, first: clip.record_first, last: last, remap: null }
        );
        var size = fit(clip.width, clip.height, comp);
        made.look.label = LABELS.shot;
        made.transform = { "ADBE Scale": { value: [size, size] } };
        return made;
    }

    // The null, and what goes with it or stands where it stands; none of them changes a picture until it is used.
    function helpers(found, comp) {
        var face = found.face;
        var name = "face " + face.face;
        var size = toolkitFaces.cropSize(face);
        var always = { start: 0, first: 0, last: comp.frames - 1, remap: null };
        var target = layer("null", name, null, always);
        var correction = layer("solid", name + " correction", size, always);
        var pin = layer("solid", name + " corner pin", [comp.width, comp.height], always);
        target.look.label = LABELS.face;
        target.transform = toolkitFaces.transform(found.seen);
        correction.look.label = LABELS.helper;
        correction.adjustmentLayer = true;
        correction.parent = name;
        correction.transform = {
            "ADBE Anchor Point": { value: [size[0] / 2, size[1] / 2] }, "ADBE Position": { value: [0, 0] },
            "ADBE Scale": { value: [100, 100] }, "ADBE Rotate Z": { value: 0 }, "ADBE Opacity": found.seen.present
        };
        correction.masks = toolkitFaces.isOutlined(face) ? [toolkitFaces.uprightMask(face, size)] : [];
        pin.look.label = LABELS.helper;
        pin.enabled = false;
        pin.look.shy = true;
        pin.transform = { "ADBE Opacity": found.seen.present };
        pin.pins = toolkitFaces.pins(found.seen);
        return [target, correction, pin];
    }

    // A solid that is white where the faces are: a matte for any layer, to be chosen as its track matte.
    function matte(masks, comp) {
        var always = { start: 0, first: 0, last: comp.frames - 1, remap: null };
        var made = layer("solid", "face matte", [comp.width, comp.height], always);
        made.look.label = LABELS.helper;
        made.enabled = false;
        made.look.shy = true;
        made.masks = masks;
        return made;
    }

    function masksOf(faces, mode) {
        var found = [];
        var i;
        for (i = 0; i < faces.length; i += 1) {
            if (toolkitFaces.isOutlined(faces[i].face)) {
                found.push(toolkitFaces.mask(faces[i].face, faces[i].seen, mode));
            }
        }
        return found;
    }

    return {
        plate: plateLayer, pass: passLayer, shot: shotLayer, helpers: helpers, matte: matte, masksOf: masksOf
    };
}());
