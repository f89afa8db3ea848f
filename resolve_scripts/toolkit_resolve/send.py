"""Send Turnover: write the timeline, or the media pool selection, as ``turnover.json``. Changes nothing."""

import os

from toolkit_resolve.clips import choose_clips, read_markers, read_pool_clip, read_timeline_clip
from toolkit_resolve.cut_name import cut_name
from toolkit_resolve.files import write_json
from toolkit_resolve.host import HostError, NotAnswering, ask, ask_id, ask_optional, call, require
from toolkit_resolve.layout import item_path, track_items, track_numbers
from toolkit_resolve.otio_export import export_otio, read_exported_clips
from toolkit_resolve.report import count_of
from toolkit_resolve.resolve_values import is_layer, parse_number, to_file_name
from toolkit_resolve.session import Session
from toolkit_resolve.window import choose_folder

COLOUR_MODES = {
    "davinciYRGB": "unmanaged", "davinciYRGBColorManaged": "managed", "davinciYRGBColorManagedv2": "managed",
    "acescc": "aces", "acescct": "aces"}
SEND_FLAGS = ("--whole", "--media-pool")


def choose_turnover_folder(resolve, given):
    """Return the turnover's folder; by default named after the timeline, or the project if none is open."""
    session = Session(resolve)
    timeline = None if given.has("--media-pool") else session.timeline
    name = cut_name(session, timeline) if timeline is not None else ask_optional(session.project, "GetName")
    return choose_folder(given.given.get("-o"), to_file_name(name or "turnover"))


def send_turnover(resolve, folder, flags, report):
    """Write ``turnover.json`` (and ``timeline.otio``) to ``folder``; return its path. Raises HostError, OSError."""
    session, export = Session(resolve), os.path.join(folder, "new.otio")
    report["resolve"] = str(call(resolve, "GetVersionString") or "")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    try:  # an older turnover in the folder keeps its own export until this one has succeeded
        return _send(session, folder, export, flags, report)
    finally:
        if os.path.isfile(export):
            os.remove(export)


def _send(session, folder, export, flags, report):
    if session.timeline is None or "--media-pool" in flags:
        turnover, what = turnover_from_media_pool(session), "media pool selection of"
    else:
        turnover, what = turnover_from_timeline(session, export, flags, report["notes"])
    turnover.update(schema="toolkit.turnover/1", host="resolve", host_version=report["resolve"])
    for one in turnover["skipped"]:
        report["notes"].append("'%s' on V%d is not sent: %s" % (one["name"], one["track"], one["reason"]))
    if not turnover["clips"]:
        why = "".join("; '%s': %s" % (one["name"], one["reason"]) for one in turnover["skipped"][:3])
        raise HostError("%s '%s': no clip has an online media file%s" % (what, turnover["name"], why))
    path = os.path.join(folder, "turnover.json")
    if turnover["otio"]:
        os.replace(export, os.path.join(folder, turnover["otio"]))
    write_json(path, turnover)
    done = "%s, %s '%s', to %s" % (count_of(len(turnover["clips"]), "clip"), what, turnover["name"], path)
    report.update(turnover=path, done=done)
    return path


def turnover_from_timeline(session, export, flags, notes):
    """Return the open timeline as a turnover, and which part was sent; ``export`` is the path of the OTIO export."""
    timeline = session.timeline
    frame_format = _read_format(session, timeline)
    start = ask(timeline, "GetStartFrame")
    otio = export_otio(session.resolve, timeline, export)
    if not otio:
        notes.append("Resolve exported no OTIO: transitions and effects are not sent, and speeds may be estimated")
    exported = read_exported_clips(export) if otio else {}
    is_chosen, what = (lambda item, first, end: True), "all of"
    if "--whole" not in flags:
        is_chosen, what = choose_clips(session, timeline, notes)
    clips, skipped, layers = [], [], 0
    for number in track_numbers(timeline):
        enabled = ask_optional(timeline, "GetIsTrackEnabled", "video", number) is not False
        for item in track_items(timeline, number):
            first, count = ask(item, "GetStart") - start, ask(item, "GetDuration")
            if not is_chosen(item, first, first + count):
                continue
            if is_layer(item_path(item)):
                layers += 1
                continue
            try:
                from_export = exported.get((number, first))
                clips.append(read_timeline_clip(item, number, enabled, start, frame_format["fps"], from_export, notes))
            except NotAnswering:
                raise
            except HostError as error:
                skipped.append({"name": str(ask_optional(item, "GetName") or ""), "track": number,
                                "record_first": first, "record_count": count, "reason": str(error)})
    if layers and not clips and not skipped:
        raise HostError("%s '%s': %s" % (what, ask(timeline, "GetName"), (
            "only layers of the toolkit are selected; select plates, or nothing to send the whole timeline"
            if what.startswith("selected") else "only layers of the toolkit are there")))
    if layers:
        notes.append("%s of the toolkit on this timeline %s not part of what is sent"
                     % (count_of(layers, "layer"), "is" if layers == 1 else "are"))
    return dict(frame_format, name=cut_name(session, timeline), timeline_id=str(ask_id(timeline)),
                otio="timeline.otio" if otio else "", start_timecode=str(ask(timeline, "GetStartTimecode")),
                start_frame=start, record_count=ask(timeline, "GetEndFrame") - start, clips=clips, skipped=skipped,
                markers=read_markers(timeline)), what


def turnover_from_media_pool(session):
    """Return the clips selected in the media pool as a turnover, one after another."""
    found = ask_optional(session.pool, "GetSelectedClips")
    selected = require([item for item in found or [] if item is not None],
                       "no timeline is open and no clip is selected in the media pool (the selection can be read "
                       "since Resolve 19.0.3)")
    frame_format, clips, skipped, position = _read_format(session, None), [], [], 0
    for media in selected:
        try:
            clips.append(read_pool_clip(media, position, frame_format["fps"]))
            position += clips[-1]["record_count"]
        except NotAnswering:
            raise
        except HostError as error:
            skipped.append({"name": str(ask_optional(media, "GetName") or ""), "track": 1, "record_first": position,
                            "record_count": 0, "reason": str(error)})
    name = str(ask_optional(session.project, "GetName") or "media pool")
    return dict(frame_format, name=name, timeline_id="", otio="",
                start_timecode="00:00:00;00" if frame_format["drop_frame"] else "00:00:00:00", start_frame=0,
                record_count=position, clips=clips, skipped=skipped, markers=[])


def _read_format(session, timeline):
    """Return rate, size and colour settings of the timeline, or of the project."""
    rate = session.get_setting(timeline, "timelineFrameRate")
    size = [parse_number(session.get_setting(timeline, "timelineResolution" + side)) for side in ("Width", "Height")]
    fps = parse_number(rate)
    if not fps or None in size:
        raise HostError("Resolve does not report the frame rate and size: is a dialog open?")
    label = "" if timeline is None else str(ask(timeline, "GetStartTimecode"))
    drop = "DF" in str(rate) or ";" in label
    return {"fps": fps, "drop_frame": drop, "width": int(size[0]), "height": int(size[1]),
            "colour": _read_colour(session, timeline)}


def _read_colour(session, timeline):
    science = str(session.get_setting(timeline, "colorScienceMode") or "")
    working = str(session.get_setting(timeline, "colorSpaceTimeline") or "")
    mode = COLOUR_MODES.get(science, "unknown")
    return {"mode": mode, "science": science, "working": "" if mode == "unmanaged" else working,
            "linear": mode != "unmanaged" and "linear" in working.lower()}
