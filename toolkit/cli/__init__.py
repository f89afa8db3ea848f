"""The ``toolkit`` command: gather arguments, call one function, print one line and an exit code on error.

Exit codes: 0 done; 1 internal error; 2 usage error (input, settings, output folder); 3 media; 4 engine, model or
optional package; 130 stopped with Ctrl-C.
Nothing heavy is imported before a command runs, so that ``toolkit --help`` is instant.
"""

from __future__ import annotations

import io
import logging
import sys

import click

from toolkit import __version__
from toolkit.cli.ae import ae
from toolkit.cli.background import background
from toolkit.cli.compare import compare
from toolkit.cli.deliver import aep, conform, verify
from toolkit.cli.edit import edit
from toolkit.cli.faces import faces
from toolkit.cli.finish import finish
from toolkit.cli.info import doctor, engines, install_scripts_command, look, models, presets
from toolkit.cli.resolve import resolve
from toolkit.cli.review import review
from toolkit.cli.run import demo, run
from toolkit.cli.stages import plan, render, shots, track
from toolkit.cli.tune import tune
from toolkit.errors import ToolkitError
from toolkit.memory import use_one_heap

log = logging.getLogger(__name__)

WHO_PAINTS = "toolkit.stages.rendering"
"""The logger that says which engine paints, and on which host: always shown."""


class _OrderedGroup(click.Group):
    """Lists its commands in the order they are used, not alphabetically."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_OrderedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="toolkit")
@click.option("-v", "--verbose", is_flag=True, help="Report what is read and assumed.")
def toolkit(verbose: bool) -> None:
    """Render FACE and BODY passes from a cut and bring them back as stacked layers.

    \b
    toolkit demo -o demo_out            Try it on generated footage
    toolkit run cut.otio -o out         Run the full pipeline on your cut
    toolkit doctor                      Check the installation
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="toolkit: %(message)s", force=True)
    logging.getLogger(WHO_PAINTS).setLevel(logging.INFO)


def _show_verbose(_context: click.Context, _parameter: click.Parameter, verbose: bool) -> None:
    if verbose:
        logging.getLogger().setLevel(logging.INFO)


def _take_verbose(command: click.Command) -> None:
    """Make ``-v`` work after ``command`` and its subcommands too, except where options are passed on."""
    if command.context_settings.get("ignore_unknown_options"):
        return
    names = ["-v", "--verbose"]
    command.params.append(click.Option(names, is_flag=True, expose_value=False, hidden=True, callback=_show_verbose))
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _take_verbose(inner)


for stage in (run, demo, shots, track, faces, edit, plan, render, conform, verify, review, compare, tune, finish, aep):
    toolkit.add_command(stage)
for about in (engines, presets, look, models, doctor, install_scripts_command, resolve, ae, background):
    toolkit.add_command(about)
for each in toolkit.commands.values():
    _take_verbose(each)


def main() -> None:
    """Run the command line and exit with its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file name that the pipe cannot encode must not end a run
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command and return its exit code; an error is one line on stderr."""
    use_one_heap()
    try:
        result = toolkit.main(arguments, prog_name="toolkit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ToolkitError as error:
        click.echo(f"toolkit: {error}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("toolkit: stopped; frames already written are complete, run the same command to resume", err=True)
        return 130
    except ImportError as error:
        click.echo(f"toolkit: {error}; run 'toolkit doctor' to see what is missing", err=True)
        return 1
    except OSError as error:  # not foreseen by the code below; -v shows where it happened
        where = f"{error.filename}: " if error.filename is not None else ""
        click.echo(f"toolkit: {where}{error.strerror or error}", err=True)
        log.info("traceback of this error", exc_info=True)
        return 1
    return result if isinstance(result, int) else 0
