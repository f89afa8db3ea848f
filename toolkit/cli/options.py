"""Options that several commands share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from toolkit.settings import Settings

Command = Callable[..., Any]

log = logging.getLogger(__name__)


def cut_argument(command: Command) -> Command:
    """``CUT``: one path; a shell expands ``*`` to many, which is refused."""

    def check_single_path(_context: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> Path:
        if len(paths) > 1:
            from toolkit.plates import READABLE_IMAGE_SUFFIXES, name_likely_sequence

            meant = name_likely_sequence(paths[0], READABLE_IMAGE_SUFFIXES) or "'plate.####.exr'"
            problem = f"CUT takes one path, not {len(paths)} (the first is {paths[0]})"
            raise click.UsageError(f"{problem}; write a sequence as {meant}, in quotes")
        return paths[0]

    path = NamedPath(path_type=Path)
    return click.argument("cut", nargs=-1, required=True, metavar="CUT", type=path, callback=check_single_path)(command)


class NamedPath(click.Path):
    """A path that is not empty: that would mean the current folder, as of a variable that is not set."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Raises UsageError for an empty path."""
        if value == "":
            self.fail("it is empty; for the current folder write a dot", param, ctx)
        return super().convert(value, param, ctx)


def out_argument(command: Command) -> Command:
    """``OUT``."""
    return click.argument("out", type=NamedPath(path_type=Path))(command)


def out_option(command: Command) -> Command:
    """``-o OUT``."""
    option = click.option("-o", "--out", type=NamedPath(path_type=Path), required=True, help="Output folder.")
    return option(command)


def cut_option(command: Command) -> Command:
    """``--cut NAME``."""
    return click.option(
        "--cut", "cut_name", default="", metavar="NAME", help="A cut that was added to OUT (run --add)."
    )(command)


