/* Items of the Project panel: footage and folders, and the options for importing them. */

"use strict";
const fs = require("fs");
const path = require("path");
const { FileObject, readImageHeader } = require("./files.js");
const { expectNumber, expectNumbers, expectType, makeStrict, unwrap } = require("./strict.js");
const { quirks, session } = require("./scenario.js");
const { enumerations, expectMember } = require("./values.js");

const { AlphaMode } = enumerations;

class ImportOptionsObject {
    constructor(file) {
        if (!(unwrap(file) instanceof FileObject)) {
            throw new Error("ImportOptions takes a File");
        }
        this._file = unwrap(file);
        this._sequence = false;
        this._alphabetical = true; // the setting of the last import dialog
        this._as = null;
    }
    get file() {
        return makeStrict(this._file);
    }
    get sequence() {
        return this._sequence;
    }
    set sequence(value) {
        this._sequence = expectType(value, "boolean", "sequence");
    }
    get forceAlphabetical() {
        return this._alphabetical;
    }
    set forceAlphabetical(value) {
        this._alphabetical = expectType(value, "boolean", "forceAlphabetical");
    }
    get importAs() {
        return this._as;
    }
    set importAs(value) {
        this._as = expectMember(value, "ImportAsType");
    }
    canImportAs(value) {
        expectMember(value, "ImportAsType");
        return !(quirks.cannotImport && this._file._path.includes(quirks.cannotImport));
    }
}

// After Effects stores frame rates as fixed-point numbers: 24000/1001 comes back as 23.9760284...
function toFixedPoint(fps) {
    return Math.round(fps * 65536) / 65536;
}

class FileSource {
    constructor(file, facts) {
        Object.assign(this, { _file: file, _facts: facts, _conform: 0 });
        this._alpha = facts.hasAlpha ? AlphaMode.STRAIGHT : AlphaMode.IGNORE; // deliberately a wrong guess
        this._premul = [1, 1, 1];
    }
    get file() {
        return fs.existsSync(this._file) ? makeStrict(new FileObject(this._file)) : null;
    }
    get missingFootagePath() {
        return this.file === null ? this._file : "";
    }
    reload() {
        this._reloads = (this._reloads || 0) + 1;
    }
    get isStill() {
        return this._facts.frames === 1 && !this._facts.movie;
    }
    get hasAlpha() {
        return this._facts.hasAlpha && !quirks.noAlpha;
    }
    get nativeFrameRate() {
        return this._facts.fps;
    }
    get displayFrameRate() {
        return toFixedPoint(this._conform || this._facts.fps);
    }
    get conformFrameRate() {
        return this._conform;
    }
    set conformFrameRate(value) {
        if (this.isStill) {
            throw new Error("a still has no frame rate to conform");
        }
        expectNumber(value, 0, 99, "conformFrameRate");
        this._conform = quirks.conformIgnored ? 0 : value;
    }
    get alphaMode() {
        return this._alpha;
    }
    set alphaMode(value) {
        expectMember(value, "AlphaMode");
        if (!quirks.alphaIgnored) {
            this._alpha = value;
        }
    }
    get premulColor() {
        return this._premul;
    }
    set premulColor(value) {
        if (this._alpha !== AlphaMode.PREMULTIPLIED && !quirks.alphaIgnored) {
            throw new Error("premulColor cannot be set before alphaMode is PREMULTIPLIED");
        }
        this._premul = expectNumbers(value, 3, "premulColor").map((part) => expectNumber(part, 0, 1, "premulColor"));
    }
}

class PlaceholderSource {
    constructor(fps) {
        this._fps = fps;
    }
    get file() {
        return undefined; // only a FileSource has one
    }
    get missingFootagePath() {
        return undefined; // likewise
    }
    get isStill() {
        return false;
    }
    get hasAlpha() {
        return false;
    }
    get displayFrameRate() {
        return toFixedPoint(this._fps);
    }
}

class SolidSource {
    constructor(color) {
        this._color = color;
    }
    get color() {
        return this._color;
    }
    get isStill() {
        return true;
    }
    get file() {
        return undefined; // only a FileSource has one
    }
    get missingFootagePath() {
        return undefined; // likewise
    }
}

let nextId = 1;

class Item {
    constructor(name, folder, project) {
        Object.assign(this, { _name: name, _folder: folder, _project: project, _comment: "", _gone: false });
        this._id = nextId;
        nextId += 1;
    }
    get id() {
        return this._id;
    }
    get name() {
        return this._name;
    }
    set name(value) {
        this._name = expectType(value, "string", "name");
    }
    get comment() {
        return this._comment;
    }
    set comment(value) {
        if (expectType(value, "string", "comment").length > 15999) {
            throw new Error("a comment is longer than 15999 bytes");
        }
        this._comment = value;
    }
    get parentFolder() {
        return makeStrict(this._folder);
    }
    set parentFolder(value) {
        if (!(value instanceof FolderItem)) {
            throw new Error("parentFolder takes a folder");
        }
        this._folder = value;
    }
    remove() {
        if (quirks.removeThrows) {
            throw new Error("After Effects error: can not delete");
        }
        this._project._remove(this);
    }
}

