/* File and Folder on the real disk, and a reader of PNG and EXR headers. */

"use strict";
const fs = require("fs");
const path = require("path");
const { expectType, makeStrict } = require("./strict.js");
const { chooseNext, log, quirks } = require("./scenario.js");

class FolderObject {
    constructor(folder) {
        this._path = folder;
    }
    get fsName() {
        return this._path;
    }
    get exists() {
        return fs.existsSync(this._path);
    }
    create() {
        return quirks.mayWrite && fs.mkdirSync(this._path, { recursive: true }) !== null;
    }
}

class FileObject {
    constructor(file) {
        this._path = path.resolve(expectType(file, "string", "File's path"));
        this._encoding = "BINARY";
        this._lineFeed = "Unix";
        this._mode = "";
        this._text = "";
    }
    get fsName() {
        return this._path;
    }
    get name() {
        return encodeURI(path.basename(this._path));
    }
    get parent() {
        return makeStrict(new FolderObject(path.dirname(this._path)));
    }
    get exists() {
        return fs.existsSync(this._path);
    }
    get length() {
        return this.exists ? fs.statSync(this._path).size : 0;
    }
    get encoding() {
        return this._encoding;
    }
    set encoding(value) {
        if (!this._mode) {
            this._encoding = value; // has no effect after open
        }
    }
    get lineFeed() {
        return this._lineFeed;
    }
    set lineFeed(value) {
        this._lineFeed = value;
    }
    open(mode) {
        if (mode === "w" && !quirks.mayWrite) {
            return false;
        }
        if (mode === "r" && !this.exists) {
            return false;
        }
        try {
            if (mode === "w") {
                fs.writeFileSync(this._path, "");
            }
        } catch (error) {
            return false;
        }
        this._mode = mode;
        return true;
    }
    read() {
        if (this._mode !== "r") {
            throw new Error("File is not open for reading");
        }
        return fs.readFileSync(this._path, this._encoding === "UTF-8" ? "utf8" : "latin1");
    }
    write(text) {
        if (this._mode !== "w") {
            return false;
        }
        this._text += text;
        return true;
    }
    close() {
        if (this._mode === "w") {
            fs.writeFileSync(this._path, this._text, this._encoding === "UTF-8" ? "utf8" : "latin1");
        }
        this._mode = "";
        return true;
    }
    remove() {
        fs.unlinkSync(this._path);
        return true;
    }
    rename(name) {
        const target = path.join(path.dirname(this._path), expectType(name, "string", "a new name"));
        if (/[\\/]/.test(name) || fs.existsSync(target)) {
            return false; // takes a name, not a path, and never overwrites a file
        }
        fs.renameSync(this._path, target);
        this._path = target;
        log.files.push(this._path);
        return true;
    }
}

// File and Folder take a URI.
function decodeUri(text) {
    return expectType(text, "string", "a path").replace(/(%[0-9A-Fa-f]{2})+/g, (code) => decodeURIComponent(code));
}

function createFileClass() {
    function File(file) {
        return makeStrict(new FileObject(decodeUri(file)));
    }
    File.openDialog = function (prompt) {
        expectType(prompt, "string", "the prompt");
        const chosen = chooseNext();
        return chosen ? makeStrict(new FileObject(chosen)) : null;
    };
    return File;
}

function createFolderClass() {
    function Folder(folder) {
        return makeStrict(new FolderObject(decodeUri(folder)));
    }
    Folder.selectDialog = function (prompt) {
        expectType(prompt, "string", "the prompt");
        const chosen = chooseNext();
        return chosen ? makeStrict(new FolderObject(chosen)) : null;
    };
    return Folder;
}

function readImageHeader(file) {
    const bytes = fs.readFileSync(file);
    if (bytes.readUInt32BE(0) === 0x89504e47) {
        return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), hasAlpha: (bytes[25] & 4) !== 0 };
    }
    if (bytes.readUInt32LE(0) === 20000630) {
        return readExrHeader(bytes);
    }
    throw new Error("After Effects error: file is damaged or unsupported: " + file);
}

function readExrHeader(bytes) {
    const facts = { width: 0, height: 0, hasAlpha: false };
    let at = 8;
    const readString = () => {
        const end = bytes.indexOf(0, at);
        const string = bytes.toString("latin1", at, end);
        at = end + 1;
        return string;
    };
    while (bytes[at] !== 0) {
        const name = readString();
        readString(); // the attribute's type
        const size = bytes.readUInt32LE(at);
        at += 4;
        const next = at + size;
        if (name === "displayWindow") {
            facts.width = bytes.readInt32LE(at + 8) - bytes.readInt32LE(at) + 1;
            facts.height = bytes.readInt32LE(at + 12) - bytes.readInt32LE(at + 4) + 1;
        }
        if (name === "channels") {
            while (bytes[at] !== 0) {
                facts.hasAlpha = readString() === "A" || facts.hasAlpha;
                at += 16;
            }
        }
        at = next;
    }
    return facts;
}

module.exports = { FileObject, FolderObject, createFileClass, createFolderClass, readImageHeader };
