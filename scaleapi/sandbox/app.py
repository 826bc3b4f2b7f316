"""The Flask app: records each request, injects faults, checks the key and calls the route."""

from __future__ import annotations

import contextlib
import io
import logging
import threading
from collections.abc import Iterable, Iterator
from typing import IO, Any

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map

from .backend.state import SandboxState
from .backend.store import UniqueViolationError
from .faults import FaultRule
from .http import access
from .http.auth import authenticate
from .http.chunked import ChunkedReader
from .http.errors import ApiError, ConnectionDroppedError, bad_request
from .requests_log import MAX_STORED_BODY_BYTES, RecordedRequest
from .routes import BLUEPRINTS, NO_KEY, control, dashboard
from .routes.http_io import PathSegment, error_response

log = logging.getLogger("scaleapi.sandbox")

MAX_BODY = 100 * 1024 * 1024  # bytes; Scale accepts files of 80 MB
MAX_DRAIN_BYTES = 4 * MAX_BODY
SECRET_HEADERS = ("Authorization", "Proxy-Authorization")
# Keys in the WSGI environ that demand to close the connection:
ENVIRON_DROP = "scaleapi.drop"  # without a response
ENVIRON_TRUNCATE = "scaleapi.truncate"  # after half of the response


class _Request(Request):
    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        """Keep files in memory: werkzeug does not close the temporary file of a broken upload."""
        return io.BytesIO()


