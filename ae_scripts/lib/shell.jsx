// Operating system commands. Every argument is quoted by quoteForSh or quoteForCmd.

var toolkitShell = (function () {
    // One argument for a POSIX shell: inside single quotes only the single quote itself is special.
    function quoteForSh(argument) {
        if (/\u0000/.test(argument)) {
            throw new Error("a name with a NUL character cannot be passed to a command");
        }
        return "'" + argument.replace(/'/g, "'\\''") + "'";
    }

    // One argument for cmd.exe /c and the program it starts. Inside double quotes only % is still special, so it is
    // moved outside them, where ^ keeps it from naming a variable. A program reads \" as a quote, so a \ before one is
    // doubled. File names on Windows contain no double quote or line break, and neither could be quoted.
    function quoteForCmd(argument) {
        if (/["\u0000-\u001F]/.test(argument)) {
            throw new Error("a name with a quote or a line break cannot be passed to a command: " + argument);
        }
        return "\"" + argument.replace(/(\\+)(%|$)/g, "$1$1$2").replace(/%/g, "\"^%\"") + "\"";
    }

    // The command line as it could be typed.
    function commandLine(words) {
        var quote = toolkitFiles.isWindows() ? quoteForCmd : quoteForSh;
        var parts = [];
        var i;
        for (i = 0; i < words.length; i += 1) {
            parts.push(quote(words[i]));
        }
        return parts.join(" ");
    }

    function canRun() {
        return typeof system === "object" && typeof system.callSystem === "function" &&
            toolkitFiles.isWritingAllowed();
    }

    // Runs a command and waits for it; true when it succeeded. Its output goes into the file log.
    function run(words, log) {
        var command = commandLine(words) + " > " + commandLine([log]) +
            " 2>&1 && echo toolkit:done || echo toolkit:failed";
        if (toolkitFiles.isWindows()) { // /s removes only the outer quotes, /v:off leaves ! alone
            command = "cmd.exe /d /v:off /s /c \"" + command + "\"";
        }
        return /toolkit:done\s*$/.test(system.callSystem(command));
    }

    return { quoteForSh: quoteForSh, quoteForCmd: quoteForCmd, commandLine: commandLine, canRun: canRun, run: run };
}());
