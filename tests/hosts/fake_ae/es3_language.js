/* Removes from a V8 context everything newer than the third edition of ECMAScript (ES3). */

"use strict";

const REMOVE_LATER_FEATURES = `(function () {
    var kept = {
        "": "Object Function Array String Boolean Number Date RegExp Error EvalError RangeError ReferenceError " +
            "SyntaxError TypeError URIError Math parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent " +
            "encodeURI encodeURIComponent escape unescape eval NaN Infinity undefined $ app alert File Folder " +
            "ImportOptions ImportAsType AlphaMode FrameBlendingType MaskMode KeyframeInterpolationType Shape " +
            "MarkerValue BlendingMode system confirm prompt Window isValid",
        "Object": "prototype length name",
        "Object.prototype": "constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf " +
            "propertyIsEnumerable",
        "Function.prototype": "constructor toString apply call length name",
        "Array": "prototype length name",
        "Array.prototype": "constructor toString toLocaleString concat join pop push reverse shift slice sort " +
            "splice unshift length",
        "String": "prototype fromCharCode length name",
        "String.prototype": "constructor toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare " +
            "match replace search slice split substring substr toLowerCase toLocaleLowerCase toUpperCase " +
            "toLocaleUpperCase length",
        "Number": "prototype length name MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY",
        "Number.prototype": "constructor toString toLocaleString valueOf toFixed toExponential toPrecision",
        "Date": "prototype parse UTC length name",
        "Math": "E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min " +
            "pow random round sin sqrt tan"
    };
    var host = this;
    var names = Object.getOwnPropertyNames;
    function resolve(path) {
        var object = host, parts = path === "" ? [] : path.split("."), i;
        for (i = 0; i < parts.length; i += 1) { object = object[parts[i]]; }
        return object;
    }
    var paths = Object.keys(kept), i, k, own, object, allowed;
    var removed = [];
    for (i = 0; i < paths.length; i += 1) {
        object = resolve(paths[i]);
        allowed = " " + kept[paths[i]] + " ";
        own = names(object);
        for (k = 0; k < own.length; k += 1) {
            if (allowed.indexOf(" " + own[k] + " ") < 0) { removed.push([object, own[k]]); }
        }
    }
    for (i = 0; i < removed.length; i += 1) { delete removed[i][0][removed[i][1]]; }
}).call(this);`;

module.exports = { REMOVE_LATER_FEATURES };
