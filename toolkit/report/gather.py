"""Gather what the page knows of each shot, and make its small pictures unless they are there."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from pathlib import Path

from toolkit.documents import Cut, Interpolation, PassPlan, Review, Shot, ShotReview, digest
from toolkit.errors import OutputNotWritable, ToolkitError
from toolkit.passes import read_frame_keys
from toolkit.plates import prefetch
from toolkit.progress import Advance
from toolkit.report.budget import Allowance
from toolkit.report.entries import ShotEntry
from toolkit.report.pictures import Frame, OpenPictures
from toolkit.report.proxies import REVISION, Proxy, folder_name, make_proxy, read_proxy
from toolkit.report.strip import choose_moments

_AHEAD = 2
"""Frames that are read before they are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """Makes the entries of a page."""

    root: Path
    """The output folder."""
    media: Path
    """The folder of the small pictures."""
    allowance: Allowance
    open_pictures: OpenPictures
    interpolation: Interpolation
    """How the frames between those of a pass on twos are filled in."""
    advance: Advance

    def gather(
        self, cut: Cut, plans: Iterable[PassPlan], review: Review | None, left_out: Mapping[str, str]
    ) -> list[ShotEntry]:
        """One entry for each source shot of ``cut``, in its order."""
        by_shot: dict[str, list[PassPlan]] = {}
        for plan in plans:
            by_shot.setdefault(plan.shot, []).append(plan)
        reviews = {one.shot: one for one in review.shots} if review is not None else {}
        return [
            self._enter(shot, cut, by_shot.get(shot.name, []), reviews.get(shot.name), _reasons(shot, left_out))
            for shot in cut.source_shots()
        ]

    def _enter(
        self, shot: Shot, cut: Cut, plans: Sequence[PassPlan], review: ShotReview | None, problems: list[str]
    ) -> ShotEntry:
        uses = tuple(use for use in cut.shots if use.rendered_name == shot.name)
        entry = ShotEntry(
            shot=shot, uses=uses, plans=tuple(plans), review=review, proxy=None, folder="", problems=tuple(problems)
        )
        if not plans:
            self.advance(len(shot.rendered_range))
            return replace(entry, problems=(*problems, *([] if problems else ["No pass of it is delivered."])))
        return self._with_pictures(entry)

    def _with_pictures(self, entry: ShotEntry) -> ShotEntry:
        """``entry`` with its proxy, or with what kept it from being made."""
        worst = entry.worst[0] if entry.worst else None
        moments = choose_moments(entry.shot.rendered_range, worst, allowed=self.allowance.strip)
        try:
            name = folder_name(entry.shot.name, self._key(entry, moments))
            proxy = self._find_or_make(entry, self.media / name, moments)
        except OutputNotWritable:
            raise
        except ToolkitError as error:
            return replace(
                entry, problems=(*entry.problems, f"Its pictures cannot be shown: {str(error).rstrip('.')}.")
            )
        if proxy is None:
            return replace(entry, problems=(*entry.problems, "It has no pictures."))
        return replace(entry, proxy=proxy, folder=f"{self.media.name}/{name}")

    def _find_or_make(self, entry: ShotEntry, folder: Path, moments: Sequence[int]) -> Proxy | None:
        kept = read_proxy(folder)
        shot = entry.shot
        if kept is not None:
            self.advance(len(shot.rendered_range))
            return kept
        with self.open_pictures(shot, entry.plans) as pictures, closing(_read_ahead(pictures.frames())) as frames:
            return make_proxy(
                folder,
                frames,
                count=len(shot.rendered_range),
                rate=shot.media.rate,
                allowance=self.allowance,
                strip_frames=moments,
                advance=self.advance,
            )

    def _key(self, entry: ShotEntry, moments: Sequence[int]) -> str:
        """Digest of everything that the pictures depend on: the layers by their plans and content keys."""
        keys = [read_frame_keys(plan, self.root) for plan in entry.plans]
        return digest(
            REVISION,
            entry.shot.media,
            entry.shot.rendered_range,
            [(plan.label, plan.digest()) for plan in entry.plans],
            [one.keys if one is not None else None for one in keys],
            self.allowance,
            list(moments),
            *([self.interpolation] if any(plan.step > 1 for plan in entry.plans) else []),
        )


def _read_ahead(frames: Iterator[Frame]) -> Generator[Frame, None, None]:
    """``frames``, read and put together in a thread while earlier ones are encoded."""
    with closing(prefetch(repeat(partial(next, frames, None)), workers=1, ahead=_AHEAD)) as read:
        for frame in read:
            if frame is None:
                return
            yield frame


def _reasons(shot: Shot, left_out: Mapping[str, str]) -> list[str]:
    reason = left_out.get(shot.name)
    return [f"It was not rendered: {reason.rstrip('.')}."] if reason else []
