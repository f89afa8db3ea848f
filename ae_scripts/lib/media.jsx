// Media facts of a footage item, as After Effects reports them: path, frame count, alpha.

var toolkitMedia = (function () {
    // A sequence gets the path that After Effects itself would show: plate.[1001-1100].exr. A movie keeps its path.
    function describe(/** @type {FootageItem} */ item) {
        var source = /** @type {FileSource} */ (item.mainSource);
        var loops = Math.max(1, source.loop);
        var count = source.isStill ? 1 : Math.round(toolkitCompTraversal.frameCount(item) / loops);
        var path = toolkitFiles.useForwardSlashes(toolkitFootageFiles.pathOf(item));
        var numbered = toolkitFootageFiles.isSequence(item) ? /^([\s\S]*?)(\d+)(\.[^.\/]+)$/.exec(path) : null;
        var first = numbered ? Number(numbered[2]) : 0;
        return {
            path: numbered ? numbered[1] + numberRange(numbered[2], first + count - 1) + numbered[3] : path,
            fps: source.isStill ? 0 : toolkitCompTraversal.frameRate(item),
            count: count,
            index: first,
            still: source.isStill,
            alpha: alphaMode(source)
        };
    }

    function numberRange(first, last) {
        var text = String(last);
        while (text.length < first.length) {
            text = "0" + text;
        }
        return "[" + first + "-" + text + "]";
    }

    function alphaMode(/** @type {FileSource} */ source) {
        if (!source.hasAlpha) {
            return "";
        }
        if (source.alphaMode === AlphaMode.IGNORE) {
            return "ignore";
        }
        return source.alphaMode === AlphaMode.PREMULTIPLIED ? "premultiplied" : "straight";
    }

    return { describe: describe };
}());
