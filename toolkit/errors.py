"""All errors, in one tree. Each takes facts and composes its own message: what, where, what to do.

    ToolkitError                        exit code 1  internal error
    ├── InputError                      exit code 2  usage error
    │   ├── NoSuchFile                  a path that does not exist
    │   ├── Unreadable                  a file that cannot be opened
    │   ├── UnreadableCut               a file that is not a supported timeline
    │   ├── EmptyCut                    a timeline in which nothing can be rendered
    │   ├── NoMatchingShot              --shot matches no shot
    │   ├── NoMatchingFrame             --frames matches no frame of a shot
    │   ├── VersionDelivered            a version that has been delivered with other frames
    │   ├── SettingsError               an unknown key or an invalid value of a setting
    │   ├── UntrustedSettings           a file beside a cut that asks for what only the user may decide
    │   ├── DocumentError               an invalid JSON document of the toolkit
    │   ├── MissingDocument             a stage was run before the stage it depends on
    │   ├── OutputNotWritable           OUT cannot be created or written
    │   ├── OutputBusy                  another run is writing to OUT
    │   ├── OtherCut                    OUT holds the layers of another cut
    │   ├── WorkflowError               an invalid ComfyUI workflow, or one that does not fit the look
    │   ├── NoInfotext                  a picture without AUTOMATIC1111's settings
    │   └── UnknownEngine               no engine of that name
    ├── MediaError                      exit code 3  media
    │   ├── MissingMedia                a file or sequence that is missing
    │   ├── MissingFrames               a sequence with holes, or media shorter than the cut
    │   ├── CutIncomplete               clips that cannot be rendered, where nothing may be left out
    │   ├── CorruptMedia                media that is truncated or cannot be decoded
    │   ├── DeliveryDamaged             delivered files that are missing, truncated or changed
    │   ├── MediaChanged                media that was replaced or written to while it was read
    │   └── UnsupportedMedia            media that can be read but not worked on
    ├── EngineError                     exit code 4  engine, model or optional package
    │   ├── EngineUnavailable           packages, weights or server of an engine are missing
    │   ├── PackageMissing              an optional package is not installed
    │   ├── EngineFailed                an engine failed while rendering
    │   ├── ResultUnusable              an engine painted what cannot be meant, such as a picture of a single colour
    │   ├── DepthUnavailable            the depth estimator is missing or failed
    │   └── AssetUnavailable            a model or a demo picture cannot be obtained
    └── ShotsLeftOut                    exit code 5  all is done but for some shots

``at(...)`` adds the place (shot, pass, frame) to any error that passes through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path


class ToolkitError(Exception):
    """Root of all errors raised on purpose; the message is one line for the user.

    ``place`` says where it happened, as far as that is known: ``{"shot": "sh010", "pass": "FACE", "frame": 1004}``.
    """

    exit_code = 1
    """Exit code of the command line for this error."""

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
        """Errors cross process boundaries as their message, not as the facts they were built from."""
        return _restore, (type(self), self.sentence, self.place)


def _restore(kind: type[ToolkitError], sentence: str, place: dict[str, str | int]) -> ToolkitError:
    error = kind.__new__(kind)
    ToolkitError.__init__(error, sentence)
    error.place = place
    return error


@contextmanager
def at(**place: str | int) -> Iterator[None]:
    """Attach the place (``shot="sh010", frame=1004``) to a ToolkitError that leaves the block; an inner place wins."""
    try:
        yield
    except ToolkitError as error:
        error.place = {**place, **error.place}
        raise


# --- input ------------------------------------------------------------------------------------------


class InputError(ToolkitError):
    """The request cannot be carried out as given."""

    exit_code = 2


class NoSuchFile(InputError):
    """The path does not exist; ``meant`` is what may have been meant."""

    def __init__(self, path: Path | str, meant: str = "") -> None:
        super().__init__(f"no such file: {path}{f'. Did you mean {meant}?' if meant else ''}")


class Unreadable(InputError):
    """The file exists but cannot be opened: permissions, or a folder of that name."""

    def __init__(self, path: Path | str, error: OSError) -> None:
        super().__init__(f"cannot read {path}: {error.strerror or error}")


class UnreadableCut(InputError):
    """The file is not a timeline that this version supports."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"cannot read {path} as a cut: {problem}")


NO_VIDEO = "it has no video clips"


class EmptyCut(InputError):
    """A timeline in which nothing can be rendered; ``reasons`` are given clip by clip."""

    def __init__(self, path: Path | str, reasons: Sequence[str]) -> None:
        why = "; ".join(reasons) if reasons else NO_VIDEO
        super().__init__(f"nothing to render in {path}: {why}")


