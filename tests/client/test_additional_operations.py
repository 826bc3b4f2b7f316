"""Documented operations that the published client lacks, on a real socket."""

import pytest
import requests

import scaleapi
from scaleapi.sandbox.backend.canned.files import address
from tests.factories import CATEGORIZATION


@pytest.fixture
def client(sandbox):
    with sandbox.client("test_key") as client:
        client.create_project("p", "categorization")
        yield client


def names(found):
    return [each.name for each in found]


def test_get_projects_archived_filters_projects(client):
    assert names(client.get_projects()) == names(client.projects(archived=False)) == ["p"]
    assert client.get_projects(archived=True) == []


def test_set_batch_priority_sets_the_priority(sandbox, client):
    client.create_batch("p", "april/01").set_priority(30)
    assert (sandbox.requests[-1].path, sandbox.requests[-1].body) == (
        "/v1/batches/april%2F01/prioritize", {"priority": 30},
    )  # fmt: skip
    with pytest.raises(scaleapi.ScaleInvalidRequest, match="from 10 to 30"):
        client.set_batch_priority("april/01", 9)
    with pytest.raises(scaleapi.ScaleResourceNotFound):
        client.set_batch_priority("none", 20)


@pytest.fixture
def live(live_sandbox):
    with live_sandbox.client("test_key") as client:
        client.create_project("p", "categorization")
        yield client


def test_get_batches_filters_by_completion_and_audit_time(live_sandbox, live):
    for name in ("done", "open"):
        live.create_batch("p", name)
    task = live.create_task("categorization", batch="done", **CATEGORIZATION)
    live.finalize_batch("done")
    live_sandbox.complete_task(task.id, {"category": "c"})
    assert names(live.get_batches(completed_after="2020-01-01")) == ["done"]
    assert names(live.get_batches(completed_before="2020-01-01")) == []
    assert names(live.get_batches(audited_after="2020-01-01")) == []
    task.audit(True)
    assert names(live.get_batches(audited_after="2020-01-01")) == ["done"]
    assert names(live.get_batches(audited_before="2020-01-01")) == []


def test_get_batches_detailed_have_task_counts(live):
    live.create_batch("p", "b")
    live.create_task("categorization", batch="b", **CATEGORIZATION)
    assert [batch.pending for batch in live.get_batches(detailed=True)] == [1]
    assert not hasattr(live.get_batch("b"), "pending")


def test_get_files_filters_by_project_and_metadata(client, http):
    client.create_project("q", "categorization")
    for number in range(5):
        client.upload_file(b"x", project_name="p", metadata={"even": number % 2 == 0})
    client.upload_file(b"x", project_name="q")
    client.upload_file(b"x", project_name="p", metadata="[1]")
    assert len(list(client.get_files("p"))) == 6
    assert len(list(client.get_files("p", {"even": True}))) == 3
    assert len(list(client.get_files("q", {"even": None}))) == 0
    first = http.get("/files", params={"project": "p", "limit": 4}).json()
    rest = http.get("/files", params={"project": "p", "cursor": first["cursor"]}).json()
    assert [len(page["docs"]) for page in (first, rest)] == [4, 2]
    assert (first["has_more"], rest["has_more"]) == (True, False) and "cursor" not in rest


@pytest.mark.parametrize(
    "query",
    [
        {}, {"project": ""}, {"project": "p", "metadata": "["}, {"project": "p", "metadata": "5"},
        {"project": "p", "limit": "0"}, {"project": "p", "cursor": "x"},
    ],
)  # fmt: skip
def test_get_files_invalid_argument_raises(query, http):
    http.make_project()
    assert http.get("/files", params=query).status_code == 400


def test_request_has_retries_and_errors_of_every_call(sandbox, client):
    quick = client.with_options(retries=scaleapi.RetryPolicy(2, backoff_factor=0.001))
    sandbox.fail_next("GET", "/projects", times=2, status=503)
    assert [project["name"] for project in quick.request("GET", "projects")] == ["p"]
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client.request("GET", ["projects", "a/b"])
    assert caught.value.url.endswith("/projects/a%2Fb") and len(caught.value.attempts) == 1
    assert client.request("GET", "/v2/projects")["projects"][0]["name"] == "p"
    assert client.request("POST", "batches", body={"name": "b", "project": "p"})["name"] == "b"


SEGMENTED = {"attachment_type": "image", "attachment": "scaledata://a/b", "labels": ["x"]}


def test_get_task_response_file_is_fetched_with_the_key(sandbox, client, tmp_path):
    task = client.create_task("segmentannotation", **SEGMENTED)
    annotations = task.response["annotations"]
    addresses = {"unlabeled": annotations["unlabeled"], **annotations["combined"]}
    contents = {
        name: client.get_task_response_file(task.id, url.rpartition("/")[2])
        for name, url in addresses.items()
    }
    assert sorted(contents) == [
        "extendedIndexedImage", "image", "indexedImage", "unlabeled"
    ]  # fmt: skip
    assert len(set(contents.values())) == 4
    assert all(content.startswith(b"\x89PNG") for content in contents.values())
    path = client.download_response_url(addresses["image"], tmp_path / "a.png")
    assert path.read_bytes() == contents["image"]
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(addresses["image"], timeout=10).status_code == 401


def test_download_results_saves_all_files(sandbox, client, tmp_path):
    tasks = [client.create_task("segmentannotation", **SEGMENTED) for _ in range(3)]
    assert client.download_results(tasks, tmp_path).run() == {"downloaded": 3}
    assert client.download_results(tasks, tmp_path).run() == {"existed": 3}
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    found.remove(tmp_path / "manifest.jsonl")
    assert len(found) == 15 and {path.read_bytes()[:4] for path in found} == {b"\x89PNG"}


@pytest.mark.parametrize("which", ["task", "file", "kind", "account", "state"])
def test_get_task_response_file_missing_raises_not_found(which, sandbox, client, live_sandbox):
    task = client.create_task("segmentannotation", **SEGMENTED)
    uuid = task.response["annotations"]["unlabeled"].rpartition("/")[2]
    other = client.create_task("categorization", **CATEGORIZATION)
    of_other = address(other.as_dict(), "", "unlabeled").rpartition("/")[2]
    place = {"task": ("none", uuid), "file": (task.id, "none"), "kind": (other.id, of_other)}
    with sandbox.client("test_other") as stranger, live_sandbox.client("test_key") as live:
        live_sandbox.seed(
            [{"kind": "task", "type": "segmentannotation", "task_id": task.id}], api_key="test_key"
        )
        asking = {"account": stranger, "state": live}.get(which, client)
        with pytest.raises(scaleapi.ScaleResourceNotFound):
            asking.get_task_response_file(*place.get(which, (task.id, uuid)))
