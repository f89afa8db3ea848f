"""What this machine has: engines, models, host scripts, and whether everything is in place."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from toolkit.cli.options import json_option, models_option


@click.command()
@click.option("--settings", "list_settings", is_flag=True, help="List every setting: value, range, what it is.")
@json_option
def engines(list_settings: bool, as_json: bool) -> None:
    """List the engines and what each still needs.

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
        rows = [{"engine": name, "what": entry.what, "state": entry.state} for name, entry in ENGINES.items()]
    show_rows(rows, as_json=as_json)


@click.group(invoke_without_command=True, short_help="List the presets, or show one as a toolkit.toml.")
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
        from toolkit.settings import preset_about, preset_names

        show_rows([{"preset": name, "what": preset_about(name)} for name in preset_names()], as_json=as_json)


@presets.command("show")
@click.argument("name")
def show_preset(name: str) -> None:
    """Print every setting of a preset: a toolkit.toml to start from.

    \b
    toolkit presets show dva-2023 > toolkit.toml
    """
    from toolkit.settings import preset_text

    click.echo(preset_text(name), nl=False)


@click.group(short_help="Print the look of a picture that AUTOMATIC1111 saved.")
def look() -> None:
    """Looks from elsewhere.

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
    help="Whose look it becomes.",
)
def look_from_png(file: Path, section: str) -> None:
    """Print the settings that AUTOMATIC1111 wrote into the PNG FILE, as a part of a toolkit.toml.

    Where that file has a section [face] (or [body]) already, put the lines below it: a section stands there once.

    \b
    toolkit look from-png 00012-1234.png
    toolkit look from-png frame.png --pass body
    """
    from toolkit.a1111 import read_infotext
    from toolkit.settings import Settings, setting_keys, toml_text

    found, known = read_infotext(file), setting_keys(Settings())
    click.echo(f"[{section}]  # as {file.name} was painted")
    for name, value in found.values.items():
        here = f"{section}.{name}" in known
        click.echo(f"{'' if here else '# of a face only: '}{name} = {toml_text(value)}")
    for fact in found.left:
        click.echo(f"# no setting here: {fact}")


@click.group(invoke_without_command=True, short_help="List the models, or fetch them.")
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List the models, where they are, and whether they are the right ones.

    \b
    toolkit models
    toolkit models fetch
    """
    if context.invoked_subcommand is None:
        from toolkit.cli.show import show_rows
        from toolkit.models import list_models

        show_rows(list_models(), as_json=as_json)


@models.command("fetch", short_help="Fetch the models into this user's cache.")
@models_option
def fetch(models: Path | None) -> None:
    """Fetch the models of faces and of poses into this user's cache, unless the right ones are there already.

    \b
    toolkit models fetch
    """
    from toolkit.cli.progress import RichProgress
    from toolkit.models import MODELS, fetch_model

    with RichProgress() as progress:
        paths = [fetch_model(model, folder=models, progress=progress) for model in MODELS]
    for path in paths:
        click.echo(path)


@click.command(short_help="Check this machine: is everything here?")
@json_option
def doctor(as_json: bool) -> int:
    """Check this machine: packages, system libraries, the models, the engines.

    Leaves with 1 when something the main job needs is missing.

    \b
    toolkit doctor
    """
    from toolkit.cli.show import show_rows
    from toolkit.doctor import examine

    findings = examine()
    show_rows([finding.row() for finding in findings], as_json=as_json)
    return 1 if any(finding.needed and not finding.fine for finding in findings) else 0


@click.command("install-scripts", short_help="Put our entries into the menus of Resolve or AE.")
@click.argument("host", type=click.Choice(["resolve", "ae"]))
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder, when the usual one is not it.")
@click.option("--remove", is_flag=True, help="Take our entries out again instead; other files stay.")
@click.option("--all-users", is_flag=True, help="Resolve's folder of everybody; needs an administrator.")
def install_scripts_command(host: Literal["resolve", "ae"], to: Path | None, remove: bool, all_users: bool) -> None:
    """Put the menu entries where Resolve or After Effects looks for them, in place of older ones of ours.

    \b
    toolkit install-scripts resolve
    toolkit install-scripts ae --to "/Applications/Adobe After Effects 2026/Scripts"
    toolkit install-scripts resolve --remove
    """
    from toolkit.install import install_scripts, remove_scripts

    for path in (remove_scripts if remove else install_scripts)(host, to, all_users=all_users):
        click.echo(path)
