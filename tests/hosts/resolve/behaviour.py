"""The behaviour of one Resolve: version and edition, differences between versions, and failures.

The part of Resolve is in brackets: *placing*, *pool*, *timeline*, *clip*, *application*.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

VERSIONS = {"18.6": "18.6.6.7", "19.1": "19.1.3.7", "20.3": "20.3.2.9", "21.1": "21.1.0.14"}
"""The four versions every menu entry is tested on: release and result of GetVersionString."""


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """The settings of one fake. By default nothing fails.

    The fake only reads them; a test may change them while a project is open.
    """

    version: str = VERSIONS["21.1"]
    studio: bool = True

    # variations between versions, platforms and projects: a script must handle each

    end_frame: Literal["of the version", "exclusive", "inclusive"] = "of the version"
    """[placing] Whether endFrame is inclusive: in 19.1 it is, in 18.6, 20 and 21 it is not."""
    sequences_count_from: Literal["zero", "files"] = "zero"
    """[placing] Whether startFrame of a sequence counts from 0 or is a file number."""
    past_the_end: Literal["clamped", "refused"] = "clamped"
    """[placing] What happens to a range beyond the end of the media."""
    refusals: Literal["none", "dead"] = "none"
    """[placing] A rejected clip is ``None`` in the returned list, or an item whose getters all return None."""
    unknown_attributes: Literal["callable", "none"] = "callable"
    """[application] The value of an unknown attribute; ``hasattr`` is true in both cases."""
    rates_read_as: Literal["number", "text"] = "number"
    """[timeline] The type GetSetting returns for a frame rate. Drop frame is always text, ``29.97 DF``."""
    source_end: Literal["inclusive", "exclusive", "timecode"] = "inclusive"
    """[clip] What GetSourceEndFrame returns: the last frame, the one after it, or the last frame as timecode."""
    source_start_offset: int = 0
    """[clip] Error of GetSourceStartFrame on some clips, in frames."""
    swaps_reversed_source: bool = False
    """[clip] Whether the source start of a reversed clip is after its end."""
    reimports: bool = False
    """[pool] Whether media already in the pool is imported again; otherwise the result is []."""
    selects_duplicates: bool = False
    """[timeline] Whether DuplicateTimeline makes the copy the current timeline."""
    project_rate: str = "24"
    """[timeline] The initial rate of new timelines and image sequences."""
    project_size: tuple[int, int] = (1920, 1080)
    start_timecode: str = "01:00:00:00"
    """[timeline] The start timecode of new timelines."""
    colour_science: str = "davinciYRGB"
    """[pool] The project's colorScienceMode; clips have an input colour space only in a managed project."""
    project_name: str = "A film"
    """[application] ``Untitled Project`` was never saved, and SaveProject hangs."""
    page: str = "edit"
    """[application] The page open when the script starts."""

    # failures, each with a switch (``switches.py``)

    refuses_timelines: bool = False
    returns_existing_timeline: bool = False
    hidden_names: int = 0
    """The first so many timeline names are taken, although no timeline has them."""
    rate_locked: bool = False
    size_locked: bool = False
    start_timecode_locked: bool = False
    stuck_timeline: str = ""
    """The timeline that becomes current again after every SetCurrentTimeline."""
    reverts_after: int | None = None
    """The user's timeline becomes current by itself after so many placements."""
    refuses_duplicates: bool = False
    duplicates_lose_clips: bool = False
    refuses_tracks: bool = False
    ignores_track_index: bool = False
    refuses_track_names: bool = False
    refuses_markers: bool = False
    refuses_exports: bool = False
    exports_write_nothing: bool = False
    refuses_links: bool = False
    deletions_that_fail: int = 0
    refuses_pages: bool = False
    refuses_bins: bool = False
    refuses_current_bin: bool = False
    imports: Literal["items", "None", "[]", "[None]", "split"] = "items"
    locks_sequence_rate: bool = False
    refuses_alpha: bool = False
    ignores_alpha: bool = False
    refuses_colour_space: bool = False
    refused_media: tuple[str, ...] = ()
    """File name prefixes of media whose clips are not placed."""
    lost_media: tuple[str, ...] = ()
    """File name prefixes of media whose clips are placed, read correctly at first, and disappear later."""
    drops_last_append: bool = False
    """The last of several clips in one call is not placed."""
    drops_every: int = 0
    """Every n-th clip is not placed."""
    lands_on_v1: bool = False
    record_late: int = 0
    source_late: int = 0
    returns_no_items: bool = False
    loses_unreturned: bool = False
    places_audio: bool = False
    refuses_speed: bool = False
    ignores_speed: bool = False
    refuses_properties: bool = False
    ignores_properties: bool = False
    refuses_comps: bool = False
    refuses_grades: bool = False
    upsell: bool = False
    """On the free edition, a Studio-only call opens a window that blocks every later call."""
    modal_after: int | None = None
    """A modal window opens after so many changes; every call then returns None."""
    modal_lasts: int | None = None
    """The editor closes that window after so many calls; None: never."""
    quits_after: int | None = None
    """The application quits after so many changes."""
    quits: Literal["silent", "loud"] = "silent"
    """Whether calls to an application that has quit return None or raise."""
    raises_on: str = ""
    """A method that raises an exception."""
    unanswered: range = range(0)
    """The calls, counted from 0, that return None."""
    unanswered_calls_act: bool = False
    """Whether those calls do what they are called for all the same."""
    unanswered_lists_are_empty: bool = False
    """Whether instead only lists and counts among these calls are answered, and wrongly: empty, 0."""

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers, (21, 1, 0)."""
        return _numbers(self.version)[:3]

    def has(self, since: str) -> bool:
        """Return whether this version is ``since`` or newer."""
        return self.release >= _numbers(since)

    @property
    def end_is_included(self) -> bool:
        """Whether endFrame is inclusive."""
        if self.end_frame == "of the version":
            return self.release[:2] == (19, 1)
        return self.end_frame == "inclusive"


@cache
def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
