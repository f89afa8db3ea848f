"""``verify``: whether the delivered files are as they were delivered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from toolkit.delivery import FileProblem, checksums_path, verify_checksums
from toolkit.documents import Checksums
from toolkit.output import Output
from toolkit.progress import SILENT, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What became of a delivery."""

    checksums: Checksums
    """What was delivered."""
    problems: tuple[FileProblem, ...]
    """The files that are not as they were, in the order of their paths."""

    @property
    def size(self) -> int:
        """Bytes that were delivered."""
        return sum(file.size for file in self.checksums.files)


def verify(out: Path | str, *, cut_name: str = "", progress: Progress = SILENT) -> Verification:
    """Read every file of the delivery in ``out``, or in a copy of it, and compare it with ``checksums.json``.

    ``cut_name`` is that of a cut that was added to ``out``, and is part of the name of that file.
    Writes nothing. Files that the delivery does not name are not looked at. Raises MissingDocument for a delivery
    without checksums, Unreadable and DocumentError.
    """
    output = Output(root=Path(out), cut=cut_name)
    known = Checksums.read(checksums_path(output.root, output.suffix))
    return Verification(checksums=known, problems=tuple(verify_checksums(known, Path(out), progress)))
