"""Markers of the toolkit; a tag in their custom data distinguishes them from the editor's."""

from toolkit_resolve.host import ask, call

MARKER_TAG = "toolkit"


def get_markers(target):
    """Return {frame: marker} of a timeline or an item; Resolve's keys are floats."""
    return {int(frame): marker for frame, marker in ask(target, "GetMarkers").items()}


def clear_markers(timeline):
    """Delete the markers of an earlier import."""
    for frame, marker in get_markers(timeline).items():
        if str(marker.get("customData", "")) == MARKER_TAG:
            call(timeline, "DeleteMarkerAtFrame", frame)


def add_marker(timeline, frame, colour, name, note):
    """Add a marker ``frame`` frames into the timeline, or on the next free frame; return whether it exists."""
    markers = get_markers(timeline)
    while frame in markers:  # only one marker per frame
        frame += 1
    for _ in range(2):
        answer = call(timeline, "AddMarker", frame, colour, name, note, 1, MARKER_TAG)
        if answer is not None or frame in get_markers(timeline):
            break
    return get_markers(timeline).get(frame, {}).get("note") == note


def add_delivery_markers(timeline, markers, by_hand):
    """Replace the markers of an earlier import with the delivery's."""
    clear_markers(timeline)
    for marker in markers:
        if not add_marker(timeline, marker["record_frame"], marker["colour"], marker["name"], marker["note"]):
            by_hand.append("add the missing marker at frame %d: %s" % (marker["record_frame"], marker["note"]))
