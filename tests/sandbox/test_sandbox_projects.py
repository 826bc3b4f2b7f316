"""Projects, their parameters and templates."""

import pytest


def test_create_project_params_are_the_first_version(http):
    project = http.make_project(
        params={"instruction": "Box."}, rapid=False, studio=False, datasetId=None
    )
    assert set(project) == {"type", "name", "param_history", "created_at"}
    (version,) = project["param_history"]
    expected = {"instruction": "Box.", "version": 0, "created_at": project["created_at"]}
    assert version == expected
    assert http.get("/projects/p").json() == project


def test_create_project_without_params_has_no_version(http):
    assert http.make_project(params=None)["param_history"] == []
    (version,) = http.post("/projects/p/setParams", json={"a": 1}).json()["param_history"]
    assert (version["version"], version["a"]) == (0, 1)


@pytest.mark.parametrize(
    "body, status",
    [
        ({"name": "q"}, 400),
        ({"type": "categorization"}, 400),
        ({"type": "juggling", "name": "q"}, 400),
        ({"type": "categorization", "name": ["q"]}, 400),
        ({"type": "categorization", "name": "q", "params": "x"}, 400),
        ({"type": "categorization", "name": "q", "rapid": "x"}, 400),
        ({"type": "categorization", "name": "taken"}, 409),
    ],
)
def test_create_project_invalid_is_rejected(http, body, status):
    http.make_project("taken")
    assert http.post("/projects", json=body).status_code == status


@pytest.mark.parametrize("path", ["", "/setParams", "/taskTemplates"])
def test_get_project_unknown_is_404(http, path):
    method = "POST" if path == "/setParams" else "GET"
    assert http.request(method, f"/projects/none{path}", json={}).status_code == 404


@pytest.mark.parametrize("patch, kept", [(True, {"a": 1, "b": 3}), (False, {"b": 3})])
def test_set_params_appends_a_version_and_patch_keeps_other_params(http, patch, kept):
    http.make_project(params={"a": 1, "b": 2})
    project = http.post("/projects/p/setParams", json={"b": 3, "patch": patch}).json()
    first, second = project["param_history"]
    assert (first["version"], first["b"]) == (0, 2)
    assert second.pop("version") == 1
    assert second.pop("created_at") >= first["created_at"]
    assert second == kept
    assert len(http.get("/projects/p").json()["param_history"]) == 2


def test_projects_listing_is_a_bare_array(http):
    assert http.get("/projects").json() == []
    http.make_project("one")
    http.make_project("two")
    assert {project["name"] for project in http.get("/projects").json()} == {"one", "two"}
    assert http.get("/projects", params={"archived": "true"}).json() == []
    assert len(http.get("/projects", params={"archived": "False"}).json()) == 2


@pytest.mark.parametrize("kind", ["chat", "textcollection"])
def test_project_template_has_every_field_of_the_client(http, kind):
    http.make_project(kind=kind, params={"template_variables": {"prompt": {"type": "string"}}})
    http.post("/projects/p/setParams", json={"patch": True})
    template = http.get("/projects/p/taskTemplates").json()
    assert {"id", "version", "created_at", "updated_at", "response_schema"} <= set(template)
    assert template["version"] == 1
    assert template["template_variables"] == {"prompt": {"type": "string"}}
    assert template["auto_onboard_enabled"] is False


def test_project_template_of_other_types_is_missing(http):
    http.make_project()
    assert http.get("/projects/p/taskTemplates").status_code == 400
