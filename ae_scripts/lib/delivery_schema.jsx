// Tells a delivery of this version of the toolkit from any other file.

var toolkitDeliverySchema = (function () {
    var SCHEMA = "toolkit.delivery/1";

    // Throws for anything but a delivery of this version: the artist may have chosen another file of the folder.
    function checkSchema(value) {
        var schema = value === null ? "" : String(value.schema);
        if (schema === SCHEMA) {
            return;
        }
        if (/^toolkit\.delivery\//.test(schema)) {
            throw new Error(
                "this is not a " + SCHEMA + " document but one of another version of the toolkit: update the scripts " +
                "with 'toolkit install-scripts ae', and the delivery with 'toolkit conform'"
            );
        }
        throw new Error(
            "this is " + (/^toolkit\.turnover\//.test(schema) ? "a turnover, " : "") + "not a delivery: choose " +
            "delivery.json in the output folder"
        );
    }

    // The delivery in a file, with fields that are not checked yet. Throws an Error whose message is shown to the user.
    function parse(text) {
        var value;
        try {
            value = toolkitJson.parse(text);
        } catch (error) {
            throw new Error(
                "this is not a delivery, or an incomplete one (" + error.message + "): choose delivery.json in the " +
                "output folder, or run 'toolkit conform'"
            );
        }
        checkSchema(value);
        return value;
    }

    return { parse: parse };
}());
