"""The page to look at, `GET /`: without a key, and so for browsers on this machine only."""

from flask import Blueprint, Response, request

from ..dashboard import SIZES, Page, Wanted, content_security_policy
from ..http.access import refuse_strangers
from .http_io import query_number, world

routes = Blueprint("page", __name__, url_prefix="/")

_MOST_PAGES = 10**9


routes.before_request(refuse_strangers)


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
    wanted = Wanted(
        account=request.args.get("account", ""),
        project=request.args.get("project", ""),
        batch=request.args.get("batch", ""),
        pages={name: query_number(name, 1, 1, _MOST_PAGES) for name in SIZES},
    )
    html = Page(world(), wanted, f"{request.host_url}v1").html()
    return Response(html, mimetype="text/html")
