"""The sandbox as a Python object."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import (
    Any,
    Callable,
    Optional,
    Union,
)
from urllib.parse import urlsplit

from ..client import ScaleClient
from .app import make_app
from .auto_complete import AutoCompleter
from .backend import deliveries, fixtures, lifecycle
from .backend.state import SandboxState
from .backend.store import Doc, Store, public
from .backend.v2_view import V2Serializer
from .callbacks import AUTH_VALUE, Callback, Callbacks
from .faults import FaultRegistry, FaultRule, read_faults
from .http.auth import account_of
from .http.errors import ApiError
from .http.server import Server
from .requests_log import RecordedRequest, RequestLog

MAX_DELAY = 10**8  # seconds; three years
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # nobody can connect to the left ones


class Sandbox:
    """Scale's labeling API on this machine, for trying and testing without a key.

    By default it behaves as Scale's test environment: tasks are completed as they are created,
    with canned responses. Any key of test form is accepted, each with data of its own::

        with Sandbox() as sandbox:
            client = sandbox.client()

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        db: a file to keep the data in; without one they are in memory, and gone with the sandbox.
        live: behave as with a live key instead: tasks stay pending until `complete_task`, batches
            start in staging.
        complete_after: in live mode, complete tasks that have waited for so many seconds, with
            canned responses; a task of a batch waits from the batch's release.
        callbacks: "loopback" sends callbacks to this machine only, "all" to any address.

    Attributes:
        callback_auth_key: what callbacks carry in `scale-callback-auth`.

    Raises:
        ValueError: If an argument is invalid; the message names it.
    """

    callback_auth_key = AUTH_VALUE

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        db: Optional[Union[str, os.PathLike[str]]] = None,
        live: bool = False,
        complete_after: Optional[float] = None,
        callbacks: str = "loopback",
    ) -> None:
        self._host = host
        self._port = port
        self._db = None if db is None else os.fspath(db)
        self._live = live
        self._complete_after = complete_after
        if complete_after is not None and not (live and 0 <= complete_after <= MAX_DELAY):
            raise ValueError("complete_after needs live=True, and must be 0 or more seconds")
        self._callbacks = Callbacks(callbacks)
        self._requests = RequestLog()
        self._faults = FaultRegistry()
        self._running: Optional[_Running] = None

    def start(self) -> Sandbox:
        """Accept connections; returns once it does. Nothing happens when it already does.

        Raises:
            OSError: the address can't be had.
            sqlite3.Error: the file of `db` is no database of the sandbox.
        """
        if self._running is None:
            self._running = _Running(self)
        return self

    def stop(self) -> None:
        """Free the port and end all threads; data in memory are gone."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        exc: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self._running.url if self._running else 'stopped'}>"

    @property
    def url(self) -> str:
        """The instance address, ending in `/v1`."""
        return self._open().url

    @property
    def requests(self) -> list[RecordedRequest]:
        """The last 10,000 requests, or 256 MiB of them, oldest first."""
        return self._requests.as_list()

    @property
    def callbacks(self) -> list[Callback]:
        """The last 10,000 callbacks, oldest first, those not sent included."""
        return self._callbacks.as_list()

    def client(self, api_key: str = "test_sandbox", **options: Any) -> ScaleClient:
        """A client of this sandbox; `options` are those of ScaleClient."""
        # No proxy of the environment's: those that know the way to this machine are rare.
        options.setdefault("proxies", {"no_proxy": urlsplit(self.url).hostname})
        return ScaleClient(api_key, api_instance_url=self.url, **options)

    def fail_next(
        self,
        method: str,
        path_glob: str,
        status: Optional[int] = 503,
        times: int = 1,
        headers: Optional[Mapping[str, str]] = None,
        delay: float = 0,
        drop: bool = False,
        after_processing: bool = False,
        *,
        body: Optional[str] = None,
        content_type: str = "application/json",
    ) -> None:
        """Make the next calls that match go wrong.

        Args:
            method: an HTTP method, or "*" for any.
            path_glob: relative to the instance address, e.g. "/task/*", or a path of v2, e.g.
                "/v2/tasks"; "*" also matches "/".
            status: what to answer; None for the true answer, only later.
            times: how many calls.
            headers: added to the failure's answer, e.g. {"Retry-After": "1"}.
            delay: seconds to wait before answering.
            drop: close the connection instead of answering.
            after_processing: do what was asked first, and fail then.
            body: the failure's body instead of Scale's error body.
            content_type: of that body.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        if times is None:  # which a fault may have
            raise ValueError("times must be 1 or more, not None")
        self.add_fault(
            method, path_glob, status=status, times=times, headers=headers, delay=delay,
            drop=drop, after_processing=after_processing, body=body, content_type=content_type,
        )  # fmt: skip

    def add_fault(
        self,
        method: str = "*",
        path_glob: str = "*",
        *,
        status: Optional[int] = None,
        times: Optional[int] = None,
        headers: Optional[Mapping[str, str]] = None,
        delay: float = 0,
        drop: bool = False,
        after_processing: bool = False,
        body: Optional[str] = None,
        content_type: str = "application/json",
        truncated: bool = False,
        rate: float = 1,
        seed: int = 0,
        per_second: Optional[int] = None,
    ) -> FaultRule:
        """Make calls that match go wrong from now on; returns the fault.

        Of several faults the oldest one that fires counts, those of `fail_next` included.

        Args:
            method: an HTTP method, or "*" for any.
            path_glob: as for `fail_next`.
            status: what to answer; None for the true answer.
            times: how many calls; None for ever.
            headers: added to the failure's answer, e.g. {"Retry-After": "1"}.
            delay: seconds to wait before answering.
            drop: close the connection instead of answering.
            after_processing: do what was asked first, and fail then.
            body: the failure's body instead of Scale's error body.
            content_type: of that body.
            truncated: send half of the answer and close the connection.
            rate: the part of the calls that it hits, from 0 to 1.
            seed: of the dice for `rate`; the same seed hits the same calls.
            per_second: let so many calls through in any second; the others get 429 with
                `Retry-After: 1`, or what the other arguments say.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        fault = FaultRule(
            method, path_glob, status, times, {} if headers is None else headers, delay, drop,
            after_processing, body, content_type, truncated, rate, seed, per_second,
        )  # fmt: skip
        self._faults.add(fault)
        return fault

    def load_faults(self, path: Union[str, os.PathLike[str]]) -> list[FaultRule]:
        """Add the faults of a file, a JSON list of objects with the arguments of `add_fault`.

        Raises:
            OSError: the file can't be read.
            ValueError: it holds something else; the message names file, fault and key.
        """
        with open(path, encoding="utf-8") as file:
            try:
                faults = read_faults(json.load(file))
            except (ValueError, RecursionError) as exc:
                raise ValueError(f"{os.fspath(path)}: {exc}") from None
        self._faults.add(*faults)
        return faults

    @property
    def faults(self) -> list[FaultRule]:
        """The faults in force, oldest first, those of `fail_next` included."""
        return self._faults.as_list()

    def clear_faults(self) -> None:
        """Let all calls go well again."""
        self._faults.clear()

    def complete_task(self, task_id: str, response: Any) -> dict[str, Any]:
        """Complete a pending task, as a labeler would; returns the task as v1 shows it.

        Args:
            task_id: which task.
            response: its response. That of a chat task is `{"threads": [...]}`, where ids, roles
                and empty lists may be left out; an empty one stands for the canned response.

        Raises:
            ValueError: there is no such task, or one of several keys; it is not pending, or its
                threads make no sense.
        """
        return self._act(lifecycle.complete_task, task_id, response)

    def fail_task(self, task_id: str, error: Union[str, dict[str, Any]]) -> dict[str, Any]:
        """End a pending task with status "error"; returns the task as v1 shows it.

        Args:
            task_id: which task.
            error: what went wrong; the task's response is `{"error": <text>}`, or this object.

        Raises:
            ValueError: there is no such task, or one of several keys; it is not pending, or the
                error is empty.
        """
        return self._act(lifecycle.fail_task, task_id, error)

    def recall_task(self, task_id: str) -> dict[str, Any]:
        """Take a completed task back to pending; returns the task as v1 shows it.

        Its response is gone, and a batch that was completed is in progress again.

        Raises:
            ValueError: there is no such task, or one of several keys; or it is not completed.
        """
        return self._act(lifecycle.recall_task, task_id)

    def _act(self, action: Callable[..., Doc], task_id: str, *more: Any) -> Doc:
        state = self._open().state
        try:
            return public(action(state, lifecycle.account_of_task(state, task_id), task_id, *more))
        except ApiError as refusal:
            raise ValueError(f"task_id: {refusal.message}") from None

    def deliver(
        self,
        project_name: str,
        task_ids: Optional[Sequence[str]] = None,
        name: Optional[str] = None,
        *,
        delivered_at: Optional[str] = None,
        api_key: str = "test_sandbox",
    ) -> dict[str, Any]:
        """Deliver completed tasks of a project; returns the delivery as v2 shows it.

        A task is delivered once; `get_delivery` and `get_delivery_tasks` show it from then on.

        Args:
            project_name: whose tasks.
            task_ids: which of them; all that are completed and still to be delivered without any.
            name: the delivery's, new to the project; "Delivery 1" and so on without one.
            delivered_at: an ISO 8601 time; now without one.
            api_key: whose project.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        state, account = self._open().state, account_of(api_key)
        made = deliveries.deliver(state, account, project_name, task_ids, name, delivered_at)
        return V2Serializer(state, account).delivery(made)

    def add_dataset(
        self,
        name: str,
        tasks: Union[int, Sequence[dict[str, Any]]] = 1,
        *,
        delivery: Optional[str] = None,
        delivered_at: Optional[str] = None,
        api_key: str = "test_sandbox",
    ) -> dict[str, Any]:
        """Deliver tasks of a dataset; returns the delivery as v2 shows it.

        The dataset is made when there is none of this name; another call adds a delivery to it.
        The ids depend on the arguments alone: the same calls make the same data.

        Args:
            name: the dataset's.
            tasks: how many, with canned responses, or their responses. What stands in a list
                "attachments" of a response and has an "id" has an address too; in canned ones
                that is "attachment_1".
            delivery: the delivery's name, new to the dataset; "Delivery 1" and so on without one.
            delivered_at: an ISO 8601 time; now without one.
            api_key: whose dataset.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        state, account = self._open().state, account_of(api_key)
        made = deliveries.add_dataset(state, account, name, tasks, delivery, delivered_at)
        return V2Serializer(state, account).dataset_delivery(made)

    def seed(
        self,
        rows: Union[str, os.PathLike[str], Iterable[Mapping[str, Any]]],
        *,
        api_key: str = "test_sandbox",
    ) -> dict[str, int]:
        """Load projects, batches and tasks as they are, without callbacks; all or nothing.

        Each row is an object, or a line of JSON in a file. Its `kind` is "project", "batch" or
        "task"; its other keys are those that v1 shows, and most may be left out:

        - a project needs `name` and `type`; it may have `params`, or a whole `param_history`.
        - a batch needs `name` and `project`; without `status` it is as if created now.
        - a task needs `type`, or a `project` or `batch` that says it. Without `status` it is as
          if created now; a completed one without `response` gets the canned one.

        A row may have an `api_key`, or the `account` that `export` writes in its place. What a
        row names must stand in an earlier row or be there already. The rows of other kinds,
        which only `export` writes, are loaded too.

        Args:
            rows: the rows, or the path of a file.
            api_key: whose they are where a row does not say.

        Returns:
            How many of each kind were loaded.

        Raises:
            OSError: the file can't be read.
            ValueError: If a row is invalid; the message has its number, and nothing is loaded.
        """
        return fixtures.load(self._open().state, rows, account_of(api_key))

    def export(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write all data of all accounts to a file that `seed` reads."""
        fixtures.write(self._open().state.store, path)

    def reset(self) -> None:
        """Forget all data, requests, callbacks and faults."""
        self._open().state.reset()

    def _open(self) -> _Running:
        if self._running is None:
            raise RuntimeError("The sandbox is not running: use it in a with block, or start() it")
        return self._running


class _Running:
    """What a sandbox has only while it runs: data, server, address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._stopping = threading.Event()
        requests, faults = sandbox._requests, sandbox._faults
        self.state = SandboxState(
            Store(sandbox._db), sandbox._callbacks, sandbox._live, requests, faults
        )
        app = make_app(self.state, requests, faults, self._stopping)
        self._server = Server(app, sandbox._host, sandbox._port)
        try:
            host, port = self._server.bind()
        except BaseException:
            self.state.store.close()
            raise
        delay = sandbox._complete_after
        self._auto_completer = None if delay is None else AutoCompleter(self.state, delay)
        host = _ANY_ADDRESS.get(host, host)
        self.url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"
        self.state.url = self.url
        self._server.serve()

    def stop(self) -> None:
        self._stopping.set()  # ends the delays that calls wait in
        self._server.stop()
        if self._auto_completer is not None:
            self._auto_completer.stop()
        self.state.callbacks.stop()
        self.state.store.close()
