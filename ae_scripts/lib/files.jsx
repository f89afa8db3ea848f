// Files: read whole, written under another name first, and where this user's home is.

var toolkitFiles = (function () {
    // The text of a file. Throws when it cannot be read.
    function text(file) {
        var found;
        file.encoding = "UTF-8"; // before open, or it does nothing
        if (!file.open("r")) {
            throw new Error("cannot read " + file.fsName);
        }
        found = file.read();
        file.close();
        return found;
    }

    // Whether Preferences let scripts write files and run commands; true when this version does not say.
    function mayWrite() {
        var section = "Main Pref Section";
        var key = "Pref_SCRIPTING_FILE_NETWORK_SECURITY";
        try {
            if (app.preferences.havePref(section + " v2", key)) {
                section += " v2";
            }
            return app.preferences.getPrefAsLong(section, key) === 1;
        } catch (error) {
            return true;
        }
    }

    // A file of this text, there whole or not at all. Throws when it cannot be written.
    function save(path, content) {
        var file = new File(path);
        var part = new File(path + ".part");
        var written = false;
        if (!mayWrite()) {
            throw new Error("allow scripts to write files in Preferences > Scripting & Expressions, and run this again");
        }
        part.encoding = "UTF-8";
        part.lineFeed = "Unix";
        if (part.open("w")) {
            written = part.write(content);
            written = part.close() && written;
        }
        if (!written) {
            throw new Error("cannot write " + part.fsName);
        }
        if (file.exists && !file.remove()) { // rename does not replace
            throw new Error("cannot replace " + file.fsName);
        }
        if (!part.rename(path.replace(/^[\s\S]*\//, ""))) {
            throw new Error("cannot give " + part.fsName + " its name");
        }
    }

    function isWindows() {
        return /^Windows/.test($.os);
    }

    // A path as After Effects shows it, with forward slashes; elsewhere a backslash may be part of a name.
    function forward(path) {
        return isWindows() ? path.replace(/\\/g, "/") : path;
    }

    // Where Python looks for the home folder, too.
    function home() {
        return forward($.getenv(isWindows() ? "USERPROFILE" : "HOME") || new Folder("~").fsName);
    }

    return { text: text, mayWrite: mayWrite, save: save, isWindows: isWindows, forward: forward, home: home };
}());
