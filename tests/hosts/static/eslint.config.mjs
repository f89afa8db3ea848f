// What ExtendScript would read, but not as meant, or what no third edition has.

const LATER = ["indexOf", "map", "forEach", "filter", "reduce", "some", "every", "bind", "trim", "toISOString", "toJSON"];
const HOST = [
    "$", "app", "alert", "confirm", "prompt", "system", "File", "Folder", "ImportOptions", "ImportAsType", "AlphaMode",
    "BlendingMode", "MarkerValue", "FrameBlendingType", "MaskMode", "Shape", "TrackMatteType", "PropertyType",
    "KeyframeInterpolationType", "Error", "Math", "String", "Number", "Boolean", "Object", "isFinite", "isNaN",
    "parseInt", "parseFloat", "undefined", "Window", "Array", "Date", "decodeURI", "encodeURI", "isValid",
];

export default [
    {
        files: ["**/*.jsx"],
        languageOptions: {
            ecmaVersion: 3,
            sourceType: "script",
            globals: Object.fromEntries(HOST.map((name) => [name, "readonly"])),
        },
        linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true },
        rules: {
            "block-scoped-var": "error",
            eqeqeq: "error",
            "guard-for-in": "error",
            "no-caller": "error",
            "no-cond-assign": "error",
            "no-dupe-args": "error",
            "no-dupe-keys": "error",
            "no-eval": "error",
            "no-fallthrough": "error",
            "no-func-assign": "error",
            "no-implied-eval": "error",
            "no-irregular-whitespace": "error",
            "no-mixed-operators": ["error", { groups: [["&&", "||"]] }],
            "no-nested-ternary": "error",
            "no-new-func": "error",
            "no-redeclare": "error",
            "no-restricted-globals": ["error", "JSON", "console", "window", "document", "setTimeout", "Promise"],
            "no-restricted-properties": [
                "error",
                { object: "Object", property: "keys" },
                { object: "Object", property: "create" },
                { object: "Array", property: "isArray" },
                { object: "Date", property: "now" },
                ...LATER.map((property) => ({ property })),
            ],
            "no-self-assign": "error",
            "no-self-compare": "error",
            "no-sparse-arrays": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unsafe-finally": "error",
            "no-unused-expressions": "error",
            "no-unused-vars": ["error", { caughtErrors: "none" }],
            "no-with": "error",
            "use-isnan": "error",
            "valid-typeof": "error",
        },
    },
];
