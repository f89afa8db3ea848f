"""What the tests of the fake share: an open project as a script holds it, and files to import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.hosts.resolve import Behaviour, FakeResolve, Footage

MOVIE = Footage(frames=120, fps=24, start_timecode="10:00:00:00", audio=True)


class Opened:
    """The handles that every menu entry begins with."""

    def __init__(self, folder: Path, **behaviour: Any) -> None:
        self.folder = folder
        self.movie = str(folder / "plate.mov")
        Path(self.movie).touch()
        self.fake = FakeResolve(Behaviour(**behaviour), {self.movie: MOVIE})
        self.resolve: Any = self.fake.handle
        self.project: Any = self.resolve.GetProjectManager().GetCurrentProject()
        self.pool: Any = self.project.GetMediaPool()
        self.users: Any = self.project.GetCurrentTimeline()

    def sequence(self, first: int = 1001, last: int = 1010, name: str = "face") -> dict[str, Any]:
        """Empty files on disk, and what ImportMedia is asked for them."""
        pattern = self.folder / f"{name}.%04d.exr"
        for number in range(first, last + 1):
            (self.folder / (pattern.name % number)).touch()
        return {"FilePath": str(pattern), "StartIndex": first, "EndIndex": last}

    def imported(self, what: Any = None) -> Any:
        """The handle of a new item of the pool: the movie, unless told otherwise."""
        return self.pool.ImportMedia([what or self.movie])[0]

    def empty_timeline(self, name: str = "stack") -> Any:
        """A new timeline, in front."""
        return self.pool.CreateEmptyTimeline(name)

    def place(self, media: Any, **info: Any) -> Any:
        """What AppendToTimeline answers for one clip of pictures only."""
        answer = self.pool.AppendToTimeline([{"mediaPoolItem": media, "mediaType": 1, **info}])
        return answer[0] if answer else answer
