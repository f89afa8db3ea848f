"""Everything that can go wrong, in one tree. Each error takes facts and writes its own sentence.

    ToolkitError                        exit code 1  our fault, or nobody's
    ├── InputError                      exit code 2  what the user asked for
    │   ├── NoSuchFile                  the path given does not exist
    │   ├── Unreadable                  it is there and cannot be opened
    │   ├── UnreadableCut               the file is not a timeline this version reads
    │   ├── EmptyCut                    a timeline, but nothing in it can be rendered
    │   ├── NoMatchingShot              --shot matched nothing
    │   ├── SettingsError               a key or a value of --set, a preset or toolkit.toml
    │   ├── DocumentError               a JSON document of ours that does not hold
    │   ├── MissingDocument             a stage was asked for before the stage it reads from
    │   ├── OutputNotWritable           OUT cannot be created or written
    │   ├── OutputBusy                  another run is writing into OUT
    │   ├── WorkflowError               a ComfyUI workflow that does not hold, or not with its look
    │   ├── NoInfotext                  a picture that does not say how it was painted
    │   └── UnknownEngine               no engine of that name
    ├── MediaError                      exit code 3  the picture files
    │   ├── MissingMedia                the file or sequence is not there
    │   ├── MissingFrames               a sequence with holes, or media shorter than the cut
    │   ├── CorruptMedia                truncated or undecodable
    │   └── UnsupportedMedia            readable, but not a picture we can work on
    └── EngineError                     exit code 4  what sees or paints cannot run
        ├── EngineUnavailable           its packages, weights or server are not here
        ├── PackageMissing              what was asked for needs a package that is not installed
        ├── EngineFailed                it ran and did not deliver
        ├── DepthUnavailable            the estimator of depth cannot be had, or did not deliver
        └── ModelUnavailable            the face or pose model cannot be had

``at(...)`` adds the place (shot, pass, frame) to any error that passes through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Literal


class ToolkitError(Exception):
    """Root of all errors raised on purpose; its text is one line for the person at the keyboard."""

    exit_code = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place: dict[str, str | int] = {}

    def __str__(self) -> str:
        if not self.place:
            return self.sentence
        where = ", ".join(f"{space} {name}" for space, name in self.place.items())
        return f"{where}: {self.sentence}"

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process boundaries as the sentence they wrote, not as the facts they took."""
        return _revived, (type(self), self.sentence, self.place)


def _revived(kind: type[ToolkitError], sentence: str, place: dict[str, str | int]) -> ToolkitError:
    error = kind.__new__(kind)
    ToolkitError.__init__(error, sentence)
    error.place = place
    return error


@contextmanager
def at(**place: str | int) -> Iterator[None]:
    """Attach the place (``shot="sh010", frame=1004``) to a ToolkitError on its way out; the inner place wins."""
    try:
        yield
    except ToolkitError as error:
        error.place = {**place, **error.place}
        raise


# --- the user's input ------------------------------------------------------------------------------------------


class InputError(ToolkitError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class NoSuchFile(InputError):
    """The path does not exist."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"no such file: {path}")


class Unreadable(InputError):
    """The file is there, and the file system does not let us read it: permissions, a folder of that name."""

    def __init__(self, path: Path | str, error: OSError) -> None:
        super().__init__(f"cannot read {path}: {error.strerror or error}")


class UnreadableCut(InputError):
    """The file is not a timeline this version reads."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path} is not a cut this version reads: {problem}")


class EmptyCut(InputError):
    """A timeline in which nothing can be rendered; ``reasons`` say why, clip by clip."""

    def __init__(self, path: Path | str, reasons: Sequence[str]) -> None:
        why = "; ".join(reasons) if reasons else "it has no video clips"
        super().__init__(f"nothing to render in {path}: {why}")


class NoMatchingShot(InputError):
    """``--shot`` matched nothing."""

    def __init__(self, patterns: Sequence[str], names: Sequence[str]) -> None:
        super().__init__(f"no shot matches {', '.join(patterns)}; the cut has: {', '.join(names)}")


