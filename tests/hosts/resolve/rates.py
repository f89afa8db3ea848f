"""Frame rates and timecode in Resolve's notation."""

from __future__ import annotations

RATES = (
    "16",
    "18",
    "23.976",
    "24",
    "25",
    "29.97",
    "30",
    "47.952",
    "48",
    "50",
    "59.94",
    "60",
    "72",
    "95.904",
    "96",
    "100",
    "119.88",
    "120",
)
"""The rates a project can have; ``29.97`` and ``59.94`` also with `` DF``."""


def is_rate(text: str) -> bool:
    """Return whether a project or timeline can be set to this rate."""
    return text in RATES or (text.endswith(" DF") and text[:-3] in ("29.97", "59.94"))


def parse_rate(text: str) -> float:
    """Return ``29.97 DF`` as 29.97."""
    return float(text.split(maxsplit=1)[0])


def timecode_to_frame(timecode: str, rate: float) -> int:
    """Return the frame number since midnight; ``;`` before the frames means drop frame. Raises ValueError."""
    nominal = round(rate)
    hours, minutes, seconds, frames = (int(part) for part in timecode.replace(";", ":").split(":"))
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if ";" in timecode:
        total = hours * 60 + minutes
        count -= nominal // 15 * (total - total // 10)
    return count


def frame_to_timecode(frame: int, rate: float, *, drop: bool = False) -> str:
    """Return the timecode of a frame since midnight."""
    nominal = round(rate)
    if drop:
        dropped = nominal // 15
        per_minute, per_ten = nominal * 60 - dropped, nominal * 600 - dropped * 9
        tens, rest = divmod(frame, per_ten)
        minutes = max(0, (rest - dropped) // per_minute)
        frame += dropped * (9 * tens + minutes)
    seconds, frames = divmod(frame, nominal)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{';' if drop else ':'}{frames:02d}"
