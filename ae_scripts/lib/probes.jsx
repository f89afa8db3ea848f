// Questions to After Effects whose answers differ between versions or are documented nowhere. They are asked on a comp
// of their own, which the caller removes, and an error is an answer, too.

var toolkitProbes = (function () {
    var FPS = 24;

    function solid(comp) {
        return comp.layers.addSolid([1, 1, 1], "probe", 100, 100, 1, comp.duration);
    }

    function key(layer, frame) {
        var property = toolkitProperty.of(layer, ["ADBE Transform Group", "ADBE Rotate Z"]);
        property.setValuesAtTimes([frame * layer.containingComp.frameDuration], [10]);
        return property.keyTime(1) / layer.containingComp.frameDuration;
    }

    var QUESTIONS = {
        "out point in frames, of 48, after the in point went to 8": function (comp) {
            var layer = solid(comp);
            layer.inPoint = 8 * comp.frameDuration;
            return layer.outPoint / comp.frameDuration;
        },
        "start in frames, set to 0.5": function (comp) {
            var layer = solid(comp);
            layer.startTime = 0.5 * comp.frameDuration;
            return layer.startTime / comp.frameDuration;
        },
        "time of a key in frames, set to 0.5": function (comp) {
            return key(solid(comp), 0.5);
        },
        "time of a key in frames, set to 7": function (comp) {
            return key(solid(comp), 7);
        },
        "frame rate, made with 24000/1001": function () {
            var other = app.project.items.addComp("probe", 16, 16, 1, 1, 24000 / 1001);
            var found = other.frameRate;
            other.remove();
            return found;
        },
        "first frame, set to 1001": function (comp) {
            comp.displayStartFrame = 1001;
            return comp.displayStartFrame;
        },
        "anchor of a null": function (comp) {
            var layer = comp.layers.addNull(comp.duration);
            return toolkitProperty.of(layer, ["ADBE Transform Group", "ADBE Anchor Point"]).value;
        },
        "a vertex of a mask, set to 10.3, 20.7": function (comp) {
            var mask = toolkitProperty.of(solid(comp), ["ADBE Mask Parade"]).addProperty("ADBE Mask Atom");
            var shape = new Shape();
            shape.vertices = [[10.3, 20.7], [50, 20], [30, 60]];
            shape.closed = true;
            toolkitProperty.of(mask, ["ADBE Mask Shape"]).setValue(shape);
            return toolkitProperty.of(mask, ["ADBE Mask Shape"]).value.vertices[0];
        },
        "match names of the corner pin": function (comp) {
            var pin = toolkitProperty.of(solid(comp), ["ADBE Effect Parade"]).addProperty("ADBE Corner Pin");
            var found = [];
            var i;
            for (i = 1; i <= pin.numProperties; i += 1) {
                found.push(pin.property(i).matchName);
            }
            return found;
        },
        "frame rate of numbered files in the preferences": function () {
            return app.preferences.getPrefAsFloat(
                "Import Options Preference Section", "Import Options Default Sequence FPS"
            );
        }
    };

    function ask() {
        var comp = app.project.items.addComp("probe", 100, 100, 1, 48 / FPS, FPS);
        var found = {};
        var question;
        for (question in QUESTIONS) {
            if (QUESTIONS.hasOwnProperty(question)) {
                try {
                    found[question] = QUESTIONS[question](comp);
                } catch (error) {
                    found[question] = "error: " + error.message;
                }
            }
        }
        return found;
    }

    return { ask: ask };
}());
