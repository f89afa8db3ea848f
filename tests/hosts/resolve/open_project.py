"""An open project and files to import, shared by the tests of the fake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.hosts.resolve import Behaviour, FakeResolve, Footage

MOVIE = Footage(frames=120, fps=24, start_timecode="10:00:00:00", audio=True)


class OpenProject:
    """The handles that every menu entry starts with."""

    def __init__(self, folder: Path, **behaviour: Any) -> None:
        self.folder = folder
        self.movie = str(folder / "plate.mov")
        Path(self.movie).touch()
        self.fake = FakeResolve(Behaviour(**behaviour), {self.movie: MOVIE})
        self.resolve: Any = self.fake.handle
        self.project: Any = self.resolve.GetProjectManager().GetCurrentProject()
        self.pool: Any = self.project.GetMediaPool()
        self.users: Any = self.project.GetCurrentTimeline()

    def create_sequence(self, first: int = 1001, last: int = 1010, name: str = "face") -> dict[str, Any]:
        """Create a sequence of empty files; return its ImportMedia argument."""
        pattern = self.folder / f"{name}.%04d.exr"
        for number in range(first, last + 1):
            (self.folder / (pattern.name % number)).touch()
        return {"FilePath": str(pattern), "StartIndex": first, "EndIndex": last}

    def import_media(self, what: Any = None) -> Any:
        """Import media, by default the movie; return its handle."""
        return self.pool.ImportMedia([what or self.movie])[0]

    def create_timeline(self, name: str = "stack") -> Any:
        """Create a timeline, which becomes current."""
        return self.pool.CreateEmptyTimeline(name)

    def place(self, media: Any, **info: Any) -> Any:
        """Append one video-only clip; return the result of AppendToTimeline."""
        answer = self.pool.AppendToTimeline([{"mediaPoolItem": media, "mediaType": 1, **info}])
        return answer[0] if answer else answer
