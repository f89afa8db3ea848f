"""``toolkit conform``, ``toolkit verify`` and ``toolkit aep``: what is delivered, and whether it has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from toolkit.cli.options import (
    NamedPath,
    checksums_option,
    cut_option,
    format_option,
    json_option,
    out_argument,
    settings_options,
    strict_option,
)
from toolkit.cli.out_folder import cut_of, settings_of
from toolkit.errors import DeliveryDamaged, ShotsLeftOut


@click.command(short_help="Put the rendered passes back over the cut.")
@out_argument
@settings_options
@format_option
@strict_option
@checksums_option
@cut_option
@click.option(
    "--onto",
    type=NamedPath(path_type=Path),
    metavar="EDITED_CUT",
    help="Put them over this later edit of the cut, as it is, instead of the cut that was rendered.",
)
@json_option
def conform(out: Path, cut_name: str, onto: Path | None, as_json: bool, **named: Any) -> None:
    """Put the rendered passes back over the cut: OUT/return.otio, OUT/delivery.json, and the same in other formats.

    With --cut NAME these are OUT/return.NAME.otio and OUT/delivery.NAME.json.

    With --onto, an editor's later cut keeps his trims, and every clip gets the layers that show its frames. Frames that
    were not rendered are listed, and the exit code is 5.

    \b
    toolkit conform out
    toolkit conform out --format xml --format edl
    toolkit conform out --onto cut_v2.otio
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import show_conform
    from toolkit.output import Output

    settings = settings_of(out, cut_name, **named)
    with open_progress("bar") as progress:
        if onto is None:
            delivery = stages.conform(out, settings, cut_name=cut_name, progress=progress)
            left_out: Mapping[str, str] = stages.find_left_out(cut_of(out, cut_name))
        else:
            done = stages.conform_onto(out, onto, settings, cut_name=cut_name, progress=progress)
            delivery, left_out = done.delivery, done.left_out
    show_conform(delivery, Output(root=out, cut=cut_name), as_json=as_json)
    if left_out:
        raise ShotsLeftOut(left_out)


@click.command(short_help="Check that all delivered files are as they were.")
@out_argument
@cut_option
@json_option
def verify(out: Path, cut_name: str, as_json: bool) -> None:
    """Read every file of the delivery in OUT, or in a copy of it, and compare it with its checksum.

    The delivery must have been written with --checksums. The exit code is 3 if a file is missing, truncated or changed.

    \b
    toolkit verify out
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import show_verification

    with open_progress("bar") as progress:
        found = stages.verify(out, cut_name=cut_name, progress=progress)
    show_verification(found, as_json=as_json)
    if found.problems:
        reasons = {problem.path: str(problem) for problem in found.problems}
        raise DeliveryDamaged(reasons, len(found.checksums.files))


@click.command(short_help="Experimental: write an After Effects project.")
@out_argument
@json_option
def aep(out: Path, as_json: bool) -> None:
    """Experimental: write an After Effects project from the delivery in OUT, for users who cannot run scripts.

    Written for version 22 and later. Not yet tested in After Effects.

    \b
    toolkit aep out
    """
    from toolkit.cli.show import print_json
    from toolkit.delivery import write_aep
    from toolkit.documents import Delivery
    from toolkit.output import lock_output

    with lock_output(out, made_by=Delivery.made_by) as output:
        path, notes = write_aep(Delivery.read(output.delivery), output.root)
    if as_json:
        print_json({"project": str(path), "notes": notes})
        return
    for note in notes:
        click.echo(f"note: {note}")
    click.echo(f"In After Effects: File > Open Project… and choose {path} (experimental)")
