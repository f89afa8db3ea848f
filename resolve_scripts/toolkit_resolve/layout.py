"""The contents of a timeline's tracks as plain values that can be compared."""

import re

from toolkit_resolve.host import ask, ask_id, ask_list, ask_optional
from toolkit_resolve.resolve_values import is_layer, parse_layer_name, parse_layer_track


def track_numbers(timeline):
    """Return the numbers of the video tracks: from 1, bottom to top."""
    count = ask(timeline, "GetTrackCount", "video") or ask(timeline, "GetTrackCount", "video")  # 0 may be a failure
    return range(1, int(count) + 1)


def track_items(timeline, number):
    """Return the items of a video track."""
    return ask_list(timeline, "GetItemListInTrack", "video", number)


def track_name(timeline, number):
    """Return the name of a video track."""
    return str(ask(timeline, "GetTrackName", "video", number))


def item_path(item):
    """Return the media pool path of an item; empty for a title, a generator or anything else without a file."""
    return str(ask_optional(ask_optional(item, "GetMediaPoolItem"), "GetClipProperty", "File Path") or "")


def item_placement(item):
    """Return an item's start, duration and media pool id."""
    media = ask_optional(item, "GetMediaPoolItem")
    return ask(item, "GetStart"), ask(item, "GetDuration"), None if media is None else ask_id(media)


def layout(timeline):
    """Return the placement of all items, track by track, bottom to top."""
    return [[item_placement(item) for item in track_items(timeline, number)] for number in track_numbers(timeline)]


def video_counts(timeline):
    """Return the number of items on each video track."""
    return [len(track_items(timeline, number)) for number in track_numbers(timeline)]


def audio_counts(timeline):
    """Return the number of items on each audio track."""
    numbers = range(1, int(ask(timeline, "GetTrackCount", "audio")) + 1)
    return [len(ask_list(timeline, "GetItemListInTrack", "audio", number)) for number in numbers]


def layer_names(timeline, number):
    """Return (shot, pass, version) of each layer on a track."""
    found = [parse_layer_name(re.split(r"[/\\]", item_path(item))[-1]) for item in track_items(timeline, number)]
    return [layer for layer in found if layer is not None]


def find_layer_tracks(timeline):
    """Return {number: version} of our layer tracks: named like one, and holding only layers."""
    found = {}
    for number in track_numbers(timeline):
        named = parse_layer_track(track_name(timeline, number))
        if named and all(is_layer(item_path(item)) for item in track_items(timeline, number)):
            found[number] = named[1]
    return found
