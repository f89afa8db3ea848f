"""Runs one workflow on a ComfyUI server: puts it into the queue, waits for it, and removes it when it is cancelled.

ComfyUI calls an item of its queue a "prompt"; here it is an item. A websocket reports its steps, and when it is done.
Where there is none (a proxy may not pass websockets), or when it breaks, a warning is logged and ``/history`` is polled
instead, without steps. The outputs are read from ``/history`` in any case.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from toolkit.engines.comfyui.workflow import Graph, Workflow
from toolkit.engines.http_errors import ServerRefused, one_line
from toolkit.engines.servers import Servers

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

log = logging.getLogger(__name__)

POLL_S = 0.5
"""Interval between queries of the history without a websocket, seconds; the first few are shorter."""
SILENCE_S = 5.0
"""Seconds without a message about our item after which ``/history`` is queried although the websocket is open."""
_FIRST_POLL_S = 0.01
"""Wait before the second query, seconds: the history is updated slightly after the websocket reports the end."""


ReportStep = Callable[[int, int], None]
"""Called with the steps done and their total, each time a node of the item has done one; both start anew per node."""


class ItemLost(Exception):
    """The server no longer knows an item that it accepted: it was restarted."""


class Queue:
    """The queues of one engine's servers."""

    def __init__(self, servers: Servers, *, timeout: float) -> None:
        """``timeout``: longest wait for one item, seconds, including the items before it in the queue."""
        self._servers, self._timeout = servers, timeout
        self._no_websocket: set[str] = set()
        """Addresses of servers that refused a websocket; it is not tried again."""

    async def run(self, address: str, workflow: Workflow, graph: Graph, report_step: ReportStep) -> Mapping[str, Any]:
        """Run ``graph``, which is ``workflow`` filled in; returns the outputs of each node by its id.

        On a timeout, and when it is cancelled, our own item is removed from the server's queue, and no other. Raises
        ServerLost, ItemLost, and ServerRefused, which names the node that failed.
        """
        client_id, item_id = uuid4().hex, str(uuid4())
        try:
            async with asyncio.timeout(self._timeout), self._open_socket(address, client_id) as socket:
                # Without a client id, servers before 2026 return no outputs for nodes that they take from their cache.
                body = {"prompt": graph, "client_id": client_id, "prompt_id": item_id}
                item_id = await self._enqueue(address, workflow, body)
                listener = None if socket is None else _Listener(address, item_id, workflow, socket, report_step)
                return await self._wait_for_outputs(address, item_id, workflow, listener)
        except TimeoutError as error:
            await self._remove(address, item_id)
            problem = f"was not done within {self._timeout:g} s; raise server.timeout if it needs longer"
            raise ServerRefused(address, problem) from error
        except asyncio.CancelledError:
            await self._remove(address, item_id)
            raise

    async def _enqueue(self, address: str, workflow: Workflow, body: Mapping[str, Any]) -> str:
        """Put an item into the queue; returns its id, which servers before 2025 choose themselves."""
        try:
            answer = await self._servers.post(address, "/prompt", body)
        except ServerRefused as refusal:
            if faults := _node_errors(workflow, refusal.body):
                raise ServerRefused(address, f"refused {faults}", status=refusal.status) from refusal
            raise
        item_id = answer.get("prompt_id") if isinstance(answer, dict) else None
        if not isinstance(item_id, str):
            raise ServerRefused(address, "answered /prompt without an id")
        if faults := _node_errors(workflow, answer):  # it would run the rest of the workflow
            await self._remove(address, item_id)
            raise ServerRefused(address, f"refused {faults}")
        return item_id

    async def _wait_for_outputs(
        self, address: str, item_id: str, workflow: Workflow, listener: _Listener | None
    ) -> Mapping[str, Any]:
        wait_s, is_queued = _FIRST_POLL_S, True
        while True:
            if listener is not None and not await listener.listen():
                listener = None
            history = await self._servers.get(address, f"/history/{item_id}", retry_unanswered=True)
            entry = history.get(item_id) if isinstance(history, dict) else None
            if isinstance(entry, dict):
                return _read_outputs(address, workflow, entry)
            if not is_queued:
                raise ItemLost
            if listener is None:
                # An item may move from the queue to the history between the two queries, so look once more.
                is_queued = item_id in _item_ids(await self._servers.get(address, "/queue", retry_unanswered=True))
                await asyncio.sleep(wait_s if is_queued else 0.0)
                wait_s = min(2 * wait_s, POLL_S)

    @asynccontextmanager
    async def _open_socket(self, address: str, client_id: str) -> AsyncIterator[ClientConnection | None]:
        """The websocket for ``client_id``; None, with a warning, when it cannot be opened."""
        from websockets.exceptions import WebSocketException

        async with AsyncExitStack() as stack:
            socket = None
            if address not in self._no_websocket:
                websocket = self._servers.open_websocket(address, f"/ws?clientId={client_id}")
                try:
                    socket = await stack.enter_async_context(websocket)
                except OSError as error:  # no server there: it may be restarting
                    _warn(address, f"cannot be reached ({one_line(str(error) or type(error).__name__)})")
                except WebSocketException as error:
                    self._no_websocket.add(address)
                    _warn(address, f"cannot be opened ({one_line(str(error))})")
            yield socket

    async def _remove(self, address: str, item_id: str) -> None:
        """Remove the item from the queue, or interrupt it if it is running. Items of other clients are unaffected."""
        await self._servers.send_best_effort(address, "/queue", {"delete": [item_id]})
        # Servers before 2025 ignore the id and interrupt whatever is running, so ask only while our item is.
        if item_id in _item_ids(await self._servers.send_best_effort(address, "/queue", method="GET")):
            await self._servers.send_best_effort(address, "/interrupt", {"prompt_id": item_id})


