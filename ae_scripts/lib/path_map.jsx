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
            if (found.hasOwnProperty(there)) {
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

    // The path here of a path there, by the longest folder of the map that contains it; "" when there is none.
    function translate(path, map) {
        var best = "";
        var there;
        for (there in map) {
            if (map.hasOwnProperty(there) && map[there] !== "" && isInside(path, there) && there.length > best.length) {
                best = there;
            }
        }
        return best === "" ? "" : map[best] + path.substring(best.length);
    }

    function exists(path) {
        return toolkitFiles.fileAt(path).exists;
    }

    function folderOf(path) {
        return path.replace(/\/[^\/]*$/, "");
    }

    // Points the plates that are missing to where the map says. Returns the folders of those that are still missing.
    function apply(delivery, map) {
        var folders = [];
        var seen = {};
        var clip;
        var path;
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
                if (translate(path, map) !== "" && exists(translate(path, map))) {
                    clip.path = translate(path, map);
                } else if (!seen.hasOwnProperty(folder)) {
                    seen[folder] = true;
                    folders.push({ folder: folder, file: path.substring(folder.length + 1) });
                }
            }
        }
        return folders;
    }

    // The pair that makes one folder of another: without what both paths end with, but never with an empty one.
    function pairOf(there, here) {
        var from = there.split("/");
        var to = here.split("/");
        while (from.length > 2 && to.length > 2 && from[from.length - 1] === to[to.length - 1]) {
            from.pop();
            to.pop();
        }
        return { from: from.join("/"), to: to.join("/") };
    }

    // Asks where the plates of one folder are. Returns whether the map has it now.
    function ask(missing, map) {
        var chosen;
        var here;
        var pair;
        if (!confirm(
            "The plates in " + missing.folder + " are not there on this machine.\n\nYes: choose the folder in which they " +
            "are here. No: import the layers over placeholders.", false, "Import Passes"
        )) {
            return false;
        }
        chosen = Folder.selectDialog("Where is " + missing.folder + " on this machine?");
        if (chosen === null) {
            return false;
        }
        here = toolkitFiles.useForwardSlashes(chosen.fsName);
        if (!exists(here + "/" + missing.file)) {
            alert(missing.file + " is not in " + chosen.fsName + ". The layers are imported over placeholders.");
            return false;
        }
        pair = pairOf(missing.folder, here);
        map[pair.from] = pair.to;
        toolkitFiles.save(mapPath(), toolkitJson.write(map) + "\n");
        return true;
    }

    // Finds the plates of a delivery on this machine, and asks for those it does not find if it may.
    function locatePlates(delivery, mayAsk) {
        var map = read();
        var missing = apply(delivery, map);
        while (mayAsk && missing.length > 0 && ask(missing[0], map)) {
            missing = apply(delivery, map);
        }
    }

    return { locatePlates: locatePlates };
}());
