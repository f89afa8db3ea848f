"""docs/settings.md is what ``python -m toolkit.settings`` prints."""

from __future__ import annotations

from tests.docs._pages import REPOSITORY
from toolkit.settings import Settings, setting_keys
from toolkit.settings.__main__ import settings_page

PAGE = REPOSITORY / "docs" / "settings.md"


def test_the_settings_page_is_generated() -> None:
    """Regenerate with ``python -m toolkit.settings > docs/settings.md``."""
    assert PAGE.read_text(encoding="utf-8") == settings_page()


def test_every_setting_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [key for key in setting_keys(Settings()) if f"| `{key}` |" not in text] == []
