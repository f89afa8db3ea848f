"""FCPXML for the tests, written by hand. Shares no code with the toolkit."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

FORMATS = """
  <format id="f23976" frameDuration="1001/24000s" width="1920" height="1080"/>
  <format id="f24" name="FFVideoFormat1080p24" frameDuration="100/2400s"/>
  <format id="f25" frameDuration="1/25s" width="1920" height="1080" colorSpace="1-1-1 (Rec. 709)"/>
  <format id="f2997" frameDuration="1001/30000s" width="1920" height="1080"/>
  <format id="still" name="FFVideoFormatRateUndefined" width="640" height="360"/>
"""
MEDIA = """
  <asset id="a" name="A001" start="3600s" duration="40s" hasVideo="1" format="f25">
    <media-rep kind="original-media" src="file:///gone/A001.mov"/></asset>
  <asset id="b" name="B001" start="0s" duration="20s" hasVideo="1" format="f25" src="file:///gone/B001.mov"/>
  <asset id="sound" name="wild" start="0s" duration="90s" hasAudio="1" src="file:///gone/wild.wav"/>
  <effect id="words" name="Basic Title"/>
  <effect id="clouds" name="Clouds"/>
"""


def seconds(time: Fraction | int) -> str:
    """``time`` as FCPXML writes it."""
    exact = Fraction(time)
    return f"{exact.numerator}s" if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}s"


def document(body: str, *, resources: str = "", version: str = "1.11") -> str:
    """A file with ``resources`` beside ``FORMATS`` and ``MEDIA``, and ``body`` after them."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
        f'<fcpxml version="{version}"><resources>{FORMATS}{MEDIA}{resources}</resources>{body}</fcpxml>\n'
    )


def project(spine: str, *, sequence: str = 'format="f25" tcStart="3600s" tcFormat="NDF"', name: str = "reel") -> str:
    """A project in its event and library, with the attributes of its ``sequence``."""
    return (
        f'<library><event name="day 1"><project name="{name}"><sequence {sequence}><spine>{spine}</spine>'
        "</sequence></project></event></library>"
    )


def write(tmp_path: Path, spine: str, *, resources: str = "", sequence: str | None = None) -> Path:
    """A file with one project, at 25 fps and 01:00:00:00 unless ``sequence`` says otherwise."""
    path = tmp_path / "cut.fcpxml"
    body = project(spine) if sequence is None else project(spine, sequence=sequence)
    path.write_text(document(body, resources=resources), encoding="utf-8")
    return path
