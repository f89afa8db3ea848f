"""All variations between versions of Resolve, and all its failures, by name.

``VARIATIONS``: a menu entry does its full job under each. ``FAILURES``: it still does, or leaves the project unchanged,
or reports what is missing; it never reports a failure as a success.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hosts.resolve.behaviour import VERSIONS, Behaviour


@dataclass(frozen=True, slots=True)
class Switch:
    """A named deviation from a Resolve without failures."""

    name: str
    description: str
    """The part of Resolve, and the reported behaviour."""
    changes: Mapping[str, Any]
    """Fields of ``Behaviour``."""

    def behaviour(self, **more: Any) -> Behaviour:
        """Return a behaviour with this switch applied."""
        return Behaviour(**{**more, **self.changes})


def editions() -> Iterator[tuple[str, Behaviour]]:
    """Yield every version in both editions, by name: ``19.1 free``."""
    for version, full_version in VERSIONS.items():
        for studio in (True, False):
            yield f"{version} {'Studio' if studio else 'free'}", Behaviour(version=full_version, studio=studio)


VARIATIONS = (
    Switch(
        "end included",
        "placing: endFrame is inclusive, as on 19.1, on a version where it should not be",
        {"end_frame": "inclusive"},
    ),
    Switch(
        "end excluded",
        "placing: endFrame is exclusive, as on 18.6, 20 and 21, on a version where it should not be",
        {"version": VERSIONS["19.1"], "end_frame": "exclusive"},
    ),
    Switch("file numbers", "placing: startFrame of a sequence is a file number", {"sequences_count_from": "files"}),
    Switch(
        "strict about the end", "placing: a range beyond the end of the media is rejected", {"past_the_end": "refused"}
    ),
    Switch("strict and included", "placing: both at once", {"past_the_end": "refused", "end_frame": "inclusive"}),
    Switch("dead items", "placing: a rejection returns an item whose getters return None", {"refusals": "dead"}),
    Switch(
        "unknown is None", "application: an unknown attribute is None, not a callable", {"unknown_attributes": "none"}
    ),
    Switch("rates are texts", "timeline: GetSetting returns '24', not 24.0", {"rates_read_as": "text"}),
    Switch(
        "a call in a hundred",
        "application: every 97th call is not answered, as while a tooltip or a save is in the way",
        {"unanswered": range(0, 10**6, 97)},
    ),
    Switch(
        "done but not answered",
        "application: every 97th call does what it is called for, and returns None",
        {"unanswered": range(0, 10**6, 97), "unanswered_calls_act": True},
    ),
    Switch(
        "empty lists",
        "application: every 97th call, if it returns a list or a count, returns [] or 0",
        {"unanswered": range(0, 10**6, 97), "unanswered_lists_are_empty": True},
    ),
    Switch("source end excluded", "clip: GetSourceEndFrame is exclusive", {"source_end": "exclusive"}),
    Switch("source end on timecode", "clip: GetSourceEndFrame counts from midnight", {"source_end": "timecode"}),
    Switch(
        "source start is off", "clip: GetSourceStartFrame is one too high on some clips", {"source_start_offset": 1}
    ),
    Switch(
        "reversed start after end",
        "clip: GetSourceStartFrame of a reversed clip is after its GetSourceEndFrame",
        {"swaps_reversed_source": True},
    ),
    Switch("imports again", "pool: existing media is imported again", {"reimports": True}),
    Switch("duplicates open", "timeline: the duplicate becomes the current timeline", {"selects_duplicates": True}),
    Switch("drop frame", "timeline: the project runs at 29.97 drop frame", {"project_rate": "29.97 DF"}),
    Switch("fractional rate", "timeline: the project runs at 23.976", {"project_rate": "23.976"}),
    Switch("starts at midnight", "timeline: the first frame is frame 0", {"start_timecode": "00:00:00:00"}),
    Switch("managed", "pool: a colour-managed project", {"colour_science": "davinciYRGBColorManagedv2"}),
    Switch("aces", "pool: an ACES project, where no clip has an input colour space", {"colour_science": "acescct"}),
    Switch("another page", "application: the Color page is open, and DeleteClips fails there", {"page": "color"}),
    Switch(
        "untitled",
        "application: the project was never saved, and SaveProject hangs",
        {"project_name": "Untitled Project"},
    ),
    Switch("delete fails once", "timeline: the first DeleteClips returns False", {"deletions_that_fail": 1}),
    Switch(
        "hidden names",
        "timeline: the first two names are taken, although no timeline has them",
        {"hidden_names": 2},
    ),
)

FAILURES = (
    Switch("refuses_timeline", "timeline: CreateEmptyTimeline returns None", {"refuses_timelines": True}),
    Switch(
        "existing_timeline",
        "timeline: CreateEmptyTimeline returns an existing timeline",
        {"returns_existing_timeline": True},
    ),
    Switch("no_duplicate", "timeline: DuplicateTimeline returns None", {"refuses_duplicates": True}),
    Switch("incomplete_duplicate", "timeline: the duplicate lacks a clip", {"duplicates_lose_clips": True}),
    Switch("rate_locked", "timeline: its frame rate cannot be changed", {"project_rate": "25", "rate_locked": True}),
    Switch("size_locked", "timeline: its size cannot be changed", {"size_locked": True}),
    Switch("start_timecode_locked", "timeline: its start timecode cannot be changed", {"start_timecode_locked": True}),
    Switch(
        "stuck_timeline", "timeline: another becomes current again after every change", {"stuck_timeline": "scene_04"}
    ),
    Switch("reverts_timeline", "timeline: the user's becomes current after two placements", {"reverts_after": 2}),
    Switch("track_index_ignored", "timeline: AddTrack always adds on top", {"ignores_track_index": True}),
    Switch("no_tracks", "timeline: AddTrack returns False", {"refuses_tracks": True}),
    Switch("refuses_track_names", "timeline: SetTrackName returns False", {"refuses_track_names": True}),
    Switch("no_markers", "timeline: AddMarker returns False", {"refuses_markers": True}),
    Switch("no_exports", "timeline: Export returns False", {"refuses_exports": True}),
    Switch("empty_exports", "timeline: Export returns True but writes no file", {"exports_write_nothing": True}),
    Switch("no_links", "timeline: SetClipsLinked returns False", {"refuses_links": True}),
    Switch("delete_fails_always", "timeline: every DeleteClips returns False", {"deletions_that_fail": 10**6}),
    Switch(
        "page_locked",
        "application: OpenPage returns False, the Color page stays open",
        {"refuses_pages": True, "page": "color"},
    ),
    Switch("no_bins", "pool: AddSubFolder returns None", {"refuses_bins": True}),
    Switch(
        "bin_locked", "pool: SetCurrentFolder returns False, imports go to another bin", {"refuses_current_bin": True}
    ),
    Switch("imports_none", "pool: ImportMedia returns None", {"imports": "None"}),
    Switch("imports_nothing", "pool: ImportMedia returns []", {"imports": "[]"}),
    Switch("imports_a_none", "pool: ImportMedia returns [None]", {"imports": "[None]"}),
    Switch("splits_sequences", "pool: a sequence becomes two clips", {"imports": "split"}),
    Switch(
        "locks_sequence_rate",
        "pool: SetClipProperty of FPS returns False",
        {"project_rate": "25", "locks_sequence_rate": True},
    ),
    Switch("refuses_alpha", "pool: SetClipProperty of Alpha mode returns False", {"refuses_alpha": True}),
    Switch(
        "ignores_alpha", "pool: SetClipProperty of Alpha mode returns True but has no effect", {"ignores_alpha": True}
    ),
    Switch(
        "refuses_colour_space",
        "pool: SetClipProperty of Input Color Space returns False",
        {"colour_science": "davinciYRGBColorManagedv2", "refuses_colour_space": True},
    ),
    Switch("drops_last_append", "placing: the last of several clips is not placed", {"drops_last_append": True}),
    Switch("drops_every_third", "placing: every third clip is not placed", {"drops_every": 3}),
    Switch("refuses_faces", "placing: some media is never placed", {"refused_media": ("sh010_FACE",)}),
    Switch(
        "loses_faces", "placing: a clip reads correctly at first and disappears later", {"lost_media": ("sh010_FACE",)}
    ),
    Switch("lands_on_v1", "placing: every clip is placed on video track 1", {"lands_on_v1": True}),
    Switch("record_late", "placing: every clip is placed one frame late", {"record_late": 1}),
    Switch("source_late", "placing: every clip starts one source frame late", {"source_late": 1}),
    Switch("returns_no_items", "placing: clips are placed but None is returned", {"returns_no_items": True}),
    Switch(
        "loses_unreturned",
        "placing: clips are placed, None is returned, and they disappear when the project is saved",
        {"returns_no_items": True, "loses_unreturned": True},
    ),
    Switch("places_audio", "placing: audio is added although only video was requested", {"places_audio": True}),
    Switch("refuses_speed", "clip: SetSpeed returns False", {"refuses_speed": True}),
    Switch("ignores_speed", "clip: SetSpeed returns True but has no effect", {"ignores_speed": True}),
    Switch("refuses_properties", "clip: SetProperty returns False", {"refuses_properties": True}),
    Switch("ignores_properties", "clip: SetProperty returns True but has no effect", {"ignores_properties": True}),
    Switch("refuses_comps", "clip: ImportFusionComp returns None", {"refuses_comps": True}),
    Switch("refuses_grades", "clip: CopyGrades returns False", {"refuses_grades": True}),
    Switch(
        "upsell",
        "application: on the free edition, a Studio-only call opens a window that blocks all calls",
        {"studio": False, "version": VERSIONS["20.3"], "upsell": True},
    ),
    *(
        Switch(
            f"modal_after_{count}",
            f"application: a window blocks all calls after {count} changes",
            {"modal_after": count},
        )
        for count in (0, 1, 2, 4, 8, 16, 32)
    ),
    *(
        Switch(
            f"modal_closes_after_{count}",
            f"application: a window opens after {count} changes and blocks six calls",
            {"modal_after": count, "modal_lasts": 6},
        )
        for count in (2, 8, 20)
    ),
    *(
        Switch(
            f"quits_{how}_after_{count}",
            f"application: quits after {count} changes, its handles {what}",
            {"quits_after": count, "quits": how},
        )
        for how, what in (("silent", "return None"), ("loud", "raise"))
        for count in (1, 4, 16)
    ),
    *(
        Switch(f"raises_on_{name}", f"application: {name} raises an exception", {"raises_on": name})
        for name in (
            "AddTrack",
            "AppendToTimeline",
            "GetLeftOffset",
            "ImportMedia",
            "SetClipProperty",
            "AddMarker",
            "DuplicateTimeline",
            "Export",
            "SetProperty",
            "DeleteClips",
        )
    ),
)
