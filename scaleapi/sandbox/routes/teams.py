"""The team: list, invite, change roles."""

from __future__ import annotations

from flask import Blueprint, Response

from ...teams import TeammateRole
from ..backend.store import TEAMMATES, Doc, public
from ..http.errors import bad_request, invalid_parameter
from .http_io import (
    current_account,
    current_state,
    json_response,
    object_body,
    required_string,
    string_list,
)

routes = Blueprint("teams", __name__)

OWNER = "owner@example.org"


@routes.get("/teams")
def list_all() -> Response:
    return json_response(team())


@routes.post("/teams/invite")
def invite() -> Response:
    emails, role = _request()
    with current_state().store.transaction():
        known = [mate["email"] for mate in team()]
        for email in dict.fromkeys(emails):
            if email not in known:
                current_state().store.insert(TEAMMATES, current_account(), _teammate(email, role))
        return json_response(team())


@routes.post("/teams/set_role")
def set_role() -> Response:
    emails, role = _request()
    with current_state().store.transaction():
        mates = {mate["email"]: mate for mate in team()}
        for email in emails:
            if email not in mates:
                raise bad_request(f"Nobody in the team has the address {email!r}")
            if mates[email]["role"] == TeammateRole.Admin.value:
                raise bad_request("The account's admin stays its admin")
            changed = {**mates[email], **_role(role)}
            current_state().store.update(TEAMMATES, current_account(), changed)
        return json_response(team())


def team() -> list[Doc]:
    """Everyone; an account is never without its owner."""
    with current_state().store.transaction():
        if current_state().store.get(TEAMMATES, current_account(), email=OWNER) is None:
            owner = _teammate(OWNER, TeammateRole.Admin.value)
            current_state().store.insert(TEAMMATES, current_account(), owner)
        return [public(mate) for mate in current_state().store.all(TEAMMATES, current_account())]


def _request() -> tuple[list[str], str]:
    body = object_body()
    emails, role = string_list(body, "emails"), required_string(body, "team_role")
    if not emails or not all("@" in email for email in emails):
        raise invalid_parameter('"emails" must be a list of e-mail addresses')
    roles = [known.value for known in TeammateRole if known is not TeammateRole.Admin]
    if role not in roles:
        raise bad_request(f'"team_role" must be one of {", ".join(roles)}, got {role!r}')
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
