/* Strict objects and type checks: unknown members and values of the wrong type throw. */

"use strict";

const targets = new WeakMap();

// The object behind a proxy. A script's array is copied to one of ours, because theirs lack the newer methods.
function unwrap(value) {
    if (Array.isArray(value)) {
        return Array.from(value, unwrap);
    }
    return targets.has(value) ? targets.get(value) : value;
}

function findSetter(target, name) {
    for (let at = target; at; at = Object.getPrototypeOf(at)) {
        const descriptor = Object.getOwnPropertyDescriptor(at, name);
        if (descriptor) {
            return descriptor.set;
        }
    }
    return undefined;
}

function makeStrict(target) {
    const proxy = new Proxy(target, {
        get(object, name) {
            if (typeof name === "symbol") {
                return object[name];
            }
            if (!(name in object) || name.startsWith("_")) {
                throw new Error(object.constructor.name + " has no member " + name);
            }
            const value = Reflect.get(object, name, object);
            return typeof value === "function" ? (...values) => value.apply(object, values.map(unwrap)) : value;
        },
        set(object, name, value) {
            const set = findSetter(object, name);
            if (!set) {
                throw new Error(object.constructor.name + "." + String(name) + " cannot be set");
            }
            set.call(object, unwrap(value));
            return true;
        },
        has: (object, name) => name in object,
    });
    targets.set(proxy, target);
    return proxy;
}

function defineEnum(name, members) {
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

function expectNumber(value, low, high, label) {
    if (typeof value !== "number" || !(value >= low && value <= high)) {
        throw new Error(label + " is " + value + ", out of " + low + ".." + high);
    }
    return value;
}

function expectType(value, type, label) {
    if (typeof value !== type) {
        throw new Error(label + " is a " + typeof value + ", not a " + type);
    }
    return value;
}

function expectNumbers(value, length, label) {
    if (!Array.isArray(value) || value.length !== length) {
        throw new Error(label + " is not a list of " + length);
    }
    return value.map((item) => expectNumber(item, -1e9, 1e9, label));
}

module.exports = { defineEnum, expectNumber, expectNumbers, expectType, makeStrict, unwrap };
