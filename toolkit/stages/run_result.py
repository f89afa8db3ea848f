"""What a run made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from toolkit.documents import Delivery
from toolkit.errors import MissingDocument
from toolkit.passes import RenderedPass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run made."""

    delivered: Delivery | None
    """What was delivered; None if only some frames were asked for (``output.frames``)."""
    rendered: tuple[RenderedPass, ...]
    """One per pass and shot, in the order of the cut."""
    left_out: Mapping[str, str]
    """Shots that could not be rendered, in whole or in part, by name; with the reasons."""
    cut_name: str = ""
    """Under which name the cut was added to the output folder; empty: the folder was made for it."""

    @property
    def delivery(self) -> Delivery:
        """What was delivered. Raises MissingDocument if only some frames were asked for (``output.frames``)."""
        if self.delivered is None:
            raise MissingDocument("a delivery", "toolkit run CUT -o OUT (without --frames)")
        return self.delivered
