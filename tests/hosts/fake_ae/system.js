/* system.callSystem: a real shell where the scenario's machine has one. */

"use strict";
const { spawnSync } = require("child_process");
const { kind } = require("./strict.js");
const { quirks, scenario, told } = require("./scenario.js");

class System {
    // Waits, and answers with what the command wrote to its standard output, and nothing else.
    callSystem(command) {
        told.commands.push(kind(command, "string", "a command"));
        if (quirks.os.startsWith("Windows")) {
            return scenario.answer || "";
        }
        return spawnSync("/bin/sh", ["-c", command], { encoding: "utf8", env: scenario.environment }).stdout;
    }
}

module.exports = { System };
