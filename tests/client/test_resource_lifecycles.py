"""The client on a sandbox: the lifecycle of every resource, over a real socket."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import scaleapi
from scaleapi import BatchStatus, TaskReviewStatus, TaskStatus, TaskType, TeammateRole

NASTY = "a b/1+é%2F?#ü"
CATEGORIES = {"categories": ["cat", "dog"], "attachment_type": "text", "attachment": "miaow"}


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        yield client


@pytest.fixture
def live_client(live_sandbox):
    with live_sandbox.client() as client:
        yield client


@pytest.fixture
def make(client):
    """Makes a categorization task."""

    def make(**more):
        body = {"instruction": "What is it?", **CATEGORIES, **more}
        return client.create_task(TaskType.Categorization, **body)

    return make


@pytest.mark.smoke
def test_client_creates_batch_of_tasks_and_reads_results(client, tmp_path):
    project = client.create_project(NASTY, TaskType.Categorization, {"instruction": "What is it?"})
    batch = client.create_batch(project.name, NASTY, metadata={"owner": "ops"})
    assert (batch.name, batch.project, batch.metadata) == (NASTY, NASTY, {"owner": "ops"})
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"pixels")
    file = client.upload_file(picture, project_name=project.name)
    assert (file.mime_type, file.size) == ("image/png", 6)

    made = [
        client.create_task(
            TaskType.Categorization,
            batch=batch.name,
            unique_id=f"row-{number}",
            instruction="What is it?",
            attachment_type="image",
            attachment=file.attachment_url,
            categories=["cat", "dog"],
        )
        for number in range(7)
    ]
    listed = list(client.get_tasks(project.name, batch.name, limit=3))
    assert listed == made[::-1]
    assert client.get_tasks_count(batch_name=batch.name) == 7

    task = client.get_task(made[0].id)
    task.add_tags(["night", "rain"])
    task.audit(False, "look again")
    task.refresh()
    assert (task.tags, task.customer_review_status) == (["night", "rain"], "rejected")
    assert batch.finalize().status == BatchStatus.InProgress.value
    assert batch.get_status()["completed"] == batch.tasks_completed == 7

    results = tmp_path / "results.jsonl"
    with open(results, "w") as lines:
        for task in client.get_tasks(batch_name=batch.name, status=TaskStatus.Completed):
            lines.write(json.dumps(task.as_dict()) + "\n")
    responses = [json.loads(line)["response"] for line in results.read_text().splitlines()]
    assert len(responses) == 7 and all("category" in response for response in responses)


def test_get_tasks_filters_reach_the_server(client, make):
    client.create_project("p", TaskType.Categorization)
    one, two = make(project="p", tags=["night"], unique_id="u1"), make(project="p", unique_id="u2")
    one.audit(True)

    def found(**filters):
        return [task.id for task in client.get_tasks("p", **filters)]

    assert found() == [two.id, one.id]
    assert found(tags="night") == found(tags=["night", "rain"]) == [one.id]
    assert found(unique_id=["u1", "u2"]) == [two.id, one.id]
    assert found(review_status=[TaskReviewStatus.Accepted, TaskReviewStatus.Fixed]) == [one.id]
    assert found(task_type=TaskType.Chat) == found(status="pending") == []
    assert found(created_after="2999-01-01") == found(completed_before="2000-01-01") == []
    limited = next(client.get_tasks("p", limited_response=True))
    assert set(limited.as_dict()) <= {"task_id", "status", "metadata", "project", "otherVersion"}


def test_task_lifecycle(client, make):
    task = make(unique_id="u1", metadata={"a": 1})
    assert client.get_task(task.id) == task and task.metadata == {"a": 1}
    assert not hasattr(task, "tags") and task.is_test is True
    task.update_unique_id("u/2")
    assert task.unique_id == "u/2"
    task.clear_unique_id()
    assert not hasattr(task, "unique_id")
    task.set_metadata({})
    assert task.metadata == {}
    task.set_tags(["a", "b", "c"])
    task.delete_tags(["a", "b"])
    assert task.tags == ["c"]
    task.set_tags([])
    assert task.tags == []
    with pytest.raises(scaleapi.ScaleInvalidRequest):
        task.cancel()
    page = client.tasks(limit=1)
    assert page == [task] and (page.total, page.has_more) == (1, False)


def test_cancel_pending_task_frees_its_unique_id(live_client):
    body = {"instruction": "What is it?", **CATEGORIES, "unique_id": "u"}
    task = live_client.create_task(TaskType.Categorization, **body)
    assert task.status == "pending"
    assert task.cancel(clear_unique_id=True) is None
    assert task.status == TaskStatus.Canceled.value and not hasattr(task, "unique_id")
    assert live_client.create_task(TaskType.Categorization, **body) != task


def test_finalize_staging_batch_changes_its_status(live_client):
    live_client.create_project("p", TaskType.Categorization)
    batch = live_client.create_batch("p", "b")
    assert batch.status == "staging"
    batch.finalize()
    assert batch.status == "in_progress"
    with pytest.raises(scaleapi.ScaleInvalidRequest):
        batch.finalize()


def test_batches_and_get_batches_list_the_same_batches(client):
    client.create_project("p", TaskType.Categorization)
    made = [client.create_batch("p", f"b{number}") for number in range(5)]
    assert list(client.get_batches("p")) == made[::-1]
    page = client.batches(limit=2, offset=2)
    assert page == [made[2], made[1]] and (page.total, page.has_more) == (5, True)
    assert list(client.get_batches(batch_status=BatchStatus.Staging)) == []
    assert client.set_batch_metadata("b1", {"a": [1]}).metadata == {"a": [1]}
    with pytest.raises(scaleapi.ScaleDuplicateResource):
        client.create_batch("p", "b1")


def test_project_lifecycle(client):
    project = client.create_project("p", "textcollection", {"instruction": "one"})
    assert (project.version, project.instruction) == (0, "one")
    project = client.update_project("p", instruction="two", patch=True)
    assert (project.version, project.instruction) == (1, "two")
    assert client.get_projects() == client.projects() == [client.get_project("p")]
    assert client.get_project_template("p") == project.get_template()
    with pytest.raises(scaleapi.ScaleResourceNotFound):
        client.get_project("q")


def test_import_file_returns_the_file(client):
    file = client.import_file("https://example.org/a.jpg", reference_id="r", metadata={"c": 2})
    assert file.attachment_url.startswith("scaledata://")
    with pytest.raises(scaleapi.ScaleDuplicateResource):
        client.import_file("https://example.org/a.jpg", reference_id="r")


def test_quality_tasks_are_created(client):
    client.create_project("p", TaskType.TextCollection, rapid=True)
    body = {"project": "p", "attachments": [], "expected_response": {"a": 1}}
    body["attachments"] = [{"type": "text", "content": "x"}]
    evaluation = client.create_evaluation_task("textcollection", **body, initial_response={"b": 1})
    assert (evaluation.expected_response, evaluation.initial_response) == ({"a": 1}, {"b": 1})
    assert client.create_training_task("textcollection", **body).initial_response is None


def test_teammates_are_listed_invited_and_changed(client):
    client.invite_teammates(["ana@example.org"], TeammateRole.Member)
    (ana,) = [mate for mate in client.list_teammates() if mate.email == "ana@example.org"]
    assert ana.role == "member"
    team = {mate.email: mate.role for mate in ana.update_teammate_role(TeammateRole.Manager)}
    assert team["ana@example.org"] == "manager"


def test_studio_lifecycle(client):
    emails = ["ana@example.org", "bo@example.org"]
    client.create_project("p/q", TaskType.Categorization, studio=True)
    client.invite_teammates(emails, TeammateRole.Labeler)
    assert client.add_studio_assignments(emails, ["p/q"])[emails[0]].assigned_projects == ["p/q"]
    group = client.create_project_group("p/q", emails, "night/shift")
    assert [worker.email for worker in group.workers] == emails
    assert client.update_project_group("p/q", "night/shift", [], emails[1:]).numWorkers == 1
    assert client.list_project_groups("p/q") == [group]
    for name in ("b1", "b2"):
        client.create_batch("p/q", name)
    assert client.assign_studio_batches("b1", ["night/shift"]).groups
    assert [batch.name for batch in client.list_studio_batches()] == ["b1", "b2"]
    ordered = client.set_studio_batches_priorities(["b2", "b1"])
    assert [(batch.name, batch.studio_priority) for batch in ordered] == [("b2", 1), ("b1", 2)]
    assert [batch.name for batch in client.reset_studio_batches_priorities()] == ["b1", "b2"]
    assert client.remove_studio_assignments(emails[1:], ["p/q"])[emails[1]].as_dict() == []
    assert set(client.list_studio_assignments()) >= set(emails)


def test_client_with_another_key_sees_other_data(sandbox, client, make):
    make()
    with sandbox.client("other|test") as other:
        assert other.tasks().total == 0 and client.tasks().total == 1
    with sandbox.client("no_such_key") as stranger, pytest.raises(scaleapi.ScaleUnauthorized):
        stranger.tasks()


def test_client_shared_by_fifty_threads_works(sandbox, client):
    start = threading.Barrier(50)
    body = {"instruction": "What is it?", **CATEGORIES}

    def create(number):
        start.wait(10)
        return client.create_task(TaskType.Categorization, unique_id=f"u{number}", **body).id

    with ThreadPoolExecutor(50) as pool:
        ids = set(pool.map(create, range(50)))
    assert len(ids) == 50 == client.tasks().total
