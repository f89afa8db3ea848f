/* What to take away from a V8 context until the third edition of the language is left. */

"use strict";

const THIRD_EDITION = `(function () {
    var kept = {
        "": "Object Function Array String Boolean Number Date RegExp Error EvalError RangeError ReferenceError SyntaxError " +
            "TypeError URIError Math parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI " +
            "encodeURIComponent escape unescape eval NaN Infinity undefined $ app alert File Folder ImportOptions " +
            "ImportAsType AlphaMode FrameBlendingType MaskMode KeyframeInterpolationType Shape MarkerValue " +
            "BlendingMode system confirm prompt",
        "Object": "prototype length name",
        "Object.prototype": "constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable",
        "Function.prototype": "constructor toString apply call length name",
        "Array": "prototype length name",
        "Array.prototype": "constructor toString toLocaleString concat join pop push reverse shift slice sort splice unshift length",
        "String": "prototype fromCharCode length name",
        "String.prototype": "constructor toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare match " +
            "replace search slice split substring substr toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase length",
        "Number": "prototype length name MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY",
        "Number.prototype": "constructor toString toLocaleString valueOf toFixed toExponential toPrecision",
        "Date": "prototype parse UTC length name",
        "Math": "E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow " +
            "random round sin sqrt tan"
    };
    var host = this;
    var names = Object.getOwnPropertyNames;
    function walk(where) {
        var found = host, parts = where === "" ? [] : where.split("."), i;
        for (i = 0; i < parts.length; i += 1) { found = found[parts[i]]; }
        return found;
    }
    var places = Object.keys(kept), i, k, own, place, allowed;
    var doomed = [];
    for (i = 0; i < places.length; i += 1) {
        place = walk(places[i]);
        allowed = " " + kept[places[i]] + " ";
        own = names(place);
        for (k = 0; k < own.length; k += 1) {
            if (allowed.indexOf(" " + own[k] + " ") < 0) { doomed.push([place, own[k]]); }
        }
    }
    for (i = 0; i < doomed.length; i += 1) { delete doomed[i][0][doomed[i][1]]; }
}).call(this);`;

module.exports = { THIRD_EDITION };
