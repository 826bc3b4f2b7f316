"""The team. Source: https://scale.com/docs/api-reference/teams"""

from __future__ import annotations

from enum import Enum
from typing import Iterable, List, Optional, Union

from ._http.idempotency import IDEMPOTENT, IdempotencyRule
from ._recovery import INVITE_TEAMMATES
from ._resource import ClientMixin, Resource
from ._validation import enum_value, str_list


class TeammateRole(Enum):
    """What a teammate may do."""

    Labeler = "labeler"
    Member = "member"
    Manager = "manager"
    Admin = "admin"


RoleLike = Union[TeammateRole, str]


class Teammate(Resource):
    """Someone in the team, active or invited.

    Attributes:
        email: tells one teammate from another.
        role: text of a `TeammateRole`.
        first_name, last_name, company, is_studio_labeler, expiry: None where the service says
            nothing of them.
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

    def update_teammate_role(self, new_role: RoleLike) -> List[Teammate]:
        """Change the role; the whole team comes back. See `ScaleClient.update_teammates_role`."""
        return self._client.update_teammates_role([self.email], new_role)


class TeamMethods(ClientMixin):
    """The client's calls on the team."""

    def list_teammates(self) -> List[Teammate]:
        """Everyone in the team; a fresh invitation may take some seconds to show.

        See https://scale.com/docs/api-reference/teams.
        """
        return self._request_list(Teammate, "GET", "teams")

    def invite_teammates(self, emails: Iterable[str], role: RoleLike) -> List[Teammate]:
        """Invite people; the whole team comes back. An invitation holds for 24 hours.

        Args:
            emails: whom to invite.
            role: `Labeler` (Studio), `Member` or `Manager`.

        Raises:
            ScaleInvalidRequest: an address or the role is wrong.

        See https://scale.com/docs/api-reference/teams.
        """
        return self._team("invite", emails, role, INVITE_TEAMMATES)

    def update_teammates_role(self, emails: Iterable[str], role: RoleLike) -> List[Teammate]:
        """Change people's role; the whole team comes back.

        Args:
            emails: whose.
            role: `Labeler` (Studio), `Member` or `Manager`.

        Raises:
            ScaleInvalidRequest: an address or the role is wrong.

        See https://scale.com/docs/api-reference/teams.
        """
        return self._team("set_role", emails, role, IDEMPOTENT)

    def _team(
        self, action: str, emails: Iterable[str], role: RoleLike, idempotency: IdempotencyRule
    ) -> List[Teammate]:
        body = {
            "emails": str_list("emails", emails),
            "team_role": enum_value("role", role, TeammateRole),
        }
        return self._request_list(
            Teammate, "POST", f"teams/{action}", body=body, idempotency=idempotency
        )
