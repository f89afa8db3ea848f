"""One prompt on a ComfyUI server: put into its queue, waited for, withdrawn.

That it is done is heard on a websocket. Where none can be had (a proxy that passes none), or when it breaks, that is
said once and ``/history`` is asked instead: the outcome is read there in any case, the websocket only says when.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from toolkit.engines.comfyui.workflow import Graph, Workflow
from toolkit.engines.http_errors import ServerRefused, one_line
from toolkit.engines.servers import Servers

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

log = logging.getLogger(__name__)

ASK_AGAIN_S = 0.5
"""Between two questions whether a prompt is done, where no websocket tells, seconds; the first come sooner."""
LISTEN_S = 5.0
"""A websocket that says nothing of the end for so long is not trusted blindly: ``/history`` is asked meanwhile."""
_SOON_S = 0.01
"""Before the second question, seconds: when the websocket says done, the history is a moment behind."""


class PromptForgotten(Exception):
    """The server knows nothing of a prompt that it took: it was restarted."""


class Prompts:
    """Prompts on the servers of one engine."""

    def __init__(self, servers: Servers, *, timeout: float) -> None:
        """``timeout``: longest wait for one prompt, others before it in the queue included, seconds."""
        self._servers, self._timeout = servers, timeout
        self._deaf: set[str] = set()
        """Addresses that refused a websocket: not asked for one again."""

    async def run(self, address: str, workflow: Workflow, graph: Graph) -> Mapping[str, Any]:
        """What each node gave out, by its id.

        Raises ServerLost, PromptForgotten, and ServerRefused, which names the node that failed. When it takes too
        long, and when it is cancelled, the prompt is withdrawn from the server, and no other.
        """
        client, prompt = uuid4().hex, str(uuid4())
        try:
            async with asyncio.timeout(self._timeout), self._socket(address, client) as socket:
                # Without a client, servers before 2026 keep no outputs of what they take from their cache.
                body = {"prompt": graph, "client_id": client, "prompt_id": prompt}
                prompt = await self._put(address, workflow, body)
                return await self._outcome(address, prompt, workflow, socket)
        except TimeoutError as error:
            await self._withdraw(address, prompt)
            problem = f"was not done within {self._timeout:g} s; raise server.timeout if it needs longer"
            raise ServerRefused(address, problem) from error
        except asyncio.CancelledError:
            await self._withdraw(address, prompt)
            raise

    async def _put(self, address: str, workflow: Workflow, body: Mapping[str, Any]) -> str:
        """The id of the prompt in the queue, chosen by the server where it does not take ours (before 2025)."""
        try:
            answer = await self._servers.post(address, "/prompt", body)
        except ServerRefused as refusal:
            if faults := _node_errors(workflow, refusal.body):
                raise ServerRefused(address, f"refused {faults}", status=refusal.status) from refusal
            raise
        prompt = answer.get("prompt_id") if isinstance(answer, dict) else None
        if not isinstance(prompt, str):
            raise ServerRefused(address, "answered /prompt without an id")
        if faults := _node_errors(workflow, answer):  # it goes on with what is left of the workflow
            await self._withdraw(address, prompt)
            raise ServerRefused(address, f"refused {faults}")
        return prompt

    async def _outcome(
        self, address: str, prompt: str, workflow: Workflow, socket: ClientConnection | None
    ) -> Mapping[str, Any]:
        wait, queued = _SOON_S, True
        while True:
            if socket is not None and not await self._heard(address, prompt, workflow, socket):
                socket = None
            history = await self._servers.get(address, f"/history/{prompt}", patient=True)
            entry = history.get(prompt) if isinstance(history, dict) else None
            if isinstance(entry, dict):
                return _outputs(address, workflow, entry)
            if not queued:
                raise PromptForgotten
            if socket is None:
                # It may leave the queue for the history between the two questions: hence once more.
                queued = prompt in _ids(await self._servers.get(address, "/queue", patient=True))
                await asyncio.sleep(wait if queued else 0.0)
                wait = min(2 * wait, ASK_AGAIN_S)

    @asynccontextmanager
    async def _socket(self, address: str, client: str) -> AsyncIterator[ClientConnection | None]:
        """What the server says to ``client``; None where it cannot be had, which is said."""
        from websockets.exceptions import WebSocketException

        async with AsyncExitStack() as stack:
            socket = None
            if address not in self._deaf:
                try:
                    socket = await stack.enter_async_context(self._servers.listen(address, f"/ws?clientId={client}"))
                except OSError as error:  # nobody there: it may be restarting
                    _say(address, f"cannot be reached ({one_line(str(error) or type(error).__name__)})")
                except WebSocketException as error:
                    self._deaf.add(address)
                    _say(address, f"cannot be had ({one_line(str(error))})")
            yield socket

    async def _heard(self, address: str, prompt: str, workflow: Workflow, socket: ClientConnection) -> bool:
        """Whether to listen on: False when the server is through with ``prompt`` and when nothing comes any more.

        Raises ServerRefused with what the server says of a failure.
        """
        from websockets.exceptions import ConnectionClosed

        try:
            async with asyncio.timeout(LISTEN_S):
                while True:
                    message = await socket.recv()
                    if isinstance(message, str) and _is_end(address, workflow, json.loads(message), prompt):
                        return False
        except TimeoutError:
            return True
        except ConnectionClosed:
            problem = "broke"
        except ValueError:
            problem = "speaks no JSON"
        _say(address, problem)
        return False

    async def _withdraw(self, address: str, prompt: str) -> None:
        """Take ``prompt`` out of the queue, or stop it if it runs; nobody else's work is touched."""
        await self._servers.tell(address, "/queue", {"delete": [prompt]})
        # Servers before 2025 heed no id and stop whatever runs: they are told only while ours does.
        if prompt in _ids(await self._servers.tell(address, "/queue", method="GET")):
            await self._servers.tell(address, "/interrupt", {"prompt_id": prompt})


