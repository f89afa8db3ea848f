"""The site builds without a warning: every link, anchor and page of the navigation is valid, every API name exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.docs._pages import REPOSITORY
from toolkit import __all__ as public_names

REQUIRED_PAGES = {"index.html", "cli/index.html", "settings/index.html", "api/index.html", "quickstart-td/index.html"}


def test_the_site_builds_strictly(tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=REPOSITORY,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert set(pages) >= REQUIRED_PAGES
    for name, text in pages.items():
        fetched = re.findall(r"<(?:link|script|img)[^>]+(?:src|href)=\"?(https?://[^\s\">]+)", text)
        assert fetched == [], f"{name} fetches from the network"


def test_the_api_page_lists_every_public_name() -> None:
    page = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^::: toolkit\.(\w+)$", page, flags=re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == set(public_names) - {"__version__"}