class NoMatchingShot(InputError):
    """A pattern that matches no shot, or an empty list of patterns."""

    def __init__(self, patterns: Sequence[str], names: Sequence[str]) -> None:
        problem = f"no shot matches {', '.join(map(repr, patterns))}" if patterns else "no shots were chosen"
        super().__init__(f"{problem}; shots in this cut: {', '.join(names)}")


class NoMatchingFrame(InputError):
    """Frames that no shot has; ``ranges`` are the numbers of the layer files of each shot."""

    def __init__(self, frames: object, ranges: Mapping[str, object]) -> None:
        known = ", ".join(f"{name} {one}" for name, one in list(ranges.items())[:6])
        more = f", … ({len(ranges) - 6} more)" if len(ranges) > 6 else ""
        super().__init__(f"no shot has frames {frames}; layer files are numbered: {known}{more}")


class VersionDelivered(InputError):
    """A version was asked for that has been delivered with other pixels."""

    def __init__(self, label: str) -> None:
        remedy = "leave output.version out for a new version, choose another one, or allow it with --overwrite"
        super().__init__(f"{label} has been delivered, and its frames would change; {remedy}")


class SettingsError(InputError):
    """An unknown setting or an invalid value; ``source`` is where it was written."""

    def __init__(self, key: str, problem: str, *, source: str) -> None:
        super().__init__(f"{source}: {key}: {problem}")

    @classmethod
    def unknown(cls, key: str, known: Iterable[str], *, source: str) -> SettingsError:
        """The key does not exist: suggest the closest one, or list them all."""
        candidates = sorted(known)
        section = next((one for one in candidates if one.startswith(f"{key}.")), None)
        if section is not None:
            return cls(key, f"a section, not a setting; write a key such as {section}", source=source)
        return cls(key, f"no such setting; {suggest(key, candidates, 'known keys')}", source=source)

    @classmethod
    def unknown_preset(cls, name: str, known: Sequence[str]) -> SettingsError:
        """The preset does not exist."""
        return cls(name, f"no such preset; {suggest(name, known, 'presets')}", source="preset")

    @classmethod
    def not_toml(cls, path: Path, error: ValueError) -> SettingsError:
        """The file cannot be parsed; a repeated section usually comes from pasting one file into another."""
        merge = "; TOML allows each section only once: merge the two" if "twice" in str(error) else ""
        return cls("not valid TOML", f"{error}{merge}", source=str(path))


class UntrustedSettings(InputError):
    """A file beside a cut names an engine, a server, a workflow or files elsewhere; ``requests`` are its lines."""

    def __init__(self, path: Path | str, requests: Sequence[str], *, trusted_folders: str) -> None:
        remedy = f"if you trust that file, add --trust, or write its folder into {trusted_folders}"
        super().__init__(f"{path} beside the cut asks for {', '.join(requests)}; {remedy}")


