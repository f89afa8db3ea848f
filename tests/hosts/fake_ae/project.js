/* The application, its project and its preferences. */

"use strict";
const { CompItem } = require("./comp.js");
const { FolderItem, ImportOptionsObject, createPlaceholder, importFootage } = require("./items.js");
const { expectNumber, expectType, makeStrict } = require("./strict.js");
const { log, quirks, requireVersion } = require("./scenario.js");
const { UserProject } = require("./user_project.js");
const { enumerations } = require("./values.js");

class ItemCollection {
    constructor(project) {
        this._project = project;
    }
    _add(item) {
        this._project._items.push(item);
        return makeStrict(item);
    }
    addFolder(name) {
        expectType(name, "string", "a folder's name");
        return this._add(new FolderItem(name, this._project._root, this._project));
    }
    addComp(name, width, height, pixelAspect, duration, fps) {
        const project = this._project;
        return this._add(new CompItem(name, width, height, pixelAspect, duration, fps, project._root, project));
    }
}

class Project {
    constructor() {
        this._root = new FolderItem("Root", null, this);
        this._items = [];
        this._bits = null;
        this._userProject = new UserProject();
    }
    get activeItem() {
        return this._userProject.active;
    }
    _setting(name, defaults) {
        return name in this._userProject.settings ? this._userProject.settings[name] : defaults;
    }
    get items() {
        return makeStrict(new ItemCollection(this));
    }
    get numItems() {
        return this._items.length;
    }
    item(index) {
        return makeStrict(this._items[expectNumber(index, 1, this._items.length, "an item's index") - 1]);
    }
    itemByID(id) {
        const mine = this._items.find((item) => item.id === expectNumber(id, 1, 1e9, "an item's id"));
        const found = mine || this._userProject.findById(id);
        return found ? makeStrict(found) : null;
    }
    get bitsPerChannel() {
        return this._bits === null ? quirks.bitsPerChannel : this._bits;
    }
    set bitsPerChannel(value) {
        if (![8, 16, 32].includes(value)) {
            throw new Error("bitsPerChannel is 8, 16 or 32");
        }
        if (quirks.refusesBits) {
            throw new Error("After Effects error: bitsPerChannel is managed");
        }
        this._bits = value;
    }
    get workingSpace() {
        return this._setting("workingSpace", quirks.workingSpace);
    }
    get linearBlending() {
        return this._setting("linearBlending", false);
    }
    get linearizeWorkingSpace() {
        return this._setting("linearizeWorkingSpace", false);
    }
    get colorManagementSystem() {
        requireVersion(23, "Project.colorManagementSystem");
        return this._setting("colorManagementSystem", 0);
    }
    get ocioConfigurationFile() {
        requireVersion(23, "Project.ocioConfigurationFile");
        return this._setting("ocioConfigurationFile", "");
    }
    importFile(options) {
        if (!(options instanceof ImportOptionsObject) || options._as !== enumerations.ImportAsType.FOOTAGE) {
            throw new Error("importFile takes ImportOptions with importAs set");
        }
        const file = options._file._path;
        if (quirks.importThrows && file.includes(quirks.importThrows)) {
            throw new Error("After Effects error: unable to import " + file);
        }
        if (quirks.importsNothing && file.includes(quirks.importsNothing)) {
            return null;
        }
        const item = importFootage(options, this._root, this);
        this._items.push(item);
        return makeStrict(item);
    }
    importPlaceholder(name, width, height, fps, duration) {
        const item = createPlaceholder([name, width, height, fps, duration], this._root, this);
        this._items.push(item);
        return makeStrict(item);
    }
    // Closes the open project, and opens one that was made from the same template: the same comps with the same ids.
    _openAnother() {
        this._userProject.close();
        this._items.forEach((item) => {
            item._gone = true;
        });
        this._items = [];
        this._userProject = new UserProject();
    }
    // Also removes the contents of a folder, and every layer that uses the item.
    _remove(item) {
        this._items.filter((child) => child._folder === item).forEach((child) => this._remove(child));
        this._items = this._items.filter((other) => other !== item);
        item._gone = true;
        for (const comp of this._items.filter((other) => other instanceof CompItem)) {
            comp._layers = comp._layers.filter((layer) => layer.item !== item);
        }
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
        return (
            (section === this._section() && key === "Pref_SCRIPTING_FILE_NETWORK_SECURITY") ||
            (section === "Import Options Preference Section" && key === "Import Options Default Sequence FPS")
        );
    }
    getPrefAsLong(section, key) {
        return this.havePref(section, key) && quirks.mayWrite ? 1 : 0;
    }
    getPrefAsFloat(section, key) {
        return this.havePref(section, key) ? quirks.sequenceRate : 0;
    }
}

class Settings {
    constructor() {
        this._values = new Map();
    }
    _key(section, key) {
        return expectType(section, "string", "a section") + "\n" + expectType(key, "string", "a key");
    }
    haveSetting(section, key) {
        return this._values.has(this._key(section, key));
    }
    getSetting(section, key) {
        if (!this.haveSetting(section, key)) {
            throw new Error("After Effects error: no such setting");
        }
        return this._values.get(this._key(section, key));
    }
    saveSetting(section, key, value) {
        this._values.set(this._key(section, key), expectType(value, "string", "a setting"));
    }
}

class Application {
    constructor(userInterface) {
        this._project = new Project();
        this._interface = userInterface;
        userInterface.project = this._project;
        this._settings = makeStrict(new Settings());
        this._open = 0;
    }
    get settings() {
        return this._settings;
    }
    scheduleTask(code, delay, repeats) {
        return this._interface.schedule(code, delay, repeats);
    }
    cancelTask(id) {
        this._interface.cancel(id);
    }
    get version() {
        return quirks.version;
    }
    get isoLanguage() {
        return quirks.language === "de" ? "de_DE" : "en_US";
    }
    get project() {
        return makeStrict(this._project);
    }
    get preferences() {
        return makeStrict(new Preferences());
    }
    beginUndoGroup(name) {
        log.undo.push(expectType(name, "string", "an undo group's name"));
        this._open += 1;
    }
    endUndoGroup() {
        if (this._open < 1) {
            throw new Error("UndoGroup Mismatch");
        }
        this._open -= 1;
    }
}

module.exports = { Application };
