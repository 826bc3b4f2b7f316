"""Teammates: the members of the account's team."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Optional, Union

from ._http.idempotency import IDEMPOTENT, IdempotencyRule
from ._recovery import INVITE_TEAMMATES
from ._resource import ClientMixin, Resource
from ._validation import enum_value, str_list


class TeammateRole(Enum):
    """The role of a teammate, which determines permissions."""

    Labeler = "labeler"
    Member = "member"
    Manager = "manager"
    Admin = "admin"


RoleLike = Union[TeammateRole, str]


class Teammate(Resource):
    """A member of the team, active or invited.

    Attributes:
        email: The e-mail address, which identifies the teammate.
        role: The value of a `TeammateRole`, a string.
        first_name, last_name, company, is_studio_labeler, expiry: None where the service does not
            send them.
    """

    _id_key = _label = "email"
    _required = ("email", "role")
    _aliases = {
        "first_name": "firstName",
        "last_name": "lastName",
        "is_studio_labeler": "isStudioLabeler",
    }
    _defaults = {
        "firstName": None,
        "lastName": None,
        "company": None,
        "isStudioLabeler": None,
        "expiry": None,
    }

    email: str
    role: str
    first_name: Optional[str]
    last_name: Optional[str]
    company: Optional[str]
    is_studio_labeler: Optional[bool]
    expiry: Optional[str]
    _client: TeamMethods

    def update_teammate_role(self, new_role: RoleLike) -> list[Teammate]:
        """Change the teammate's role.

        Args:
            new_role: See `ScaleClient.update_teammates_role`.

        Returns:
            All teammates.
        """
        return self._client.update_teammates_role([self.email], new_role)


class TeamMethods(ClientMixin):
    """The client's methods for the team. See https://scale.com/docs/api-reference/teams."""

    def list_teammates(self) -> list[Teammate]:
        """Return all teammates; a new invitation may take some seconds to appear."""
        return self._request_list(Teammate, "GET", "teams")

    def invite_teammates(self, emails: Iterable[str], role: RoleLike) -> list[Teammate]:
        """Invite people to the team; an invitation is valid for 24 hours.

        Args:
            emails: E-mail addresses of the people to invite.
            role: `Labeler` (Studio), `Member` or `Manager`.

        Returns:
            All teammates.

        Raises:
            ScaleInvalidRequest: If an address or the role is invalid.
        """
        return self._team("invite", emails, role, INVITE_TEAMMATES)

    def update_teammates_role(self, emails: Iterable[str], role: RoleLike) -> list[Teammate]:
        """Change the role of teammates.

        Args:
            emails: E-mail addresses of the teammates.
            role: `Labeler` (Studio), `Member` or `Manager`.

        Returns:
            All teammates.

        Raises:
            ScaleInvalidRequest: If an address or the role is invalid.
        """
        return self._team("set_role", emails, role, IDEMPOTENT)

    def _team(
        self, action: str, emails: Iterable[str], role: RoleLike, idempotency: IdempotencyRule
    ) -> list[Teammate]:
        body = {
            "emails": str_list("emails", emails),
            "team_role": enum_value("role", role, TeammateRole),
        }
        return self._request_list(
            Teammate, "POST", f"teams/{action}", body=body, idempotency=idempotency
        )
