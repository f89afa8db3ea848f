/* What this After Effects is asked to do, and how it differs from the friendliest one. */

"use strict";
const fs = require("fs");

const QUIRKS = {
    version: "23.6x62",
    language: "en", // or "de": what After Effects itself names is named in German
    system: "Windows 11",
    quantised: false, // whether times snap to the comp's frames
    bitsPerChannel: 16,
    refusesBits: false, // as in a project that OCIO manages
    workingSpace: "",
    sequenceRate: 30, // Preferences > Import: what a sequence plays at until it is conformed
    mayWrite: true, // Preferences > Scripting & Expressions
    preferences: "known", // or "v2" (the newer section), or "unknown": asking throws
    inPointMovesOutPoint: true,
    cannotImport: "", // part of a path
    importsNothing: "", // part of a path: importFile answers null
    importThrows: "",
    replaceThrows: "", // part of a path
    replaceIgnored: "",
    conformIgnored: false,
    alphaIgnored: false,
    noAlpha: false,
    aspectIgnored: false,
    startIgnored: false,
    rateRounded: false,
    guideIgnored: false,
    labelIgnored: false,
    blendingIgnored: false,
    parentIgnored: false,
    remapIgnored: false,
    outPointIgnored: false,
    enabledIgnored: false,
    markersIgnored: false,
    losesKeys: "", // match name of a property that takes every other key
    losesLayer: "", // name of a layer that is gone at the end
    noProperty: "", // match name that property() does not find
    noEffect: "", // match name that addProperty does not know
    removeThrows: false,
    pixelAspect: 1,
    runsCommands: true, // whether there is a system.callSystem
    confirms: true, // what the user answers
};

const session = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const quirks = {};
const told = {};

// Begins a step: the friendliest After Effects but for the quirks of the session and of the step.
function begin(step) {
    Object.assign(quirks, QUIRKS, session.quirks || {}, step.quirks || {});
    for (const name of Object.keys(quirks)) {
        if (!(name in QUIRKS)) {
            throw new Error("no such quirk: " + name);
        }
    }
    Object.assign(told, { alerts: [], confirms: [], prompts: [], commands: [], dialogs: 0, undo: [], files: [] });
    told.chosen = step.dialog || null;
}

// Refuses a member that this version does not have yet.
function since(version, member) {
    if (parseFloat(quirks.version) < version) {
        throw new Error(member + " is not in version " + quirks.version);
    }
}

module.exports = { begin, quirks, session, since, told };
