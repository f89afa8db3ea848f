/* An After Effects that never was: runs .jsx files in a language without what ExtendScript lacks, and tells what they
   built.

   node fake_ae/run.js session.json  ->  JSON on standard output: one entry for each step
   session: { quirks, movies: {path: {width, height, fps, frames}}, user, environment, answer, steps: [step, ...] }
   step: { script, automated | turnover | dialog, edit, quirks }; user: users.js; environment, answer: system.js
   All steps share one project. edit is a line of script of the artist's, run before the step's script. quirks: scenario.js.

   What it proves: that a script names only members that the scripting guide names and that its version has, passes
   values of the right kind, length and range, finds properties by match name in any language, undoes in one step, counts
   from 1, expects new layers on top, handles that go by index, rates that are rounded and locked layers that refuse,
   reads sequences as long as the files that are really there, and needs no later JavaScript than the third edition.
   What it does not prove: anything about the real program beyond that. It renders nothing, so it cannot say how masks,
   frame blending, alpha or colours look; it has no dialogs, no time indicator and no real undo; it knows of rounded times
   only what the quirk quantised says; and it keeps V8's precedence where ExtendScript has its own (tests/hosts/es3.py
   looks for those). */

"use strict";
const fs = require("fs");
const vm = require("vm");
const { dumpProject } = require("./dump.js");
const { fileClass, folderClass } = require("./files.js");
const { ImportOptionsObject } = require("./items.js");
const { THIRD_EDITION } = require("./language.js");
const { Application } = require("./project.js");
const { kind, strict } = require("./strict.js");
const { begin, quirks, session, told } = require("./scenario.js");
const { System } = require("./system.js");
const { constructors, enumerations } = require("./values.js");

function machine(app) {
    const host = vm.createContext({
        app: strict(app),
        alert: (message) => told.alerts.push(kind(message, "string", "an alert")),
        File: fileClass(),
        confirm: (message) => told.confirms.push(kind(message, "string", "a question")) > 0 && quirks.confirms,
        prompt: (message, text) => told.prompts.push([message, kind(text, "string", "what can be edited")]) > 0 && text,
        Folder: folderClass(),
        ImportOptions: function (file) {
            return strict(new ImportOptionsObject(file));
        },
        ...enumerations,
        ...constructors,
    });
    host.$ = strict({
        global: host,
        get os() {
            return quirks.system;
        },
        getenv: (name) => (session.environment || process.env)[kind(name, "string", "a variable's name")] || null,
    });
    host.system = strict(new System());
    vm.runInContext(THIRD_EDITION, host);
    return host;
}

function run(app, host, step) {
    const before = new Set(Object.getOwnPropertyNames(host));
    const outcome = { error: null, summary: null };
    begin(step);
    try {
        if (step.edit) {
            vm.runInContext(step.edit, host, { filename: "edit.jsx" });
        }
        if (step.automated) {
            host.TOOLKIT_DELIVERY = step.automated;
        }
        if (step.turnover) {
            host.TOOLKIT_TURNOVER = step.turnover;
        }
        outcome.summary = vm.runInContext(fs.readFileSync(step.script, "utf8"), host, { filename: "bundle.jsx" });
    } catch (error) {
        outcome.error = String(error && error.stack ? error.stack : error);
    }
    outcome.globals = Object.getOwnPropertyNames(host).filter((name) => !before.has(name));
    outcome.report = host.TOOLKIT_REPORT ? JSON.parse(host.TOOLKIT_REPORT) : null;
    outcome.openUndoGroups = app._open;
    outcome.globals.forEach((name) => delete host[name]);
    return Object.assign(outcome, dumpProject(app._project), told);
}

const app = new Application();
begin({});
const host = machine(app);
process.stdout.write(JSON.stringify(session.steps.map((step) => run(app, host, step))));
