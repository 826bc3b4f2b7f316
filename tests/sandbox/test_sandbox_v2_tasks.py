"""v2 chat tasks, their annotations and details."""

import pytest

from tests.fixtures.v2 import annotations


def messages_of(task):
    return [
        message
        for thread in task["threads"]
        for turn in thread["turns"]
        for message in turn["messages"]
    ]


def users_text(task):
    return next(item["content"]["text"] for item in messages_of(task) if item["role"] == "user")


def without_ids(task_id, value):
    return str(value).replace(task_id, "")


def test_v2_task_in_test_mode_is_completed_at_once(v2):
    task = v2.create_chat_task(project_name="p")
    assert task["status"] == "completed"
    assert task["completed_at"] > task["created_at"]
    assert task["metadata"] == {}
    assert "batch" not in task
    assert v2.get_task(task_id=task["task_id"]) == task


def test_v2_canned_response_depends_on_the_task_alone(v2):
    tasks = [v2.create_chat_task(project_name="p")["task_id"] for _ in range(2)]
    opts = ["annotation_details", "attachment_details", "model_parameters"]
    first, second = (
        without_ids(task_id, v2.get_task(task_id=task_id, opts=opts)["threads"])
        for task_id in tasks
    )
    times = [v2.get_task(task_id=task_id)["created_at"] for task_id in tasks]
    assert first.replace(times[0], "") == second.replace(times[1], "")


def test_v2_template_variables_are_in_the_user_message(v2):
    given = {"prompt": "Three lakes?", "count": 3, "of": ["Malawi", "Genève"]}
    task = v2.create_chat_task(project_name="p", template_variables=given)
    assert users_text(task) == 'prompt: Three lakes?\ncount: 3\nof: ["Malawi", "Genève"]'
    assert users_text(v2.create_chat_task(project_name="p")) == "Name three rivers."


def test_v2_project_template_variables_are_not_values(http, v2):
    params = {"template_variables": {"prompt": {"type": "string"}}}
    http.make_project("q", "chat", params=params)
    assert users_text(v2.create_chat_task(project_name="q")) == "Name three rivers."


def test_v2_response_has_every_part(v2):
    task_id = v2.create_chat_task(project_name="p")["task_id"]
    opts = ["annotation_details", "attachment_details", "model_parameters", "submissions"]
    task = v2.get_task(task_id=task_id, opts=opts)
    (thread,) = task["threads"]
    assert len(thread["turns"]) == 2
    assert len(thread["submissions"]) == 2
    assert any(turn.get("rubrics") for turn in thread["turns"])
    messages = messages_of(task)
    assert {message["role"] for message in messages} == {"system", "user", "assistant"}
    for part in ("model_parameters", "rubric_evaluations"):
        assert any(message.get(part) for message in messages)
    for part in ("text", "reference_texts", "attachments", "chunks", "reasoning"):
        assert any(message["content"].get(part) for message in messages)
    files = [part for item in messages for part in item["content"].get("attachments", [])]
    hints = {"content", "file_size_in_bytes", "duration"}  # basic, image, audio
    assert {hint for item in files for hint in hints & set(item)} == hints
    criteria = [item["metadata"]["criteria"] for item in annotations(thread) if "metadata" in item]
    assert {type(item) for item in criteria} == {str, dict}


def test_v2_without_opts_details_are_omitted(v2):
    task = v2.create_chat_task(project_name="p")
    (thread,) = task["threads"]
    assert "submissions" not in thread
    for message in messages_of(task):
        assert "model_parameters" not in message
        for item in message["content"].get("attachments", []):
            assert set(item) == {"url", "scale_url", "mime_type"}
    for item in annotations(thread):
        assert {"id", "key", "type"} <= set(item) <= {"id", "key", "type", "value"}


@pytest.mark.parametrize(
    "option, key",
    [
        ("annotation_details", "possible_values"),
        ("attachment_details", "transcript"),
        ("model_parameters", "model_parameters"),
        ("submissions", "submissions"),
    ],
)
def test_v2_each_option_adds_its_own_detail_alone(v2, option, key):
    task_id = v2.create_chat_task(project_name="p")["task_id"]
    keys = {"possible_values", "model_parameters", "submissions", "file_size_in_bytes"}
    text = str(v2.get_task(task_id=task_id, opts=option))
    assert f"'{key}'" in text
    others = keys - {key, "file_size_in_bytes" if option == "attachment_details" else ""}
    assert not [other for other in others if f"'{other}'" in text]


