"""The sandbox as a Python object."""

import os
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Type, Union
from urllib.parse import urlsplit

from . import deliveries, lifecycle
from .app import make_app
from .callbacks import Callback, Callbacks
from .faults import Fault, Faults
from .hits import Hit, HitLog
from .keys import account_of
from .refusals import Refused
from .server import Server
from .store import TASKS, Store, public
from .v2 import View

if TYPE_CHECKING:
    from .. import ScaleClient

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # nobody can connect to the left ones


class Sandbox:
    """Scale's labeling API on this machine, for trying and testing without a key.

    By default it behaves as Scale's test environment: tasks are completed as they are created,
    with canned responses. Any key of test form is accepted, each with data of its own::

        with Sandbox() as box:
            client = box.client()

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        db: a file to keep the data in; without one they are in memory, and gone with the sandbox.
        live: behave as with a live key instead: tasks stay pending until `complete`, batches
            start in staging.
        callbacks: "loopback" sends callbacks to this machine only, "all" to any address.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        db: Optional[Union[str, "os.PathLike[str]"]] = None,
        live: bool = False,
        callbacks: str = "loopback",
    ) -> None:
        self._host = host
        self._port = port
        self._db = None if db is None else os.fspath(db)
        self._live = live
        self._callbacks = Callbacks(callbacks)
        self._hits = HitLog()
        self._faults = Faults()
        self._running: Optional[_Running] = None

    def start(self) -> "Sandbox":
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

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        problem: Optional[BaseException],
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
    def hits(self) -> List[Hit]:
        """The last 10,000 requests, oldest first."""
        return self._hits.as_list()

    @property
    def callbacks(self) -> List[Callback]:
        """The callbacks, oldest first, those not sent included."""
        return self._callbacks.as_list()

    def client(self, api_key: str = "test_sandbox", **options: Any) -> "ScaleClient":
        """A client of this sandbox; `options` are those of ScaleClient."""
        from .. import ScaleClient

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
        after: bool = False,
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
            after: do what was asked first, and fail then.
            body: the failure's body instead of Scale's error body.
            content_type: of that body.

        Raises:
            ValueError: an argument makes no sense; the message names it.
        """
        fault = Fault(
            method, path_glob, status, times, {} if headers is None else headers,
            delay, drop, after, body, content_type,
        )  # fmt: skip
        self._faults.add(fault)

    def complete(self, task_id: str, response: Any) -> Dict[str, Any]:
        """Complete a pending task, as a labeler would; returns the task as v1 shows it.

        Args:
            task_id: which task.
            response: its response. That of a chat task is `{"threads": [...]}`, where ids, roles
                and empty lists may be left out; an empty one stands for the canned response.

        Raises:
            ValueError: there is no such task, it is not pending, or its threads make no sense.
        """
        world = self._open().world
        account = world.store.owner(TASKS, task_id)
        if account is None:
            raise ValueError(f"task_id: no task has the id {task_id!r}")
        try:
            return public(lifecycle.complete_task(world, account, task_id, response))
        except Refused as refusal:
            raise ValueError(f"task_id: {refusal.message}") from None

    def deliver(
        self,
        project_name: str,
        task_ids: Optional[Sequence[str]] = None,
        name: Optional[str] = None,
        *,
        delivered_at: Optional[str] = None,
        api_key: str = "test_sandbox",
    ) -> Dict[str, Any]:
        """Deliver completed tasks of a project; returns the delivery as v2 shows it.

        A task is delivered once; `get_delivery` and `get_delivery_tasks` show it from then on.

        Args:
            project_name: whose tasks.
            task_ids: which of them; all that are completed and still to be delivered without any.
            name: the delivery's, new to the project; "Delivery 1" and so on without one.
            delivered_at: an ISO 8601 time; now without one.
            api_key: whose project.

        Raises:
            ValueError: an argument makes no sense; the message names it.
        """
        world, account = self._open().world, account_of(api_key)
        made = deliveries.deliver(world, account, project_name, task_ids, name, delivered_at)
        return View(world, account).delivery(made)

    def add_dataset(
        self,
        name: str,
        tasks: Union[int, Sequence[Dict[str, Any]]] = 1,
        *,
        delivery: Optional[str] = None,
        delivered_at: Optional[str] = None,
        api_key: str = "test_sandbox",
    ) -> Dict[str, Any]:
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
            ValueError: an argument makes no sense; the message names it.
        """
        world, account = self._open().world, account_of(api_key)
        made = deliveries.add_dataset(world, account, name, tasks, delivery, delivered_at)
        return View(world, account).dataset_delivery(made)

    def reset(self) -> None:
        """Forget all data, hits, callbacks and failures still to come."""
        self._faults.clear()
        self._callbacks.clear()
        self._open().world.store.reset()
        self._hits.clear()

    def _open(self) -> "_Running":
        if self._running is None:
            raise RuntimeError("The sandbox is not running: use it in a with block, or start() it")
        return self._running


class _Running:
    """What a sandbox has only while it runs: data, server, address."""

    def __init__(self, box: Sandbox) -> None:
        self._stopping = threading.Event()
        self.world = lifecycle.World(Store(box._db), box._callbacks, box._live)
        app = make_app(self.world, box._hits, box._faults, self._stopping)
        self._server = Server(app, box._host, box._port)
        try:
            host, port = self._server.start()
        except BaseException:
            self.world.store.close()
            raise
        host = _ANY_ADDRESS.get(host, host)
        self.url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"

    def stop(self) -> None:
        self._stopping.set()  # ends the delays that calls wait in
        self._server.stop()
        self.world.callbacks.stop()
        self.world.store.close()
