"""Compare Versions: show the layer tracks of one version at a time, by enabling and disabling tracks only."""

from toolkit_resolve.host import HostError, NotAnswering, ask, ask_optional, call, require
from toolkit_resolve.layout import find_layer_tracks, layer_names, track_name, track_numbers
from toolkit_resolve.resolve_values import parse_layer_track
from toolkit_resolve.session import Session


def compare_versions(resolve, version, report):
    """Show ``version``, or with None the one after the current one. Raises HostError, with all tracks restored.

    A pass without that version shows its latest earlier one, as the delivery of that version did.
    """
    report["resolve"] = call(resolve, "GetVersionString")
    timeline = require(Session(resolve).timeline, "no timeline is open")
    tracks = find_layer_tracks(timeline)
    versions = sorted(set(tracks.values()))
    if not versions:
        raise HostError("'%s' has no BODY or FACE tracks of the toolkit: run Toolkit Import Passes first"
                        % ask(timeline, "GetName"))
    layers = {number: {layer[:2] for layer in layer_names(timeline, number)} for number in tracks}
    before = {number: is_track_enabled(timeline, number) for number in tracks}
    if None in before.values():
        raise HostError("Resolve does not report which tracks are enabled")
    enabled = {number for number in tracks if before[number]}
    shown = [one for one in versions if tracks_to_show(tracks, layers, one) == enabled]
    if version is None:
        version = versions[(versions.index(shown[-1]) + 1) % len(versions)] if shown else versions[-1]
    elif version not in versions:
        raise HostError("there is no v%03d on this timeline, only %s"
                        % (version, ", ".join("v%03d" % one for one in versions)))
    on = tracks_to_show(tracks, layers, version)
    named = {number: track_name(timeline, number) for number in tracks}
    wrong = enable_tracks(timeline, {number: number in on for number in tracks})
    if wrong:
        left = enable_tracks(timeline, before)
        raise HostError("Resolve does not enable or disable the track '%s'%s" % (
            named[wrong[0]], "; check the tracks by hand" if left else "; the tracks are unchanged"))
    names = " and ".join("'%s'" % track_name(timeline, number) for number in track_numbers(timeline) if number in on)
    mixed = [track_name(timeline, number) for number in track_numbers(timeline) if number not in tracks]
    report["notes"] += ["'%s' holds other clips as well, and is left as it is" % name
                        for name in mixed if parse_layer_track(name)]
    report.update(version=version, done="showing v%03d: %s%s" % (
        version, names, "" if len(versions) > 1 else "; there is no other version on this timeline"))


def enable_tracks(timeline, wanted):
    """Enable or disable tracks, {number: enabled}; return the numbers of those that are not as wanted."""
    for number, enabled in wanted.items():
        call(timeline, "SetTrackEnable", "video", number, enabled)
    try:
        for number, enabled in wanted.items():
            if is_track_enabled(timeline, number) != enabled:  # perhaps only unanswered
                call(timeline, "SetTrackEnable", "video", number, enabled)
        return [number for number, enabled in wanted.items() if is_track_enabled(timeline, number) != enabled]
    except NotAnswering:
        return list(wanted)


def is_track_enabled(timeline, number):
    """Return whether a video track is enabled; None if Resolve does not report it."""
    found = ask_optional(timeline, "GetIsTrackEnabled", "video", number)
    return None if found is None else bool(found)


def tracks_to_show(tracks, layers, version):
    """Return the numbers of the tracks to enable for ``version``: those with the latest version of a shot up to it.

    A version may have only some of the shots; the others are on the tracks of an earlier one. ``layers``: by track
    number, the (shot, pass) that it holds.
    """
    latest = {}
    for number, found in tracks.items():
        for layer in layers[number] if found <= version else ():
            latest[layer] = max(found, latest.get(layer, found))
    return {number for number, found in tracks.items() if any(latest.get(layer) == found for layer in layers[number])}
