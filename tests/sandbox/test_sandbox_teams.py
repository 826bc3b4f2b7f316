"""The team."""

import pytest


def roles(response):
    assert response.status_code == 200, response.text
    return {mate["email"]: mate["role"] for mate in response.json()}


def test_team_is_never_empty(http):
    (owner,) = http.get("/teams").json()
    assert owner["role"] == "admin"
    assert {"email", "firstName", "lastName", "company", "isStudioLabeler"} <= set(owner)


def test_team_invitation_returns_the_whole_team(http):
    body = {"emails": ["ana@example.org", "bo@example.org"], "team_role": "labeler"}
    team = roles(http.post("/teams/invite", json=body))
    assert list(team.values()) == ["admin", "labeler", "labeler"]
    again = {"emails": ["ana@example.org", "cy@example.org"], "team_role": "manager"}
    assert list(roles(http.post("/teams/invite", json=again)).values())[1:] == [
        "labeler",
        "labeler",
        "manager",
    ]
    assert roles(http.get("/teams"))["ana@example.org"] == "labeler"


def test_team_role_can_be_changed(http):
    http.post("/teams/invite", json={"emails": ["ana@example.org"], "team_role": "labeler"})
    body = {"emails": ["ana@example.org"], "team_role": "manager"}
    assert roles(http.post("/teams/set_role", json=body))["ana@example.org"] == "manager"
    mate = http.get("/teams").json()[1]
    assert (mate["role"], mate["isStudioLabeler"]) == ("manager", False)


@pytest.mark.parametrize("path", ["/teams/invite", "/teams/set_role"])
@pytest.mark.parametrize(
    "body",
    [
        {"emails": [], "team_role": "member"},
        {"emails": "ana@example.org", "team_role": "member"},
        {"emails": ["ana"], "team_role": "member"},
        {"emails": ["ana@example.org"]},
        {"emails": ["ana@example.org"], "team_role": "admin"},
        {"emails": ["ana@example.org"], "team_role": "king"},
    ],
)
def test_team_invalid_request_is_400(http, path, body):
    assert http.post(path, json=body).status_code == 400


def test_team_role_change_of_a_stranger_or_the_admin_changes_none(http):
    http.post("/teams/invite", json={"emails": ["ana@example.org"], "team_role": "labeler"})
    owner = http.get("/teams").json()[0]["email"]
    for stranger in ("cy@example.org", owner):
        body = {"emails": ["ana@example.org", stranger], "team_role": "manager"}
        assert http.post("/teams/set_role", json=body).status_code == 400
    assert roles(http.get("/teams"))["ana@example.org"] == "labeler"
