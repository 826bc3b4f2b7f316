"""The dashboard, `GET /`: needs no key, so it serves browsers on this machine only."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..dashboard import PAGE_SIZES, Dashboard, DashboardQuery, content_security_policy
from ..http.access import require_loopback
from .http_io import current_state, query_int

routes = Blueprint("dashboard", __name__, url_prefix="/")

_MAX_PAGE = 10**9

routes.before_request(require_loopback)


@routes.after_request
def set_security_headers(response: Response) -> Response:
    """Forbid caches, scripts, frames and other origins."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = content_security_policy()
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@routes.get("/")
def show() -> Response:
    """Show the page."""
    query = DashboardQuery(
        account=request.args.get("account", ""),
        project=request.args.get("project", ""),
        batch=request.args.get("batch", ""),
        pages={name: query_int(name, 1, 1, _MAX_PAGE) for name in PAGE_SIZES},
    )
    html = Dashboard(current_state(), query, f"{request.host_url}v1").html()
    return Response(html, mimetype="text/html")
