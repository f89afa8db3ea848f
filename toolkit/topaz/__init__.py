"""Topaz Video AI: read what is asked of it, build the command lines of its own FFmpeg, find that program and run it.

Tested against a stand-in only, never against the real program.
"""

from __future__ import annotations

from toolkit.topaz.job import FEWEST_FRAMES, MOVIE, PICTURES, Clip, Job, plan_job
from toolkit.topaz.process import run_command
from toolkit.topaz.program import NAME, Program, expected_program, find_program
from toolkit.topaz.recipe import Recipe, parse_recipe

__all__ = [
    "FEWEST_FRAMES",
    "MOVIE",
    "NAME",
    "PICTURES",
    "Clip",
    "Job",
    "Program",
    "Recipe",
    "expected_program",
    "find_program",
    "parse_recipe",
    "plan_job",
    "run_command",
]
