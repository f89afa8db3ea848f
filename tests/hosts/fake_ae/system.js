/* system.callSystem: a real shell where the session's machine has one; on Windows the session's answer. */

"use strict";
const { spawnSync } = require("child_process");
const { kind } = require("./strict.js");
const { quirks, session, told } = require("./scenario.js");

class System {
    get callSystem() {
        return quirks.runsCommands ? (command) => this._call(command) : undefined;
    }
    // Waits, and answers with what the command wrote to its standard output, and nothing else.
    _call(command) {
        told.commands.push(kind(command, "string", "a command"));
        if (quirks.system.startsWith("Windows")) {
            return session.answer || "";
        }
        return spawnSync("/bin/sh", ["-c", command], { encoding: "utf8", env: session.environment }).stdout;
    }
}

module.exports = { System };