def suggest(name: str, candidates: Sequence[str], label: str) -> str:
    """The candidate closest to ``name``, or all of them."""
    near = get_close_matches(name, candidates, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"{label}: {', '.join(candidates)}"


class DocumentError(InputError):
    """A document on disk is invalid; ``pointer`` is a JSON pointer to the first fault."""

    def __init__(self, path: Path | str, pointer: str, problem: str) -> None:
        super().__init__(f"{path}: at {pointer or '/'}: {problem}")


class MissingDocument(InputError):
    """A stage was run before the stage it depends on; ``made_by`` is the command that writes the document."""

    def __init__(self, path: Path | str, made_by: str) -> None:
        super().__init__(f"{path} does not exist yet; run '{made_by}' first")


class OutputNotWritable(InputError):
    """The file system refuses: permissions, a full disk, a file where a folder is needed."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"cannot write {path}: {problem}")


class OutputBusy(InputError):
    """Another run is using the output folder."""

    def __init__(self, root: Path, owner: str) -> None:
        remedy = "wait until it has finished, or choose another output folder"
        super().__init__(f"another run is writing to {root} ({owner}); {remedy}")


class OtherCut(InputError):
    """The output folder belongs to another cut."""

    def __init__(self, root: Path, name: str) -> None:
        remedy = "choose another output folder, render it beside that one with --add, or instead of it with --replace"
        super().__init__(f"{root} holds the layers of another cut, {name!r}; {remedy}")


class WorkflowError(InputError):
    """An invalid workflow, or one that does not fit the settings."""

    def __init__(self, name: Path | str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


class NoInfotext(InputError):
    """A picture without the settings that AUTOMATIC1111 stores."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"no AUTOMATIC1111 settings in {path}: {problem}")


class UnknownEngine(InputError):
    """No engine of that name."""

    def __init__(self, name: str, available: Sequence[str]) -> None:
        super().__init__(f"unknown engine '{name}'; {suggest(name, available, 'available')}")


# --- media -------------------------------------------------------------------------------------------------


class MediaError(ToolkitError):
    """The media is not what the cut needs."""

    exit_code = 3


class MissingMedia(MediaError):
    """The file or sequence is missing."""

    def __init__(self, path: Path | str, problem: str = "not found") -> None:
        super().__init__(f"media offline: {path} ({problem})")


class MissingFrames(MediaError):
    """A sequence with holes, or media shorter than the cut."""

    def __init__(self, path: Path | str, source_frames: Sequence[int], *, available: str = "") -> None:
        named = list_frames(source_frames)
        has = f"; available: {available}" if available else ""
        plural = "s" if len(source_frames) != 1 else ""
        super().__init__(f"{path}: {len(source_frames)} source frame{plural} missing: {named}{has}")


class CutIncomplete(MediaError):
    """Clips that cannot be rendered, in whole or in part; ``reasons`` are given shot by shot."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(f"cannot be rendered: {_join_reasons(reasons)}")


class CorruptMedia(MediaError):
    """Media that is truncated or cannot be decoded."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"cannot decode {path}: {problem}")


class MediaChanged(MediaError):
    """Media that was replaced or written to while it was read."""

    def __init__(self, path: Path | str) -> None:
        remedy = "run the same command again when nothing writes to it any more"
        super().__init__(f"{path} was replaced or written to while it was read; {remedy}")


class DeliveryDamaged(MediaError):
    """Delivered files that are not as they were; ``reasons`` are given by path, ``total`` counts all files."""

    def __init__(self, reasons: Mapping[str, str], total: int) -> None:
        wrong = f"{len(reasons)} of {total} files: {_join_reasons(reasons)}"
        super().__init__(f"not as delivered: {wrong}; copy them again, or deliver again with 'toolkit run'")


class UnsupportedMedia(MediaError):
    """Media that can be read but not worked on."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


# --- engines and models ----------------------------------------------------------------------------------------


class EngineError(ToolkitError):
    """An engine, a model or an optional package cannot be used."""

    exit_code = 4


class EngineUnavailable(EngineError):
    """An engine's packages, weights or server are missing; ``remedy`` is what to do."""

    def __init__(self, name: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"engine '{name}' cannot run: {problem}; {remedy}")


class PackageMissing(EngineError):
    """A feature needs an optional ``package``, which the toolkit's ``extra`` installs."""

    def __init__(self, feature: str, package: str, *, extra: str) -> None:
        super().__init__(f"{feature} needs {package}; install it with pip install 'resolve-ae-toolkit[{extra}]'")


class EngineFailed(EngineError):
    """An engine failed while rendering."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"engine '{name}' failed: {problem}")


class ResultUnusable(EngineError):
    """An engine painted something that cannot be meant, and the run is strict about it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


class DepthUnavailable(EngineError):
    """The depth estimator, or what it needs, is missing or fails; ``remedy`` is what to do."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"cannot estimate depth: {problem}; {remedy}")


class AssetUnavailable(EngineError):
    """A model or a demo picture can be neither found nor downloaded; ``attempts`` lists what was tried."""

    def __init__(self, use: str, name: str, attempts: Sequence[str], *, remedy: str) -> None:
        reasons = "; ".join(attempts) if attempts else "no sources"
        super().__init__(f"{use} {name} is not available ({reasons}); {remedy}")


# --- the end of the work ---------------------------------------------------------------------------------------


class ShotsLeftOut(ToolkitError):
    """Everything was done but for some shots, in whole or in part; ``reasons`` are given shot by shot."""

    exit_code = 5

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(f"everything else is done, but left out in whole or in part: {_join_reasons(reasons)}")


def _join_reasons(reasons: Mapping[str, str], most: int = 4) -> str:
    """``sh010 (why), sh020 (why)``, and how many more."""
    named = [f"{shot} ({why})" for shot, why in reasons.items()]
    return ", ".join(named[:most]) + (f" and {len(named) - most} more" if len(named) > most else "")


def list_frames(frames: Sequence[int], most: int = 6) -> str:
    """``1003-1005, 1009`` with an ellipsis after ``most`` runs."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs[:most])
    return text + (f", … ({len(runs) - most} more)" if len(runs) > most else "")
