"""Make the small pictures of each shot unless they are there: while it is reviewed, or in a reading of their own."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path

from toolkit.documents import Interpolation, PassPlan, Shot, digest
from toolkit.passes import read_frame_keys
from toolkit.plates import prefetch
from toolkit.progress import Advance, ignore_steps
from toolkit.report.budget import Allowance
from toolkit.report.pictures import Frame, OpenPictures, name_clips
from toolkit.report.proxies import REVISION, Proxy, folder_name, make_proxy, read_proxy
from toolkit.report.strip import Strip, choose_moments, write_strip
from toolkit.review import FramePictures

MEDIA, STRIPS = "media", "strips"
"""Folders below that of the page."""
_AHEAD = 2
"""Frames that are read before they are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMaker:
    """Makes proxies and strips of the shots of one report, and keeps those that are up to date."""

    root: Path
    """The output folder."""
    folder: Path
    """That of the page."""
    allowance: Allowance
    open_pictures: OpenPictures
    interpolation: Interpolation
    """How the frames between those of a pass on twos are filled in."""

    def proxy_folder(self, shot: Shot, plans: Sequence[PassPlan]) -> str:
        """Where the proxy of ``shot`` is or will be, below the folder of the page."""
        return f"{MEDIA}/{folder_name(shot.name, self._key(shot, plans))}"

    def watch(self, shot: Shot, plans: Sequence[PassPlan], frames: Iterator[FramePictures]) -> None:
        """Take all ``frames`` of a review, and make the proxy of ``shot`` from them if there is none.

        Raises OutputNotWritable, and what ``frames`` raises.
        """
        folder = self.folder / self.proxy_folder(shot, plans)
        if read_proxy(folder) is None:
            self._make_proxy(folder, shot, map(name_clips, frames), ignore_steps)
        for _ in frames:
            pass

    def find_or_make(self, shot: Shot, plans: Sequence[PassPlan], advance: Advance) -> Proxy | None:
        """The proxy of ``shot``; None: it has no pictures.

        Raises OutputNotWritable, and what ``open_pictures`` raises.
        """
        folder = self.folder / self.proxy_folder(shot, plans)
        kept = read_proxy(folder)
        if kept is not None:
            advance(len(shot.rendered_range))
            return kept
        with self.open_pictures(shot, plans) as pictures, closing(_read_ahead(pictures.frames())) as frames:
            return self._make_proxy(folder, shot, frames, advance)

    def find_or_make_strip(
        self, shot: Shot, plans: Sequence[PassPlan], proxy: Proxy, worst: int | None
    ) -> tuple[Strip, str]:
        """The thumbnails of ``shot``, among them its ``worst`` frame, and their file below the folder of the page.

        Raises OutputNotWritable, and what ``open_pictures`` raises.
        """
        moments = choose_moments(shot.rendered_range, worst, allowed=self.allowance.strip)
        strip = Strip.of(moments, proxy.size, allowed=self.allowance.strip)
        file = f"{STRIPS}/{folder_name(shot.name, digest(self._key(shot, plans), moments))}.jpg"
        if not (self.folder / file).exists():
            with self.open_pictures(shot, plans) as pictures:
                write_strip(self.folder / file, pictures.frames(moments), strip, allowed=self.allowance.strip)
        return strip, file

    def _make_proxy(self, folder: Path, shot: Shot, frames: Iterator[Frame], advance: Advance) -> Proxy | None:
        return make_proxy(
            folder,
            frames,
            count=len(shot.rendered_range),
            rate=shot.media.rate,
            allowance=self.allowance,
            advance=advance,
        )

    def _key(self, shot: Shot, plans: Sequence[PassPlan]) -> str:
        """Digest of everything that the pictures depend on: the layers by their plans and content keys."""
        keys = [read_frame_keys(plan, self.root) for plan in plans]
        return digest(
            REVISION,
            shot.media,
            shot.rendered_range,
            [(plan.label, plan.digest()) for plan in plans],
            [one.keys if one is not None else None for one in keys],
            self.allowance,
            *([self.interpolation] if any(plan.step > 1 for plan in plans) else []),
        )


def _read_ahead(frames: Iterator[Frame]) -> Generator[Frame, None, None]:
    """``frames``, read and put together in a thread while earlier ones are encoded."""
    with closing(prefetch(repeat(partial(next, frames, None)), workers=1, ahead=_AHEAD)) as read:
        for frame in read:
            if frame is None:
                return
            yield frame
