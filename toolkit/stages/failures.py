"""Shots whose media turn out to be unusable during the work: the others go on without them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from toolkit.documents import Cut, Shot, Skipped
from toolkit.errors import MediaError, ShotsLeftOut, at
from toolkit.output import Output

log = logging.getLogger(__name__)


class Failures:
    """Collects the errors of shots, by shot name; when ``strict``, the first one ends the work instead."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._errors: dict[str, MediaError] = {}

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why each failed shot failed."""
        return {name: _explain(error) for name, error in self._errors.items()}

    @contextmanager
    def catch(self, shot: Shot) -> Iterator[None]:
        """Work on ``shot`` in this block; a MediaError is logged and ends the block only."""
        try:
            with at(shot=shot.name):
                yield
        except MediaError as error:
            if self._strict:
                raise
            log.warning("%s; this shot is left out", error)
            self._errors[shot.name] = error

    def record(self, cut: Cut, output: Output) -> None:
        """Write ``cut`` with a row for each failed shot: the later stages and ``conform`` say so, too."""
        if not self._errors:
            return
        rows = [
            Skipped(
                clip_name=shot.clip_name,
                track_index=shot.track_index,
                record_range=shot.record_range,
                reason=_explain(self._errors[shot.rendered_name]),
                shot=shot.name,
            )
            for shot in cut.shots
            if shot.rendered_name in self._errors
        ]
        cut.model_copy(update={"skipped": (*cut.skipped, *rows)}).write(output.shots)

    def check(self, shots: Sequence[Shot]) -> None:
        """Raises the error of the first shot if all ``shots`` failed."""
        if self._errors and len(self._errors) == len(shots):
            raise next(iter(self._errors.values()))

    def raise_if_any(self, shots: Sequence[Shot]) -> None:
        """Raises like ``check``, and ShotsLeftOut if some of ``shots`` failed."""
        self.check(shots)
        if self._errors:
            raise ShotsLeftOut(self.reasons)


def _explain(error: MediaError) -> str:
    """The error with its place in the shot, but without the shot's name: what it is put into begins with that."""
    where = ", ".join(f"{space} {name}" for space, name in error.place.items() if space != "shot")
    return f"{where}: {error.sentence}" if where else error.sentence
