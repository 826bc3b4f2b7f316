"""The team: list, invite, change roles."""

from typing import List, Tuple

from flask import Blueprint, Response

from ...teams import TeammateRole
from ..backend.store import TEAMMATES, Doc, public
from ..http.errors import invalid
from .http_io import account, answer, object_body, required, texts, world

routes = Blueprint("teams", __name__)

OWNER = "owner@example.org"


@routes.get("/teams")
def list_all() -> Response:
    return answer(team())


@routes.post("/teams/invite")
def invite() -> Response:
    emails, role = _request()
    with world().store.transaction():
        known = [mate["email"] for mate in team()]
        for email in dict.fromkeys(emails):
            if email not in known:
                world().store.insert(TEAMMATES, account(), _teammate(email, role))
        return answer(team())


@routes.post("/teams/set_role")
def set_role() -> Response:
    emails, role = _request()
    with world().store.transaction():
        mates = {mate["email"]: mate for mate in team()}
        for email in emails:
            if email not in mates:
                raise invalid(f"Nobody in the team has the address {email!r}")
            if mates[email]["role"] == TeammateRole.Admin.value:
                raise invalid("The account's admin stays its admin")
            changed = {**mates[email], **_role(role)}
            world().store.update(TEAMMATES, account(), changed)
        return answer(team())


def team() -> List[Doc]:
    """Everyone; an account is never without its owner."""
    with world().store.transaction():
        if world().store.get(TEAMMATES, account(), email=OWNER) is None:
            owner = _teammate(OWNER, TeammateRole.Admin.value)
            world().store.insert(TEAMMATES, account(), owner)
        return [public(mate) for mate in world().store.all(TEAMMATES, account())]


def _request() -> Tuple[List[str], str]:
    body = object_body()
    emails, role = texts(body, "emails"), required(body, "team_role")
    if not emails or not all("@" in email for email in emails):
        raise invalid('Parameter is invalid, reason: "emails" must be a list of e-mail addresses')
    roles = [known.value for known in TeammateRole if known is not TeammateRole.Admin]
    if role not in roles:
        raise invalid(f'"team_role" must be one of {", ".join(roles)}, not {role!r}')
    return emails, role


def _teammate(email: str, role: str) -> Doc:
    return {
        "email": email,
        "firstName": email.partition("@")[0],
        "lastName": "",
        "company": "Sandbox",
        "disableRapidEmails": False,
        **_role(role),
    }


def _role(role: str) -> Doc:
    return {"role": role, "isStudioLabeler": role == TeammateRole.Labeler.value}
