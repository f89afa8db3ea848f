"""Compare Versions: show one version's layer tracks at a time. Only tracks are switched on and off."""

from toolkit_resolve.host import Trouble, ask, must
from toolkit_resolve.layout import layer_tracks, track_name, track_numbers
from toolkit_resolve.session import Session


def compare_versions(resolve, wanted, report):
    """Show version ``wanted``, or with None the one after the one shown. Raises Trouble, with all as it was.

    A pass that has no such version shows the newest before it, as the delivery of that version did.
    """
    report["resolve"] = ask(resolve, "GetVersionString")
    timeline = must(Session(resolve).timeline, "no timeline is open")
    tracks = layer_tracks(timeline)
    versions = sorted({version for _, version in tracks.values()})
    if not versions:
        raise Trouble("'%s' has no BODY or FACE tracks of ours" % ask(timeline, "GetName"))
    before = {number: is_on(timeline, number) for number in tracks}
    if None in before.values():
        raise Trouble("Resolve does not tell which tracks are on")
    shown = [version for version in versions if shown_at(tracks, version) == {n for n in tracks if before[n]}]
    if wanted is None:
        wanted = versions[(versions.index(shown[-1]) + 1) % len(versions)] if shown else versions[-1]
    elif wanted not in versions:
        raise Trouble("there is no v%03d here, only %s" % (wanted, ", ".join("v%03d" % one for one in versions)))
    on = shown_at(tracks, wanted)
    for number in tracks:
        ask(timeline, "SetTrackEnable", "video", number, number in on)
    wrong = [number for number in tracks if is_on(timeline, number) != (number in on)]
    if wrong:
        for number in tracks:
            ask(timeline, "SetTrackEnable", "video", number, before[number])
        left = [number for number in tracks if is_on(timeline, number) != before[number]]
        raise Trouble("Resolve does not switch '%s'%s" % (
            track_name(timeline, wrong[0]),
            "; check the tracks by hand" if left else "; the tracks are as they were"))
    names = " and ".join("'%s'" % track_name(timeline, number) for number in track_numbers(timeline) if number in on)
    report.update(version=wanted, done="shown is v%03d: %s%s" % (
        wanted, names, "" if len(versions) > 1 else "; there is no other version on this timeline"))


def is_on(timeline, number):
    """Whether a video track is enabled; None where Resolve does not tell."""
    found = ask(timeline, "GetIsTrackEnabled", "video", number)
    return None if found is None else bool(found)


def shown_at(tracks, version):
    """The numbers of the tracks that show ``version``: of each family the newest that is not newer."""
    best = {}
    for number, (family, found) in sorted(tracks.items()):
        if found <= version and (family not in best or found >= tracks[best[family]][1]):
            best[family] = number
    return set(best.values())
