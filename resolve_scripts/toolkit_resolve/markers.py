"""Markers of ours, told from the editor's by what is hidden in them."""

from toolkit_resolve.host import ask

OURS = "toolkit"


def markers_of(thing):
    """{frame: marker} of a timeline or an item; Resolve's keys are floats."""
    found = ask(thing, "GetMarkers")
    return {int(frame): marker for frame, marker in found.items()} if isinstance(found, dict) else {}


def clear_markers(timeline):
    """Take off the markers of an earlier import."""
    for frame, marker in markers_of(timeline).items():
        if str(marker.get("customData", "")) == OURS:
            ask(timeline, "DeleteMarkerAtFrame", frame)


def add_marker(timeline, frame, colour, name, note):
    """Add a marker at ``frame`` from the timeline's start, or at the first free frame after it; whether it is there."""
    taken = markers_of(timeline)
    while frame in taken:  # a frame holds one marker
        frame += 1
    ask(timeline, "AddMarker", frame, colour, name, note, 1, OURS)
    return markers_of(timeline).get(frame, {}).get("note") == note


def mark(timeline, markers, by_hand):
    """The delivery's remarks."""
    clear_markers(timeline)
    for marker in markers:
        if not add_marker(timeline, marker["record_frame"], marker["colour"], marker["name"], marker["note"]):
            by_hand.append("a marker is missing at frame %d: %s" % (marker["record_frame"], marker["note"]))
