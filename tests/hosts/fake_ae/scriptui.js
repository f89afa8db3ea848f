/* ScriptUI and scheduled tasks: controls that a step clicks by their text, and a clock that runs the tasks.

   What it proves: the panel uses documented members with values of the right type, a closed panel's controls throw, and
   tasks run only between the artist's actions. What it does not prove: how the panel looks. */

"use strict";
const fs = require("fs");
const vm = require("vm");
const { expectNumber, expectType, makeStrict } = require("./strict.js");
const { log, session } = require("./scenario.js");

const WITH_TEXT = ["button", "statictext", "edittext"];

class Control {
    constructor(type, parent) {
        this._type = type;
        this._parent = parent;
        this._children = [];
        this._values = { alignment: null, preferredSize: null, helpTip: "", enabled: true };
    }
    get _window() {
        return this._parent ? this._parent._window : this;
    }
    _set(name, value) {
        if (this._window._closed) {
            throw new Error("the object is invalid");
        }
        this._values[name] = value;
    }
    get type() {
        return this._type;
    }
    set alignment(value) {
        this._set("alignment", value);
    }
    set preferredSize(value) {
        expectNumber(value[0], 1, 4000, "a width");
        this._set("preferredSize", value);
    }
    set helpTip(value) {
        this._set("helpTip", expectType(value, "string", "a tip"));
    }
    set enabled(value) {
        this._set("enabled", expectType(value, "boolean", "enabled"));
    }
}

class Labelled extends Control {
    constructor(type, parent, text) {
        super(type, parent);
        this._values.text = expectType(text, "string", "a control's text");
    }
    set text(value) {
        this._set("text", expectType(value, "string", "a control's text"));
    }
}

class Button extends Labelled {
    set onClick(value) {
        this._onClick = expectType(value, "function", "onClick");
    }
}

class Progressbar extends Control {
    constructor(type, parent, low, high) {
        super(type, parent);
        this._range = [low, high];
        this._values.value = low;
    }
    set value(number) {
        this._set("value", expectNumber(number, this._range[0], this._range[1], "a progress bar's value"));
    }
}

class Container extends Control {
    add(type, bounds, first, second) {
        if (bounds !== undefined) {
            throw new Error("bounds are for fixed layouts");
        }
        let child = null;
        if (type === "group") {
            child = new Container(type, this);
        } else if (type === "button") {
            child = new Button(type, this, first);
        } else if (WITH_TEXT.includes(type)) {
            child = new Labelled(type, this, first);
        } else if (type === "progressbar") {
            child = new Progressbar(type, this, first, second);
        } else {
            throw new Error("there is no control of type " + type);
        }
        this._children.push(child);
        return makeStrict(child);
    }
    set orientation(value) {
        if (!["row", "column", "stack"].includes(value)) {
            throw new Error("no orientation: " + value);
        }
        this._set("orientation", value);
    }
    set alignChildren(value) {
        this._set("alignChildren", value);
    }
    get layout() {
        return makeStrict({ layout: () => undefined, resize: () => undefined });
    }
}

class Window extends Container {
    constructor(type) {
        super(type, null);
        this._closed = false;
        this._shown = false;
    }
    set onResizing(value) {
        expectType(value, "function", "onResizing");
    }
    set onResize(value) {
        expectType(value, "function", "onResize");
    }
    center() {}
    show() {
        this._shown = true;
    }
}

// Every control under a container.
function walk(control) {
    return [control].concat(...control._children.map(walk));
}

// The clock of the scripts, which an action moves on without waiting.
class Clock {
    constructor() {
        this._ahead = 0; // milliseconds
    }
    pass(seconds) {
        this._ahead += 1000 * seconds;
    }
    createDateClass() {
        const now = () => Date.now() + this._ahead;
        return class extends Date {
            constructor(...values) {
                super(...(values.length > 0 ? values : [now()]));
            }
        };
    }
}

class Interface {
    constructor() {
        this.clock = new Clock();
        this.project = null; // set by the application
        this._windows = [];
        this._tasks = new Map();
    }
    createWindow(type) {
        const window = new Window(type);
        this._windows.push(window);
        return makeStrict(window);
    }
    schedule(code, delay, repeats) {
        expectType(code, "string", "a task");
        expectNumber(delay, 0, 1e7, "a delay in milliseconds");
        const id = this._tasks.size + 1;
        this._tasks.set(id, expectType(repeats, "boolean", "whether it repeats") ? code : "");
        return id;
    }
    cancel(id) {
        this._tasks.delete(expectNumber(id, 1, 1e6, "a task's number"));
    }
    // One of the artist's actions: the text of a button to click; "wait" for the tasks, or "wait for TEXT"; "watch
    // SECONDS", in which the tasks run once a second; "sleep SECONDS", in which none runs; "close" the panel; "open
    // another project", "rename the comp to NAME", "delete the comp"; or "write FILE TEXT", for another program.
    act(action, host) {
        const window = this._windows[this._windows.length - 1];
        const [word, ...rest] = action.split(" ");
        if (action === "close") {
            window._closed = true;
        } else if (action === "open another project") {
            this.project._openAnother();
        } else if (action.startsWith("rename the comp to ")) {
            this.project._userProject._items[session.user.active]._name = rest.slice(3).join(" ");
        } else if (action === "delete the comp") {
            this.project._userProject._items[session.user.active]._gone = true;
        } else if (word === "write") {
            fs.writeFileSync(rest[0], rest.slice(1).join(" "));
        } else if (word === "sleep") {
            this.clock.pass(Number(rest[0]));
        } else if (word === "watch") {
            for (let second = 0; second < Number(rest[0]); second += 1) {
                this.clock.pass(1);
                this._runTasks(host);
            }
        } else if (action === "wait" || action.startsWith("wait for ")) {
            this._wait(host, window, action.slice(9));
        } else {
            const button = walk(window).find((control) => control._onClick && control._values.text === action);
            if (!button || !button._values.enabled) {
                throw new Error("no button to click: " + action + JSON.stringify(this.describe(window)));
            }
            button._onClick();
        }
        log.panel.push(this.describe(window));
    }
    // Runs the tasks until there are none, or until the panel shows a text.
    _wait(host, window, text) {
        const isShown = () => walk(window).some((control) => String(control._values.text).includes(text));
        const end = Date.now() + 60000;
        while (this._tasks.size > 0 && !(text && isShown())) {
            if (Date.now() > end) {
                throw new Error("the panel waits for ever: " + JSON.stringify(this.describe(window)));
            }
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
            this._runTasks(host);
        }
    }
    _runTasks(host) {
        [...this._tasks.values()].forEach((code) => vm.runInContext(code, host, { filename: "task" }));
    }
    // The texts and states that the panel shows: buttons by their text, the rest in order.
    describe(window) {
        const controls = walk(window);
        const texts = (type) => controls.filter((item) => item.type === type).map((item) => item._values.text);
        return {
            enabled: controls.filter((item) => item.type === "button" && item._values.enabled)
                .map((item) => item._values.text),
            texts: texts("statictext").concat(texts("edittext")),
            progress: controls.filter((item) => item.type === "progressbar").map((item) => item._values.value)[0],
            shown: window._shown,
            tasks: this._tasks.size,
        };
    }
}

module.exports = { Interface };
