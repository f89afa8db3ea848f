"""How one Resolve differs from another: its version and edition, its ways, and what it silently refuses.

The comments in brackets name the reported behaviour: *placing*, *pool*, *timeline*, *clip*, *application*.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

VERSIONS = {"18.6": "18.6.6.7", "19.1": "19.1.3.7", "20.3": "20.3.2.9", "21.1": "21.1.0.14"}
"""The four versions that every menu entry is run on: release and what GetVersionString says of it."""


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """The friendliest Resolve by default; friendly means that nothing fails, not that anything is told.

    The fake reads it and never writes it; a test may change it while a project is open.
    """

    version: str = VERSIONS["21.1"]
    studio: bool = True

    # ways in which versions, platforms and projects differ: a script has to cope with each

    end_frame: Literal["of the version", "exclusive", "inclusive"] = "of the version"
    """[placing] Whether endFrame is used itself. 19.1 includes it, 18.6, 20 and 21 do not."""
    sequences_count_from: Literal["zero", "files"] = "zero"
    """[placing] Whether startFrame of a sequence is a picture from 0 or a file number."""
    past_the_end: Literal["clamped", "refused"] = "clamped"
    """[placing] What happens to pictures asked for outside the media."""
    refusals: Literal["none", "dead"] = "none"
    """[placing] A refused placement is ``None`` in the answered list, or an item whose getters all say None."""
    unknown_attributes: Literal["callable", "none"] = "callable"
    """[application] What an attribute is that does not exist; ``hasattr`` is true in both cases."""
    rates_read_as: Literal["number", "text"] = "number"
    """[timeline] How GetSetting answers a frame rate. Drop frame is always text, ``29.97 DF``."""
    source_end: Literal["inclusive", "exclusive", "timecode"] = "inclusive"
    """[clip] What GetSourceEndFrame counts: the last picture, the one after, or the last on the media's timecode."""
    source_start_slips: int = 0
    """[clip] Pictures by which GetSourceStartFrame is off on some clips."""
    reimports: bool = False
    """[pool] Whether media that the pool has already is imported again; else the answer is []."""
    duplicates_open: bool = False
    """[timeline] Whether DuplicateTimeline brings the copy to the front."""
    project_rate: str = "24"
    """[timeline] New timelines and image sequences start with it."""
    project_size: tuple[int, int] = (1920, 1080)
    start_timecode: str = "01:00:00:00"
    """[timeline] Where new timelines start."""
    colour_science: str = "davinciYRGB"
    """[pool] The project's colorScienceMode; only a managed one lets a clip have an input colour space."""
    project_name: str = "A film"
    """[application] ``Untitled Project``: never saved; SaveProject hangs then."""
    page: str = "edit"
    """[application] The page that is open when the script starts."""

    # refusals and accidents, each behind a switch (``switches.py``)

    refuses_timelines: bool = False
    hands_out_the_users_timeline: bool = False
    unseen_names: int = 0
    """So many of the first names for a timeline are taken, although no timeline shows them."""
    rate_locked: bool = False
    size_locked: bool = False
    start_timecode_locked: bool = False
    keeps_open: str = ""
    """The timeline that comes back to the front after every SetCurrentTimeline."""
    wanders_after: int | None = None
    """The user's timeline comes to the front by itself after so many placements."""
    refuses_duplicates: bool = False
    duplicates_lose_clips: bool = False
    refuses_tracks: bool = False
    ignores_track_index: bool = False
    forgets_track_names: bool = False
    refuses_markers: bool = False
    refuses_exports: bool = False
    exports_write_nothing: bool = False
    refuses_links: bool = False
    deletions_that_fail: int = 0
    pages_stay: bool = False
    refuses_bins: bool = False
    bins_stay_shut: bool = False
    imports: Literal["items", "None", "[]", "[None]", "split"] = "items"
    sequence_rate_locked: bool = False
    refuses_alpha: bool = False
    ignores_alpha: bool = False
    refuses_colour_space: bool = False
    refuses: tuple[str, ...] = ()
    """Media whose clips are not placed, by the start of the file name."""
    forgets: tuple[str, ...] = ()
    """Media whose clips are placed, read well at once, and are gone in the end."""
    drops_last_append: bool = False
    """Of several clips in one call."""
    drops_every: int = 0
    """Every so many placements one is not done."""
    lands_on_v1: bool = False
    places_late: int = 0
    begins_late: int = 0
    hides_placed: bool = False
    places_audio: bool = False
    refuses_speed: bool = False
    ignores_speed: bool = False
    refuses_properties: bool = False
    ignores_properties: bool = False
    refuses_comps: bool = False
    upsell: bool = False
    """On the free edition a call that only Studio has opens a window that blocks every later call."""
    modal_after: int | None = None
    """A modal window opens after so many changes: every call answers None from then on."""
    modal_lasts: int | None = None
    """The editor closes that window after so many calls; None: never."""
    dies_after: int | None = None
    """After so many changes the application is gone."""
    dies: Literal["silent", "loud"] = "silent"
    """Whether the calls of an application that is gone answer None or raise."""
    raises_on: str = ""
    """A method that raises instead of answering."""

    @property
    def release(self) -> tuple[int, ...]:
        """(21, 1, 0): what methods are compared with."""
        return _numbers(self.version)[:3]

    def has(self, since: str) -> bool:
        """Whether this version is ``since`` or newer."""
        return self.release >= _numbers(since)

    @property
    def end_is_included(self) -> bool:
        """Whether endFrame is the last picture used."""
        if self.end_frame == "of the version":
            return self.release[:2] == (19, 1)
        return self.end_frame == "inclusive"


@cache
def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
