// Layer specs: plain descriptions of layers, which the builder follows and the readback is compared with. Times are in
// frames of the comp.

var toolkitLayerSpecs = (function () {
    var LABELS = { plate: 15, BODY: 9, FACE: 8, shot: 10, face: 2, helper: 5 }; // label colours of the standard palette
    var BLENDING = {
        "host": "NO_FRAME_BLEND", "nearest": "NO_FRAME_BLEND", "blend": "FRAME_MIX", "flow": "PIXEL_MOTION"
    };

    function fitScale(width, height, comp) {
        return 100 * Math.min(comp.width / width, comp.height / height);
    }

    function baseSpec(kind, name, source, timing) {
        return {
            kind: kind, name: name, source: source, shot: null, parent: null, adjustmentLayer: false, enabled: true,
            look: { label: 0, guideLayer: false, shy: false, locked: false, frameBlendingType: "NO_FRAME_BLEND" },
            startTime: timing.start, stretch: 100, inPoint: timing.first, outPoint: timing.last + 1,
            remap: timing.remap, transform: {}, masks: [], pins: []
        };
    }

    // A full-frame image, scaled to fit inside the comp as Resolve does by default (letterboxed where needed).
    function footageSpec(name, clip, timing, comp) {
        var spec = baseSpec("footage", name, clip.path, timing);
        var scale = fitScale(clip.width, clip.height, comp);
        spec.transform = { "ADBE Scale": { value: [scale, scale] }, "ADBE Opacity": { value: clip.opacity } };
        spec.look.frameBlendingType = BLENDING[clip.interpolation];
        return spec;
    }

    // The plate as a guide layer, visible but not rendered, in a comp whose frame 0 is record frame origin.
    function plate(clip, origin, first, last, comp, fps) {
        var timing = toolkitRetime.layerTiming(clip, origin, first, last, fps);
        var spec = footageSpec("plate " + clip.name, clip, timing, comp);
        spec.shot = clip.shot;
        spec.look.guideLayer = true;
        spec.look.label = LABELS.plate;
        return spec;
    }

    // A pass layer; its own alpha is its edge. Of two versions the older one is switched off.
    function pass(layer, shot, comp, fps) {
        var timing = toolkitRetime.layerTiming(layer.clip, shot.first, shot.first, shot.last, fps);
        var spec = footageSpec(layer.isNewest ? layer.pass : layer.clip.name, layer.clip, timing, comp);
        spec.look.label = LABELS.hasOwnProperty(layer.pass) ? LABELS[layer.pass] : LABELS.helper;
        spec.enabled = layer.isNewest;
        return spec;
    }

    // A shot's comp as a layer in the comp of the cut.
    function shotComp(shot, comp) {
        var clip = shot.clip;
        var last = clip.record_first + clip.record_count - 1;
        var timing = { start: shot.first, first: clip.record_first, last: last, remap: null };
        var spec = baseSpec("comp", shot.name, shot.name, timing);
        var scale = fitScale(clip.width, clip.height, comp);
        spec.look.label = LABELS.shot;
        spec.transform = { "ADBE Scale": { value: [scale, scale] } };
        return spec;
    }

    // The null, correction and corner pin layers of a face. None of them changes the image until the artist uses it.
    function faceHelpers(trackedFace, comp) {
        var face = trackedFace.face;
        var name = "face " + face.face;
        var size = toolkitFaces.cropSize(face);
        var timing = { start: 0, first: 0, last: comp.frames - 1, remap: null };
        var target = baseSpec("null", name, null, timing);
        var correction = baseSpec("solid", name + " correction", size, timing);
        var pin = baseSpec("solid", name + " corner pin", [comp.width, comp.height], timing);
        target.look.label = LABELS.face;
        target.transform = toolkitFaces.nullTransform(trackedFace.track);
        correction.look.label = LABELS.helper;
        correction.adjustmentLayer = true;
        correction.parent = name;
        correction.transform = {
            "ADBE Anchor Point": { value: [size[0] / 2, size[1] / 2] }, "ADBE Position": { value: [0, 0] },
            "ADBE Scale": { value: [100, 100] }, "ADBE Rotate Z": { value: 0 },
            "ADBE Opacity": trackedFace.track.presence
        };
        correction.masks = toolkitFaces.hasOval(face) ? [toolkitFaces.uprightMask(face, size)] : [];
        pin.look.label = LABELS.helper;
        pin.enabled = false;
        pin.look.shy = true;
        pin.transform = { "ADBE Opacity": trackedFace.track.presence };
        pin.pins = toolkitFaces.cornerPins(trackedFace.track);
        return [target, correction, pin];
    }

    // A solid that is white where the faces are. The artist can choose it as the track matte of any layer.
    function faceMatte(masks, comp) {
        var timing = { start: 0, first: 0, last: comp.frames - 1, remap: null };
        var spec = baseSpec("solid", "face matte", [comp.width, comp.height], timing);
        spec.look.label = LABELS.helper;
        spec.enabled = false;
        spec.look.shy = true;
        spec.masks = masks;
        return spec;
    }

    function ovalMasks(trackedFaces, mode) {
        var masks = [];
        var i;
        for (i = 0; i < trackedFaces.length; i += 1) {
            if (toolkitFaces.hasOval(trackedFaces[i].face)) {
                masks.push(toolkitFaces.ovalMask(trackedFaces[i].face, trackedFaces[i].track, mode));
            }
        }
        return masks;
    }

    return {
        plate: plate, pass: pass, shotComp: shotComp, faceHelpers: faceHelpers, faceMatte: faceMatte,
        ovalMasks: ovalMasks
    };
}());