def json_option(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


def shot_option(command: Command) -> Command:
    """``--shot PATTERN``."""
    return click.option(
        "--shot",
        "patterns",
        multiple=True,
        metavar="PATTERN",
        help="Only shots whose name matches, such as 'sh01*'; may be repeated.",
    )(command)


def models_option(command: Command) -> Command:
    """``--models DIRECTORY``."""
    return click.option(
        "--models",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="TOOLKIT_MODELS",
        help="Folder with your studio's copies of the model files (or set TOOLKIT_MODELS).",
    )(command)


def progress_option(command: Command) -> Command:
    """``--progress bar|lines``; see ``check_progress``."""
    return click.option(
        "--progress",
        "progress_kind",
        type=click.Choice(["bar", "lines"]),
        default="bar",
        show_default=True,
        help="Progress bars, or one JSON object per line on stdout for other programs.",
    )(command)


def check_progress(kind: str, **others: bool) -> None:
    """Raises UsageError when one of the ``others`` (by option name) would also write to stdout."""
    given = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if kind == "lines" and given:
        raise click.UsageError(f"--progress lines and {given[0]} both write to stdout; use one of them")


def _join_folders(folders: tuple[str, ...]) -> str:
    """``folders``, absolute, as the value of ``cut.media``. Raises UsageError if that would divide one of them."""
    paths = [str(Path(one).absolute()) for one in folders]
    for path in paths:
        if "," in path:
            problem = "has a comma in its path, where cut.media divides folders: rename it, or link to it"
            raise click.UsageError(f"--media: {path} {problem}")
    return ",".join(paths)


def _assign_exposures(exposures: tuple[str, ...]) -> list[str]:
    """``BODY=twos`` as an assignment to the setting of that pass, ``twos`` to those of both. Raises UsageError."""
    found = []
    for one in exposures:
        name, _, value = one.rpartition("=")
        sections = {"": ["body", "face"], "BODY": ["body"], "FACE": ["face"]}.get(name.upper())
        if sections is None:
            raise click.UsageError(f"--on: '{name}' is no pass; use BODY or FACE")
        found += [f"{section}.on={value}" for section in sections]
    return found


def settings_options(command: Command) -> Command:
    """``--preset``, ``--set``, and the options that are short for one setting each, such as ``--engine``."""
    for option in (
        click.option("--cut-rate", type=float, help="Frames per second of a cut that does not say (cut.rate)."),
        click.option(
            "--media",
            "media_folders",
            multiple=True,
            metavar="DIR",
            help="Folder to search for the media of a cut that names none (cut.media); may be repeated.",
        ),
        click.option("--handles", type=int, help="Source frames kept before and after each clip (cut.handles)."),
        click.option(
            "--engine-url", "urls", multiple=True, metavar="URL", help="Address of an engine server; may be repeated."
        ),
        click.option("--engine", help="Rendering engine (list: 'toolkit engines')."),
        click.option(
            "--on",
            "exposures",
            multiple=True,
            metavar="[PASS=]ones|twos|threes|auto",
            help="Which frames of a pass are rendered: BODY=twos (body.on, face.on); may be repeated.",
        ),
        click.option("--faces", metavar="NUMBERS", help="Faces that FACE has: 0,2, or !1 for all but one (face.only)."),
        click.option(
            "--map",
            "maps",
            multiple=True,
            metavar="FROM=TO",
            help="A folder that the hosts' machines see elsewhere: /mnt/show=Z:/show (delivery.map); may be repeated.",
        ),
    ):
        command = option(command)
    return common_settings_options(command)


def common_settings_options(command: Command) -> Command:
    """``--preset``, ``--set`` and ``--rate``: what every command takes that reads media."""
    for option in (
        click.option("--rate", type=float, help="Frames per second of sequences that give none (plate.rate)."),
        click.option(
            "--set",
            "assignments",
            multiple=True,
            metavar="KEY=VALUE",
            help="Change a setting, such as face.strength=0.4; may be repeated (list: 'toolkit engines --settings').",
        ),
        click.option(
            "--preset",
            default="founding",
            show_default=True,
            help="Preset to start from (list: 'toolkit presets').",
        ),
    ):
        command = option(command)
    return command


def detect_option(command: Command) -> Command:
    """``--detect-cuts``."""
    return click.option(
        "--detect-cuts",
        is_flag=True,
        help="Divide a single movie or sequence into shots where its picture cuts (cut.detect).",
    )(command)


def face_track_option(command: Command) -> Command:
    """``--face-track FILE``."""
    return click.option(
        "--face-track",
        type=NamedPath(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Take the faces from FILE, of a 3D rig, instead of detecting them (track.faces_from).",
    )(command)


def overwrite_option(command: Command) -> Command:
    """``--overwrite``."""
    return click.option(
        "--overwrite", is_flag=True, help="Change the frames of versions that have been delivered (output.overwrite)."
    )(command)


def format_option(command: Command) -> Command:
    """``--format NAME``."""
    return click.option(
        "--format",
        "formats",
        multiple=True,
        metavar="NAME",
        help="Formats to deliver in: resolve, xml, edl, fcpxml, csv (delivery.formats); may be repeated.",
    )(command)


def frames_option(command: Command) -> Command:
    """``--frames``."""
    return click.option(
        "--frames",
        metavar="FIRST-LAST",
        help="Only these frames of each shot, by their layer files, such as 1010-1020, as a test (output.frames).",
    )(command)


def checksums_option(command: Command) -> Command:
    """``--checksums``."""
    return click.option(
        "--checksums", is_flag=True, help="Write the SHA-256 of every delivered file (delivery.checksums)."
    )(command)


def report_options(command: Command) -> Command:
    """``--no-report`` and ``--report-size``."""
    for option in (
        click.option("--report-size", type=float, metavar="MB", help="Most that the report may take (report.size)."),
        click.option("--no-report", is_flag=True, help="Write no report, OUT/report/index.html (report.write)."),
    ):
        command = option(command)
    return command


def strict_option(command: Command) -> Command:
    """``--strict``."""
    return click.option(
        "--strict", is_flag=True, help="Stop when a shot cannot be rendered, in whole or in part (strict)."
    )(command)


def trust_option(command: Command) -> Command:
    """``--trust``."""
    return click.option(
        "--trust",
        is_flag=True,
        help="Let toolkit.toml beside the cut choose the engine, its server and workflow, and files in other folders.",
    )(command)


def replace_option(command: Command) -> Command:
    """``--replace``."""
    return click.option("--replace", is_flag=True, help="Use an output folder that holds the layers of another cut.")(
        command
    )


def add_option(command: Command) -> Command:
    """``--add``."""
    return click.option(
        "--add", is_flag=True, help="Render CUT beside the cuts that OUT holds; frames in common are rendered once."
    )(command)


def _find_toml(folder: Path, preset: str) -> Path | None:
    """The ``toolkit.toml`` in ``folder``. Its use is always shown: it may have come with the cut."""
    toml = folder / "toolkit.toml"
    if not toml.is_file():
        return None
    log.warning("loaded %s on top of the preset %s", toml, preset)
    return toml


def settings_for(
    folder: Path,
    *,
    preset: str,
    assignments: tuple[str, ...],
    rate: float | None,
    engine: str | None = None,
    urls: tuple[str, ...] = (),
    exposures: tuple[str, ...] = (),
    faces: str | None = None,
    handles: int | None = None,
    maps: tuple[str, ...] = (),
    cut_rate: float | None = None,
    media_folders: tuple[str, ...] = (),
    detect_cuts: bool = False,
    formats: tuple[str, ...] = (),
    overwrite: bool = False,
    strict: bool = False,
    checksums: bool = False,
    frames: str | None = None,
    no_report: bool = False,
    report_size: float | None = None,
    trust: bool | None = None,
    face_track: Path | None = None,
) -> Settings:
    """The preset, then ``toolkit.toml`` in the ``folder`` of the cut, then the command line; each later one wins.

    ``trust`` is whether the file may choose an engine, a server and the like; None: the command uses nothing of that.
    Raises what ``load_settings`` raises, and UnknownEngine.
    """
    from toolkit.engines import find_engine
    from toolkit.settings import is_trusted, load_settings

    named = [f"engine={engine}"] if engine is not None else []
    named += [f"server.url={','.join(urls)}"] if urls else []
    named += _assign_exposures(exposures)
    named += [f"face.only={faces}"] if faces is not None else []
    named += [f"cut.handles={handles}"] if handles is not None else []
    named += [f"cut.rate={cut_rate}"] if cut_rate is not None else []
    named += [f"cut.media={_join_folders(media_folders)}"] if media_folders else []
    named += ["cut.detect=true"] if detect_cuts else []
    named += [f"plate.rate={rate}"] if rate is not None else []
    named += [f"delivery.map={', '.join(maps)}"] if maps else []
    named += [f"delivery.formats={','.join(formats)}"] if formats else []
    named += ["output.overwrite=true"] if overwrite else []
    named += ["strict=true"] if strict else []
    named += ["delivery.checksums=true"] if checksums else []
    named += [f"output.frames={frames}"] if frames is not None else []
    named += ["report.write=false"] if no_report else []
    named += [f"report.size={report_size}"] if report_size is not None else []
    named += [f"track.faces_from={face_track.absolute()}"] if face_track is not None else []
    may_choose = trust is None or trust or is_trusted(folder)
    settings = load_settings(
        preset=preset,
        toml=_find_toml(folder, preset),
        overrides=[*assignments, *named],
        origin="trusted" if may_choose else "cut",
    )
    find_engine(settings.engine)
    return settings
