"""The heaviest chain: of possible pairs between two sequences, those that keep the order of both."""

from __future__ import annotations

from collections.abc import Sequence

Pair = tuple[int, int, int]
"""A place in the first sequence, a place in the second, and a weight above 0."""


def heaviest_chain(pairs: Sequence[Pair]) -> list[int]:
    """The indices of those ``pairs`` that ascend strictly in both places and weigh the most together, in that order.

    With equal weights this is the longest common subsequence, and for pairs of which each place is in one only, the
    longest increasing one. O(n log n) for n pairs: a Fenwick tree holds the best chain up to each second place.
    """
    size = max((second for _, second, _ in pairs), default=-1) + 1
    best: list[tuple[int, int]] = [(0, -1)] * (size + 1)
    before = [-1] * len(pairs)
    heaviest = (0, -1)
    # of equal first places the highest second one first, so that no two of them are in one chain
    for index in sorted(range(len(pairs)), key=lambda one: (pairs[one][0], -pairs[one][1])):
        _, second, weight = pairs[index]
        sum_before, before[index] = _best_up_to(best, second)
        chain = (sum_before + weight, index)
        _raise(best, second + 1, chain)
        heaviest = max(heaviest, chain)
    found: list[int] = []
    last = heaviest[1]
    while last >= 0:
        found.append(last)
        last = before[last]
    return found[::-1]


def _best_up_to(tree: Sequence[tuple[int, int]], end: int) -> tuple[int, int]:
    """The heaviest chain that ends before the place ``end``, by weight and last pair; (0, -1) for none."""
    best = (0, -1)
    while end > 0:
        best = max(best, tree[end])
        end &= end - 1
    return best


def _raise(tree: list[tuple[int, int]], place: int, chain: tuple[int, int]) -> None:
    while place < len(tree):
        tree[place] = max(tree[place], chain)
        place += place & -place
