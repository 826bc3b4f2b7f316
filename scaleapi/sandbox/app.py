"""The Flask app: each request is noted, may be made to fail, needs a key, and gets its route."""

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
from .backend.store import UniqueViolation
from .faults import FaultRegistry, FaultRule, headers_of
from .http.auth import authenticate
from .http.chunked import ChunkedReader
from .http.errors import ApiError, ConnectionDropped, bad_request
from .requests_log import MAX_STORED_BODY_BYTES, RecordedRequest, RequestLog
from .routes import BLUEPRINTS, NO_KEY, control, dashboard
from .routes.http_io import PathSegment, error_response

log = logging.getLogger("scaleapi.sandbox")

MAX_BODY = 100 * 1024 * 1024  # Scale takes files of 80 MB
MAX_DRAIN_BYTES = 4 * MAX_BODY
SECRET_HEADERS = ("Authorization", "Proxy-Authorization")
ENVIRON_DROP = "scaleapi.drop"  # in the WSGI environ: close the connection, say nothing
ENVIRON_TRUNCATE = "scaleapi.cut"  # likewise, but after half of the answer


class _Request(Request):
    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        """In memory, where it ends up: of a broken upload werkzeug leaves a temporary file open."""
        return io.BytesIO()


def make_app(
    state: SandboxState, requests: RequestLog, faults: FaultRegistry, stopping: threading.Event
) -> SandboxApp:
    """The WSGI app over one state."""
    app = Flask("scaleapi.sandbox", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.request_class = _Request
    # Werkzeug before 3.1 heeds merge_slashes only in a map that is made with it.
    app.url_map = Map(
        strict_slashes=False, merge_slashes=False, converters={"default": PathSegment}
    )
    app.extensions["scaleapi"] = state
    for routes in BLUEPRINTS:
        app.register_blueprint(routes, url_prefix=routes.url_prefix or "/v1")
    _add_hooks(app, state, requests, faults, stopping)
    _add_error_handlers(app)
    return SandboxApp(app)


class SandboxApp:
    """Flask, but routing on the raw path, and able to say nothing at all."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        # WSGI has PATH_INFO decoded, which makes %2F inside a name look like a separator.
        environ["PATH_INFO"] = environ["REQUEST_URI"].partition("?")[0]
        body = self._app(environ, start_response)
        if ENVIRON_DROP in environ:
            getattr(body, "close", lambda: None)()
            raise ConnectionDropped
        return _half(body) if ENVIRON_TRUNCATE in environ else body


def _half(body: Iterable[bytes]) -> Iterator[bytes]:
    """The first half of an answer, after the headers of the whole one."""
    whole = b"".join(body)
    getattr(body, "close", lambda: None)()
    yield whole[: len(whole) // 2]
    raise ConnectionDropped


def _add_hooks(
    app: Flask,
    state: SandboxState,
    requests: RequestLog,
    faults: FaultRegistry,
    stopping: threading.Event,
) -> None:
    @app.before_request
    def record_request() -> Response | None:
        if control.is_control():  # nor is what tests ask about the requests
            control.check_caller()
            _buffer_chunked_body()
            request.get_data()
            return None
        if request.blueprint == dashboard.routes.name:  # it shows the requests and is not recorded
            _buffer_chunked_body()
            request.get_data()  # bounded, like any other body
            return None
        g.recorded = _record()
        requests.add(g.recorded)
        _buffer_chunked_body()
        _read_body(g.recorded)
        requests.update_size(g.recorded)
        g.fault = faults.match(request.method, request.path)
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
    """Make a body that comes in chunks, if this one does, like any other."""
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
        raise bad_request(f"The body did not arrive: {exc}") from None
    environ["CONTENT_LENGTH"] = str(content.tell())
    content.seek(0)
    environ["wsgi.input"] = content
    for name in ("HTTP_TRANSFER_ENCODING", "wsgi.input_terminated"):
        environ.pop(name, None)


def _read_body(recorded: RecordedRequest) -> None:
    if request.mimetype == "multipart/form-data":
        recorded.form = dict(request.form)
        for name, sent in request.files.items():
            size = sent.stream.seek(0, 2)
            sent.stream.seek(0)
            recorded.form[name] = {"filename": sent.filename, "size": size}
    else:
        recorded.content = request.get_data()[:MAX_STORED_BODY_BYTES]


def _inject_fault(fault: FaultRule, stopping: threading.Event) -> Response | None:
    """Wait as the fault says; its answer, or None when the true one shall go out."""
    stopping.wait(fault.delay)
    if fault.drop:
        request.environ[ENVIRON_DROP] = True
        return Response()
    if fault.truncated:
        request.environ[ENVIRON_TRUNCATE] = True
    if fault.status is None:
        return None
    return Response(fault.body_text(), fault.status, headers=headers_of(fault))


def _add_error_handlers(app: Flask) -> None:
    @app.errorhandler(ApiError)
    def refused(exc: ApiError) -> Response:
        return error_response(exc.status, exc.message)

    @app.errorhandler(UniqueViolation)
    def taken(exc: UniqueViolation) -> Response:
        return error_response(409, str(exc))

    @app.errorhandler(UnicodeEncodeError)
    def unwritable(exc: UnicodeEncodeError) -> Response:
        return error_response(400, "The request holds text that is not valid Unicode")

    @app.errorhandler(HTTPException)
    def http(exc: HTTPException) -> Response:
        if exc.code == 413:
            _drain()
        if request.routing_exception is not None:
            return error_response(501, _no_route(app))
        return error_response(exc.code or 500, exc.description or exc.name)

    @app.errorhandler(Exception)
    def broken(exc: Exception) -> Response:
        log.error("%s %s failed", request.method, request.path, exc_info=exc)
        return error_response(500, f"The sandbox failed: {type(exc).__name__}, see its log")


def _drain() -> None:
    """Read on, within reason: a client that is still sending would not see the refusal."""
    with contextlib.suppress(OSError, ValueError):  # nobody is there, or sends chunks
        left = MAX_DRAIN_BYTES
        while left > 0:
            part = request.environ["wsgi.input"].read(MAX_STORED_BODY_BYTES)
            if not part:
                return
            left -= len(part)


def _no_route(app: Flask) -> str:
    known: list[str] = sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if method not in ("HEAD", "OPTIONS")
    )
    return f"The sandbox has no {request.method} {request.path}. It has: {', '.join(known)}"