def _say(address: str, problem: str) -> None:
    log.warning("comfyui: the websocket of %s %s; asking /history instead", address, problem)


def _ids(queue: Any) -> set[str]:
    """The ids of all prompts that wait or run."""
    parts = [queue.get(part) for part in ("queue_running", "queue_pending")] if isinstance(queue, dict) else []
    return {str(item[1]) for part in parts if isinstance(part, list) for item in part if len(item) > 1}


def _is_end(address: str, workflow: Workflow, message: Any, prompt: str) -> bool:
    """Whether a message says that ``prompt`` is done. Raises ServerRefused where it says that it has failed."""
    kind, data = (message.get("type"), message.get("data")) if isinstance(message, dict) else ("", None)
    if not isinstance(data, dict) or data.get("prompt_id") != prompt:
        return False
    if failure := _failure(workflow, kind, data):
        raise ServerRefused(address, failure)
    return kind == "execution_success" or (kind == "executing" and data.get("node") is None)


def _failure(workflow: Workflow, kind: Any, data: Any) -> str:
    """What a message says went wrong; empty where nothing did."""
    if kind == "execution_interrupted":
        return "was told to stop by somebody else"
    # A branch that a node has blocked is no failure, unless the result is in it.
    if kind != "execution_error" or not isinstance(data, dict) or data.get("exception_type") == "ExecutionBlocked":
        return ""
    label = workflow.label(str(data.get("node_id")), str(data.get("node_type") or ""))
    return one_line(f"failed in {label}: {data.get('exception_type')}: {data.get('exception_message')}")


def _outputs(address: str, workflow: Workflow, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an entry of the history gives out. Raises ServerRefused where it has failed."""
    status, outputs = entry.get("status"), entry.get("outputs")
    if isinstance(status, dict) and status.get("status_str") == "error":
        said = [message for message in status.get("messages") or () if isinstance(message, list) and len(message) == 2]
        failures = filter(None, (_failure(workflow, kind, data) for kind, data in said))
        raise ServerRefused(address, next(failures, "failed and does not say why"))
    if not isinstance(outputs, dict):
        raise ServerRefused(address, "answered /history with something else than its history")
    return outputs


def _node_errors(workflow: Workflow, answer: Any) -> str:
    """The faults that the server finds in a workflow, by node and input; empty where it finds none."""
    nodes = answer.get("node_errors") if isinstance(answer, dict) else None
    faults = []
    for node, found in nodes.items() if isinstance(nodes, dict) else ():
        for error in found.get("errors") or () if isinstance(found, dict) else ():
            details = error.get("extra_info") if isinstance(error, dict) else None
            name = details.get("input_name") if isinstance(details, dict) else None
            words = ": ".join(str(error[key]) for key in ("message", "details") if error.get(key))
            faults.append(workflow.label(str(node)) + (f", '{name}'" if name else "") + f": {words}")
    return one_line("; ".join(faults))
