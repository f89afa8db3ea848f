/* What this After Effects is asked to do, and how it differs from the friendliest one. */

"use strict";
const fs = require("fs");

const QUIRKS = {
    version: "23.6x62",
    bitsPerChannel: 32,
    sequenceRate: 30, // Preferences > Import: what a sequence plays at until it is conformed
    mayWrite: true, // Preferences > Scripting & Expressions
    preferences: "known", // or "v2" (the newer section), or "unknown": asking throws
    inPointMovesOutPoint: true,
    cannotImport: "", // part of a path
    importsNothing: "", // part of a path: importFile answers null
    importThrows: "",
    conformIgnored: false,
    alphaIgnored: false,
    noAlpha: false,
    startIgnored: false,
    rateRounded: false,
    guideIgnored: false,
    stretchIgnored: false,
    outPointIgnored: false,
    losesKeys: false,
    losesLayer: "", // name of a layer that is gone at the end
    noTransform: "", // match name that property() does not find
    pixelAspect: 1,
    os: "Macintosh OS 14.5.0/64",
    runsCommands: true, // whether there is a system.callSystem
    confirms: true, // what the user answers
    cancelsDialogs: false,
};

const scenario = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const quirks = Object.assign({}, QUIRKS, scenario.quirks || {});
for (const name of Object.keys(quirks)) {
    if (!(name in QUIRKS)) {
        throw new Error("no such quirk: " + name);
    }
}
const told = { alerts: [], confirms: [], commands: [], dialogs: 0, undo: [], files: [] };

module.exports = { quirks, scenario, told };
