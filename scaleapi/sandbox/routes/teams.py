"""The team: list, invite, change roles."""

from __future__ import annotations

from flask import Blueprint, Response

from ...teams import TeammateRole
from ..backend.store import TEAMMATES, Doc, public
from ..http.errors import bad_request, invalid_parameter
from .http_io import (
    current_account,
    current_store,
    json_response,
    object_body,
    required_string,
    string_list,
)

routes = Blueprint("teams", __name__)

OWNER = "owner@example.org"


@routes.get("/teams")
def list_all() -> Response:
    """List the teammates."""
    return json_response(list_team())


@routes.post("/teams/invite")
def invite() -> Response:
    """Invite teammates."""
    emails, role = _emails_and_role()
    with current_store().transaction():
        members = [mate["email"] for mate in list_team()]
        for email in dict.fromkeys(emails):
            if email not in members:
                current_store().insert(TEAMMATES, current_account(), _teammate(email, role))
        return json_response(list_team())


@routes.post("/teams/set_role")
def set_role() -> Response:
    """Change the role of teammates."""
    emails, role = _emails_and_role()
    with current_store().transaction():
        mates = {mate["email"]: mate for mate in list_team()}
        for email in emails:
            if email not in mates:
                raise bad_request(f"Nobody in the team has the address {email!r}")
            if mates[email]["role"] == TeammateRole.Admin.value:
                raise bad_request("The role of the account's admin can't be changed")
            teammate = {**mates[email], **_role(role)}
            current_store().update(TEAMMATES, current_account(), teammate)
        return json_response(list_team())


def list_team() -> list[Doc]:
    """Return all teammates of the account, with its owner."""
    with current_store().transaction():
        if current_store().get(TEAMMATES, current_account(), email=OWNER) is None:
            owner = _teammate(OWNER, TeammateRole.Admin.value)
            current_store().insert(TEAMMATES, current_account(), owner)
        return [public(mate) for mate in current_store().all(TEAMMATES, current_account())]


def _emails_and_role() -> tuple[list[str], str]:
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
