"""What lies over what: named where that is another order than the editor's, or where something hides a new layer."""

import collections

from toolkit_resolve.resolve_values import join_names, parse_layer_name

Placed = collections.namedtuple("Placed", "number start duration name layer old track")
"""A clip that was placed; ``old`` is the layer that it replaces, or None."""


class LayerOrder:
    """Compares the placed clips with the layers that they replace and with ``others``, which stay."""

    def __init__(self, others, by_hand):
        self.others, self.by_hand, self.placed = others, by_hand, []

    def add(self, number, track, placement, name, old):
        """Record a clip placed on a track."""
        self.placed.append(Placed(*((number,) + placement[:2] + (name, parse_layer_name(name), old, track))))

    def report(self):
        """Name every change; the older layers must still be there."""
        hidden, swapped = {}, {}
        for at, new in enumerate(self.placed):
            for other in self.others:
                self._compare_with_other(new, other, hidden)
            for second in self.placed[:at]:
                lower, upper = sorted((new, second), key=lambda one: one.number)
                if overlap(lower, upper) and lower.old is not None and upper.old is not None \
                        and overlap(lower.old, upper.old) and lower.old.number > upper.old.number:
                    swapped.setdefault((upper.track, lower.track), set()).add(upper.name)
        for name, under in sorted(hidden.items()):
            self.by_hand.append("'%s' hides what is under it, %s: switch it off or move its track, unless that is right"
                                % (name, join_names(under)))
        for (upper, lower), names in sorted(swapped.items()):
            self.by_hand.append("'%s' is over '%s' now, for %s: move the track if that is wrong"
                                % (upper, lower, join_names(names)))

    def _compare_with_other(self, new, other, hidden):
        if not overlap(new, other):
            return
        if new.old is not None and overlap(new.old, other):
            if (other.number < new.old.number) != (other.number < new.number):
                self.by_hand.append("'%s' is %s '%s' now: move its track if that is wrong" % (
                    new.name, "under" if other.number > new.number else "over", other.name))
        elif new.layer and other.is_shown and other.number > new.number \
                and (other.layer[0], other.layer[1]) != (new.layer[0], "FACE"):
            hidden.setdefault(other.name, set()).add(new.name)


def overlap(one, other):
    """Return whether two items overlap in time."""
    return one.start < other.start + other.duration and other.start < one.start + one.duration
