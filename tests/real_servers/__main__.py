"""Runs the toolkit against a real server: ``python -m tests.real_servers comfyui PATH`` or ``forge PATH``.

PATH is a checkout of ComfyUI or of stable-diffusion-webui-forge whose requirements are installed in an environment of
its own. The server is started on this machine's loopback, on the CPU, with random weights that are made here; nothing
is written into the checkout. Takes some minutes. Exits with 1 if a check fails.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

from tests.real_servers._checks import CHECKS, Bench, Check
from tests.real_servers._comparison import check_diffusers_paints_the_same
from tests.real_servers._processes import ComfyuiServer, ForgeServer, RealServer
from toolkit import __version__
from toolkit.errors import ToolkitError

_OWN_CHECKS: dict[str, tuple[Check, ...]] = {"comfyui": (), "forge": (check_diffusers_paints_the_same,)}
_SERVERS: dict[str, type[RealServer]] = {"comfyui": ComfyuiServer, "forge": ForgeServer}


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.real_servers", description=__doc__)
    parser.add_argument("kind", choices=list(_SERVERS))
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--python", type=Path, help="the server's Python; default: venv or .venv in the checkout")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep models, logs and layers there")
    parser.add_argument("--only", default="", metavar="WORD", help="only checks with this word in their name")
    return parser.parse_args()


def _find_python(checkout: Path) -> Path:
    for name in ("venv/bin/python", ".venv/bin/python", "venv/Scripts/python.exe", ".venv/Scripts/python.exe"):
        if (checkout / name).exists():
            return checkout / name
    sys.exit(f"no environment in {checkout}; name the server's Python with --python")


def _run_checks(server: RealServer, folder: Path, checks: Iterable[Check]) -> bool:
    """Print a line for each check; returns whether all passed."""
    print(f"toolkit {__version__} on {server.version}", flush=True)
    passed = True
    with tempfile.TemporaryDirectory(dir=folder) as rendered:
        bench = Bench(server=server, folder=Path(rendered))
        for check in checks:
            start, name = time.monotonic(), check.__name__.removeprefix("check_").replace("_", " ")
            try:
                outcome = f"ok      {name}: {check(bench)}"
            except (ToolkitError, AssertionError) as error:
                passed = False
                outcome = f"FAILED  {name}: {error}"
            except Exception:
                passed = False
                outcome = f"FAILED  {name}\n{traceback.format_exc()}"
            print(f"{outcome}  [{time.monotonic() - start:.0f} s]", flush=True)
    return passed


def main() -> int:
    arguments = _parse_arguments()
    logging.basicConfig(format="        %(message)s", stream=sys.stdout)
    checkout = arguments.checkout.absolute()
    checks = [check for check in (*CHECKS, *_OWN_CHECKS[arguments.kind]) if arguments.only in check.__name__]
    python = (arguments.python or _find_python(checkout)).absolute()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with _SERVERS[arguments.kind](checkout, python, folder) as server:
            passed = _run_checks(server, folder, checks)
    print("all checks passed" if passed else "some checks failed")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
