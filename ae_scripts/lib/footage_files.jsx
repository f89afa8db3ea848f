// The files of a footage item, as far as After Effects tells.

var toolkitFootageFiles = (function () {
    var IMAGE_FILE = /\.(exr|dpx|cin|tiff?|png|jpe?g|tga|sgi|rgb|psd|bmp|iff|pic|hdr|rla|rpf|dng|jp2|j2k|webp)$/i;

    // The path of an item's file, also when it is missing; empty for a placeholder.
    function pathOf(/** @type {FootageItem} */ item) {
        var source = /** @type {FileSource} */ (item.mainSource);
        return item.file ? item.file.fsName : source.missingFootagePath || "";
    }

    // Whether an item is a sequence of images. After Effects does not say so itself.
    function isSequence(/** @type {FootageItem} */ item) {
        return !item.mainSource.isStill && IMAGE_FILE.test(pathOf(item));
    }

    return { pathOf: pathOf, isSequence: isSequence };
}());
