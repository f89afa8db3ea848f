"""What lies on a timeline's video tracks, as plain values that can be compared."""

from toolkit_resolve.host import ask, ask_all, identity
from toolkit_resolve.spelling import is_layer, layer_track


def track_numbers(timeline):
    """The numbers of the video tracks: from 1, bottom to top."""
    return range(1, int(ask(timeline, "GetTrackCount", "video") or 0) + 1)


def track_items(timeline, number):
    """The items of a video track."""
    return ask_all(timeline, "GetItemListInTrack", "video", number)


def track_name(timeline, number):
    """The name of a video track."""
    return str(ask(timeline, "GetTrackName", "video", number) or "")


def item_path(item):
    """The media pool path of an item; empty for a title, a generator or anything else without a file."""
    return str(ask(ask(item, "GetMediaPoolItem"), "GetClipProperty", "File Path") or "")


def item_facts(item):
    """Where an item starts, how long it is and what it shows."""
    return ask(item, "GetStart"), ask(item, "GetDuration"), identity(ask(item, "GetMediaPoolItem"))


def layout(timeline):
    """The facts of all items, track by track, bottom to top."""
    return [[item_facts(item) for item in track_items(timeline, number)] for number in track_numbers(timeline)]


def find_item(timeline, number, facts):
    """The item of a video track with these facts; None when there is none."""
    return next((item for item in track_items(timeline, number) if item_facts(item) == facts), None)


def occupancy(timeline):
    """How many items each video track holds."""
    return [len(track_items(timeline, number)) for number in track_numbers(timeline)]


def audio_counts(timeline):
    """How many items each audio track holds."""
    numbers = range(1, int(ask(timeline, "GetTrackCount", "audio") or 0) + 1)
    return [len(ask_all(timeline, "GetItemListInTrack", "audio", number)) for number in numbers]


def layer_tracks(timeline):
    """{number: (family, version)} of the tracks that are ours: by their name, and nothing but layers on them."""
    found = {}
    for number in track_numbers(timeline):
        named = layer_track(track_name(timeline, number))
        if named and all(is_layer(item_path(item)) for item in track_items(timeline, number)):
            found[number] = named
    return found
