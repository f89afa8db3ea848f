"""Send Turnover: what is on the timeline, or selected in the media pool, as ``turnover.json``. Changes nothing."""

import os

from toolkit_resolve.clips import chosen, marker_facts, pool_clip, timeline_clip
from toolkit_resolve.export import export_otio, exported_clips
from toolkit_resolve.files import write_json
from toolkit_resolve.host import Trouble, ask, ask_all, identity, must
from toolkit_resolve.layout import track_items, track_numbers
from toolkit_resolve.session import Session
from toolkit_resolve.spelling import file_name_for, number_in
from toolkit_resolve.window import find_folder

SCIENCE = {"davinciYRGB": "unmanaged", "davinciYRGBColorManaged": "managed", "davinciYRGBColorManagedv2": "managed",
           "acescc": "aces", "acescct": "aces"}
SEND_FLAGS = ("--whole", "--media-pool")


def choose_folder(resolve, given):
    """Where the turnover goes; named after the timeline, or the project when there is none."""
    session = Session(resolve)
    timeline = None if given.has("--media-pool") else session.timeline
    name = ask(timeline, "GetName") or ask(session.project, "GetName") or "turnover"
    return find_folder(given.given.get("-o"), file_name_for(name))


def send_turnover(resolve, folder, flags, report):
    """Write ``turnover.json`` (and ``timeline.otio``) into ``folder``; its path. Raises Trouble, OSError."""
    session, export = Session(resolve), os.path.join(folder, "new.otio")
    report["resolve"] = str(ask(resolve, "GetVersionString") or "")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    try:  # an older turnover there keeps its own export until this one is sure
        return _send(session, folder, export, flags, report)
    finally:
        if os.path.isfile(export):
            os.remove(export)


def _send(session, folder, export, flags, report):
    if session.timeline is None or "--media-pool" in flags:
        turnover, what = from_media_pool(session), "what is selected in the media pool of"
    else:
        turnover, what = from_timeline(session, export, flags, report["notes"])
    turnover.update(schema="toolkit.turnover/1", host="resolve", host_version=report["resolve"])
    for one in turnover["skipped"]:
        report["notes"].append("'%s' on V%d is not sent: %s" % (one["name"], one["track"], one["reason"]))
    if not turnover["clips"]:
        why = "".join("; '%s': %s" % (one["name"], one["reason"]) for one in turnover["skipped"][:3])
        raise Trouble("%s '%s' has no clip of a file that is online%s" % (what, turnover["name"], why))
    path = os.path.join(folder, "turnover.json")
    if turnover["otio"]:
        os.replace(export, os.path.join(folder, turnover["otio"]))
    write_json(path, turnover)
    done = "%d clips, %s '%s', to %s" % (len(turnover["clips"]), what, turnover["name"], path)
    report.update(turnover=path, done=done)
    return path


def from_timeline(session, export, flags, notes):
    """The open timeline as a turnover, and which part of it, in words; ``export`` is where Resolve's own goes."""
    timeline = session.timeline
    facts = _frame_facts(session, timeline)
    start = must(ask(timeline, "GetStartFrame"),
                 "Resolve does not say where '%s' starts: is a dialog open?" % ask(timeline, "GetName"))
    otio = export_otio(session.resolve, timeline, export)
    if not otio:
        notes.append("Resolve exports no OTIO: transitions and effects are not sent, and speeds only as far as told")
    exported = exported_clips(export) if otio else {}
    wanted, what = chosen(session, timeline, notes) if "--whole" not in flags else (lambda *item: True, "all of")
    clips, skipped = [], []
    for number in track_numbers(timeline):
        enabled = ask(timeline, "GetIsTrackEnabled", "video", number) is not False
        for item in track_items(timeline, number):
            first, count = ask(item, "GetStart") - start, ask(item, "GetDuration")
            if not wanted(item, first, first + count):
                continue
            try:
                said = exported.get((number, first))
                clips.append(timeline_clip(item, number, enabled, start, facts["fps"], said, notes))
            except Trouble as trouble:
                skipped.append({"name": str(ask(item, "GetName") or ""), "track": number, "record_first": first,
                                "record_count": count, "reason": str(trouble)})
    return dict(facts, name=str(ask(timeline, "GetName")), timeline_id=str(identity(timeline) or ""),
                otio="timeline.otio" if otio else "", start_timecode=str(ask(timeline, "GetStartTimecode") or ""),
                start_frame=start, record_count=ask(timeline, "GetEndFrame") - start, clips=clips, skipped=skipped,
                markers=marker_facts(timeline)), what


def from_media_pool(session):
    """The clips selected in the media pool, one after the other."""
    selected = must(ask_all(session.pool, "GetSelectedClips"),
                    "no timeline is open and no clip is selected in the media pool (Resolve tells since 19.0.3)")
    facts, clips, skipped, position = _frame_facts(session, None), [], [], 0
    for media in selected:
        try:
            clips.append(pool_clip(media, position, facts["fps"]))
            position += clips[-1]["record_count"]
        except Trouble as trouble:
            skipped.append({"name": str(ask(media, "GetName") or ""), "track": 1, "record_first": position,
                            "record_count": 0, "reason": str(trouble)})
    return dict(facts, name=str(ask(session.project, "GetName") or "media pool"), timeline_id="", otio="",
                start_timecode="00:00:00;00" if facts["drop_frame"] else "00:00:00:00", start_frame=0,
                record_count=position, clips=clips, skipped=skipped, markers=[])


def _frame_facts(session, timeline):
    """Rate, size and colour of the timeline, or of the project."""
    rate = session.setting(timeline, "timelineFrameRate")
    size = [number_in(session.setting(timeline, "timelineResolution" + side)) for side in ("Width", "Height")]
    fps = number_in(rate)
    if not fps or None in size:
        raise Trouble("Resolve does not tell the frame rate and size: is a dialog open?")
    label = str(ask(timeline, "GetStartTimecode") or "")
    drop = "DF" in str(rate) or ";" in label
    return {"fps": fps, "drop_frame": drop, "width": int(size[0]), "height": int(size[1]),
            "colour": _colour(session, timeline)}


def _colour(session, timeline):
    science = str(session.setting(timeline, "colorScienceMode") or "")
    working = str(session.setting(timeline, "colorSpaceTimeline") or "")
    mode = SCIENCE.get(science, "unknown")
    return {"mode": mode, "science": science, "working": "" if mode == "unmanaged" else working,
            "linear": mode != "unmanaged" and "linear" in working.lower()}
