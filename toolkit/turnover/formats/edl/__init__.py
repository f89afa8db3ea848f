"""Edit lists: CMX 3600 and its relatives.

``reader``   an edit list as a timeline
``text``     any encoding and column into regular lines
``events``   lines into events with their remarks, by pycmx
``rates``    timecode, speeds, and the rate that no list states
``media``    the files of the events, in folders that the user names
``sources``  which frames of them an event shows; ``clips`` makes clips of that
``tracks``   gaps, transitions, overlaps
``notes``    what is said of a list
"""

from __future__ import annotations

from toolkit.turnover.formats.edl.reader import read_edl

__all__ = ["read_edl"]
