"""Text files that people write by hand."""

from __future__ import annotations

import codecs


def decode_text(data: bytes) -> str:
    """UTF-8, with or without its mark, or UTF-16 with its mark, which is what ``>`` writes in PowerShell on Windows.

    Raises UnicodeDecodeError.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")
