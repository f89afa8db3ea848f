// Items of a delivery in the project. The comment of an item is its tag: artists may rename items, and the next import
// recognises them by their comments.

var toolkitProject = (function () {
    var MARK = "toolkit";
    var SEPARATOR = " | ";

    // The tag of an item of this cut, without the content id that may follow it.
    function itemTag(delivery, role) {
        return MARK + SEPARATOR + delivery.name + SEPARATOR + role + SEPARATOR;
    }

    function itemIds() {
        var ids = {};
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            ids[app.project.item(i).id] = true;
        }
        return ids;
    }

    // All items of this cut by their tag, which is the comment up to its last separator. A duplicate made by the artist
    // has the same comment as its original; the original is the older item.
    function taggedItems(delivery) {
        var start = itemTag(delivery, "").slice(0, -SEPARATOR.length);
        var items = {};
        var item;
        var tag;
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            item = app.project.item(i);
            if (item.comment.substring(0, start.length) === start) {
                tag = item.comment.substring(0, item.comment.length - contentId(item).length);
                if (!items.hasOwnProperty(tag) || item.id < items[tag].id) {
                    items[tag] = item;
                }
            }
        }
        return items;
    }

    // The part of an item's comment after its tag.
    function contentId(item) {
        return item.comment.split(SEPARATOR).pop();
    }

    // Removes every item that is not in before. Removing a folder also removes its contents.
    function removeNew(before) {
        var i;
        for (i = app.project.numItems; i >= 1; i -= 1) {
            if (i <= app.project.numItems && !before[app.project.item(i).id]) {
                app.project.item(i).remove();
            }
        }
    }

    function countNew(before) {
        var count = 0;
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            count += before[app.project.item(i).id] ? 0 : 1;
        }
        return count;
    }

    // Sets 32 bits per channel, because the layers are half float. Some projects refuse (OCIO-managed ones may).
    function setBitDepth(report) {
        var before = app.project.bitsPerChannel;
        if (before === 32) {
            return;
        }
        try {
            app.project.bitsPerChannel = 32;
        } catch (error) {
            report.by_hand.push("After Effects refused 32 bits per channel (" + error.message + ")");
        }
        if (app.project.bitsPerChannel === 32) {
            report.notes.push("the project is now set to 32 bits per channel; it was set to " + before);
        } else {
            report.by_hand.push(
                "the project is set to " + app.project.bitsPerChannel + " bits per channel, less than the layers " +
                "have: Alt-click the bit depth in the Project panel"
            );
        }
    }

    return {
        itemTag: itemTag, itemIds: itemIds, taggedItems: taggedItems, contentId: contentId, removeNew: removeNew,
        countNew: countNew, setBitDepth: setBitDepth
    };
}());
