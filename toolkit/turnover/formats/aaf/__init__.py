"""AAF of Avid, Premiere and Resolve.

``reader``   an AAF as a timeline, by OpenTimelineIO's adapter and what the adapter leaves out
``file``     the file itself: its compositions, tapes and curves, and a copy of its pictures alone
``walk``     through the adapter's tree; ``pieces`` are what it finds on a track
``retimes``  which frames a retime shows; ``curves`` are the graphs behind it
``media``    the file behind a clip
``build``    clips, gaps and transitions from the pieces
"""

from __future__ import annotations

from toolkit.turnover.formats.aaf.reader import read_aaf

__all__ = ["read_aaf"]
