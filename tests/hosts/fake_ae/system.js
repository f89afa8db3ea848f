/* system.callSystem: runs a real shell, or, when the session simulates Windows, returns the session's answer. */

"use strict";
const { spawnSync } = require("child_process");
const { expectType } = require("./strict.js");
const { log, quirks, session } = require("./scenario.js");

class System {
    get callSystem() {
        return quirks.runsCommands ? (command) => this._call(command) : undefined;
    }
    // Waits for the command and returns only its standard output.
    _call(command) {
        log.commands.push(expectType(command, "string", "a command"));
        if (quirks.system.startsWith("Windows")) {
            return session.answer || "";
        }
        return spawnSync("/bin/sh", ["-c", command], { encoding: "utf8", env: session.environment }).stdout;
    }
}

module.exports = { System };
