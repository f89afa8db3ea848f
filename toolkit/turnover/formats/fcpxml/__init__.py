"""FCPXML, the timelines of Final Cut Pro, which Resolve exports too.

``reader``     a file, or a folder with ``Info.fcpxml``, as a timeline
``resources``  assets, formats and compounds, by their ID
``story``      clips, storylines and lanes in the order of the timeline
``clips``      which element of a clip is its picture; ``pictures`` makes clips of them
``retimes``    the frames that a ``timeMap`` or a conformed rate shows
``tracks``     lanes into tracks
``times``      exact times; ``uses`` counts what the resources are used for
``notes``      what is said of a clip
"""

from __future__ import annotations

from toolkit.turnover.formats.fcpxml.reader import read_fcpxml

__all__ = ["read_fcpxml"]