class SettingsError(InputError):
    """A setting that does not exist or does not hold; ``source`` says where it was written."""

    def __init__(self, key: str, problem: str, *, source: str = "--set") -> None:
        super().__init__(f"{source}: {key}: {problem}")

    @classmethod
    def unknown(
        cls, key: str, known: Iterable[str], *, source: str = "--set", what: Literal["setting", "preset"] = "setting"
    ) -> SettingsError:
        """The key (or the preset) does not exist: name the nearest ones that do."""
        candidates = sorted(known)
        near = get_close_matches(key, candidates, n=1, cutoff=0.5)
        listed = "known keys" if what == "setting" else "presets"
        hint = f"did you mean {near[0]}?" if near else f"{listed}: {', '.join(candidates)}"
        return cls(key, f"no such {what}; {hint}", source=source)

    @classmethod
    def not_toml(cls, path: Path, error: ValueError) -> SettingsError:
        """The file cannot be parsed; a section that stands there twice comes from putting two files together."""
        merge = "; a section stands once in a file: put the lines of both below one" if "twice" in str(error) else ""
        return cls("not TOML", f"{error}{merge}", source=str(path))


class DocumentError(InputError):
    """A document on disk does not hold; ``pointer`` is a JSON pointer to the first fault."""

    def __init__(self, path: Path | str, pointer: str, problem: str) -> None:
        super().__init__(f"{path}: at {pointer or '/'}: {problem}")


class MissingDocument(InputError):
    """A stage was asked for before the stage it reads from; ``made_by`` is the command that makes the document."""

    def __init__(self, path: Path | str, made_by: str) -> None:
        super().__init__(f"{path} is not there yet; run '{made_by}' first")


class OutputNotWritable(InputError):
    """The file system refuses: permissions, a full disk, a name in the way."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"cannot write {path}: {problem}")


class OutputBusy(InputError):
    """Another run holds the output folder."""

    def __init__(self, root: Path, owner: str) -> None:
        super().__init__(f"another run is writing into {root} ({owner}); wait for it or choose another -o")


class WorkflowError(InputError):
    """A workflow that does not hold in itself, or that does not go with what is asked for."""

    def __init__(self, name: Path | str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


class NoInfotext(InputError):
    """A picture that does not say how it was painted."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} does not say how it was painted: {problem}")


class UnknownEngine(InputError):
    """No engine of that name."""

    def __init__(self, name: str, available: Sequence[str]) -> None:
        super().__init__(f"no engine called '{name}'; engines: {', '.join(available)}")


# --- the media -------------------------------------------------------------------------------------------------


class MediaError(ToolkitError):
    """The picture files are not what the cut needs."""

    exit_code = 3


class MissingMedia(MediaError):
    """The file or the sequence is not there."""

    def __init__(self, path: Path | str, problem: str = "not found") -> None:
        super().__init__(f"media offline: {path} ({problem})")


class MissingFrames(MediaError):
    """A sequence with holes, or media shorter than the cut."""

    def __init__(self, path: Path | str, source_frames: Sequence[int], *, available: str = "") -> None:
        named = _frame_list(source_frames)
        has = f"; available: {available}" if available else ""
        plural = "s" if len(source_frames) != 1 else ""
        super().__init__(f"{path}: {len(source_frames)} source frame{plural} missing: {named}{has}")


class CorruptMedia(MediaError):
    """Truncated or undecodable."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path} cannot be decoded: {problem}")


class UnsupportedMedia(MediaError):
    """Readable, but not a picture to work on."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


# --- engines and models ----------------------------------------------------------------------------------------


class EngineError(ToolkitError):
    """What sees or paints the picture cannot run."""

    exit_code = 4


class EngineUnavailable(EngineError):
    """Its packages, weights or server are not here; ``remedy`` is what to do."""

    def __init__(self, name: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"engine '{name}' cannot run: {problem}; {remedy}")


class PackageMissing(EngineError):
    """A setting or a command needs an optional ``package``, which comes with the ``extra`` of ours."""

    def __init__(self, asked: str, package: str, *, extra: str) -> None:
        super().__init__(f"{asked} needs {package}: pip install 'resolve-ae-toolkit[{extra}]'")


class EngineFailed(EngineError):
    """It ran and did not deliver."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"engine '{name}' failed: {problem}")


class DepthUnavailable(EngineError):
    """The estimator of depth, or what it needs, is not here or does not work; ``remedy`` is what to do."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"depth cannot be estimated: {problem}; {remedy}")


class ModelUnavailable(EngineError):
    """A model file cannot be had; ``tried`` lists each attempt."""

    def __init__(self, name: str, tried: Sequence[str], *, remedy: str) -> None:
        attempts = "; ".join(tried) if tried else "nothing was tried"
        super().__init__(f"model {name} is not available ({attempts}); {remedy}")


def _frame_list(frames: Sequence[int], most: int = 6) -> str:
    """``1003-1005, 1009`` with an ellipsis after ``most`` runs."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs[:most])
    return text + (f", … ({len(runs) - most} more)" if len(runs) > most else "")
