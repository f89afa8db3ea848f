/* The session to run, and the quirks by which this After Effects differs from a well-behaved one. */

"use strict";
const fs = require("fs");

const QUIRKS = {
    version: "23.6x62",
    language: "en", // or "de": After Effects' own names are German
    system: "Windows 11",
    quantised: false, // whether times snap to the comp's frames
    bitsPerChannel: 16,
    refusesBits: false, // as an OCIO-managed project may
    workingSpace: "",
    sequenceRate: 30, // Preferences > Import: the frame rate of a sequence before it is conformed
    mayWrite: true, // Preferences > Scripting & Expressions
    preferences: "known", // or "v2" (the newer section), or "unknown": reading throws
    inPointMovesOutPoint: true,
    cannotImport: "", // part of a path
    importsNothing: "", // part of a path: importFile returns null
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
    losesKeys: "", // match name of a property that keeps only every other key
    losesLayer: "", // name of a layer that disappears
    noProperty: "", // match name of a property that is missing
    noEffect: "", // match name that addProperty rejects
    removeThrows: false,
    moveThrows: "", // name of a layer that cannot be moved
    openThrows: false, // openInViewer
    pixelAspect: 1,
    runsCommands: true, // whether system.callSystem exists
    confirms: true, // the user's answer to confirm()
};

const session = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const quirks = {};
const log = {};

// Starts a step with the quirks of the session and of the step, and an empty log of dialogs, commands and files.
function beginStep(step) {
    Object.assign(quirks, QUIRKS, session.quirks || {}, step.quirks || {});
    for (const name of Object.keys(quirks)) {
        if (!(name in QUIRKS)) {
            throw new Error("unknown quirk: " + name);
        }
    }
    Object.assign(log, { alerts: [], confirms: [], prompts: [], commands: [], dialogs: 0, undo: [], files: [], panel: [] });
    log.answers = [].concat(step.dialog || []);
}

// What the artist chooses in the next dialog: the step's answers in order, the last one again and again.
function chooseNext() {
    log.dialogs += 1;
    return (log.answers.length > 1 ? log.answers.shift() : log.answers[0]) || null;
}

// Throws if this version does not have a member yet.
function requireVersion(version, member) {
    if (parseFloat(quirks.version) < version) {
        throw new Error(member + " is not in version " + quirks.version);
    }
}

module.exports = { beginStep, chooseNext, log, quirks, requireVersion, session };
