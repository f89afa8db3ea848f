/* Reads each script named on the command line as the third edition of JavaScript; tells the first fault of each. */

"use strict";
const fs = require("fs");
const { parse } = require("acorn");

for (const file of process.argv.slice(2)) {
    try {
        parse(fs.readFileSync(file, "utf8"), { ecmaVersion: 3, allowReserved: "never" });
    } catch (error) {
        process.stdout.write(file + ": " + error.message + "\n");
    }
}
