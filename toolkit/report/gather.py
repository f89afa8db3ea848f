"""Gather what the page knows of each shot, with its small pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from toolkit.documents import Cut, PassPlan, Review, Shot, ShotReview
from toolkit.errors import OutputNotWritable, ToolkitError
from toolkit.progress import Advance
from toolkit.report.entries import ShotEntry
from toolkit.report.picture_maker import PictureMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """Makes the entries of a page."""

    maker: PictureMaker
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
        """``entry`` with its proxy and its strip, or with what kept them from being made."""
        shot, plans = entry.shot, entry.plans
        try:
            folder = self.maker.proxy_folder(shot, plans)
            proxy = self.maker.find_or_make(shot, plans, self.advance)
            if proxy is None:
                return replace(entry, problems=(*entry.problems, "It has no pictures."))
            strip, file = self.maker.find_or_make_strip(shot, plans, proxy, entry.worst[0] if entry.worst else None)
        except OutputNotWritable:
            raise
        except ToolkitError as error:
            return replace(
                entry, problems=(*entry.problems, f"Its pictures cannot be shown: {str(error).rstrip('.')}.")
            )
        return replace(entry, proxy=proxy, folder=folder, strip=strip, strip_file=file)


def _reasons(shot: Shot, left_out: Mapping[str, str]) -> list[str]:
    reason = left_out.get(shot.name)
    return [f"It was not rendered: {reason.rstrip('.')}."] if reason else []
