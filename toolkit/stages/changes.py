"""What has changed since an earlier version of a cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import Cut
from toolkit.output import Output
from toolkit.settings import Settings
from toolkit.stages.choosing import failed_shots
from toolkit.stages.cuts_of_output import find_output, known_cuts
from toolkit.stages.reading import read_source
from toolkit.turnover import ShotChange, compare_cuts


@dataclass(frozen=True, slots=True, kw_only=True)
class CutChanges:
    """Two versions of a cut, shot by shot."""

    old: Cut
    new: Cut
    shots: tuple[ShotChange, ...]
    """Every use of the new cut, then what is gone."""

    @property
    def frames_to_render(self) -> int:
        """Source frames, handles included, that a run of the new cut paints where the old one was run before."""
        return sum(change.frames_to_render for change in self.shots)

    @property
    def frames_offline(self) -> int:
        """Those of ``frames_to_render`` that cannot be painted now, as their media is offline."""
        return sum(one.frames_to_render for one in self.shots if one.new is not None and not one.new.media.online)


def find_changes(cut: Path | str, since: Path | str, settings: Settings) -> CutChanges:
    """What has changed in ``cut`` since ``since``: an earlier version of it, or an output folder, or its shots.json.

    The shots have the names that a run into the folder of the old one gives them. Raises what ``read_cut`` raises, and
    MissingDocument, Unreadable and DocumentError for a folder without a cut.
    """
    path = Path(since)
    others: Sequence[Cut] = ()
    if path.is_dir() and Output(root=path).cuts():
        new = read_source(cut, settings, path)
        old = Cut.read(find_output(new, path).shots)
        _, others = known_cuts(new, path)
    else:
        old = Cut.read(path) if path.name == Output(root=path.parent).shots.name else read_source(path, settings)
        new = read_source(cut, settings, known=old)
    shots = compare_cuts(old, new, unrendered=failed_shots(old), others=others)
    return CutChanges(old=old, new=new, shots=tuple(shots))
