"""What is placed on which track: the clips of a delivery, each in the place of the older layers that it replaces."""

import collections

from toolkit_resolve.carry_over import CarryOver
from toolkit_resolve.delivery import is_plate, sort_by_record
from toolkit_resolve.placement import describe_unplaceable

Piece = collections.namedtuple("Piece", "clip media old edited is_layer")
"""A clip of the delivery to place: ``edited`` is the clip with the place and trim of ``old``, if it replaces one."""


class Planner:
    """Plans one import; ``carry_over`` is there after ``plan``."""

    def __init__(self, resolve, target, delivery, bins, replaced, report):
        self.target, self.delivery, self.bins, self.replaced, self.report = target, delivery, bins, replaced, report
        self.resolve, self.media, self.carry_over = resolve, {}, None

    def plan(self, tracks):
        """Return the pieces to place, by the name of their track; pieces that overlap get tracks of their own.

        The tracks are added one after another from the bottom: a Resolve that adds tracks only on top then has them in
        the right order.
        """
        pairs = [] if self.replaced.is_beside else [(clip, self._find_media(clip), list(self.replaced.find(clip)))
                                      for track in self.delivery["tracks"] for clip in track["clips"]
                                      if self.replaced.find(clip)]
        self.carry_over = CarryOver(self.resolve, self.target.timeline, self.delivery, self.report, self.target.times,
                                    pairs)
        olds, plan = {clip["name"]: olds for clip, _, olds in pairs}, {}
        for track in tracks.add_tracks(self.replaced.kept, self.replaced.find_under):
            clips = [clip for clip in sort_by_record(track) if clip["name"] not in self.replaced.kept]
            pieces = [piece for clip in clips
                      for piece in self._plan_clip(clip, olds.get(clip["name"], []), is_plate(track))]
            plan.update(tracks.add_lanes(track["name"], pieces))
        return plan

    def _find_media(self, clip):
        if clip["name"] not in self.media:
            self.media[clip["name"]] = self.bins.find_or_import(clip, self.delivery["name"], clip["shot"])
        return self.media[clip["name"]]

    def _plan_clip(self, clip, olds, is_plate_clip):
        """Return one piece for a clip, or one for each older layer that it replaces."""
        media = self._find_media(clip) if olds else self.bins.find_or_import(clip, self.delivery["name"], clip["shot"])
        why = describe_unplaceable(clip, self.delivery["fps"])
        if why:
            self.report["by_hand"].append(why)
            self.replaced.keep(list(self.replaced.find(clip)))
            return []
        parts = self.carry_over.plan(clip, olds) or [(None, clip)]
        return [Piece(clip, media, old, edited, not is_plate_clip) for old, edited in parts]
