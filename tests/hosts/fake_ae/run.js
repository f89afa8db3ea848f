/* A simulated After Effects: runs .jsx files in ES3 and dumps the project they built.

   node fake_ae/run.js session.json  ->  JSON on standard output, one entry per step
   session: { quirks, movies: {path: {width, height, fps, frames}}, user, environment, answer, steps: [step, ...] }
   step: { script, automated | turnover | dialog, edit, quirks, panel, actions }
   With panel, the script's 'this' is a dockable panel; actions are the artist's in it (see act in scriptui.js).
   Details: user in user_project.js, environment and answer in system.js, quirks in scenario.js.
   All steps share one project. edit is a line of script that stands for the artist's changes; it runs before the
   step's script.

   What it proves: a script uses only members that the scripting guide documents and its version has; it passes values
   of the right type, length and range; it finds properties by match name in any language; it makes one undo step; it
   counts from 1; it expects new layers on top, layer objects that refer to an index, rounded frame rates and locked
   layers that cannot be changed; it reads sequences as long as the files on disk; and it uses no JavaScript newer than
   ES3.
   What it does not prove: anything else about the real program. It renders nothing, so it cannot show how masks, frame
   blending, alpha or colours look. It has no dialogs but the panel's controls, no time indicator and no real undo. Its only rounding of times is
   the quirk quantised. It uses V8's operator precedence where ExtendScript has its own (tests/hosts/es3.py looks for
   such expressions). */

"use strict";
const fs = require("fs");
const vm = require("vm");
const { dumpProject } = require("./dump.js");
const { createFileClass, createFolderClass } = require("./files.js");
const { ImportOptionsObject } = require("./items.js");
const { REMOVE_LATER_FEATURES } = require("./es3_language.js");
const { Application } = require("./project.js");
const { expectType, makeStrict, unwrap } = require("./strict.js");
const { beginStep, log, quirks, session } = require("./scenario.js");
const { Interface } = require("./scriptui.js");
const { System } = require("./system.js");
const { constructors, enumerations } = require("./values.js");

function createHost(app) {
    const host = vm.createContext({
        app: makeStrict(app),
        alert: (message) => log.alerts.push(expectType(message, "string", "an alert")),
        File: createFileClass(),
        confirm: (message) => log.confirms.push(expectType(message, "string", "a question")) > 0 && quirks.confirms,
        prompt: (message, text) => {
            log.prompts.push([message, expectType(text, "string", "the text to edit")]);
            return text;
        },
        Date: app._interface.clock.createDateClass(),
        Folder: createFolderClass(),
        isValid: (item) => !unwrap(item)._gone,
        ImportOptions: function (file) {
            return makeStrict(new ImportOptionsObject(file));
        },
        Window: function (type, title) {
            expectType(title, "string", "a window's title");
            return app._interface.createWindow(expectType(type, "string", "a window's type"));
        },
        ...enumerations,
        ...constructors,
    });
    host.$ = makeStrict({
        global: host,
        get os() {
            return quirks.system;
        },
        getenv: (name) => (session.environment || process.env)[expectType(name, "string", "a variable's name")] || null,
    });
    host.system = makeStrict(new System());
    vm.runInContext(REMOVE_LATER_FEATURES, host);
    return host;
}

function runScript(app, host, step) {
    const text = fs.readFileSync(step.script, "utf8");
    if (!step.panel) {
        return vm.runInContext(text, host, { filename: "bundle.jsx" });
    }
    host.dockedPanel = app._interface.createWindow("panel");
    return vm.runInContext("(function () {" + text + "\n}).call(dockedPanel);", host, { filename: "bundle.jsx" });
}

function runStep(app, host, step) {
    const before = new Set(Object.getOwnPropertyNames(host));
    const result = { error: null, summary: null };
    beginStep(step);
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
        result.summary = runScript(app, host, step);
        (step.actions || []).forEach((action) => app._interface.act(action, host));
    } catch (error) {
        result.error = String(error && error.stack ? error.stack : error);
    }
    result.globals = Object.getOwnPropertyNames(host).filter((name) => !before.has(name));
    result.report = host.TOOLKIT_REPORT ? JSON.parse(host.TOOLKIT_REPORT) : null;
    result.openUndoGroups = app._open;
    if (!step.panel) {
        result.globals.forEach((name) => delete host[name]); // a panel stays open
    }
    return Object.assign(result, dumpProject(app._project), log);
}

const app = new Application(new Interface());
beginStep({});
const host = createHost(app);
process.stdout.write(JSON.stringify(session.steps.map((step) => runStep(app, host, step))));