@dataclass(frozen=True, slots=True)
class _Listener:
    """Reads the messages about one item from its websocket."""

    address: str
    item_id: str
    workflow: Workflow
    socket: ClientConnection
    report_step: ReportStep

    async def listen(self) -> bool:
        """Listen for at most ``SILENCE_S``; returns whether to listen again.

        False when the item has ended and when the websocket is broken. Raises ServerRefused when the item has failed.
        """
        from websockets.exceptions import ConnectionClosed

        try:
            async with asyncio.timeout(SILENCE_S):
                while True:
                    message = await self.socket.recv()
                    if isinstance(message, str) and self._is_end(json.loads(message)):
                        return False
        except TimeoutError:
            return True
        except ConnectionClosed:
            problem = "was closed"
        except ValueError:
            problem = "does not send JSON"
        _warn(self.address, problem)
        return False

    def _is_end(self, message: Any) -> bool:
        """Whether a message reports that the item is done. Raises ServerRefused when it reports a failure."""
        kind, data = (message.get("type"), message.get("data")) if isinstance(message, dict) else ("", None)
        if not isinstance(data, dict) or data.get("prompt_id") != self.item_id:
            return False
        if failure := _describe_failure(self.workflow, kind, data):
            raise ServerRefused(self.address, failure)
        if kind == "progress":
            step, steps = data.get("value"), data.get("max")
            if isinstance(step, int) and isinstance(steps, int) and 0 < step < steps:
                self.report_step(step, steps)
        return kind == "execution_success" or (kind == "executing" and data.get("node") is None)


def _warn(address: str, problem: str) -> None:
    log.warning("comfyui: the websocket of %s %s; polling /history instead", address, problem)


def _item_ids(queue: Any) -> set[str]:
    """The ids of all items that are waiting or running."""
    parts = [queue.get(part) for part in ("queue_running", "queue_pending")] if isinstance(queue, dict) else []
    return {str(item[1]) for part in parts if isinstance(part, list) for item in part if len(item) > 1}


def _describe_failure(workflow: Workflow, kind: Any, data: Any) -> str:
    """The failure that a message reports; empty when it reports none."""
    if kind == "execution_interrupted":
        return "was interrupted by another client"
    # A branch that a node has blocked is not a failure, unless the result is in it.
    if kind != "execution_error" or not isinstance(data, dict) or data.get("exception_type") == "ExecutionBlocked":
        return ""
    label = workflow.label(str(data.get("node_id")), str(data.get("node_type") or ""))
    return one_line(f"failed in {label}: {data.get('exception_type')}: {data.get('exception_message')}")


def _read_outputs(address: str, workflow: Workflow, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The outputs in an entry of the history. Raises ServerRefused when the item has failed."""
    status, outputs = entry.get("status"), entry.get("outputs")
    if isinstance(status, dict) and status.get("status_str") == "error":
        messages = [pair for pair in status.get("messages") or () if isinstance(pair, list) and len(pair) == 2]
        failures = filter(None, (_describe_failure(workflow, kind, data) for kind, data in messages))
        raise ServerRefused(address, next(failures, "failed without giving a reason"))
    if not isinstance(outputs, dict):
        raise ServerRefused(address, "answered /history without the outputs of our item")
    return outputs


def _node_errors(workflow: Workflow, answer: Any) -> str:
    """The errors that the server found in a workflow, by node and input; empty when there are none."""
    nodes = answer.get("node_errors") if isinstance(answer, dict) else None
    faults = []
    for node, found in nodes.items() if isinstance(nodes, dict) else ():
        for error in found.get("errors") or () if isinstance(found, dict) else ():
            details = error.get("extra_info") if isinstance(error, dict) else None
            name = details.get("input_name") if isinstance(details, dict) else None
            text = ": ".join(str(error[key]) for key in ("message", "details") if error.get(key))
            faults.append(workflow.label(str(node)) + (f", '{name}'" if name else "") + f": {text}")
    return one_line("; ".join(faults))
