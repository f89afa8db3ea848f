/* Import options, footage, folders: what the project panel holds. */

"use strict";
const fs = require("fs");
const path = require("path");
const { FileObject, pictureFacts } = require("./files.js");
const { array, bare, enumeration, kind, number, strict } = require("./strict.js");
const { quirks, scenario } = require("./scenario.js");

const AlphaMode = enumeration("AlphaMode", ["IGNORE", "STRAIGHT", "PREMULTIPLIED"]);
const ImportAsType = enumeration("ImportAsType", ["FOOTAGE", "COMP", "COMP_CROPPED_LAYERS", "PROJECT"]);

class ImportOptionsObject {
    constructor(file) {
        if (!(bare(file) instanceof FileObject)) {
            throw new Error("ImportOptions takes a File");
        }
        this._file = bare(file);
        this._sequence = false;
        this._alphabetical = true; // whatever the last import dialog left behind
        this._as = null;
    }
    get file() {
        return strict(this._file);
    }
    get sequence() {
        return this._sequence;
    }
    set sequence(value) {
        this._sequence = kind(value, "boolean", "sequence");
    }
    get forceAlphabetical() {
        return this._alphabetical;
    }
    set forceAlphabetical(value) {
        this._alphabetical = kind(value, "boolean", "forceAlphabetical");
    }
    get importAs() {
        return this._as;
    }
    set importAs(value) {
        this._as = number(value, 5000, 5003, "importAs");
    }
    canImportAs(value) {
        number(value, 5000, 5003, "canImportAs");
        return !(quirks.cannotImport && this._file._path.includes(quirks.cannotImport));
    }
}

class FootageSource {
    constructor(facts) {
        this._facts = facts;
        this._conform = 0;
        this._alpha = facts.hasAlpha ? AlphaMode.STRAIGHT : AlphaMode.IGNORE; // a guess that is wrong on purpose
        this._premul = [1, 1, 1];
    }
    get isStill() {
        return this._facts.frames === 1;
    }
    get hasAlpha() {
        return this._facts.hasAlpha && !quirks.noAlpha;
    }
    get nativeFrameRate() {
        return this._facts.fps;
    }
    get displayFrameRate() {
        return this._conform || this._facts.fps;
    }
    get conformFrameRate() {
        return this._conform;
    }
    set conformFrameRate(value) {
        if (this.isStill) {
            throw new Error("a still has no frame rate to conform");
        }
        number(value, 0, 99, "conformFrameRate");
        this._conform = quirks.conformIgnored ? 0 : value;
    }
    get alphaMode() {
        return this._alpha;
    }
    set alphaMode(value) {
        number(value, 5000, 5002, "alphaMode");
        if (!quirks.alphaIgnored) {
            this._alpha = value;
        }
    }
    get premulColor() {
        return this._premul;
    }
    set premulColor(value) {
        if (this._alpha !== AlphaMode.PREMULTIPLIED && !quirks.alphaIgnored) {
            throw new Error("premulColor means nothing before alphaMode is PREMULTIPLIED");
        }
        this._premul = array(value, 3, "premulColor");
    }
}

class Item {
    constructor(name, folder) {
        this._name = name;
        this._folder = folder;
    }
    get name() {
        return this._name;
    }
    set name(value) {
        this._name = kind(value, "string", "name");
    }
    get parentFolder() {
        return strict(this._folder);
    }
    set parentFolder(value) {
        if (!(value instanceof FolderItem)) {
            throw new Error("parentFolder takes a folder");
        }
        this._folder = value;
    }
}

class FolderItem extends Item {}

class FootageItem extends Item {
    constructor(file, facts, folder) {
        super(path.basename(file), folder);
        this._file = file;
        this._facts = facts;
        this._source = new FootageSource(facts);
    }
    get mainSource() {
        return strict(this._source);
    }
    get width() {
        return this._facts.width;
    }
    get height() {
        return this._facts.height;
    }
    get pixelAspect() {
        return quirks.pixelAspect;
    }
    get duration() {
        return this._facts.frames === 1 ? 0 : this._facts.frames / this._source.displayFrameRate;
    }
}

function footageFacts(options) {
    const file = options._file._path;
    const movie = (scenario.movies || {})[file];
    if (!fs.existsSync(file)) {
        throw new Error("After Effects error: file not found: " + file);
    }
    if (movie) {
        return Object.assign({ hasAlpha: false }, movie);
    }
    const facts = Object.assign({ fps: quirks.sequenceRate, frames: 1 }, pictureFacts(file));
    const digits = /^(.*?)(\d+)(\.[A-Za-z0-9]+)$/.exec(path.basename(file));
    if (options._sequence && digits) {
        const found = fs
            .readdirSync(path.dirname(file))
            .map((name) => /^(.*?)(\d+)(\.[A-Za-z0-9]+)$/.exec(name))
            .filter((match) => match && match[1] === digits[1] && match[3] === digits[3])
            .map((match) => Number(match[2]));
        const span = Math.max(...found) - Math.min(...found) + 1; // gaps keep their time, as bars
        facts.frames = options._alphabetical ? fs.readdirSync(path.dirname(file)).length : span;
    }
    return facts;
}

module.exports = { AlphaMode, FolderItem, FootageItem, ImportAsType, ImportOptionsObject, Item, footageFacts };
