"""The page to look at, `GET /`: without a key, and so for browsers on this machine only."""

from flask import Blueprint, Response, request

from ..dashboard import PAGE_SIZES, Dashboard, DashboardQuery, content_security_policy
from ..http.access import require_loopback
from .http_io import current_state, query_number

routes = Blueprint("page", __name__, url_prefix="/")

_MOST_PAGES = 10**9


routes.before_request(require_loopback)


@routes.after_request
def lock(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = content_security_policy()
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@routes.get("/")
def show() -> Response:
    wanted = DashboardQuery(
        account=request.args.get("account", ""),
        project=request.args.get("project", ""),
        batch=request.args.get("batch", ""),
        pages={name: query_number(name, 1, 1, _MOST_PAGES) for name in PAGE_SIZES},
    )
    html = Dashboard(current_state(), wanted, f"{request.host_url}v1").html()
    return Response(html, mimetype="text/html")
