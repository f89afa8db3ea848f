"""Telling the host scripts which interpreter runs the toolkit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import toolkit
from toolkit.documents import appearing


def record_command() -> Path:
    """Write the command that starts this toolkit into ``~/.toolkit/toolkit.json``; its path.

    Render Passes of both hosts reads it. Raises OutputNotWritable.
    """
    path = Path.home() / ".toolkit" / "toolkit.json"
    record = {"command": [sys.executable, "-m", "toolkit.cli"], "version": toolkit.__version__}
    with appearing(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path
