// Where this machine sees the plates of a delivery. Pairs of folders (there: here) are kept in ~/.toolkit/path_map.json,
// which the scripts of both hosts read.

var toolkitPathMap = (function () {
    function mapPath() {
        return toolkitFiles.homeFolder() + "/.toolkit/path_map.json";
    }

    // A folder as it is compared: with slashes, and none at its end.
    function plain(folder) {
        return folder.replace(/\\/g, "/").replace(/\/+$/, "");
    }

    function isMapOfFolders(value) {
        var there;
        if (Object.prototype.toString.call(value) !== "[object Object]") {
            return false;
        }
        for (there in value) {
            if (value.hasOwnProperty(there) && typeof value[there] !== "string") {
                return false;
            }
        }
        return true;
    }

    function read() {
        var file = toolkitFiles.fileAt(mapPath());
        var map = {};
        var found;
        var there;
        try {
            found = file.exists ? toolkitJson.parse(toolkitFiles.readText(file)) : {};
        } catch (error) {
            throw new Error(file.fsName + " cannot be read (" + error.message + "); correct or delete it");
        }
        if (!isMapOfFolders(found)) {
            throw new Error(file.fsName + " is not a map of folders; correct or delete it");
        }
        for (there in found) {
            if (found.hasOwnProperty(there) && plain(there) !== "" && plain(found[there]) !== "") {
                map[plain(there)] = plain(found[there]);
            }
        }
        return map;
    }

    // Windows, whose paths begin with a drive or two slashes, does not distinguish upper and lower case.
    function isInside(path, folder) {
        var start = path.substring(0, folder.length + 1);
        var isWindows = /^([A-Za-z]:|\/\/)/.test(path);
        return isWindows ? start.toLowerCase() === folder.toLowerCase() + "/" : start === folder + "/";
    }

    function isSame(folder, other) {
        return folder.length === other.length && isInside(folder + "/", other);
    }

    // The paths here that a path there may have, by the folders of the map that contain it, the longest first.
    function translations(path, map) {
        var holders = [];
        var paths = [];
        var there;
        var i;
        for (there in map) {
            if (map.hasOwnProperty(there) && isInside(path, there)) {
                holders.push(there);
            }
        }
        holders.sort(function (a, b) {
            return b.length - a.length;
        });
        for (i = 0; i < holders.length; i += 1) {
            paths.push(map[holders[i]] + path.substring(holders[i].length));
        }
        return paths;
    }

    function exists(path) {
        return toolkitFiles.fileAt(path).exists;
    }

    // The path here of a path there: the first at which there is a file; "" when there is none.
    function translate(path, map) {
        var paths = translations(path, map);
        var i;
        for (i = 0; i < paths.length; i += 1) {
            if (exists(paths[i])) {
                return paths[i];
            }
        }
        return "";
    }

    function folderOf(path) {
        return path.replace(/\/[^\/]*$/, "");
    }

    // Points the plates that are missing to where the map says. Returns the folders of those that are still missing,
    // each with the first such file.
    function apply(delivery, map) {
        var folders = [];
        var seen = {};
        var clip;
        var path;
        var here;
        var folder;
        var i;
        var k;
        for (i = 0; i < delivery.tracks.length; i += 1) {
            for (k = 0; !delivery.tracks[i].pass_name && k < delivery.tracks[i].clips.length; k += 1) {
                clip = delivery.tracks[i].clips[k];
                path = clip.path.replace(/\\/g, "/");
                folder = folderOf(path);
                if (exists(path)) {
                    continue;
                }
                here = translate(path, map);
                if (here !== "") {
                    clip.path = here;
                } else if (!seen.hasOwnProperty(folder)) {
                    seen[folder] = true;
                    folders.push({ folder: folder, file: path.substring(folder.length + 1) });
                }
            }
        }
        return folders;
    }

    function folderExists(path) {
        return toolkitFiles.folderAt(path).exists;
    }

    // Whether the map says that a folder is another one, and that one is still there.
    function isTaken(there, here, map) {
        var known;
        for (known in map) {
            if (map.hasOwnProperty(known) && isSame(known, there) && map[known] !== here && folderExists(map[known])) {
                return true;
            }
        }
        return false;
    }

    // Adds that one folder is another to the map: without what both paths end with, so that their neighbours are found
    // as well, but never in place of an answer that holds. Answers for the same folder that do not hold are removed.
    function add(there, here, map) {
        var from = plain(there).split("/");
        var to = here.split("/");
        var known;
        while (
            from.length > 2 && to.length > 2 && from[from.length - 1] === to[to.length - 1] &&
            !isTaken(from.slice(0, -1).join("/"), to.slice(0, -1).join("/"), map)
        ) {
            from.pop();
            to.pop();
        }
        from = from.join("/");
        for (known in map) {
            if (
                map.hasOwnProperty(known) && isInside(there + "/", known) && isInside(known + "/", from) &&
                (isSame(known, from) || !folderExists(map[known]))
            ) {
                delete map[known];
            }
        }
        map[from] = to.join("/");
    }

    // Keeps the map for the next import. This import uses it in any case.
    function keep(map, notes) {
        var folder = toolkitFiles.folderAt(toolkitFiles.homeFolder() + "/.toolkit");
        try {
            if (!folder.exists) {
                folder.create(); // the scripts were copied here by hand
            }
            toolkitFiles.save(mapPath(), toolkitJson.write(map) + "\n");
        } catch (error) {
            notes.push("the folder of the plates was not kept for the next import: " + error.message);
        }
    }

    // Asks where a plate is, and adds the answer to the map. Returns whether there is one.
    function ask(missing, map) {
        var chosen;
        var here;
        if (!confirm(
            missing.file + " is not in " + missing.folder + " on this machine.\n\nYes: choose the folder it is in. " +
            "No: import without the missing plates. New ones become placeholders; those imported before stay as they " +
            "are.", false, "Import Passes"
        )) {
            return false;
        }
        chosen = Folder.selectDialog("Where is " + missing.file + " on this machine?");
        if (chosen === null) {
            return false;
        }
        here = plain(toolkitFiles.useForwardSlashes(chosen.fsName));
        if (!exists(here + "/" + missing.file)) {
            alert(missing.file + " is not in " + chosen.fsName + ". The import goes on without the missing plates.");
            return false;
        }
        add(missing.folder, here, map);
        return true;
    }

    function firstNotAsked(missing, asked) {
        var i;
        for (i = 0; i < missing.length; i += 1) {
            if (!asked.hasOwnProperty(missing[i].folder)) {
                return missing[i];
            }
        }
        return null;
    }

    // Finds the plates of a delivery on this machine. If it may, asks for those it does not find, once for each folder.
    function locatePlates(delivery, mayAsk, notes) {
        var map = read();
        var asked = {};
        var isAnswered = false;
        var missing = firstNotAsked(apply(delivery, map), asked);
        while (mayAsk && missing !== null && ask(missing, map)) {
            isAnswered = true;
            asked[missing.folder] = true;
            missing = firstNotAsked(apply(delivery, map), asked);
        }
        if (isAnswered) {
            keep(map, notes);
        }
    }

    return { locatePlates: locatePlates };
}());
