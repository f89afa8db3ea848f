// How the project treats the colours of its media, in its own words.

var toolkitProjectColour = (function () {
    // The value of a member that not every version has; what is given otherwise.
    function asked(project, name, otherwise) {
        var found;
        try {
            found = project[name];
        } catch (error) {
            found = undefined;
        }
        return (found === undefined || found === null) ? otherwise : found;
    }

    function facts(project) {
        var ocio = asked(project, "colorManagementSystem", 0) === 1;
        var working = asked(project, "workingSpace", null);
        var linear = Boolean(asked(project, "linearBlending", false) || asked(project, "linearizeWorkingSpace", false));
        if (ocio) {
            return {
                mode: "ocio",
                science: String(asked(project, "ocioConfigurationFile", "OpenColorIO")),
                working: working === null ? "" : String(working),
                linear: linear
            };
        }
        if (working === null) {
            return { mode: "unknown", science: "Adobe", working: "", linear: linear };
        }
        return { mode: working === "" ? "unmanaged" : "managed", science: "Adobe", working: working, linear: linear };
    }

    return { facts: facts };
}());
