"""The sandbox as a Python object."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Callable, Optional, Union
from urllib.parse import urlsplit

from ..client import ScaleClient
from .app import make_app
from .auto_complete import AutoCompleter
from .backend import deliveries, fixtures, lifecycle
from .backend.state import SandboxState
from .backend.store import Doc, Store, public
from .backend.v2_view import V2Serializer
from .callbacks import AUTH_VALUE, Callback, Callbacks
from .faults import FaultRegistry, FaultRule, parse_faults
from .http.access import is_loopback
from .http.auth import account_of
from .http.errors import ApiError
from .http.server import Server
from .requests_log import RecordedRequest, RequestLog

MAX_DELAY = 10**8  # seconds; three years
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # by the wildcard address that includes it


class Sandbox:
    """Scale's labeling API on this machine, to try and test without a key.

    By default it behaves like Scale's test environment: tasks are completed when created, with
    canned responses. Any test key is accepted, and each has data of its own::

        with Sandbox() as sandbox:
            client = sandbox.client()

    Args:
        host: Address to listen on.
        port: TCP port; 0 for a free one.
        db: File to keep the data in; without one they are in memory and lost when it stops.
        live: Behave as with a live key instead: tasks stay pending until `complete_task`, batches
            start in staging.
        complete_after: In live mode, the delay in seconds after which tasks are completed with
            canned responses; that of a task in a batch starts when the batch is released.
        callbacks: "loopback" to send callbacks to this machine only, "all" to any address.

    Attributes:
        callback_auth_key: Value of the header `scale-callback-auth` of callbacks.

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
        """Start to accept connections, unless it has started already.

        Returns:
            The sandbox, once it accepts connections.

        Raises:
            OSError: If the address is not available.
            sqlite3.Error: If the file `db` is not a database of the sandbox.
        """
        if self._running is None:
            self._running = _Running(self)
        return self

    def stop(self) -> None:
        """Free the port and end all threads; data in memory are lost."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        exc_type: Optional[type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self._running.url if self._running else 'stopped'}>"

    @property
    def url(self) -> str:
        """The instance URL, ending in `/v1`."""
        return self._open().url

    @property
    def requests(self) -> list[RecordedRequest]:
        """The latest 10,000 requests, or 256 MiB of them, oldest first."""
        return self._requests.as_list()

    @property
    def callbacks(self) -> list[Callback]:
        """The latest 10,000 callbacks, oldest first, including those not sent."""
        return self._callbacks.as_list()

    def client(self, api_key: str = "test_sandbox", **options: Any) -> ScaleClient:
        """Return a client of this sandbox.

        Args:
            api_key: A test key, or any key if `live`.
            **options: Further arguments of `ScaleClient`.

        Returns:
            The client.
        """
        # Without the environment's proxies: hardly any of them could reach this machine.
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
        """Make the next matching requests fail.

        Args:
            method: HTTP method, or "*" for any.
            path_glob: Path relative to the instance URL, such as "/task/*", or a path of v2, such
                as "/v2/tasks"; "*" also matches "/".
            status: HTTP status of the response; None for the true response, only later.
            times: How many requests fail.
            headers: Additional headers of the response, such as {"Retry-After": "1"}.
            delay: Delay before the response, in seconds.
            drop: Close the connection instead of sending a response.
            after_processing: Process the request first, then fail.
            body: Body of the response instead of Scale's error body.
            content_type: Media type of that body.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        if times is None:  # valid in a rule only
            raise ValueError("times must be 1 or more, got None")
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
        """Make matching requests fail from now on.

        If several rules match, including those of `fail_next`, the oldest that fires applies.

        Args:
            method: HTTP method, or "*" for any.
            path_glob: As for `fail_next`.
            status: HTTP status of the response; None for that of the true response.
            times: How many requests fail; None for no limit.
            headers: Additional headers of the response, such as {"Retry-After": "1"}.
            delay: Delay before the response, in seconds.
            drop: Close the connection instead of sending a response.
            after_processing: Process the request first, then fail.
            body: Body of the response instead of Scale's error body.
            content_type: Media type of that body.
            truncated: Send half of the response and close the connection.
            rate: Share of the matching requests that fail, from 0 to 1.
            seed: Seed of the random numbers for `rate`; the same seed selects the same requests.
            per_second: Number of requests per second that succeed; the others get 429 with
                `Retry-After: 1`, or what the other arguments say.

        Returns:
            The rule.

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
        """Add the fault rules of a file.

        Args:
            path: A file of JSON: a list of objects with the arguments of `add_fault`.

        Returns:
            The rules.

        Raises:
            OSError: If the file can't be read.
            ValueError: If its content is invalid; the message names file, rule and key.
        """
        with open(path, encoding="utf-8") as file:
            try:
                faults = parse_faults(json.load(file))
            except (ValueError, RecursionError) as exc:
                raise ValueError(f"{os.fspath(path)}: {exc}") from None
        self._faults.add(*faults)
        return faults

    @property
    def faults(self) -> list[FaultRule]:
        """The fault rules in force, oldest first, including those of `fail_next`."""
        return self._faults.as_list()

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self._faults.clear()

    def complete_task(self, task_id: str, response: Any) -> dict[str, Any]:
        """Complete a pending task, as a labeler would.

        Args:
            task_id: Id of the task.
            response: Its response. That of a chat task is `{"threads": [...]}`, where ids, roles
                and empty lists may be omitted; an empty one stands for the canned response.

        Returns:
            The task as v1 shows it.

        Raises:
            ValueError: If there is no such task or one for several keys, it is not pending, or its
                threads are invalid.
        """
        return self._act(lifecycle.complete_task, task_id, response)

    def fail_task(self, task_id: str, error: Union[str, dict[str, Any]]) -> dict[str, Any]:
        """End a pending task with status "error".

        Args:
            task_id: Id of the task.
            error: The message of a response that also names the task's first attachment, or its
                first frame, as one that could not be loaded; or a whole response.

        Returns:
            The task as v1 shows it.

        Raises:
            ValueError: If there is no such task or one for several keys, it is not pending, or the
                error is empty.
        """
        return self._act(lifecycle.fail_task, task_id, error)

    def recall_task(self, task_id: str) -> dict[str, Any]:
        """Make a completed task pending again.

        Its response is removed, and a batch that was completed is in progress again.

        Args:
            task_id: Id of the task.

        Returns:
            The task as v1 shows it.

        Raises:
            ValueError: If there is no such task or one for several keys, or it is not completed.
        """
        return self._act(lifecycle.recall_task, task_id)

    def _act(self, action: Callable[..., Doc], task_id: str, *args: Any) -> Doc:
        state = self._open().state
        try:
            return public(action(state, lifecycle.account_of_task(state, task_id), task_id, *args))
        except ApiError as exc:
            raise ValueError(f"task_id: {exc.message}") from None

    def deliver(
        self,
        project_name: str,
        task_ids: Optional[Sequence[str]] = None,
        name: Optional[str] = None,
        *,
        delivered_at: Optional[str] = None,
        api_key: str = "test_sandbox",
    ) -> dict[str, Any]:
        """Deliver completed tasks of a project.

        A task is delivered once; `get_delivery` and `get_delivery_tasks` show it from then on.

        Args:
            project_name: Name of the project.
            task_ids: Ids of the tasks; None for all that are completed and not yet delivered.
            name: Name of the delivery, unique in the project; None for "Delivery 1" and so on.
            delivered_at: An ISO 8601 time; None for now.
            api_key: Key of the project.

        Returns:
            The delivery as v2 shows it.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        state, account = self._open().state, account_of(api_key)
        doc = deliveries.deliver(state, account, project_name, task_ids, name, delivered_at)
        return V2Serializer(state, account).delivery(doc)

    def add_dataset(
        self,
        name: str,
        tasks: Union[int, Sequence[dict[str, Any]]] = 1,
        *,
        delivery: Optional[str] = None,
        delivered_at: Optional[str] = None,
        api_key: str = "test_sandbox",
    ) -> dict[str, Any]:
        """Deliver tasks of a dataset, which is created if there is none of this name.

        The ids depend on the arguments alone: the same calls create the same data.

        Args:
            name: Name of the dataset.
            tasks: Number of tasks, with canned responses, or their responses. Each object with an
                "id" in a list "attachments" of a response can be downloaded; in canned responses
                its id is "attachment_1".
            delivery: Name of the delivery, unique in the dataset; None for "Delivery 1" and so on.
            delivered_at: An ISO 8601 time; None for now.
            api_key: Key of the dataset.

        Returns:
            The delivery as v2 shows it.

        Raises:
            ValueError: If an argument is invalid; the message names it.
        """
        state, account = self._open().state, account_of(api_key)
        doc = deliveries.add_dataset(state, account, name, tasks, delivery, delivered_at)
        return V2Serializer(state, account).dataset_delivery(doc)

    def seed(
        self,
        rows: Union[str, os.PathLike[str], Iterable[Mapping[str, Any]]],
        *,
        api_key: str = "test_sandbox",
    ) -> dict[str, int]:
        """Load projects, batches and tasks, all or none, without sending callbacks.

        Each row is an object, or a line of JSON in a file. Its `kind` is "project", "batch" or
        "task"; its other keys are those that v1 shows, and most may be omitted:

        - a project needs `name` and `type`; it may have `params`, or a whole `param_history`.
        - a batch needs `name` and `project`; without `status` it is as if created now.
        - a task needs `type`, or a `project` or `batch` that implies it. Without `status` it is as
          if created now; a completed one without `response` gets the canned one.

        A row may have an `api_key`, or the `account` that `export` writes in its place. A project
        or batch that a row names must be in an earlier row or exist already. The rows of other
        kinds, which only `export` writes, are loaded too.

        Args:
            rows: The rows, or the path of a file.
            api_key: Key of the rows that have none.

        Returns:
            Number of loaded rows by kind.

        Raises:
            OSError: If the file can't be read.
            ValueError: If a row is invalid; the message has its number, and nothing is loaded.
        """
        return fixtures.load(self._open().state, rows, account_of(api_key))

    def export(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write all data of all accounts to a file that `seed` reads.

        Args:
            path: The file, which is overwritten.

        Raises:
            OSError: If the file can't be written.
        """
        fixtures.write(self._open().state.store, path)

    def reset(self) -> None:
        """Forget all data, requests, callbacks and faults."""
        self._open().state.reset()

    def _open(self) -> _Running:
        if self._running is None:
            raise RuntimeError("The sandbox is not running: use it in a with block, or start() it")
        return self._running


class _Running:
    """What a sandbox has only while it runs: data, server, URL."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._stopping = threading.Event()
        self.state = SandboxState(
            Store(sandbox._db),
            sandbox._callbacks,
            sandbox._live,
            sandbox._requests,
            sandbox._faults,
        )
        app = make_app(self.state, self._stopping, is_loopback(sandbox._host))
        self._server = Server(app, sandbox._host, sandbox._port)
        try:
            host, port = self._server.bind()
        except BaseException:
            self.state.store.close()
            raise
        delay = sandbox._complete_after
        self._auto_completer = None if delay is None else AutoCompleter(self.state, delay)
        host = _LOOPBACK.get(host, host)
        self.url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"
        self.state.url = self.url
        self._server.serve()

    def stop(self) -> None:
        self._stopping.set()  # ends the delays of fault rules
        self._server.stop()
        if self._auto_completer is not None:
            self._auto_completer.stop()
        self.state.callbacks.stop()
        self.state.store.close()
