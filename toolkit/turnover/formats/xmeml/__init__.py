"""FCP7 XML (``xmeml``), as Premiere, Resolve, Hiero, Final Cut Pro 7 and many scripts write it.

``sequences``  which sequence is the cut, its rate and its timecode
``tracks``     items, transitions and gaps in the order of the timeline
``counting``   where an item lies, and what its ``in`` and ``out`` count
``speeds``     constant and variable speed
``sources``    what an item shows of its media
``clips``      an item as a clip or as a nested timeline
``media``      the file behind a clip
``elements``   typed values of XML elements
"""

from __future__ import annotations

from toolkit.turnover.formats.xmeml.sequences import read_xmeml

__all__ = ["read_xmeml"]
