"""The resources of an FCPXML file: formats, assets, compound and multicam media, effects."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_file_reference, make_missing_reference, make_time, make_time_range
from toolkit.editorial.locations import IMAGE_SUFFIXES, is_relative, resolve_path
from toolkit.turnover.formats.fcpxml.times import BadTime, rate_of_format, time_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema

_ORIGINAL = "original-media"
"""The kind of a ``media-rep`` that is not a proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file, as the resources describe it."""

    name: str
    source: str
    """Path or URL; empty when the file gives none."""
    start: Fraction
    """Seconds: the media's timecode."""
    duration: Fraction
    """Seconds; 0 for a still, and when the file does not say."""
    rate: Fraction | None
    """Frames per second; None for stills, for sound, and when the file does not say."""
    has_picture: bool

    def reference(self, timeline_rate: Fraction) -> schema.MediaReference:
        """The media reference of a clip of it, in a timeline of ``timeline_rate``."""
        if not self.source:
            return make_missing_reference(self.name)
        rate = self.rate or timeline_rate
        duration = self.duration
        if not duration and self.source.rpartition(".")[2].lower() in IMAGE_SUFFIXES:
            duration = 1 / rate
        start = make_time(self.start * rate, rate)
        available = make_time_range(start, make_time(duration * rate, rate)) if duration else None
        return make_file_reference(self.source, available)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the clips of a file refer to, by id."""

    elements: dict[str, Element]
    folder: Path
    """Folder that relative paths start from."""

    @classmethod
    def from_root(cls, root: Element, *, folder: Path) -> Resources:
        """The resources below ``root``; the first of two with one id counts."""
        elements: dict[str, Element] = {}
        for resources in root.iter("resources"):
            for element in resources:
                elements.setdefault(element.get("id", ""), element)
        return cls(elements=elements, folder=folder)

    def find(self, kind: str, reference: str | None) -> Element | None:
        """The resource with the id ``reference`` if it is a ``kind``."""
        element = self.elements.get(reference or "")
        return element if element is not None and element.tag == kind else None

    def rate_of_format(self, reference: str | None) -> Fraction | None:
        """Frames per second of the format with the id ``reference``."""
        element = self.find("format", reference)
        return None if element is None else rate_of_format(element)

    def rate_of_clip(self, clip: Element) -> Fraction | None:
        """Frames per second of what ``clip`` shows; None when the file does not say."""
        rate = self.rate_of_format(clip.get("format"))
        if rate is not None:
            return rate
        shown = self.elements.get(clip.get("ref", ""))
        if shown is None:
            inner = (self.rate_of_clip(child) for child in clip if child.get("ref"))
            return next((rate for rate in inner if rate is not None), None)
        story = next((child for child in shown if child.tag in {"sequence", "multicam"}), shown)
        return self.rate_of_format(story.get("format"))

    @property
    def first_rate(self) -> Fraction | None:
        """Frames per second of the first media that gives a rate."""
        assets = (self.rate_of_format(asset.get("format")) for asset in self.elements.values() if asset.tag == "asset")
        return next((rate for rate in assets if rate is not None), None)

    def asset(self, reference: str | None) -> Asset | None:
        """The asset with the id ``reference``. Raises BadTime."""
        element = self.find("asset", reference)
        if element is None:
            return None
        rate = self.rate_of_format(element.get("format"))
        try:
            start, duration = time_of(element, "start"), time_of(element, "duration")
        except BadTime as error:
            raise BadTime(f"{error}, in its media '{element.get('name', '')}'") from error
        return Asset(
            name=element.get("name", ""),
            source=self._source(element),
            start=start or Fraction(0),
            duration=max(duration or Fraction(0), Fraction(0)),
            rate=rate,
            has_picture=_has_picture(element, rate),
        )

    def _source(self, asset: Element) -> str:
        """Where the file is: since version 1.9 its original is a ``media-rep``, and there may be a proxy."""
        kept = sorted(
            asset.iter("media-rep"), key=lambda media: media.get("kind", "original-media") != "original-media"
        )
        sources = [media.get("src") for media in kept] + [asset.get("src")]
        text = next((source.strip() for source in sources if source and source.strip()), "")
        if not text or not is_relative(text):
            return text
        literal = resolve_path(text, self.folder)
        # It is a URL, but programs other than Final Cut may write plain names with a "%" in them.
        return literal if Path(literal).exists() else resolve_path(f"file:{text.removeprefix('file:')}", self.folder)


def _has_picture(asset: Element, rate: Fraction | None) -> bool:
    said = asset.get("hasVideo")
    if said is not None:
        return said != "0"
    return asset.get("hasAudio") != "1" or rate is not None
