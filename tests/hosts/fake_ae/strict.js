/* Objects that answer to their own members only, and values of the right kind only. */

"use strict";

const targets = new WeakMap();

// What stands behind a proxy; a list of the script's as one of ours, since theirs lack the later methods.
function bare(value) {
    if (Array.isArray(value)) {
        return Array.from(value, bare);
    }
    return targets.has(value) ? targets.get(value) : value;
}

function setter(target, name) {
    for (let at = target; at; at = Object.getPrototypeOf(at)) {
        const found = Object.getOwnPropertyDescriptor(at, name);
        if (found) {
            return found.set;
        }
    }
    return undefined;
}

function strict(target) {
    const proxy = new Proxy(target, {
        get(object, name) {
            if (typeof name === "symbol") {
                return object[name];
            }
            if (!(name in object) || name.startsWith("_")) {
                throw new Error(object.constructor.name + " has no member " + name);
            }
            const found = Reflect.get(object, name, object);
            return typeof found === "function" ? (...values) => found.apply(object, values.map(bare)) : found;
        },
        set(object, name, value) {
            const set = setter(object, name);
            if (!set) {
                throw new Error(object.constructor.name + "." + String(name) + " cannot be set");
            }
            set.call(object, bare(value));
            return true;
        },
        has: (object, name) => name in object,
    });
    targets.set(proxy, target);
    return proxy;
}

function enumeration(name, members) {
    const values = {};
    members.forEach((member, index) => {
        values[member] = 5000 + index;
    });
    return new Proxy(values, {
        get(object, member) {
            if (!(member in object)) {
                throw new Error(name + " has no member " + String(member));
            }
            return object[member];
        },
    });
}

function number(value, low, high, what) {
    if (typeof value !== "number" || !(value >= low && value <= high)) {
        throw new Error(what + " is " + value + ", out of " + low + ".." + high);
    }
    return value;
}

function kind(value, wanted, what) {
    if (typeof value !== wanted) {
        throw new Error(what + " is a " + typeof value + ", not a " + wanted);
    }
    return value;
}

function array(value, length, what) {
    if (!Array.isArray(value) || value.length !== length) {
        throw new Error(what + " is no list of " + length);
    }
    return value.map((one) => number(one, -1e9, 1e9, what));
}

module.exports = { array, bare, enumeration, kind, number, strict };
