"""A stand-in for the FFmpeg of Topaz Video AI: strict about its arguments, and it really writes a movie.

What it does is what is known of the real program: it needs both variables and the descriptions of the models, makes
nothing of fewer than four pictures, and an interpolation ends at its last picture. It shares no code with the toolkit.
``misbehave`` is a file beside it whose text is a way to fail.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

MODELS = ("cpe-1", "cpe-2", "ref-2", "apo-8", "chr-2", "gcg-5", "prob-4", "new-9")

_SCRIPT = r'''
import json, os, re, signal, sys, time
from fractions import Fraction
from pathlib import Path

HOME = Path(__file__).parent
KNOWN = {
    "tvai_cpe": {"model", "filename", "device"},
    "tvai_stb": {"model", "filename", "smoothness", "full", "roll", "reduce", "device", "vram", "instances"},
    "tvai_fi": {"model", "slowmo", "fps", "rdt", "device", "vram", "instances"},
    "tvai_up": {"model", "scale", "w", "h", "preblur", "noise", "details", "halo", "blur", "compression", "estimate",
                "blend", "device", "vram", "instances"},
    "scale": {"w", "h", "flags", "out_color_matrix", "out_range"},
    "format": {"yuv422p10le"},
    "setparams": {"range", "colorspace", "color_primaries", "color_trc"},
}
OPTIONS = {"-progress", "-framerate", "-start_number", "-i", "-vf", "-f", "-frames:v", "-fps_mode:v", "-c:v",
           "-profile:v", "-vendor", "-pix_fmt", "-color_range", "-colorspace", "-color_primaries", "-color_trc",
           "-movflags"}
FLAGS = {"-hide_banner", "-nostdin", "-y", "-nostats"}


def refuse(text):
    print(f"Error: {text}", "Conversion failed!", sep="\n", file=sys.stderr)
    sys.exit(234)


def read_arguments(words):
    options, output = {}, None
    words = list(words)
    while words:
        word = words.pop(0)
        if word in OPTIONS and word not in options and words:
            options[word] = words.pop(0)
        elif word not in FLAGS and output is None and (word == "-" or not word.startswith("-")):
            output = word
        elif word not in FLAGS:
            refuse(f"Unrecognized or repeated option '{word}'")
    return options, output


def read_filters(text, models):
    filters = []
    for part in text.split(","):
        name, _, rest = part.partition("=")
        if name not in KNOWN:
            refuse(f"No such filter: '{name}'")
        values = dict((one.partition("=")[::2] for one in rest.split(":")))
        if values.keys() - KNOWN[name]:
            refuse(f"Option not found in {part}")
        if name.startswith("tvai_") and not (models / f"{values['model']}.json").is_file():
            refuse(f"Model not found: {values['model']}")
        filters.append((name, values))
    return filters


def read_pictures(pattern, first):
    import cv2
    pictures = []
    while (path := Path(pattern % (first + len(pictures)))).is_file():
        picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if picture.dtype != "uint16" or picture.ndim != 3 or picture.shape[2] != 3:
            refuse(f"{path} is not 16 bits of RGB")
        pictures.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    return pictures


def interpolate(pictures, values, rate):
    """Frames from the first picture to the last one: 98 of 50 pictures for slowmo=2."""
    fps = Fraction(values.get("fps", rate))
    if float(values["rdt"]) >= 0:
        refuse("duplicates would be replaced")
    each = Fraction(values.get("slowmo", "1")) * fps / rate
    count = int((len(pictures) - 1) * each + Fraction(1, 2))
    return [pictures[int(index / each)] for index in range(count)], fps


def encode(path, pictures, rate, size, tags, way):
    """As FFmpeg 7 and later: the tags of the frames count, and the options of the encoder do not."""
    import av, cv2
    with av.open(path, "w", format="mov") as movie:
        stream = movie.add_stream("prores_ks", rate=rate, options={"profile": "3"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv422p10le"
        encoder = stream.codec_context
        encoder.color_range, encoder.colorspace = 1, 1
        encoder.color_primaries = 1 if tags.get("color_primaries") == "bt709" else 2
        encoder.color_trc = 1 if tags.get("color_trc") == "bt709" else 2
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(cv2.resize(picture, size), format="rgb48le")
            frame = frame.reformat(format="yuv422p10le", dst_colorspace=1)
            frame.pts, frame.time_base = index, 1 / rate
            movie.mux(stream.encode(frame))
            print(f"frame={index + 1}\nprogress=continue", flush=True)
            if way == "hang":
                (HOME / "process.part").write_text(str(os.getpid()))
                (HOME / "process.part").replace(HOME / "process")
                time.sleep(60)
            if way == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
        movie.mux(stream.encode(None))
    print("progress=end", flush=True)


def main():
    with (HOME / "calls.jsonl").open("a") as calls:
        print(json.dumps(sys.argv[1:]), file=calls)
    folders = [os.environ.get(name, "") for name in ("TVAI_MODEL_DIR", "TVAI_MODEL_DATA_DIR")]
    if not all(Path(folder).is_dir() and folder for folder in folders):
        refuse("the folders of the models are not set")
    way = (HOME / "misbehave").read_text() if (HOME / "misbehave").exists() else ""
    if way == "fail":
        refuse("Unable to init device 0")
    if way == "watermark":
        print("Reauthentication is required, watermark will be enabled", file=sys.stderr)
    options, output = read_arguments(sys.argv[1:])
    rate = Fraction(options["-framerate"])
    filters = read_filters(options["-vf"], Path(folders[0]))
    names = [name for name, _ in filters]
    pictures = read_pictures(options["-i"], int(options["-start_number"]))
    (HOME / "given.json").write_text(json.dumps([float(picture.mean() / 65535) for picture in pictures]))
    if len(pictures) < 4:
        pictures = []
    if names == ["tvai_cpe"]:
        if (options["-f"], output) != ("null", "-"):
            refuse("the first pass makes no movie")
        Path(filters[0][1]["filename"]).write_text(json.dumps({"poses": len(pictures)}))
        return
    order = ["tvai_stb", "tvai_fi", "tvai_up", "scale", "format", "setparams"]
    if names != [name for name in order if name in names] or not {"scale", "format"} <= {*names} or "-f" in options:
        refuse(f"not in this order: {names}")
    for name, values in filters:
        if name == "tvai_stb":
            poses = json.loads(Path(values["filename"]).read_text())
            if poses["poses"] != len(pictures) or values["model"] != "ref-2":
                refuse("the poses are those of another clip")
        elif name == "tvai_fi":
            pictures, rate = interpolate(pictures, values, rate)
        elif name == "tvai_up" and ("w" in values) != (values["scale"] == "0"):
            refuse("scale and size contradict each other")
    scale = dict(filters)["scale"]
    colours = [options[f"-{name}"] for name in ("colorspace", "color_primaries", "color_trc")]
    if scale["out_color_matrix"] != "bt709" or colours != ["bt709"] * 3 or options["-pix_fmt"] != "yuv422p10le":
        refuse("the colours are not stated")
    pictures = pictures[: int(options["-frames:v"])]
    if way == "short":
        pictures = pictures[:-1]
    if way == "nothing":
        return
    if way == "garbage":
        Path(output).write_bytes(b"no movie" * 100)
        return
    encode(output, pictures, rate, (int(scale["w"]), int(scale["h"])), dict(filters).get("setparams", {}), way)


main()
'''


def install_stand_in(folder: Path) -> Path:
    """Put the stand-in and the descriptions of its models into ``folder``; returns the program."""
    program = folder / "ffmpeg"
    (folder / "models").mkdir(parents=True)
    for name in MODELS:
        (folder / "models" / f"{name}.json").write_text("{}")
    program.write_text(f"#!{sys.executable}\n{_SCRIPT}")
    program.chmod(0o755)
    return program


def calls(program: Path) -> list[list[str]]:
    """The arguments of every start of the stand-in so far."""
    log = program.parent / "calls.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def given(program: Path) -> list[float]:
    """The mean of each picture that it was given last, 0 to 1."""
    return [float(mean) for mean in json.loads((program.parent / "given.json").read_text())]


def misbehave(program: Path, way: str) -> None:
    """From now on it fails in this ``way``; empty: it does not."""
    (program.parent / "misbehave").write_text(way)
