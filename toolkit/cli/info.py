"""Commands about the installation: engines, settings, presets, models, host scripts, and the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from toolkit.cli.options import NamedPath, json_option, models_option


@click.command()
@click.option(
    "--settings", "list_settings", is_flag=True, help="List every setting with its default, range and description."
)
@json_option
def engines(list_settings: bool, as_json: bool) -> None:
    """List the engines and what each one still needs.

    \b
    toolkit engines
    toolkit engines --settings
    """
    from toolkit.cli.show import show_rows
    from toolkit.engines import ENGINES
    from toolkit.settings import Settings, describe_settings, setting_keys

    if list_settings:
        texts = describe_settings()
        rows = [
            {"key": key, "value": value, "allowed": limits, "what": texts[key]}
            for key, (value, limits) in setting_keys(Settings()).items()
        ]
    else:
        rows = [{"engine": name, "what": entry.summary, "state": entry.status} for name, entry in ENGINES.items()]
    show_rows(rows, as_json=as_json)


@click.group(invoke_without_command=True, short_help="List the presets, or print one as a toolkit.toml.")
@json_option
@click.pass_context
def presets(context: click.Context, as_json: bool) -> None:
    """List the presets: named starting points of the settings.

    \b
    toolkit presets
    toolkit presets show dva-2023
    """
    if context.invoked_subcommand is None:
        from toolkit.cli.show import show_rows
        from toolkit.settings import preset_names, preset_summary

        show_rows([{"preset": name, "what": preset_summary(name)} for name in preset_names()], as_json=as_json)


@presets.command("show")
@click.argument("name")
def show_preset(name: str) -> None:
    """Print every setting of a preset, as a toolkit.toml to start from.

    \b
    toolkit presets show dva-2023 > toolkit.toml
    """
    from toolkit.settings import preset_text

    click.echo(preset_text(name), nl=False)


_REMARKS = {"seed": "  # each frame and face gets a seed of its own from it"}
"""What a setting does not do that somebody might expect."""


@click.group(short_help="Import settings from other tools.")
def look() -> None:
    """Import settings from other tools.

    \b
    toolkit look from-png 00012-1234.png
    """


@look.command("from-png", short_help="Print the settings that AUTOMATIC1111 wrote into a PNG.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--pass",
    "section",
    type=click.Choice(["face", "body"]),
    default="face",
    show_default=True,
    help="Pass that gets the settings.",
)
def look_from_png(file: Path, section: str) -> None:
    """Print the settings that AUTOMATIC1111 stored in the PNG FILE, as a section of a toolkit.toml.

    If toolkit.toml already has that section, merge these lines into it; TOML allows each section only once.

    \b
    toolkit look from-png 00012-1234.png
    toolkit look from-png frame.png --pass body
    """
    from toolkit.a1111 import read_infotext
    from toolkit.settings import Settings, setting_keys, toml_text

    found, known = read_infotext(file), setting_keys(Settings())
    click.echo(f"[{section}]  # from {file.name}")
    for name, value in found.values.items():
        applies = f"{section}.{name}" in known
        other = "BODY" if section == "face" else "FACE"
        click.echo(f"{'' if applies else f'# {other} only: '}{name} = {toml_text(value)}{_REMARKS.get(name, '')}")
    for fact in found.unmapped:
        click.echo(f"# no matching setting: {fact}")


@click.group(invoke_without_command=True, short_help="List or download the models and demo pictures.")
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List the models and the demo's pictures, where they are, and whether they are intact.

    \b
    toolkit models
    toolkit models fetch
    """
    if context.invoked_subcommand is None:
        from toolkit.cli.show import show_rows
        from toolkit.models import list_assets

        show_rows(list_assets(), as_json=as_json)


@models.command("fetch", short_help="Download the models and demo pictures into the user cache.")
@models_option
def fetch(models: Path | None) -> None:
    """Download the models and the demo's pictures into the user cache, unless they are there already.

    \b
    toolkit models fetch
    """
    from toolkit.cli.progress import RichProgress
    from toolkit.models import ASSETS, fetch_asset

    with RichProgress() as progress:
        paths = [fetch_asset(asset, folder=models, progress=progress) for asset in ASSETS]
    for path in paths:
        click.echo(path)


@click.command(short_help="Check the installation.")
@json_option
def doctor(as_json: bool) -> int:
    """Check the installation: packages, system libraries, model files, engines, host scripts.

    Exits with 1 if a required component is missing.

    \b
    toolkit doctor
    """
    from toolkit.cli.show import show_rows
    from toolkit.doctor import check_installation

    findings = check_installation()
    show_rows([finding.row() for finding in findings], as_json=as_json)
    missing = [finding.what for finding in findings if finding.required and not finding.ok]
    if not as_json:
        click.echo(_verdict(missing))
    return 1 if missing else 0


def _verdict(missing: Sequence[str]) -> str:
    if missing:
        return f"\nMISSING: {', '.join(missing)}. The toolkit does not work without; the table says what to do."
    return "\nAll that is required is there. What is not installed is only needed for what the table says."


_WHERE = {
    "resolve": "in Resolve: Workspace > Scripts > Toolkit",
    "ae": "in After Effects: File > Scripts, and Window > Toolkit.jsx, after the next start",
}
"""Where a host shows its entries."""


@click.command("install-scripts", short_help="Install the menu entries into Resolve or After Effects.")
@click.argument("host", type=click.Choice(["resolve", "ae"]))
@click.option(
    "--to", type=NamedPath(path_type=Path, file_okay=False), help="Install into this folder instead of the default."
)
@click.option("--remove", is_flag=True, help="Remove the toolkit's entries instead; other files stay.")
@click.option("--all-users", is_flag=True, help="Install for all users of Resolve (needs administrator rights).")
def install_scripts_command(host: Literal["resolve", "ae"], to: Path | None, remove: bool, all_users: bool) -> None:
    """Install the menu entries for Resolve or After Effects, replacing any older ones.

    \b
    toolkit install-scripts resolve
    toolkit install-scripts ae --to "/Applications/Adobe After Effects 2026/Scripts"
    toolkit install-scripts resolve --remove
    """
    from toolkit.install import install_scripts, remove_scripts

    paths = (remove_scripts if remove else install_scripts)(host, to, all_users=all_users)
    for path in paths:
        click.echo(path)
    count = f"{len(paths)} file{'s' if len(paths) != 1 else ''}"
    if remove:
        click.echo(f"removed {count}" if paths else "nothing to remove: no entries of the toolkit are installed there")
    else:
        click.echo(f"installed {count}; {_WHERE[host]}")
