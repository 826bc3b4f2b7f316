"""Studio: assignments, groups, batches and their order."""

import pytest

ANA, BO = "ana@example.org", "bo@example.org"


@pytest.fixture
def studio(http):
    """A session on a sandbox with two projects and three batches, the oldest first."""
    http.make_project("p")
    http.make_project("q/r")
    for name in ("b1", "b2", "b3"):
        http.make_batch(name)
    return http


def assign(http, emails=(ANA, BO), projects=("p",), verb="add"):
    body = {"emails": list(emails), "projects": list(projects)}
    return http.post(f"/studio/assignments/{verb}", json=body)


def order(response):
    assert response.status_code == 200, response.text
    return [(batch["name"], batch["studioPriority"]) for batch in response.json()]


def prioritize(http, *names):
    body = {"batches": [{"name": name} for name in names]}
    return http.post("/studio/batches/set_priorities", json=body)


def test_studio_assignments_cover_the_whole_team(studio):
    studio.post("/teams/invite", json={"emails": ["cy@example.org"], "team_role": "labeler"})
    found = assign(studio, projects=("p", "q/r")).json()
    assert found[ANA] == found[BO] == ["p", "q/r"]
    assert found["cy@example.org"] == []
    assert studio.get("/studio/assignments").json() == found


def test_studio_assignments_are_idempotent_and_can_be_removed(studio):
    assign(studio)
    assert assign(studio).json()[ANA] == ["p"]
    assert ANA not in assign(studio, emails=[ANA], verb="remove").json()
    assert studio.get("/studio/assignments").json()[BO] == ["p"]


def test_studio_assignments_need_known_projects_and_lists(studio):
    assert assign(studio, projects=["none"]).status_code == 404
    body = {"emails": ANA, "projects": ["p"]}
    assert studio.post("/studio/assignments/add", json=body).status_code == 400


def test_studio_group_has_assigned_members(studio):
    assign(studio)
    body = {"name": "night", "emails": [ANA]}
    group = studio.post("/studio/projects/p/groups", json=body).json()
    assert (group["name"], group["numWorkers"], group["isSingleton"]) == ("night", 1, False)
    assert [worker["email"] for worker in group["workers"]] == [ANA]
    assert studio.get("/studio/projects/p/groups").json() == [group]
    assert studio.get("/studio/projects/q%2Fr/groups").json() == []


def test_studio_group_of_strangers_used_name_or_unknown_project_is_rejected(studio):
    assign(studio, emails=[ANA])
    path = "/studio/projects/p/groups"
    assert studio.post(path, json={"name": "g", "emails": [BO]}).status_code == 400
    assert studio.post(path, json={"emails": [ANA]}).status_code == 400
    assert studio.post(path, json={"name": "g", "emails": [ANA]}).status_code == 200
    assert studio.post(path, json={"name": "g", "emails": [ANA]}).status_code == 409
    assert studio.post(path.replace("/p/", "/none/"), json={"name": "g"}).status_code == 404
    assert studio.get("/studio/projects/none/groups").status_code == 404


def test_studio_group_adds_and_removes_members(studio):
    assign(studio)
    studio.post("/studio/projects/p/groups", json={"name": "a/b", "emails": [ANA]})
    path = "/studio/projects/p/groups/a%2Fb"
    group = studio.put(path, json={"add_emails": [BO, BO], "remove_emails": [ANA]}).json()
    assert [worker["email"] for worker in group["workers"]] == [BO]
    assert studio.put(path, json={"add_emails": ["cy@example.org"]}).status_code == 400
    assert studio.put(path.replace("a%2Fb", "none"), json={}).status_code == 404


def test_studio_batches_are_listed_oldest_first_with_counts(studio):
    studio.make_task(batch="b1")
    first, *others = studio.get("/studio/batches").json()
    assert [first["name"]] + [batch["name"] for batch in others] == ["b1", "b2", "b3"]
    assert (first["total"], first["completed"], others[0]["total"]) == (1, 1, 0)
    assert (first["projectName"], first["batchType"]) == ("p", "Production")
    assert first["id"] and first["projectId"] == others[0]["projectId"]
    assert first["studioPriority"] is None and first["groups"] == []


def test_studio_batch_groups_are_replaced(studio):
    for name in ("day", "night"):
        studio.post("/studio/projects/p/groups", json={"name": name, "emails": []})
    for groups in (["day", "night"], ["night"], []):
        batch = studio.put("/studio/batches/b1", json={"groups": groups}).json()
        assert batch["groups"] == groups
    assert studio.put("/studio/batches/b1", json={"groups": ["none"]}).status_code == 404
    assert studio.put("/studio/batches/none", json={"groups": []}).status_code == 404


def test_studio_priorities_apply_until_reset_and_new_batches_come_last(studio):
    assert order(prioritize(studio, "b3", "b1", "b2")) == [("b3", 1), ("b1", 2), ("b2", 3)]
    studio.make_batch("b0")
    assert order(studio.get("/studio/batches"))[-1] == ("b0", None)
    expected = [("b1", None), ("b2", None), ("b3", None), ("b0", None)]
    assert order(studio.post("/studio/batches/reset_priorities")) == expected
    assert order(studio.get("/studio/batches")) == expected


@pytest.mark.parametrize(
    "names, status",
    [
        (["b1", "b2"], 400),
        (["b1", "b2", "b3", "b3"], 400),
        ([], 400),
        (["b1", "b2", "none"], 404),
    ],
)
def test_studio_priorities_must_name_all_pending_batches_once(studio, names, status):
    assert prioritize(studio, *names).status_code == status
    assert {priority for _, priority in order(studio.get("/studio/batches"))} == {None}


def test_studio_priorities_malformed_are_400(studio):
    for body in ({}, {"batches": ["b1"]}, {"batches": [{}]}):
        assert studio.post("/studio/batches/set_priorities", json=body).status_code == 400


def test_studio_completed_batch_is_not_pending(live_sandbox, live_http):
    live_http.make_project()
    live_http.make_batch("old")
    live_http.make_batch("new")
    task_id = live_http.make_task(batch="old")["task_id"]
    live_http.post("/batches/old/finalize")
    live_sandbox.complete_task(task_id, {})
    assert order(live_http.get("/studio/batches")) == [("new", None)]
    assert order(prioritize(live_http, "new")) == [("new", 1)]
    assert prioritize(live_http, "new", "old").status_code == 400
