// What After Effects says of a file: its path, its pictures, its alpha.

var toolkitMedia = (function () {
    var PICTURES = /\.(exr|dpx|cin|tiff?|png|jpe?g|tga|sgi|rgb|psd|bmp|iff|pic|hdr|rla|rpf|dng|jp2|j2k|webp)$/i;

    // A sequence as After Effects itself would name it: plate.[1001-1100].exr. A movie is its path.
    function facts(/** @type {FootageItem} */ item) {
        var source = /** @type {FileSource} */ (item.mainSource);
        var count = source.isStill ? 1 : Math.round(toolkitWalk.countOf(item) / Math.max(1, source.loop));
        var path = toolkitFiles.forward(item.footageMissing ? source.missingFootagePath : item.file.fsName);
        var numbered = (!source.isStill && PICTURES.test(path)) ? /^([\s\S]*?)(\d+)(\.[^.\/]+)$/.exec(path) : null;
        var first = numbered ? Number(numbered[2]) : 0;
        return {
            path: numbered ? numbered[1] + range(numbered[2], first + count - 1) + numbered[3] : path,
            fps: source.isStill ? 0 : toolkitWalk.rateOf(item),
            count: count,
            index: first,
            still: source.isStill,
            alpha: alpha(source)
        };
    }

    function range(first, last) {
        var text = String(last);
        while (text.length < first.length) {
            text = "0" + text;
        }
        return "[" + first + "-" + text + "]";
    }

    function alpha(/** @type {FileSource} */ source) {
        if (!source.hasAlpha) {
            return "";
        }
        if (source.alphaMode === AlphaMode.IGNORE) {
            return "ignore";
        }
        return source.alphaMode === AlphaMode.PREMULTIPLIED ? "premultiplied" : "straight";
    }

    return { facts: facts };
}());
