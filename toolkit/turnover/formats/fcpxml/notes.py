"""What the reader of FCPXML has to say, with the names of the clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(slots=True)
class Notes:
    """Notes in the order in which they came, each once."""

    _lines: dict[str, None] = field(default_factory=dict)
    _off_frames: dict[str, None] = field(default_factory=dict)

    def add(self, line: str) -> None:
        """Keep ``line``."""
        self._lines[line] = None

    def of_clip(self, clip: Element) -> Callable[[str], None]:
        """A function that keeps a note about ``clip``."""
        return lambda text: self.add(f"{name_clip(clip)}: {text}")

    def add_off_frame(self, clip: Element) -> None:
        """Keep that ``clip`` does not begin or end on a frame of its timeline."""
        self._off_frames[name_clip(clip)] = None

    def lines(self) -> tuple[str, ...]:
        """All of them."""
        if not self._off_frames:
            return tuple(self._lines)
        first, *others = self._off_frames
        who = f"{first} and {len(others)} more do" if others else f"{first} does"
        return (*self._lines, f"{who} not begin and end on whole frames of the timeline: the nearest frames are taken")


def name_clip(clip: Element) -> str:
    """``clip`` as notes call it."""
    name = clip.get("name", "").strip()
    kind = "transition" if clip.tag == "transition" else "clip"
    return f"{kind} '{name}'" if name else f"an unnamed {clip.tag}"
