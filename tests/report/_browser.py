"""A real Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 30.0
"""Seconds to wait for anything."""
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
_KEYS = {
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    " ": ("Space", 32, " "),
}
"""Code, number and text of keys that are no letters."""


def find_chromium() -> str | None:
    """The browser on this machine; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.said: list[str] = []
        """What the console and uncaught errors said."""
        self.requests: list[str] = []
        """Addresses that were asked for."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setScrollbarsHidden", hidden=True)  # a screenshot of the whole page has none

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; its answer."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            if message.get("id") == number:
                assert "error" not in message, (method, message["error"])
                return dict(message["result"])
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        facts = message.get("params", {})
        match message["method"]:
            case "Runtime.exceptionThrown":
                self.said.append(json.dumps(facts["exceptionDetails"])[:2000])
            case "Log.entryAdded" if facts["entry"]["level"] in {"error", "warning"}:
                self.said.append(facts["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(facts["request"]["url"])

    def evaluate(self, script: str) -> Any:
        """The value of an expression, or of a promise of it, in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        """Go to an address, and wait until the page is there."""
        self.call("Page.navigate", url=address)
        self.wait_for("document.readyState === 'complete'")

    def wait_for(self, script: str) -> Any:
        """Wait until an expression is true; its value."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            value = self.evaluate(script)
            if value:
                return value
            time.sleep(0.02)
        raise AssertionError(f"never true: {script}; the page said {self.said}")

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press and release a key."""
        code, number, text = _KEYS[key] if key in _KEYS else (f"Key{key.upper()}", ord(key.upper()), key)
        facts = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **facts)
        self.call("Input.dispatchKeyEvent", type="keyUp", **facts)

    def mouse(self, kind: str, x: float, y: float) -> None:
        """``mousePressed``, ``mouseMoved`` or ``mouseReleased`` at a place in the window, with the left button down."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def size(self, width: int, height: int = 900) -> None:
        """Make the window that large."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name: str) -> None:
        """``light`` or ``dark``."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Left, top, width and height of an element in the window."""
        left, top, width, height = self.evaluate(
            f"(({{left, top, width, height}}) => [left, top, width, height])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        return left, top, width, height

    def picture(self, selector: str = "", *, whole: bool = False) -> NDArray[np.uint8]:
        """A screenshot as RGB (H, W, 3): the window, the ``whole`` page, or an element."""
        options: dict[str, Any] = {"captureBeyondViewport": whole}
        if selector:
            left, top, width, height = self.box(selector)
            top += self.evaluate("scrollY")
            clip = {"x": left, "y": top, "width": width, "height": height, "scale": 1}
            options = {"clip": clip, "captureBeyondViewport": True}
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png", **options)["data"])
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


@contextmanager
def open_browser(profile: Path) -> Iterator[Tab]:
    """Start the browser with the empty folder ``profile``, and open a tab."""
    name = find_chromium()
    assert name is not None
    command = [name, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_find_tab(profile), max_size=None) as socket:
            yield Tab(socket)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _find_tab(profile: Path) -> str:
    """The address of the first tab's socket."""
    ends = time.monotonic() + PATIENCE
    port_file = profile / "DevToolsActivePort"
    while time.monotonic() < ends:
        lines = port_file.read_text().split() if port_file.exists() else []
        if len(lines) == 2:
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json/list", timeout=PATIENCE) as answer:
                tabs = [one for one in json.load(answer) if one["type"] == "page"]
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
        time.sleep(0.05)
    raise AssertionError("Chromium does not start")
