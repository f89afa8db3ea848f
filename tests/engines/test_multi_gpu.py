"""Several devices: the same images as on one device, and no hanging when a process dies.

Tested with two processes on the CPU. We have not measured that two GPUs are twice as fast.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines.conftest import TinyModels
from tests.engines.test_diffusers_against_pipelines import make_request
from tests.engines.test_diffusers_engine import GROUPING, engine
from toolkit.engines import Engine, open_engine
from toolkit.engines.diffusers_local.multi_gpu import MultiDeviceEngine
from toolkit.engines.torch_models.devices import Device
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import DiffusersSettings, Settings


def open_on(device: str, **settings: Any) -> Engine:
    return open_engine("diffusers", Settings(diffusers=DiffusersSettings(device=device, **settings)))


@pytest.fixture(scope="module")
def two(tiny: TinyModels) -> Iterator[MultiDeviceEngine]:
    """One engine with two processes for all tests that do not break it: each process loads torch and diffusers."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OMP_NUM_THREADS", "1")  # for networks this small, threads cost more than they save
        with open_on("cpu, cpu", batch=2) as engine:
            assert isinstance(engine, MultiDeviceEngine)
            yield engine


@pytest.fixture
def unmeasured_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage does not follow processes that are killed, nor their import of torch."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)


def test_images_equal_those_of_one_device_in_the_same_order(tiny: TinyModels, two: MultiDeviceEngine) -> None:
    requests = [make_request(tiny, seed, guides=1) for seed in range(5)]
    with engine(batch=2) as one:
        assert (two.batch, two.revision) == (4, one.revision)
        two.prepare([requests[0].look])
        assert two.identity(requests[0].look) == one.identity(requests[0].look)
        assert np.abs(np.stack(two.paint(requests)) - np.stack(one.paint(requests))).max() < GROUPING
        assert np.abs(two.paint(requests[3:4])[0] - one.paint(requests[3:4])[0]).max() < GROUPING
        assert two.paint([]) == []


def test_an_error_arrives_with_its_full_message(tiny: TinyModels, two: MultiDeviceEngine) -> None:
    look = make_request(tiny, 1).look.model_copy(update={"model": "nowhere"})
    with pytest.raises(EngineUnavailable, match="no checkpoint 'nowhere'"):
        two.prepare([look])


def test_a_failed_call_leaves_no_answer_behind_for_the_next(tiny: TinyModels, two: MultiDeviceEngine) -> None:
    good, other = make_request(tiny, 1), make_request(tiny, 2)
    bad = replace(other, look=other.look.model_copy(update={"model": "nowhere"}))
    expected = np.stack(two.paint([good, other]))
    with pytest.raises(EngineUnavailable, match="no checkpoint 'nowhere'"):
        two.paint([bad, good])
    assert np.array_equal(np.stack(two.paint([good, other])), expected)


def test_a_killed_process_is_reported_with_its_device(tiny: TinyModels, unmeasured_processes: None) -> None:
    request = make_request(tiny, 1)
    with open_on("cpu,cpu") as engine:
        assert isinstance(engine, MultiDeviceEngine)
        pid = engine._processes[1].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(
            EngineFailed, match="the process on cpu died: it was killed, or the machine ran out of memory"
        ):
            engine.paint([request, replace(request, seed=2)])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_processes_exit_when_their_parent_is_killed(tmp_path: Path, unmeasured_processes: None) -> None:
    script = tmp_path / "opens.py"
    script.write_text(
        "import time\n"
        "from toolkit.engines import open_engine\n"
        "from toolkit.settings import DiffusersSettings, Settings\n"
        "if __name__ == '__main__':\n"
        "    engine = open_engine('diffusers', Settings(diffusers=DiffusersSettings(device='cpu,cpu')))\n"
        "    print(*[process.pid for process in engine._processes], flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(_runs(pid) for pid in pids):
        time.sleep(0.05)
    assert [pid for pid in pids if _runs(pid)] == []


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie has exited


@pytest.mark.parametrize(("device", "says"), [("all", "'cuda'|'all'"), ("cpu,cuda:7", "'cuda:7'"), ("cpu,,cpu", "''")])
def test_an_unavailable_device_is_refused_before_any_process_starts(device: str, says: str) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("a machine with a GPU has some of them")
    with pytest.raises(EngineUnavailable, match=f"diffusers.device ({says}) is not available"):
        open_on(device)


def test_devices_with_different_precisions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def chosen(settings: DiffusersSettings) -> Device:
        precision = "float16" if settings.device == "cuda:0" else "float32"
        return Device(torch=torch.device("cpu"), precision=precision)

    monkeypatch.setattr("toolkit.engines.diffusers_local.multi_gpu.choose_device", chosen)
    with pytest.raises(EngineUnavailable, match="cuda:0,cpu would compute in float16 and float32"):
        open_on("cuda:0,cpu")