def make_app(state: SandboxState, stopping: threading.Event, is_local: bool) -> SandboxApp:
    """Make the WSGI app.

    Args:
        state: What the routes work on.
        stopping: Ends the delays of fault rules when set.
        is_local: Whether only this machine reaches it, so that it has no other host name.

    Returns:
        The app.
    """
    app = Flask("scaleapi.sandbox", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.request_class = _Request
    # Werkzeug before 3.1 ignores merge_slashes unless the map is made with it.
    app.url_map = Map(
        strict_slashes=False, merge_slashes=False, converters={"default": PathSegment}
    )
    app.extensions["scaleapi"] = state
    for routes in BLUEPRINTS:
        app.register_blueprint(routes, url_prefix=routes.url_prefix or "/v1")
    _add_hooks(app, state, stopping, is_local)
    _add_error_handlers(app)
    return SandboxApp(app)


class SandboxApp:
    """Wraps the Flask app: routes by the raw path, and may close the connection early.

    Args:
        app: The Flask app.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Handle a WSGI request."""
        # WSGI decodes PATH_INFO, so that %2F inside a name looks like a separator.
        environ["PATH_INFO"] = environ["REQUEST_URI"].partition("?")[0]
        body = self._app(environ, start_response)
        if ENVIRON_DROP in environ:
            getattr(body, "close", lambda: None)()
            raise ConnectionDroppedError
        return _truncate(body) if ENVIRON_TRUNCATE in environ else body


def _truncate(body: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the first half of a response, whose headers are those of the whole one."""
    content = b"".join(body)
    getattr(body, "close", lambda: None)()
    yield content[: len(content) // 2]
    raise ConnectionDroppedError


def _add_hooks(app: Flask, state: SandboxState, stopping: threading.Event, is_local: bool) -> None:
    @app.before_request
    def record_request() -> Response | None:
        is_control = control.is_control()
        if is_control:
            control.check_caller()
        if is_control or request.blueprint == dashboard.routes.name:
            # About the sandbox itself: not recorded, and exempt from faults.
            _buffer_chunked_body()
            request.get_data()  # limited in size, like any other body
            return None
        if is_local:
            access.require_loopback_host()
        g.recorded = _record()
        state.requests.add(g.recorded)
        _buffer_chunked_body()
        _record_body(g.recorded)
        state.requests.update_size(g.recorded)
        g.fault = state.faults.match(request.method, request.path)
        if g.fault is not None and not g.fault.after_processing:
            failure = _inject_fault(g.fault, stopping)
            if failure is not None:
                return failure
        if request.routing_exception is None and request.blueprint not in NO_KEY:
            g.account = authenticate(request, state.live)
        return None

    @app.after_request
    def apply_deferred_fault(response: Response) -> Response:
        fault = g.get("fault")
        if fault is not None and fault.after_processing:
            response = _inject_fault(fault, stopping) or response
        if "recorded" in g and ENVIRON_DROP not in request.environ:
            g.recorded.status = response.status_code
        return response


def _record() -> RecordedRequest:
    return RecordedRequest(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(flat=False),
        headers={name: text for name, text in request.headers if name not in SECRET_HEADERS},
    )


def _buffer_chunked_body() -> None:
    """Replace a chunked body, if this is one, by a body with a length."""
    environ = request.environ
    chunks = environ["wsgi.input"]
    if not isinstance(chunks, ChunkedReader):
        return
    content = io.BytesIO()
    try:
        while content.write(chunks.read(MAX_STORED_BODY_BYTES)):
            if content.tell() > current_app.config["MAX_CONTENT_LENGTH"]:
                raise RequestEntityTooLarge
    except (OSError, ValueError) as exc:
        raise bad_request(f"The body could not be read: {exc}") from None
    environ["CONTENT_LENGTH"] = str(content.tell())
    content.seek(0)
    environ["wsgi.input"] = content
    for name in ("HTTP_TRANSFER_ENCODING", "wsgi.input_terminated"):
        environ.pop(name, None)


def _record_body(recorded: RecordedRequest) -> None:
    if request.mimetype == "multipart/form-data":
        recorded.form = dict(request.form)
        for name, file in request.files.items():
            size = file.stream.seek(0, 2)
            file.stream.seek(0)
            recorded.form[name] = {"filename": file.filename, "size": size}
    else:
        recorded.content = request.get_data()[:MAX_STORED_BODY_BYTES]


def _inject_fault(fault: FaultRule, stopping: threading.Event) -> Response | None:
    """Wait as the fault demands; return its response, or None for the true one."""
    stopping.wait(fault.delay)
    if fault.drop:
        request.environ[ENVIRON_DROP] = True
        return Response()
    if fault.truncated:
        request.environ[ENVIRON_TRUNCATE] = True
    if fault.status is None:
        return None
    return Response(fault.body_text(), fault.status, headers=fault.response_headers())


def _add_error_handlers(app: Flask) -> None:
    @app.errorhandler(ApiError)
    def api_error(exc: ApiError) -> Response:
        return error_response(exc.status, exc.message)

    @app.errorhandler(UniqueViolationError)
    def conflict(exc: UniqueViolationError) -> Response:
        return error_response(409, str(exc))

    @app.errorhandler(UnicodeEncodeError)
    def invalid_unicode(exc: UnicodeEncodeError) -> Response:
        return error_response(400, "The request holds text that is not valid Unicode")

    @app.errorhandler(HTTPException)
    def http_error(exc: HTTPException) -> Response:
        if exc.code == 413:
            _drain()
        if request.routing_exception is not None:
            return error_response(501, _no_route(app))
        return error_response(exc.code or 500, exc.description or exc.name)

    @app.errorhandler(Exception)
    def internal_error(exc: Exception) -> Response:
        log.error("%s %r failed", request.method, request.path, exc_info=exc)
        return error_response(500, f"The sandbox failed: {type(exc).__name__}, see its log")


def _drain() -> None:
    """Read on, up to a limit: a client that is still sending could not read the response."""
    with contextlib.suppress(OSError, ValueError):  # the client has gone, or sends chunks
        remaining = MAX_DRAIN_BYTES
        while remaining > 0:
            chunk = request.environ["wsgi.input"].read(MAX_STORED_BODY_BYTES)
            if not chunk:
                return
            remaining -= len(chunk)


def _no_route(app: Flask) -> str:
    routes = sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if method not in ("HEAD", "OPTIONS")
    )
    return f"The sandbox has no {request.method} {request.path}. It has: {', '.join(routes)}"
