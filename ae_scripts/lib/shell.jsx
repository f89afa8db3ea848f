// Commands of the operating system. Nothing reaches a shell but through forSh or forCmd.

var toolkitShell = (function () {
    // One argument for a POSIX shell: inside single quotes nothing has a meaning but the quote itself.
    function forSh(argument) {
        if (/\u0000/.test(argument)) {
            throw new Error("a name with a zero in it cannot be given to a command");
        }
        return "'" + argument.replace(/'/g, "'\\''") + "'";
    }

    // One argument for cmd.exe /c and the program behind it. In double quotes only % has a meaning left: it goes
    // outside them, where ^ spoils the name of every variable. A program reads \" as a quote, so \ before one is
    // doubled. No file on Windows has a double quote or a line end in its name, and neither could be quoted.
    function forCmd(argument) {
        if (/["\u0000-\u001F]/.test(argument)) {
            throw new Error("a name with a quote or a line end cannot be given to a command: " + argument);
        }
        return "\"" + argument.replace(/(\\+)(%|$)/g, "$1$1$2").replace(/%/g, "\"^%\"") + "\"";
    }

    // The command as somebody could type it.
    function line(words) {
        var quote = toolkitFiles.isWindows() ? forCmd : forSh;
        var found = [];
        var i;
        for (i = 0; i < words.length; i += 1) {
            found.push(quote(words[i]));
        }
        return found.join(" ");
    }

    function canRun() {
        return typeof system === "object" && typeof system.callSystem === "function" && toolkitFiles.mayWrite();
    }

    // Run a command and wait for it; whether it ended well. What it says goes into the file log.
    function run(words, log) {
        var whole = line(words) + " > " + line([log]) + " 2>&1 && echo toolkit:done || echo toolkit:failed";
        if (toolkitFiles.isWindows()) { // /s takes off the outer quotes and nothing else, /v:off leaves ! alone
            whole = "cmd.exe /d /v:off /s /c \"" + whole + "\"";
        }
        return /toolkit:done\s*$/.test(system.callSystem(whole));
    }

    return { forSh: forSh, forCmd: forCmd, line: line, canRun: canRun, run: run };
}());