class FolderItem extends Item {
    get usedIn() {
        return undefined; // only footage and comps have it
    }
    get numItems() {
        return this._project._items.filter((item) => item._folder === this).length;
    }
}

class AVItem extends Item {
    get usedIn() {
        const comps = this._project._items.filter((item) => item._layers);
        return comps.filter((comp) => comp._layers.some((layer) => layer.item === this)).map(makeStrict);
    }
    get useProxy() {
        return Boolean(this._proxy);
    }
    setProxy(file) {
        if (!(unwrap(file) instanceof FileObject)) {
            throw new Error("setProxy takes a File");
        }
        this._proxy = unwrap(file)._path; // and uses it
    }
}

class FootageItem extends AVItem {
    constructor(name, folder, project, source, facts) {
        super(name, folder, project);
        Object.assign(this, { _source: source, _facts: facts, _aspect: 1 });
    }
    get mainSource() {
        return makeStrict(this._source);
    }
    get file() {
        return this._source.file || null;
    }
    get footageMissing() {
        return this._source instanceof PlaceholderSource || this._source.missingFootagePath > "";
    }
    get width() {
        return this._facts.width;
    }
    get height() {
        return this._facts.height;
    }
    get pixelAspect() {
        return this._source instanceof FileSource ? this._aspect : 1;
    }
    set pixelAspect(value) {
        expectNumber(value, 0.01, 100, "pixelAspect");
        this._aspect = quirks.aspectIgnored ? this._aspect : value;
    }
    get duration() {
        return this._source.isStill ? 0 : this._facts.frames / this._source.displayFrameRate;
    }
    _replaceSource(file, sequence) {
        if (!(unwrap(file) instanceof FileObject)) {
            throw new Error("replace takes a File");
        }
        if (quirks.replaceThrows && unwrap(file)._path.includes(quirks.replaceThrows)) {
            throw new Error("After Effects error: can not replace by " + unwrap(file)._path);
        }
        if (quirks.replaceIgnored && unwrap(file)._path.includes(quirks.replaceIgnored)) {
            return;
        }
        this._facts = readFootage(unwrap(file)._path, sequence, false);
        if (this._source instanceof FileSource) {
            Object.assign(this._source, { _file: unwrap(file)._path, _facts: this._facts }); // keeps the interpretation
        } else {
            this._source = new FileSource(unwrap(file)._path, this._facts);
        }
    }
    replace(file) {
        this._replaceSource(file, false);
    }
    replaceWithPlaceholder(...values) {
        const placeholder = createPlaceholder(values, this._folder, this._project);
        Object.assign(this, { _name: placeholder._name, _source: placeholder._source, _facts: placeholder._facts });
    }
    replaceWithSequence(file, forceAlphabetical) {
        if (expectType(forceAlphabetical, "boolean", "forceAlphabetical")) {
            throw new Error("forceAlphabetical would include unrelated files of the folder");
        }
        this._replaceSource(file, true);
    }
}

const NUMBERED = /^(.*?)(\d+)(\.[A-Za-z0-9]+)$/;

function readFootage(file, sequence, alphabetical) {
    const movie = (session.movies || {})[file];
    if (!fs.existsSync(file)) {
        throw new Error("After Effects error: file not found: " + file);
    }
    if (movie) {
        return Object.assign({ hasAlpha: false, movie: true }, movie);
    }
    const facts = Object.assign({ fps: quirks.sequenceRate, frames: 1 }, readImageHeader(file));
    const digits = NUMBERED.exec(path.basename(file));
    if (sequence && digits) {
        const names = fs.readdirSync(path.dirname(file));
        const numbers = names
            .map((name) => NUMBERED.exec(name))
            .filter((match) => match && match[1] === digits[1] && match[3] === digits[3])
            .map((match) => Number(match[2]));
        // Missing frames count: After Effects shows colour bars there.
        const span = Math.max(...numbers) - Number(digits[2]) + 1;
        facts.frames = alphabetical ? names.length : span;
    }
    return facts;
}

function importFootage(options, folder, project) {
    const file = options._file._path;
    const facts = readFootage(file, options._sequence, options._alphabetical);
    const item = new FootageItem(path.basename(file), folder, project, new FileSource(file, facts), facts);
    item._aspect = quirks.pixelAspect;
    return item;
}

function createPlaceholder([name, width, height, fps, duration], folder, project) {
    expectNumber(width, 4, 30000, "a placeholder's width");
    expectNumber(height, 4, 30000, "a placeholder's height");
    expectNumber(fps, 1, 99, "a placeholder's frameRate");
    expectNumber(duration, 0, 10800, "a placeholder's duration");
    const facts = { width, height, fps, frames: Math.round(duration * fps), hasAlpha: false };
    return new FootageItem(name, folder, project, new PlaceholderSource(fps), facts);
}

module.exports = {
    AVItem, FileSource, FolderItem, FootageItem, ImportOptionsObject, Item, SolidSource, createPlaceholder, importFootage, toFixedPoint,
};
