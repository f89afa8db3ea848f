"""Prompts: the templates of a look, with ``{expression}`` filled in for every frame."""

from __future__ import annotations

from toolkit.documents import FaceTracks
from toolkit.passes.planning.expression_words import expression_words
from toolkit.settings import EXPRESSION, Look


def words_by_frame(tracks: FaceTracks, look: Look) -> list[dict[int, str]]:
    """The expression of each face, by source frame; empty if no prompt of ``look`` has ``{expression}``."""
    if not any(EXPRESSION in template for template in (look.prompt, *(entry.prompt for entry in look.prompts))):
        return [{} for _ in tracks.faces]
    words = []
    for track in tracks.faces:
        frames = (sample.source_frame for sample in track.samples)
        words.append(dict(zip(frames, expression_words(track.samples, tracks.blendshape_names), strict=True)))
    return words


def fill_prompt(template: str, words: str) -> str:
    """Put ``words`` into ``template``; if they are empty, drop the empty item between its commas too."""
    if EXPRESSION not in template:
        return template
    items = (item.strip() for item in template.replace(EXPRESSION, words).split(","))
    return ", ".join(item for item in items if item)
