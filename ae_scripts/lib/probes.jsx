// Probes: small experiments whose results differ between versions of After Effects or are not documented. They run in a
// comp of their own, which the caller removes. An error is a valid answer.

var toolkitProbes = (function () {
    var FPS = 24;

    function addSolid(comp) {
        return comp.layers.addSolid([1, 1, 1], "probe", 100, 100, 1, comp.duration);
    }

    // The time in frames at which After Effects stores a key that was set at frame.
    function storedKeyFrame(layer, frame) {
        var property = toolkitProperty.lookUp(layer, ["ADBE Transform Group", "ADBE Rotate Z"]);
        property.setValuesAtTimes([frame * layer.containingComp.frameDuration], [10]);
        return property.keyTime(1) / layer.containingComp.frameDuration;
    }

    // By the name of the answer in the report.
    var PROBES = {
        "out point in frames, of 48, after the in point went to 8": function (comp) {
            var layer = addSolid(comp);
            layer.inPoint = 8 * comp.frameDuration;
            return layer.outPoint / comp.frameDuration;
        },
        "start in frames, set to 0.5": function (comp) {
            var layer = addSolid(comp);
            layer.startTime = 0.5 * comp.frameDuration;
            return layer.startTime / comp.frameDuration;
        },
        "time of a key in frames, set to 0.5": function (comp) {
            return storedKeyFrame(addSolid(comp), 0.5);
        },
        "time of a key in frames, set to 7": function (comp) {
            return storedKeyFrame(addSolid(comp), 7);
        },
        "frame rate, made with 24000/1001": function () {
            var other = app.project.items.addComp("probe", 16, 16, 1, 1, 24000 / 1001);
            var frameRate = other.frameRate;
            other.remove();
            return frameRate;
        },
        "first frame, set to 1001": function (comp) {
            comp.displayStartFrame = 1001;
            return comp.displayStartFrame;
        },
        "anchor of a null": function (comp) {
            var layer = comp.layers.addNull(comp.duration);
            return toolkitProperty.lookUp(layer, ["ADBE Transform Group", "ADBE Anchor Point"]).value;
        },
        "a vertex of a mask, set to 10.3, 20.7": function (comp) {
            var mask = toolkitProperty.lookUp(addSolid(comp), ["ADBE Mask Parade"]).addProperty("ADBE Mask Atom");
            var shape = new Shape();
            shape.vertices = [[10.3, 20.7], [50, 20], [30, 60]];
            shape.closed = true;
            toolkitProperty.lookUp(mask, ["ADBE Mask Shape"]).setValue(shape);
            return toolkitProperty.lookUp(mask, ["ADBE Mask Shape"]).value.vertices[0];
        },
        "match names of the corner pin": function (comp) {
            var pin = toolkitProperty.lookUp(addSolid(comp), ["ADBE Effect Parade"]).addProperty("ADBE Corner Pin");
            var names = [];
            var i;
            for (i = 1; i <= pin.numProperties; i += 1) {
                names.push(pin.property(i).matchName);
            }
            return names;
        },
        "frame rate of numbered files in the preferences": function () {
            return app.preferences.getPrefAsFloat(
                "Import Options Preference Section", "Import Options Default Sequence FPS"
            );
        }
    };

    function run() {
        var comp = app.project.items.addComp("probe", 100, 100, 1, 48 / FPS, FPS);
        var answers = {};
        var name;
        for (name in PROBES) {
            if (PROBES.hasOwnProperty(name)) {
                try {
                    answers[name] = PROBES[name](comp);
                } catch (error) {
                    answers[name] = "error: " + error.message;
                }
            }
        }
        return answers;
    }

    return { run: run };
}());
