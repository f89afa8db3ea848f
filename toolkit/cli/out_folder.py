"""What commands on an output folder need to know of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.cli.options import settings_for

if TYPE_CHECKING:
    from toolkit.documents import Cut
    from toolkit.settings import Settings


def settings_of(out: Path, cut_name: str = "", **named: Any) -> Settings:
    """The settings for an OUT that was tracked before: ``toolkit.toml`` is beside its cut.

    Raises MissingDocument when nothing was tracked there.
    """
    return settings_for(Path(cut_of(out, cut_name).path).parent, **named)


def cut_of(out: Path, cut_name: str = "") -> Cut:
    """The cut that was tracked there, or one that was added under ``cut_name``. Raises MissingDocument."""
    from toolkit.documents import Cut
    from toolkit.output import Output

    return Cut.read(Output(root=out, cut=cut_name).shots)
