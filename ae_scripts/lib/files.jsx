// Files: reads and writes text files, and finds the user's home folder.

var toolkitFiles = (function () {
    // File and Folder take a URI: they would read "%41" in a path as "A".
    function toUri(path) {
        return path.replace(/%/g, "%25");
    }

    function fileAt(path) {
        return new File(toUri(path));
    }

    function folderAt(path) {
        return new Folder(toUri(path));
    }

    // The text of a file. Throws when it cannot be read.
    function readText(file) {
        var text;
        file.encoding = "UTF-8"; // must be set before open, or it has no effect
        if (!file.open("r")) {
            throw new Error("cannot read " + file.fsName);
        }
        text = file.read();
        file.close();
        return text;
    }

    // Whether Preferences let scripts write files and run commands; true when this version cannot report it.
    function isWritingAllowed() {
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

    // Throws when Preferences do not let scripts write files.
    function requireWriting() {
        if (!isWritingAllowed()) {
            throw new Error(
                "allow scripts to write files in Preferences > Scripting & Expressions, then run this again"
            );
        }
    }

    // Writes to a temporary name first, so that the file is either complete or missing. Throws when it cannot write.
    function save(path, text) {
        var file = fileAt(path);
        var part = fileAt(path + ".part");
        var name = path.replace(/^[\s\S]*\//, "");
        var written = false;
        requireWriting();
        part.encoding = "UTF-8";
        part.lineFeed = "Unix";
        if (part.open("w")) {
            written = part.write(text);
            written = part.close() && written;
        }
        if (!written) {
            throw new Error("cannot write " + part.fsName);
        }
        if (file.exists && !file.remove()) { // rename does not overwrite
            throw new Error("cannot replace " + file.fsName);
        }
        if (!part.rename(name)) {
            throw new Error("cannot rename " + part.fsName + " to " + name);
        }
    }

    function isWindows() {
        return /^Windows/.test($.os);
    }

    // A path with forward slashes. Only on Windows: on other systems a backslash may be part of a name.
    function useForwardSlashes(path) {
        return isWindows() ? path.replace(/\\/g, "/") : path;
    }

    // The same home folder that Python uses.
    function homeFolder() {
        return useForwardSlashes($.getenv(isWindows() ? "USERPROFILE" : "HOME") || new Folder("~").fsName);
    }

    return {
        fileAt: fileAt, folderAt: folderAt, readText: readText, isWritingAllowed: isWritingAllowed,
        requireWriting: requireWriting, save: save, isWindows: isWindows, useForwardSlashes: useForwardSlashes,
        homeFolder: homeFolder
    };
}());
