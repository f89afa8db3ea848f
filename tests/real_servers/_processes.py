"""Starts a checkout of ComfyUI or Forge on the loopback, with its models and all that it writes in a folder of ours."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx

from tests.real_servers._weights import write_models

_START_S = 300.0
"""How long a server may take to start, seconds."""
_POLL_S = 0.5


class RealServer(ABC):
    """``with ComfyuiServer(checkout, python, folder) as server: ServerSettings(url=server.address)``."""

    engine: ClassVar[str]
    """Name of the toolkit's engine for it."""
    _probe: ClassVar[str]
    """A path that answers as soon as the server can work."""

    def __init__(self, checkout: Path, python: Path, folder: Path) -> None:
        """``folder`` takes the models, which are kept, the server's log, and what it writes."""
        self.checkout, self._python, self.folder = checkout, python, folder
        self.log = folder / f"{self.engine}.log"
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]

    def __enter__(self) -> Self:
        write_models(self.folder / "models")
        self._prepare()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers. Raises RuntimeError with the end of its log if it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._python, *self._arguments()],
                cwd=self.checkout,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": "", "PYTHONUNBUFFERED": "1", **self._environment()},
                start_new_session=True,
            )
        give_up_at = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
                raise RuntimeError("\n".join(["the server did not start; the end of its log:", *lines]))
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """End it at once, as a crash does, with the processes it has started."""
        if self._process is None:
            return
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def get(self, path: str) -> Any:
        """The JSON at ``path``."""
        return httpx.get(self.address + path, timeout=30.0).raise_for_status().json()

    def _answers(self) -> bool:
        try:
            self.get(self._probe)
        except (httpx.HTTPError, ValueError):
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {}

    @property
    @abstractmethod
    def version(self) -> str:
        """What runs, as far as the server says."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make the folders and write the files that it reads at its start."""

    @abstractmethod
    def _arguments(self) -> Sequence[str | Path]:
        """Of Python."""

    @abstractmethod
    def is_idle(self) -> bool:
        """Whether it is working on nothing, and nothing waits."""


class ComfyuiServer(RealServer):
    """A checkout of ComfyUI, without custom nodes."""

    engine: ClassVar[str] = "comfyui"
    _probe: ClassVar[str] = "/prompt"

    def _arguments(self) -> Sequence[str | Path]:
        own = self.folder / "comfyui"
        arguments: list[str | Path] = ["main.py", "--cpu", "--port", self.port, "--disable-auto-launch"]
        arguments += ["--disable-all-custom-nodes", "--disable-api-nodes", "--base-directory", own]
        arguments += ["--database-url", f"sqlite:///{own / 'user' / 'comfyui.db'}"]
        return [*arguments, "--extra-model-paths-config", self.folder / "models.yaml"]

    def _prepare(self) -> None:
        for name in ("custom_nodes", "input", "output", "temp", "user", "models"):
            (self.folder / "comfyui" / name).mkdir(parents=True, exist_ok=True)
        models = (self.folder / "models").as_posix()
        (self.folder / "models.yaml").write_text(
            f"toolkit:\n    base_path: {models}\n    checkpoints: checkpoints\n    controlnet: controlnet\n",
            encoding="utf-8",
        )

    @property
    def version(self) -> str:
        system = self.get("/system_stats")["system"]
        return f"ComfyUI {system.get('comfyui_version')}, torch {system.get('pytorch_version')}"

    def is_idle(self) -> bool:
        queue = self.get("/queue")
        return not queue["queue_running"] and not queue["queue_pending"]


class ForgeServer(RealServer):
    """A checkout of stable-diffusion-webui-forge with the extensions that come with it."""

    engine: ClassVar[str] = "automatic1111"
    _probe: ClassVar[str] = "/controlnet/model_list"  # there after everything else

    def _arguments(self) -> Sequence[str | Path]:
        own, models = self.folder / "forge", self.folder / "models"
        arguments: list[str | Path] = ["launch.py", "--api", "--port", self.port, "--always-cpu", "--data-dir", own]
        arguments += ["--skip-prepare-environment", "--skip-python-version-check", "--skip-version-check"]
        arguments += ["--skip-torch-cuda-test", "--no-download-sd-model", "--no-hashing"]
        return [*arguments, "--ckpt-dir", models / "checkpoints", "--controlnet-dir", models / "controlnet"]

    def _environment(self) -> dict[str, str]:
        return {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}

    def _prepare(self) -> None:
        (self.folder / "forge").mkdir(parents=True, exist_ok=True)

    @property
    def version(self) -> str:
        command = ["git", "-C", str(self.checkout), "log", "-1", "--format=%h of %cs"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return f"Forge {done.stdout.strip() or 'of an unknown revision'}"

    def is_idle(self) -> bool:
        return not self.get("/sdapi/v1/progress?skip_current_image=true")["state"]["job_count"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
