"""One stage each, reading and writing the documents in OUT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from toolkit.cli.options import (
    check_progress,
    cut_argument,
    json_option,
    models_option,
    out_option,
    progress_option,
    settings_for,
    settings_options,
    shot_option,
)

TRACK = "toolkit track CUT -o OUT"
OUT = click.argument("out", type=click.Path(path_type=Path))


@click.command(short_help="List the shots of a cut, and what is left out and why.")
@cut_argument
@settings_options
@json_option
def shots(cut: Path, as_json: bool, **named: Any) -> None:
    """List the shots of CUT: media, ranges, handles, and what is left out and why.

    \b
    toolkit shots cut.otio
    toolkit shots cut.otio --handles 16 --json
    """
    from toolkit.cli.show import show_shots
    from toolkit.turnover import read_cut

    settings = settings_for(cut.parent, **named)
    show_shots(read_cut(cut, handles=settings.cut.handles), as_json=as_json, passes=())


@click.command(short_help="Find and follow the faces of every shot.")
@cut_argument
@out_option
@settings_options
@shot_option
@models_option
@json_option
@progress_option
def track(
    *,
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    as_json: bool,
    progress_kind: str,
    **named: Any,
) -> None:
    """Find and follow the faces of every shot: OUT/<shot>/face_track.json.

    Where a look has a "body" control, the people too: OUT/<shot>/body_track.json.

    \b
    toolkit track cut.otio -o out
    """
    from toolkit import stages
    from toolkit.cli.progress import shown_progress
    from toolkit.cli.show import show_tracks
    from toolkit.errors import at
    from toolkit.output import claimed
    from toolkit.plates import open_plate
    from toolkit.turnover import read_cut

    check_progress(progress_kind, json=as_json)
    settings = settings_for(cut.parent, **named)
    turnover = read_cut(cut, handles=settings.cut.handles)
    chosen = stages.choose_shots(turnover, patterns)
    found = []
    with shown_progress(progress_kind) as progress:
        model = stages.obtain_model(models, progress)
        poses = stages.obtain_pose_model(models, settings, progress)
        with claimed(out) as output:
            turnover.write(output.shots)
            for shot in chosen:
                with at(shot=shot.name), open_plate(shot.media) as plate:
                    tracks = stages.follow_faces(shot, plate, settings, model=model, out=output, progress=progress)
                    found.append(tracks)
                    stages.follow_bodies(shot, plate, settings, model=poses, out=output, progress=progress)
    if progress_kind == "bar":
        show_tracks(found, as_json=as_json)


@click.command(short_help="Decide what every frame is made of.")
@OUT
@settings_options
@shot_option
@json_option
def plan(out: Path, patterns: tuple[str, ...], as_json: bool, **named: Any) -> None:
    """Decide what every frame is made of, from the tracks in OUT: OUT/<shot>/<pass>/v001/plan.json.

    \b
    toolkit plan out --set face.strength=0.4
    """
    from toolkit import stages
    from toolkit.cli.show import show_plans
    from toolkit.documents import BodyTracks, Cut, FaceTracks, PassPlan
    from toolkit.output import claimed
    from toolkit.passes import wants_bodies

    with claimed(out, made_by=TRACK) as output:
        cut = Cut.read(output.shots)
        settings = settings_for(Path(cut.path).parent, **named)
        plans: list[PassPlan] = []
        for shot in stages.choose_shots(cut, patterns):
            tracks = FaceTracks.read(output.face_track(shot.name))
            bodies = BodyTracks.read(output.body_track(shot.name)) if wants_bodies(settings) else None
            plans += stages.decide(cut, shot, tracks, settings, output, bodies=bodies)
    show_plans(plans, as_json=as_json)


@click.command(short_help="Paint and write the planned passes.")
@OUT
@settings_options
@shot_option
@json_option
@progress_option
def render(out: Path, patterns: tuple[str, ...], as_json: bool, progress_kind: str, **named: Any) -> None:
    """Paint and write the passes planned in OUT; frames that are already right are kept.

    \b
    toolkit render out
    """
    from toolkit import stages
    from toolkit.cli.progress import shown_progress
    from toolkit.cli.show import show_rendered
    from toolkit.documents import Cut
    from toolkit.engines import open_engine
    from toolkit.errors import at
    from toolkit.output import claimed
    from toolkit.plates import open_plate

    check_progress(progress_kind, json=as_json)
    rendered = []
    with claimed(out, made_by=TRACK) as output, shown_progress(progress_kind) as progress:
        cut = Cut.read(output.shots)
        settings = settings_for(Path(cut.path).parent, **named)
        chosen = stages.choose_shots(cut, patterns)
        plans = {shot.name: stages.read_plans(shot, settings, output) for shot in chosen}
        for engine_name in sorted({plan.engine for made in plans.values() for plan in made}):
            with open_engine(engine_name, settings) as engine:
                theirs = [plan for made in plans.values() for plan in made if plan.engine == engine_name]
                engine.prepare(look for plan in theirs for look in plan.looks)
                guides = (guide for plan in theirs for guide in plan.guides)
                estimators = stages.obtain_estimators(guides, settings, engine)
                for shot in chosen:
                    mine = [plan for plan in plans[shot.name] if plan.engine == engine_name]
                    with at(shot=shot.name), open_plate(shot.media) as plate:
                        rendered += stages.paint(
                            mine,
                            plate,
                            engine,
                            estimators,
                            writers=settings.output.writers,
                            out=output,
                            progress=progress,
                        )
    if progress_kind == "bar":
        show_rendered(rendered, out, as_json=as_json)


@click.command(short_help="Put the rendered passes back over the cut.")
@OUT
@settings_options
@json_option
def conform(out: Path, as_json: bool, **named: Any) -> None:
    """Put the rendered passes back over the cut: OUT/return.otio and OUT/delivery.json.

    \b
    toolkit conform out
    """
    from toolkit import stages
    from toolkit.cli.show import show_conformed
    from toolkit.documents import Cut
    from toolkit.output import claimed

    with claimed(out, made_by=TRACK) as output:
        cut = Cut.read(output.shots)
        delivery = stages.deliver(cut, settings_for(Path(cut.path).parent, **named), output)
    show_conformed(delivery, out, as_json=as_json)


@click.command(short_help="Experimental: an After Effects project of a delivery.")
@OUT
@json_option
def aep(out: Path, as_json: bool) -> None:
    """Experimental: a ready After Effects project from the delivery in OUT, for who may not run scripts there.

    It is written for version 22 and later. No real After Effects has opened one yet: tell us how it went.

    \b
    toolkit aep out
    """
    from toolkit.cli.show import print_json
    from toolkit.delivery import write_aep
    from toolkit.documents import Delivery
    from toolkit.output import claimed

    with claimed(out, made_by=Delivery.made_by) as output:
        path, notes = write_aep(Delivery.read(output.delivery), output.root)
    if as_json:
        print_json({"project": str(path), "notes": notes})
        return
    for note in notes:
        click.echo(f"note: {note}")
    click.echo(f"In After Effects: File > Open Project… and choose {path} (experimental)")
