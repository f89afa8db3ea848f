"""Record which Python interpreter runs the toolkit, for the host scripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import toolkit
from toolkit.documents import write_atomically


def record_command() -> Path:
    """Write the command that starts this toolkit to ``~/.toolkit/toolkit.json`` and return the path.

    Render Passes reads it in both hosts. Raises OutputNotWritable.
    """
    path = Path.home() / ".toolkit" / "toolkit.json"
    record = {"command": [sys.executable, "-m", "toolkit.cli"], "version": toolkit.__version__}
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path
