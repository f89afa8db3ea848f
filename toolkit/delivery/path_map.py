"""Where the hosts' machines see the files of a delivery: folders may have other names there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import Delivery, DeliveryClip


@dataclass(frozen=True, slots=True)
class PathMap:
    """Pairs of (folder here, folder there), the longest first; without any, paths stay as they are."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> PathMap:
        """The map of the setting ``delivery.map``: ``/mnt/show=Z:/show, /mnt/lib=Y:``."""
        pairs = [
            tuple(part.strip().rstrip("/\\") for part in pair.split("=")) for pair in text.split(",") if pair.strip()
        ]
        return cls(tuple(sorted(((here, there) for here, there in pairs), key=lambda pair: -len(pair[0]))))

    def map(self, path: str) -> str:
        """``path`` as the hosts' machines see it. Whole folder names count; separators follow the folder there."""
        plain = path.replace("\\", "/")
        for here, there in self.pairs:
            start = here.replace("\\", "/")
            if plain == start or plain.startswith(f"{start}/"):
                rest = plain[len(start) :]
                return there + (rest.replace("/", "\\") if "\\" in there else rest)
        return path

    def locate(self, clip: DeliveryClip, root: Path) -> str:
        """The first file of ``clip``, absolute; the layers are under ``root``."""
        return self.map(clip.path if clip.version is None else str(root.absolute() / clip.path))

    def map_plates(self, delivery: Delivery) -> Delivery:
        """``delivery`` with the plates where the hosts see them; the paths of layers are relative to it."""
        if not self.pairs:
            return delivery
        tracks = tuple(
            track.model_copy(
                update={
                    "clips": tuple(
                        clip.model_copy(update={"path": self.map(clip.path)}) if clip.version is None else clip
                        for clip in track.clips
                    )
                }
            )
            for track in delivery.tracks
        )
        return delivery.model_copy(update={"tracks": tracks})