def test_v2_opts_apply_to_listings(v2):
    v2.create_chat_task(project_name="p")
    (task,) = v2.get_tasks(project_name="p", opts=["submissions", "model_parameters"])["tasks"]
    assert "submissions" in task["threads"][0]
    assert "submissions" not in v2.get_tasks(project_name="p")["tasks"][0]["threads"][0]


@pytest.mark.parametrize(
    "body, status",
    [
        ({}, 400),
        ({"batch_name": "b"}, 400),
        ({"project_name": ""}, 400),
        ({"project_name": None}, 400),
        ({"project_name": 5}, 400),
        ({"project_name": "none"}, 404),
        ({"project_id": "none"}, 404),
        ({"project_id": "none", "project_name": "p"}, 404),
        ({"project_name": "p", "batch_id": "none"}, 404),
        ({"project_name": "p", "batch_name": "none"}, 404),
        ({"project_name": "p", "batch_name": "of q"}, 400),
        ({"project_name": "boxes"}, 400),
        ({"project_name": "p", "template_variables": "x"}, 400),
        ({"project_name": "p", "metadata": []}, 400),
        ({"project_name": "p", "callback_url": 1}, 400),
    ],
)
def test_v2_task_invalid_is_rejected(http, v2, body, status):
    http.make_project("q", "chat")
    http.make_project("boxes", "imageannotation")
    http.make_batch("of q", "q")
    http.make_batch()
    assert v2.status("create_chat_task", **body) == status


def test_v2_tasks_are_shared_with_v1(http, v2):
    http.make_batch()
    body = {"project": "p", "batch": "b", "template_variables": {"prompt": "Hi"}}
    mine = http.post("/task/chat", json=body).json()
    yours = v2.create_chat_task(project_name="p", batch_name="b", metadata={"row": 1})
    assert http.ids(project="p") == [yours["task_id"], mine["task_id"]]
    assert users_text(v2.get_task(task_id=mine["task_id"])) == "prompt: Hi"
    seen = http.get(f"/task/{yours['task_id']}").json()
    assert (seen["type"], seen["project"], seen["batch"]) == ("chat", "p", "b")
    assert seen["metadata"] == {"row": 1}
    assert seen["response"]["threads"][0]["id"] == yours["threads"][0]["id"]
    assert not [key for key in seen if key.startswith("_")]


def test_v2_tasks_of_other_types_have_no_threads_and_need_a_project(http, v2):
    http.make_project("boxes")
    task_id = http.make_task(project="boxes")["task_id"]
    assert v2.get_task(task_id=task_id)["threads"] == []
    assert v2.status("get_task", task_id=http.make_task()["task_id"]) == 404
    assert v2.status("get_task", task_id="none") == 404
    assert v2.status("get_task") == 400


def test_v2_live_task_is_pending_until_completed(live_sandbox, live_v2):
    task_id = live_v2.create_chat_task(project_name="p")["task_id"]
    task = live_v2.get_task(task_id=task_id)
    assert (task["status"], task["threads"]) == ("pending", [])
    assert "completed_at" not in task
    threads = [
        {"turns": [{"messages": [{"role": "user", "content": {"text": "Hi"}}, {"content": {}}]}]},
        {"id": "mine", "turns": [], "annotations": [{"id": "a", "key": "k", "type": "boolean"}]},
    ]
    live_sandbox.complete_task(task_id, {"threads": threads})
    first, second = live_v2.get_task(task_id=task_id)["threads"]
    (turn,) = first["turns"]
    assert [message["role"] for message in turn["messages"]] == ["user", "assistant"]
    assert [message["source_id"] for message in turn["messages"]] == ["user", "assistant"]
    assert [item["annotations"] for item in (first, turn, *turn["messages"])] == [[]] * 4
    assert first["id"] != second["id"] == "mine"
    assert live_v2.get_annotation(annotation_id="a")["key"] == "k"
    with pytest.raises(ValueError, match="completed"):
        live_sandbox.complete_task(task_id, {})


@pytest.mark.parametrize("nothing", [{}, None])
def test_v2_empty_response_is_replaced_by_the_canned_one(live_sandbox, live_v2, nothing):
    task_id = live_v2.create_chat_task(project_name="p")["task_id"]
    live_sandbox.complete_task(task_id, nothing)
    assert annotations(live_v2.get_task(task_id=task_id)["threads"])


@pytest.mark.parametrize(
    "threads", ["x", [1], [{"turns": {}}], [{"turns": [{"messages": ["Hi"]}]}], None]
)
def test_v2_invalid_threads_are_rejected_and_change_nothing(live_sandbox, live_v2, threads):
    task_id = live_v2.create_chat_task(project_name="p")["task_id"]
    with pytest.raises(ValueError, match="must be a list of objects"):
        live_sandbox.complete_task(task_id, {"threads": threads})
    assert live_v2.get_task(task_id=task_id)["status"] == "pending"


