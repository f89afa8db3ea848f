"""Text for formats that take no control characters, and XML files."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

from toolkit.documents import write_atomically

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
"""Line ends and control characters, which end a line of an EDL, and what XML 1.0 cannot hold."""


def one_line(text: str) -> str:
    """``text`` without line ends and control characters."""
    return text if text.isprintable() else _NO_TEXT.sub(" ", text)


def decimal(number: Fraction) -> str:
    """``number`` with up to nine decimal places."""
    return f"{float(number):.9f}".rstrip("0").rstrip(".")


def add_element(parent: ET.Element, tag: str, text: str | int | None = None, **attributes: str) -> ET.Element:
    """A new last child of ``parent``."""
    element = ET.SubElement(parent, tag, {key: one_line(value) for key, value in attributes.items()})
    if text is not None:
        element.text = one_line(str(text))
    return element


def write_xml(root: ET.Element, path: Path) -> None:
    """Write the document of ``root``, whose tag is the document type. Raises OutputNotWritable."""
    ET.indent(root, " ")
    with write_atomically(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {root.tag}>\n')
        file.write(ET.tostring(root, encoding="unicode") + "\n")
