"""Every way in which Resolve differs, and every way in which it fails, each by name.

``WAYS``: a menu entry does all it has to under each of them. ``SWITCHES``: it does that all the same, or leaves the
project as it was, or says what is missing; it never calls a failure a success.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hosts.resolve.behaviour import VERSIONS, Behaviour


@dataclass(frozen=True, slots=True)
class Switch:
    """One way to differ from the friendliest Resolve."""

    name: str
    stands_for: str
    """The reported behaviour, after the part of Resolve that it belongs to."""
    changes: Mapping[str, Any]
    """Values of ``Behaviour``."""

    def behaviour(self, **more: Any) -> Behaviour:
        """A Resolve with this switch on."""
        return Behaviour(**{**more, **self.changes})


def editions() -> Iterator[tuple[str, Behaviour]]:
    """Every version in both editions, by name: ``19.1 free``."""
    for version, told in VERSIONS.items():
        for studio in (True, False):
            yield f"{version} {'Studio' if studio else 'free'}", Behaviour(version=told, studio=studio)


WAYS = (
    Switch(
        "end included",
        "placing: endFrame is the last picture used, as on 19.1, on a version that should not",
        {"end_frame": "inclusive"},
    ),
    Switch(
        "end excluded",
        "placing: endFrame is the picture after, as on 18.6, 20 and 21, on a version that should not",
        {"version": VERSIONS["19.1"], "end_frame": "exclusive"},
    ),
    Switch("file numbers", "placing: startFrame of a sequence is a file number", {"sequences_count_from": "files"}),
    Switch("strict about the end", "placing: pictures after the last are refused", {"past_the_end": "refused"}),
    Switch("strict and included", "placing: both at once", {"past_the_end": "refused", "end_frame": "inclusive"}),
    Switch("dead items", "placing: a refusal answers an item whose getters say None", {"refusals": "dead"}),
    Switch(
        "unknown is None", "application: an unknown attribute is None, not a callable", {"unknown_attributes": "none"}
    ),
    Switch("rates are texts", "timeline: GetSetting answers '24', not 24.0", {"rates_read_as": "text"}),
    Switch("source end excluded", "clip: GetSourceEndFrame is the picture after the last", {"source_end": "exclusive"}),
    Switch("source end on timecode", "clip: GetSourceEndFrame counts from midnight", {"source_end": "timecode"}),
    Switch("source start slips", "clip: GetSourceStartFrame is one too many on some", {"source_start_slips": 1}),
    Switch("imports again", "pool: media that the pool has is imported again", {"reimports": True}),
    Switch("duplicates open", "timeline: the duplicate comes to the front by itself", {"duplicates_open": True}),
    Switch("drop frame", "timeline: the project runs at 29.97 drop frame", {"project_rate": "29.97 DF"}),
    Switch("fractional rate", "timeline: the project runs at 23.976", {"project_rate": "23.976"}),
    Switch("starts at midnight", "timeline: the first frame is frame 0", {"start_timecode": "00:00:00:00"}),
    Switch("managed", "pool: a colour-managed project", {"colour_science": "davinciYRGBColorManagedv2"}),
    Switch("aces", "pool: an ACES project, where no clip has an input colour space", {"colour_science": "acescct"}),
    Switch("another page", "application: the Color page is open, where DeleteClips fails", {"page": "color"}),
    Switch(
        "untitled",
        "application: a project that was never saved, which SaveProject hangs on",
        {"project_name": "Untitled Project"},
    ),
    Switch("delete fails once", "timeline: the first DeleteClips answers False", {"deletions_that_fail": 1}),
    Switch(
        "names taken unseen",
        "timeline: the first two names are taken, although no timeline shows them",
        {"unseen_names": 2},
    ),
)

SWITCHES = (
    Switch("refuses_timeline", "timeline: CreateEmptyTimeline answers None", {"refuses_timelines": True}),
    Switch(
        "users_timeline",
        "timeline: CreateEmptyTimeline answers one that is there",
        {"hands_out_the_users_timeline": True},
    ),
    Switch("no_duplicate", "timeline: DuplicateTimeline answers None", {"refuses_duplicates": True}),
    Switch("poor_duplicate", "timeline: the duplicate lacks a clip", {"duplicates_lose_clips": True}),
    Switch("rate_locked", "timeline: no frame rate of its own", {"project_rate": "25", "rate_locked": True}),
    Switch("size_locked", "timeline: no size of its own", {"size_locked": True}),
    Switch("start_timecode_locked", "timeline: it keeps its start timecode", {"start_timecode_locked": True}),
    Switch("keeps_open", "timeline: another comes back to the front, again and again", {"keeps_open": "scene_04"}),
    Switch("wanders", "timeline: the user's comes to the front after two placements", {"wanders_after": 2}),
    Switch("track_index_ignored", "timeline: AddTrack always adds on top", {"ignores_track_index": True}),
    Switch("no_tracks", "timeline: AddTrack answers False", {"refuses_tracks": True}),
    Switch("forgets_track_names", "timeline: SetTrackName answers False", {"forgets_track_names": True}),
    Switch("no_markers", "timeline: AddMarker answers False", {"refuses_markers": True}),
    Switch("no_exports", "timeline: Export answers False", {"refuses_exports": True}),
    Switch("empty_exports", "timeline: Export answers True and writes nothing", {"exports_write_nothing": True}),
    Switch("no_links", "timeline: SetClipsLinked answers False", {"refuses_links": True}),
    Switch("delete_fails_always", "timeline: every DeleteClips answers False", {"deletions_that_fail": 10**6}),
    Switch(
        "page_stays", "application: OpenPage answers False, the Color page stays", {"pages_stay": True, "page": "color"}
    ),
    Switch("no_bins", "pool: AddSubFolder answers None", {"refuses_bins": True}),
    Switch("bin_stays_shut", "pool: SetCurrentFolder answers False, imports land elsewhere", {"bins_stay_shut": True}),
    Switch("imports_none", "pool: ImportMedia answers None", {"imports": "None"}),
    Switch("imports_nothing", "pool: ImportMedia answers []", {"imports": "[]"}),
    Switch("imports_a_none", "pool: ImportMedia answers [None]", {"imports": "[None]"}),
    Switch("splits_sequences", "pool: a sequence becomes two clips", {"imports": "split"}),
    Switch(
        "sequence_rate_locked",
        "pool: SetClipProperty of FPS answers False",
        {"project_rate": "25", "sequence_rate_locked": True},
    ),
    Switch("refuses_alpha", "pool: SetClipProperty of Alpha mode answers False", {"refuses_alpha": True}),
    Switch(
        "ignores_alpha", "pool: SetClipProperty of Alpha mode answers True and changes nothing", {"ignores_alpha": True}
    ),
    Switch(
        "refuses_colour_space",
        "pool: SetClipProperty of Input Color Space answers False",
        {"colour_science": "davinciYRGBColorManagedv2", "refuses_colour_space": True},
    ),
    Switch("drops_last_append", "placing: the last of several clips is not placed", {"drops_last_append": True}),
    Switch("drops_every_third", "placing: one placement in three is not done", {"drops_every": 3}),
    Switch("refuses_faces", "placing: some media is not placed at all", {"refuses": ("sh010_FACE",)}),
    Switch("forgets_faces", "placing: a clip reads well at once and is gone in the end", {"forgets": ("sh010_FACE",)}),
    Switch("lands_on_v1", "placing: every clip lands on video track 1", {"lands_on_v1": True}),
    Switch("places_late", "placing: every clip lands a frame late", {"places_late": 1}),
    Switch("begins_late", "placing: every clip begins a picture late in its media", {"begins_late": 1}),
    Switch("hides_placed", "placing: clips are placed and None is answered", {"hides_placed": True}),
    Switch("places_audio", "placing: sound comes along unasked", {"places_audio": True}),
    Switch("refuses_speed", "clip: SetSpeed answers False", {"refuses_speed": True}),
    Switch("ignores_speed", "clip: SetSpeed answers True and changes nothing", {"ignores_speed": True}),
    Switch("refuses_properties", "clip: SetProperty answers False", {"refuses_properties": True}),
    Switch("ignores_properties", "clip: SetProperty answers True and changes nothing", {"ignores_properties": True}),
    Switch("refuses_comps", "clip: ImportFusionComp answers None", {"refuses_comps": True}),
    Switch(
        "upsell",
        "application: on the free edition, what only Studio has opens a window that blocks all",
        {"studio": False, "version": VERSIONS["20.3"], "upsell": True},
    ),
    *(
        Switch(
            f"modal_after_{count}", f"application: a window blocks all after {count} changes", {"modal_after": count}
        )
        for count in (0, 1, 2, 4, 8, 16, 32)
    ),
    *(
        Switch(
            f"modal_passes_after_{count}",
            f"application: a window opens after {count} changes and blocks six calls",
            {"modal_after": count, "modal_lasts": 6},
        )
        for count in (2, 8, 20)
    ),
    *(
        Switch(
            f"dies_{how}_after_{count}",
            f"application: gone after {count} changes, its handles {what}",
            {"dies_after": count, "dies": how},
        )
        for how, what in (("silent", "answer None"), ("loud", "raise"))
        for count in (1, 4, 16)
    ),
    *(
        Switch(f"raises_on_{name}", f"application: {name} raises instead of answering", {"raises_on": name})
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
