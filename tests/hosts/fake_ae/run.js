/* An After Effects that never was: runs one .jsx in a language without what ExtendScript lacks, and tells what it built.

   node fake_ae/run.js bundle.jsx scenario.json  ->  JSON on standard output

   What it proves: that the script names only members that the scripting guide names, passes values of the right kind,
   length and range, undoes in one step, counts from 1, expects new layers on top and handles that go by index, reads
   sequences as long as the files that are really there, and needs no later JavaScript than the third edition.
   What it does not prove: anything about the real program beyond that; it renders nothing, rounds no times, opens no
   dialogs, and keeps V8's precedence where ExtendScript has its own (tests/hosts/es3.py looks for those).
   scenario: { dialog, automated, turnover, environment, user, movies: {path: {width, height, fps, frames}}, quirks: {...} } - see scenario.js. */

"use strict";
const fs = require("fs");
const vm = require("vm");
const { CompItem } = require("./comp.js");
const { fileClass, folderClass } = require("./files.js");
const { AlphaMode, FolderItem, FootageItem, ImportAsType, ImportOptionsObject, footageFacts } = require("./items.js");
const { THIRD_EDITION } = require("./language.js");
const { kind, strict } = require("./strict.js");
const { quirks, scenario, told } = require("./scenario.js");
const { System } = require("./system.js");
const { BlendingMode, UsersProject } = require("./users.js");

class ItemCollection {
    constructor(project) {
        this._project = project;
    }
    _add(item) {
        this._project._items.push(item);
        return strict(item);
    }
    addFolder(name) {
        return this._add(new FolderItem(kind(name, "string", "a folder's name"), this._project._root));
    }
    addComp(name, width, height, pixelAspect, duration, fps) {
        return this._add(new CompItem(name, width, height, pixelAspect, duration, fps, this._project._root));
    }
}

class Project {
    constructor() {
        this._root = new FolderItem("Root", null);
        this._items = [];
        this._users = new UsersProject(AlphaMode);
    }
    get activeItem() {
        return this._users.active;
    }
    _setting(name) {
        if (!(name in this._users.settings)) {
            throw new Error("After Effects error: this version has no " + name);
        }
        return this._users.settings[name];
    }
    get workingSpace() {
        return this._setting("workingSpace");
    }
    get linearBlending() {
        return this._setting("linearBlending");
    }
    get linearizeWorkingSpace() {
        return this._setting("linearizeWorkingSpace");
    }
    get colorManagementSystem() {
        return this._setting("colorManagementSystem");
    }
    get ocioConfigurationFile() {
        return this._setting("ocioConfigurationFile");
    }
    get items() {
        return strict(new ItemCollection(this));
    }
    get bitsPerChannel() {
        return quirks.bitsPerChannel;
    }
    importFile(options) {
        if (!(options instanceof ImportOptionsObject) || options._as !== ImportAsType.FOOTAGE) {
            throw new Error("importFile takes ImportOptions that say what to import as");
        }
        const file = options._file._path;
        if (quirks.importThrows && file.includes(quirks.importThrows)) {
            throw new Error("After Effects error: unable to import " + file);
        }
        if (quirks.importsNothing && file.includes(quirks.importsNothing)) {
            return null;
        }
        const item = new FootageItem(options._file._path, footageFacts(options), this._root);
        item._sequence = options._sequence;
        this._items.push(item);
        return strict(item);
    }
}

class Preferences {
    _section() {
        return quirks.preferences === "v2" ? "Main Pref Section v2" : "Main Pref Section";
    }
    havePref(section, key) {
        if (quirks.preferences === "unknown") {
            throw new Error("no such preference");
        }
        return section === this._section() && key === "Pref_SCRIPTING_FILE_NETWORK_SECURITY";
    }
    getPrefAsLong(section, key) {
        return this.havePref(section, key) && quirks.mayWrite ? 1 : 0;
    }
}

class Application {
    constructor() {
        this._project = new Project();
        this._open = 0;
    }
    get version() {
        return quirks.version;
    }
    get project() {
        return strict(this._project);
    }
    get preferences() {
        return strict(new Preferences());
    }
    beginUndoGroup(name) {
        told.undo.push(kind(name, "string", "an undo group's name"));
        this._open += 1;
    }
    endUndoGroup() {
        if (this._open < 1) {
            throw new Error("UndoGroup Mismatch");
        }
        this._open -= 1;
    }
}

function dumpLayer(data) {
    const keys = (name) => data.transform._properties[name]._keys;
    return {
        name: data.name,
        isNull: data.isNull,
        source: data.item ? data.item._file : null,
        startTime: data.startTime,
        stretch: data.stretch,
        inPoint: data.inPoint,
        outPoint: data.outPoint,
        guideLayer: data.guide,
        remap: data.remapEnabled ? data.remap._keys : null,
        anchor: data.transform._properties["ADBE Anchor Point"]._value,
        position: keys("ADBE Position"),
        scale: keys("ADBE Scale"),
        staticScale: data.transform._properties["ADBE Scale"]._value,
        rotation: keys("ADBE Rotate Z"),
    };
}

function dumpItem(item) {
    const common = { kind: item.constructor.name, name: item._name, folder: item._folder._name };
    if (item instanceof FootageItem) {
        const source = item._source;
        const alpha = Object.keys(AlphaMode).find((name) => AlphaMode[name] === source._alpha);
        return Object.assign(common, {
            file: item._file,
            sequence: item._sequence,
            fps: source.displayFrameRate,
            frames: item._facts.frames,
            alphaMode: alpha,
            premulColor: source._premul,
        });
    }
    if (item instanceof CompItem) {
        return Object.assign(common, {
            width: item._width,
            height: item._height,
            frameRate: item._fps,
            duration: item._duration,
            displayStartTime: item._start,
            dropFrame: item._drop,
            layers: item._layers.map(dumpLayer),
        });
    }
    return common;
}

function run() {
    const app = new Application();
    const host = vm.createContext({
        app: strict(app),
        alert: (message) => told.alerts.push(kind(message, "string", "an alert")),
        File: fileClass(),
        confirm: (message) => told.confirms.push(kind(message, "string", "a question")) && quirks.confirms,
        Folder: folderClass(),
        ImportOptions: function (file) {
            return strict(new ImportOptionsObject(file));
        },
        ImportAsType,
        AlphaMode,
        BlendingMode,
    });
    if (quirks.runsCommands) {
        host.system = strict(new System());
    }
    host.$ = { global: host, os: quirks.os, getenv: (name) => scenario.environment[name] || null };
    vm.runInContext(THIRD_EDITION, host);
    const before = new Set(Object.getOwnPropertyNames(host));
    if (scenario.automated) {
        host.TOOLKIT_DELIVERY = scenario.automated;
    }
    if (scenario.turnover) {
        host.TOOLKIT_TURNOVER = scenario.turnover;
    }
    const outcome = { error: null, summary: null };
    try {
        outcome.summary = vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), host, { filename: "bundle.jsx" });
    } catch (error) {
        outcome.error = String(error && error.stack ? error.stack : error);
    }
    outcome.globals = Object.getOwnPropertyNames(host).filter((name) => !before.has(name));
    outcome.report = host.TOOLKIT_REPORT ? JSON.parse(host.TOOLKIT_REPORT) : null;
    outcome.openUndoGroups = app._open;
    outcome.items = app._project._items.map(dumpItem);
    process.stdout.write(JSON.stringify(Object.assign(outcome, told)));
}

run();
