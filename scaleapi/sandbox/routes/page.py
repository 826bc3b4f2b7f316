"""The page to look at, `GET /`: without a key, and so for browsers on this machine only."""

import ipaddress
import re
from typing import Optional

from flask import Blueprint, Response, request

from ..page import SIZES, Page, Wanted, content_security_policy
from ..refusals import Refused
from ..wire import query_number, world

routes = Blueprint("page", __name__, url_prefix="/")

_HOST = re.compile(r"(localhost|[0-9.]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)
_MOST_PAGES = 10**9


@routes.before_request
def refuse_strangers() -> None:
    if not _is_loopback(request.remote_addr):
        raise Refused(403, "The page shows all accounts: it is for this machine's browsers only")
    # Another site's name may be made to lead here, and its scripts could then read the answer.
    host = _HOST.fullmatch(request.headers.get("Host", ""))
    if host is None or not (host[1].lower() == "localhost" or _is_loopback(host[1].strip("[]"))):
        raise Refused(403, "The page is at localhost or a loopback address, by no other name")


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


def _is_loopback(text: Optional[str]) -> bool:
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return False
    # A socket for both families sees 127.0.0.1 as ::ffff:127.0.0.1.
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
