"""Shots whose media turn out to be unusable during the work: the others go on without them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from toolkit.documents import Shot
from toolkit.errors import MediaError, ShotsLeftOut, at

log = logging.getLogger(__name__)


class Failures:
    """Collects the errors of shots, by shot name; when ``strict``, the first one ends the work instead."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._errors: dict[str, MediaError] = {}

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why each failed shot failed."""
        return {name: str(error) for name, error in self._errors.items()}

    @contextmanager
    def catch(self, shot: Shot) -> Iterator[None]:
        """Work on ``shot`` in this block; a MediaError is logged and ends the block only."""
        try:
            with at(shot=shot.name):
                yield
        except MediaError as error:
            if self._strict:
                raise
            log.warning("%s; this shot is left out, and the others go on", error)
            self._errors[shot.name] = error

    def check(self, shots: Sequence[Shot]) -> None:
        """Raises the error of the first shot if all ``shots`` failed."""
        if self._errors and len(self._errors) == len(shots):
            raise next(iter(self._errors.values()))

    def raise_if_any(self, shots: Sequence[Shot]) -> None:
        """Raises like ``check``, and ShotsLeftOut if some of ``shots`` failed."""
        self.check(shots)
        if self._errors:
            raise ShotsLeftOut(self.reasons)