def test_v2_unusual_annotations_are_returned_as_given(live_sandbox, live_v2):
    task_id = live_v2.create_chat_task(project_name="p")["task_id"]
    odd = [{"key": "k", "value": 1}, {"id": "x", "key": "k", "type": "new", "value": None}, 7]
    live_sandbox.complete_task(task_id, {"threads": [{"annotations": odd}]})
    # Not by V2's own calls: this is no response that fits the document.
    response = live_v2.send("GET", "/v2/task", params={"task_id": task_id})
    assert response.json()["threads"][0]["annotations"] == odd


def test_v2_annotation_is_found_by_its_id_with_all_detail(v2):
    task_id = v2.create_chat_task(project_name="p")["task_id"]
    v2.create_chat_task(project_name="p")
    whole = annotations(v2.get_task(task_id=task_id, opts="annotation_details")["threads"])
    ids = [item["id"] for item in whole]
    assert len(set(ids)) == len(ids)
    assert [v2.get_annotation(annotation_id=name) for name in ids] == whole
    assert v2.status("get_annotation", annotation_id="none") == 404
    assert v2.status("get_annotation") == 400


def test_v2_tags_and_annotations_are_separate(http, v2):
    task = v2.create_chat_task(project_name="p")
    (annotation, *_) = annotations(task["threads"])
    http.post(f"/task/{task['task_id']}/tags", json=["night"])
    assert http.ids(tags="night") == [task["task_id"]]
    assert http.ids(tags=annotation["id"]) == []
    assert v2.status("get_annotation", annotation_id="night") == 404
    assert v2.get_annotation(annotation_id=annotation["id"])


def test_v2_task_callback_is_as_in_v1(live_sandbox, live_v2):
    task_id = live_v2.create_chat_task(project_name="p", callback_url="ops@example.org")["task_id"]
    live_sandbox.complete_task(task_id, {})
    (callback,) = live_sandbox.callbacks
    assert (callback.url, callback.body["task_id"]) == ("ops@example.org", task_id)
    assert callback.body["response"]["threads"]
    assert not [key for key in callback.body["task"] if key.startswith("_")]


def test_v2_task_metadata_is_replaced_or_merged_deeply(v2):
    old = {"a": {"x": 1, "y": {"z": 1}}, "b": [1, 2], "c": 3}
    new = {"a": {"x": 2, "y": {"w": 4}}, "b": [3], "c": {"d": 5}}
    task_id = v2.create_chat_task(project_name="p", metadata=old)["task_id"]
    merged = {"a": {"x": 2, "y": {"z": 1, "w": 4}}, "b": [3], "c": {"d": 5}}
    answers = [v2.set_task_metadata(task_id=task_id, metadata=new, merge=True)]
    answers.append(v2.get_task(task_id=task_id))
    assert [response["metadata"] for response in answers] == [merged] * 2
    for more in ({}, {"merge": False}, {"merge": None}):
        assert v2.set_task_metadata(task_id=task_id, metadata=new, **more)["metadata"] == new
    assert v2.set_task_metadata(task_id=task_id, metadata={})["metadata"] == {}


@pytest.mark.parametrize(
    "body, status",
    [
        ({"metadata": {}}, 400),
        ({"task_id": "none", "metadata": {}}, 404),
        ({"task_id": ""}, 400),
        ({"task_id": "the task"}, 400),
        ({"task_id": "the task", "metadata": None}, 400),
        ({"task_id": "the task", "metadata": "x"}, 400),
        ({"task_id": "the task", "metadata": {}, "merge": "yes"}, 400),
    ],
)
def test_v2_set_task_metadata_invalid_is_rejected(v2, body, status):
    task_id = v2.create_chat_task(project_name="p")["task_id"]
    if body.get("task_id") == "the task":
        body = {**body, "task_id": task_id}
    assert v2.status("set_task_metadata", **body) == status


def test_v2_expand_replaces_ids_by_objects(http, v2):
    http.make_batch()
    project, batch = v2.get_project(project_name="p"), v2.get_batch(batch_name="b")
    task_id = v2.create_chat_task(project_name="p", batch_name="b")["task_id"]

    def shown(expand):
        task = v2.get_task(task_id=task_id, expand=expand)
        assert v2.get_tasks(batch_name="b", expand=expand)["tasks"] == [task]
        return task["project"], task["batch"]

    assert shown([]) == (project["id"], batch["id"])
    assert shown(["project"]) == (project, batch["id"])
    assert shown(["batch"]) == (project["id"], batch)
    assert shown(["project", "batch"]) == (project, {**batch, "project": project})
