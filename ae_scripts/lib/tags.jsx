// Tags: the comments by which the next import recognises the items of a cut, whatever the artist calls them and
// wherever they are. A comment is the tag, what the item contains, and the item's own id, for example
// "toolkit | scene_04 | sh010 | FACE | 00:00:00:12 + 64 | item 7".

var toolkitTags = (function () {
    var MARK = "toolkit";
    var SEPARATOR = " | ";
    var OWN_ID = /^([\s\S]*) \| item (\d+)$/; // imports of earlier versions wrote none

    // The tag of an item of this cut, without what follows it in the comment.
    function itemTag(delivery, role) {
        return MARK + SEPARATOR + delivery.name + SEPARATOR + role + SEPARATOR;
    }

    // A text as it can be what an item contains.
    function plain(text) {
        return text.replace(/\|/g, "/");
    }

    function write(item, tag, content) {
        item.comment = tag + content + SEPARATOR + "item " + item.id;
    }

    function read(item) {
        var own = OWN_ID.exec(item.comment);
        var comment = own === null ? item.comment : own[1];
        var content = comment.split(SEPARATOR).pop();
        return {
            item: item, tag: comment.substring(0, comment.length - content.length), content: content,
            id: own === null ? null : Number(own[2])
        };
    }

    // What an item contains: footage its frames, a shot its plate, the cut where it came from.
    function contentOf(item) {
        return read(item).content;
    }

    function readAll(delivery) {
        var start = itemTag(delivery, "").slice(0, -SEPARATOR.length);
        var entries = [];
        var i;
        for (i = 1; i <= app.project.numItems; i += 1) {
            if (app.project.item(i).comment.substring(0, start.length) === start) {
                entries.push(read(app.project.item(i)));
            }
        }
        return entries;
    }

    // The items of this cut by their tags, and the names of copies whose original is gone. A duplicate made by the
    // artist has the comment of its original, and so the id of another item.
    function findItems(delivery) {
        var entries = readAll(delivery);
        var items = {};
        var copies = {};
        var known;
        var i;
        for (i = 0; i < entries.length; i += 1) {
            if (entries[i].id === entries[i].item.id) {
                items[entries[i].tag] = entries[i].item;
            }
        }
        addOldest(items, entries, isWithoutId);
        if (isRenumbered(entries, itemTag(delivery, "cut folder"))) {
            addOldest(items, entries, isAny);
        }
        known = idsOf(items);
        addOldest(items, entries, function (entry) {
            return isUsedIn(entry.item, known);
        });
        for (i = 0; i < entries.length; i += 1) {
            if (!items.hasOwnProperty(entries[i].tag)) {
                copies[entries[i].tag] = entries[i].item.name;
            }
        }
        return { items: items, copies: copies };
    }

    // Adds the oldest of the accepted entries for every tag that has no item yet: a duplicate is younger.
    function addOldest(items, entries, accepts) {
        var found = {};
        var entry;
        var tag;
        var i;
        for (i = 0; i < entries.length; i += 1) {
            entry = entries[i];
            if (
                !items.hasOwnProperty(entry.tag) && accepts(entry) &&
                (!found.hasOwnProperty(entry.tag) || entry.item.id < found[entry.tag].id)
            ) {
                found[entry.tag] = entry.item;
            }
        }
        for (tag in found) {
            if (found.hasOwnProperty(tag)) {
                items[tag] = found[tag];
            }
        }
    }

    function isWithoutId(entry) {
        return entry.id === null;
    }

    function isAny() {
        return true;
    }

    // A project that is imported into another one gets new ids. Folders cannot be duplicated, so theirs tells.
    function isRenumbered(entries, folderTag) {
        var i;
        for (i = 0; i < entries.length; i += 1) {
            if (entries[i].tag === folderTag && entries[i].id !== null && entries[i].id !== entries[i].item.id) {
                return true;
            }
        }
        return false;
    }

    // Whether one of the known comps shows the item: the artist may have put a copy in the place of its original.
    function isUsedIn(item, known) {
        var comps = item.usedIn || []; // a folder has none
        var i;
        for (i = 0; i < comps.length; i += 1) {
            if (known[comps[i].id]) {
                return true;
            }
        }
        return false;
    }

    function idsOf(items) {
        var ids = {};
        var tag;
        for (tag in items) {
            if (items.hasOwnProperty(tag)) {
                ids[items[tag].id] = true;
            }
        }
        return ids;
    }

    return {
        SEPARATOR: SEPARATOR, itemTag: itemTag, write: write, plain: plain, contentOf: contentOf, findItems: findItems
    };
}());
