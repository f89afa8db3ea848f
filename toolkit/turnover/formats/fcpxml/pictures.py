"""What a clip of FCPXML shows: a file, a title or generator, or a timeline inside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_clip, make_generator_reference, make_missing_reference, make_stack
from toolkit.turnover.formats.fcpxml.clips import (
    CONTAINERS,
    GENERATORS,
    ClipTimes,
    angle_zero,
    chosen_angle,
    connects_pictures,
    has_pictures,
    inside,
    read_times,
    shown_story,
    shows_pictures,
    storylines,
)
from toolkit.turnover.formats.fcpxml.retimes import Line
from toolkit.turnover.formats.fcpxml.times import time_of
from toolkit.turnover.formats.fcpxml.tracks import Run, build_tracks
from toolkit.turnover.formats.fcpxml.uses import Use

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema
    from opentimelineio.core import Item

    from toolkit.turnover.formats.fcpxml.resources import Asset
    from toolkit.turnover.formats.fcpxml.story import StoryReader


def build_picture(reader: StoryReader, use: Use) -> Item | None:
    """What ``use`` shows on the timeline of ``reader``; None when it is not a picture. Raises BadTime."""
    if not shows_pictures(use.element, reader.resources):
        return None
    if use.element.tag in CONTAINERS:
        item = _build_container(reader, use, use.element, reader, Fraction(0))
    elif use.element.tag == "ref-clip":
        item = _build_compound(reader, use)
    elif use.element.tag == "mc-clip":
        item = _build_multicam(reader, use)
    else:
        item = _build_leaf(reader, use)
    if item is not None:
        media = reader.resources.elements.get(use.element.get("ref", ""))
        item.name = use.name or item.name or (media.get("name", "") if media is not None else "")
        item.enabled = item.enabled and use.element.get("enabled", "1") != "0"
    return item


# --- one file --------------------------------------------------------------------------------------------------


def _build_leaf(reader: StoryReader, use: Use) -> schema.Clip:
    element = use.element
    asset = None if element.tag in GENERATORS else reader.resources.asset(element.get("ref"))
    if asset is not None:
        return _build_asset_clip(reader, use, asset)
    effect = reader.resources.find("effect", element.get("ref"))
    name = effect.get("name", "") if effect is not None else ""
    if element.tag in GENERATORS or effect is not None:
        kind = element.tag if element.tag in GENERATORS else "generator"
        return make_clip(name, make_generator_reference(f"{kind} {name}".strip()), use.whole_range())
    return _build_lost(reader, use)


def _build_asset_clip(reader: StoryReader, use: Use, asset: Asset) -> schema.Clip:
    shown, effects = use.retime(asset.rate or reader.rate, zero=asset.start)
    return make_clip(asset.name, asset.reference(reader.rate), shown, effects=effects)


def _build_lost(reader: StoryReader, use: Use) -> schema.Clip:
    reader.notes.of_clip(use.element)(f"what it shows, '{use.element.get('ref', '')}', is not in the file")
    return make_clip(use.name, make_missing_reference(use.name), use.whole_range())


# --- timelines inside a clip -----------------------------------------------------------------------------------


def _build_compound(reader: StoryReader, use: Use) -> Item | None:
    sequence = shown_story(use.element, reader.resources)
    if sequence is None:
        return _build_lost(reader, use)
    nested = _nested_reader(reader, use.element, sequence)
    if nested is None:
        return None
    zero = time_of(sequence, "tcStart") or Fraction(0)
    return _build_stack(use, nested, nested.read_sequence(sequence, zero), zero)


def _build_multicam(reader: StoryReader, use: Use) -> Item | None:
    multicam = shown_story(use.element, reader.resources)
    if multicam is None:
        return _build_lost(reader, use)
    nested = _nested_reader(reader, use.element, multicam)
    angle = chosen_angle(use.element, multicam)
    if nested is None:
        return None
    if angle is None:
        reader.notes.of_clip(use.element)("it shows none of the angles in the file")
        return None
    return _build_container(reader, use, angle, nested, angle_zero(angle, time_of(multicam, "tcStart")))


def _nested_reader(reader: StoryReader, element: Element, story: Element) -> StoryReader | None:
    """The reader of ``story``, which ``element`` refers to; None, with a note, when that holds ``element`` itself."""
    media = element.get("ref", "")
    if media in reader.inside_of:
        reader.notes.of_clip(element)("it is left out, as it is a part of itself")
        return None
    return reader.nested(reader.resources.rate_of_format(story.get("format")) or reader.rate, media)


def _build_container(
    reader: StoryReader, use: Use, parent: Element, nested: StoryReader, base: Fraction
) -> Item | None:
    """What lies in ``parent``: its only picture, when that lasts as long as ``use``, else a stack.

    ``base`` is the time, of the clock of ``parent``, from which offsets in it count.
    """
    members = _members_shown(parent, nested, base, use.window())
    if not members:
        return None
    if len(members) == 1 and members[0].is_alone:
        member = members[0]
        steps = (Line(offset=-member.first, pace=Fraction(1)), *member.times.clock().steps)
        return build_picture(reader, replace(use, element=member.element, clock=use.clock.then(*steps)))
    zero = min(member.first for member in members)
    runs: list[Run] = []
    for elements, offset in storylines(parent):
        runs += nested.read_storyline(elements, Line(offset=base + offset - zero, pace=Fraction(1)), ())
    return _build_stack(use, nested, runs, zero)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """A clip inside a clip."""

    element: Element
    first: Fraction
    """Seconds of the clock of its parent."""
    times: ClipTimes
    is_alone: bool
    """Whether it lasts as long as what is shown of its parent, and nothing is connected to it."""


def _members_shown(
    parent: Element, nested: StoryReader, base: Fraction, window: tuple[Fraction, Fraction]
) -> list[_Member]:
    """The pictures in ``parent`` inside the ``window`` of its clock, whose offsets count from ``base``, seconds."""
    low, high = window
    members = []
    position = base
    frame = 1 / nested.rate
    for child, zero in inside(parent):
        nested.budget.spend()
        offset = time_of(child, "offset")
        first = position if offset is None else base + zero + offset
        times = read_times(child, nested.resources, nested.rate, nested.notes.of_clip(child))
        position = first + times.duration
        if first < high and position > low and has_pictures(child, nested.resources):
            covers = first <= low + frame / 2 and position >= high - frame
            is_alone = covers and not connects_pictures(child, nested.resources)
            members.append(_Member(element=child, first=first, times=times, is_alone=is_alone))
    return members


def _build_stack(use: Use, nested: StoryReader, runs: list[Run], zero: Fraction) -> schema.Stack | None:
    """The timeline of ``runs``, whose clock reads ``zero`` at its first frame; None when it has no pictures."""
    if not any(run.has_pictures for run in runs):
        return None
    shown, effects = use.retime(nested.rate, zero=zero, origin=zero)
    stack = make_stack(use.name, shown, build_tracks(runs, nested.rate))
    for effect in effects:
        stack.effects.append(effect)
    return stack
