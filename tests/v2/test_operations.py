"""The v2 operations: the request that each sends, and its result."""

import copy
import datetime as dt
import inspect
import json
import logging
import pathlib
import pickle
import traceback
from typing import NamedTuple

import pytest
import requests

import scaleapi
from scaleapi.api_client import v2
from scaleapi.api_client.v2 import exceptions

DOCUMENT = json.loads(pathlib.Path(__file__).parents[1].joinpath("data/v2.json").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
TASK = {"task_id": "t", "project": "p", "status": "completed", "created_at": "2026-03-04T10:15:00Z"}
BATCH = {"id": "b", "name": "n", "project": "p", "status": "staging", "metadata": {}}
CHANGED = {"batch": BATCH, "message": "soon"}
PROJECT = {"id": "p", "name": "n", "created_at": "2026-03-04T10:15:00Z"}
NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))
NOON_SENT = "2026-03-04T12%3A00%3A00.000000%2B0100"
NAIVE = dt.datetime(2026, 3, 4, 12, 0, 0, 5)
NAIVE_SENT = "2026-03-04T12%3A00%3A00.000005"


class Row(NamedTuple):
    name: str
    call: object
    query: str
    answer: object
    body: object = None

    @property
    def kind(self):
        return type(self.answer)


PAGE = {"limit": 7, "next_token": "a/b +c"}
PAGE_SENT = "limit=7&next_token=a/b%20%2Bc"
ROWS = [
    Row(
        "get_task",
        lambda v: v.get_task(
            "t/1 é", ["project", v2.ExpandableEnumTask.BATCH], [v2.Option.SUBMISSIONS]
        ),
        "task_id=t/1%20%C3%A9&expand=project&expand=batch&opts=submissions",
        v2.Task.view(TASK),
    ),
    Row(
        "create_chat_task",
        lambda v: v.create_chat_task(project_name="p", template_variables={"a": [1]}),
        "",
        v2.Task.view(TASK),
        {"project_name": "p", "template_variables": {"a": [1]}},
    ),
    Row(
        "get_tasks",
        lambda v: v.get_tasks(
            "p",
            "n",
            "b",
            "m",
            v2.TaskStatus.COMPLETED,
            NOON,
            NAIVE,
            **PAGE,
            expand=["batch"],
            opts=[],
        ),
        "project_id=p&project_name=n&batch_id=b&batch_name=m&status=completed"
        f"&completed_after={NOON_SENT}&completed_before={NAIVE_SENT}&{PAGE_SENT}&expand=batch",
        v2.GetTasksResponse.view({"tasks": [TASK], "next_token": "x"}),
    ),
    Row(
        "set_task_metadata",
        lambda v: v.set_task_metadata(task_id="t", metadata={"a": None}, merge=True),
        "",
        v2.Task.view(TASK),
        {"task_id": "t", "metadata": {"a": None}, "merge": True},
    ),
    Row(
        "get_batch",
        lambda v: v.get_batch("b", "n", "project"),
        "batch_id=b&batch_name=n&expand=project",
        v2.Batch.view(BATCH),
    ),
    Row(
        "create_batch",
        lambda v: v.create_batch(name="n", project="p", staging_batch=True),
        "",
        v2.Batch.view(BATCH),
        {"name": "n", "project_id": "p", "staging_batch": True},
    ),
    Row(
        "get_batches",
        lambda v: v.get_batches(
            "p",
            status="brand_new",
            created_after="2026-01-01",
            created_before=dt.date(2026, 1, 2),
            **PAGE,
        ),
        "project_id=p&status=brand_new&created_after=2026-01-01T00%3A00%3A00.000000"
        f"&created_before=2026-01-02T00%3A00%3A00.000000&{PAGE_SENT}",
        v2.GetBatchesResponse.view({"batches": [BATCH]}),
    ),
    Row(
        "finalize_batch",
        lambda v: v.finalize_batch("b"),
        "",
        v2.Batch.view(BATCH),
        {"batch_id": "b"},
    ),
    Row(
        "pause_batch",
        lambda v: v.pause_batch(batch_name="n"),
        "",
        v2.PauseBatch200Response.view(CHANGED),
        {"batch_name": "n"},
    ),
    Row(
        "resume_batch",
        lambda v: v.resume_batch({"batch_id": "b"}),
        "",
        v2.ResumeBatch200Response.view(CHANGED),
        {"batch_id": "b"},
    ),
    Row(
        "cancel_batch",
        lambda v: v.cancel_batch(batch_operation_request=v2.BatchOperationRequest(batch_id="b")),
        "",
        v2.CancelBatch200Response.view(CHANGED),
        {"batch_id": "b"},
    ),
    Row(
        "set_batch_metadata",
        lambda v: v.set_batch_metadata(
            v2.SetBatchMetadataRequest(batch_id="b", metadata={}, merge=True)
        ),
        "",
        v2.Batch.view(BATCH),
        {"batch_id": "b", "metadata": {}, "merge": True},
    ),
    Row(
        "get_project",
        lambda v: v.get_project(project_name="n"),
        "project_name=n",
        v2.Project.view(PROJECT),
    ),
    Row(
        "get_projects",
        lambda v: v.get_projects(NOON),
        f"created_after={NOON_SENT}",
        v2.GetProjectsResponse.view({"projects": [PROJECT]}),
    ),
    Row(
        "get_deliveries",
        lambda v: v.get_deliveries("p", delivered_before=NOON, expand=["project"]),
        f"project_id=p&delivered_before={NOON_SENT}&expand=project",
        v2.GetDeliveriesResponse.view({"deliveries": []}),
    ),
    Row(
        "get_delivery",
        lambda v: v.get_delivery("d", **PAGE, expand=["delivery"], opts=["model_parameters"]),
        f"delivery_id=d&{PAGE_SENT}&expand=delivery&opts=model_parameters",
        v2.GetDeliveredTasksResponse.view({"tasks": [TASK], "delivery": "d"}),
    ),
    Row(
        "get_delivery_tasks",
        lambda v: v.get_delivery_tasks(project_id="p", status=scaleapi.TaskStatus.Canceled, **PAGE),
        f"project_id=p&status=canceled&{PAGE_SENT}",
        v2.GetDeliveryTasksResponse.view({"docs": [{"task_id": "t"}], "total": 1}),
    ),
    Row(
        "get_annotation",
        lambda v: v.get_annotation("a"),
        "annotation_id=a",
        v2.AnnotationText.view({"id": "a", "key": "k", "type": "text", "value": "v"}),
    ),
    Row(
        "get_schema",
        lambda v: v.get_schema("s"),
        "schema_id=s",
        v2.GetSchemaResponse.view({"schema": {"id": "s", "json": "{}"}}),
    ),
    Row(
        "get_datasets",
        lambda v: v.get_datasets(),
        "",
        v2.GetDatasetsResponse.view({"datasets": []}),
    ),
    Row(
        "get_dataset_deliveries",
        lambda v: v.get_dataset_deliveries("d", expand=["dataset"]),
        "dataset_id=d&expand=dataset",
        v2.GetDatasetDeliveriesResponse.view({"deliveries": []}),
    ),
    Row(
        "get_dataset_delivery",
        lambda v: v.get_dataset_delivery("d", **PAGE, expand=["delivery"]),
        f"delivery_id=d&{PAGE_SENT}&expand=delivery",
        v2.GetDatasetDeliveryResponse.view({"tasks": []}),
    ),
    Row(
        "get_dataset_task",
        lambda v: v.get_dataset_task("t", ["dataset"]),
        "task_id=t&expand=dataset",
        v2.DatasetTask.view({"task_id": "t"}),
    ),
    Row(
        "get_dataset_tasks",
        lambda v: v.get_dataset_tasks(delivery_id="d", **PAGE),
        f"delivery_id=d&{PAGE_SENT}",
        v2.GetDatasetTasksResponse.view({"tasks": []}),
    ),
]


@pytest.fixture
def api(client):
    return client.v2


def test_operations_table_has_every_operation_of_the_document():
    assert {row.name for row in ROWS} | {"get_dataset_task_response_url"} == set(OPERATIONS)


@pytest.mark.smoke
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_operation_sends_its_request_and_returns_its_result(row, api, wire):
    wire.returns(row.answer.as_dict())
    given = row.call(api)
    assert type(given) is row.kind and given == row.answer
    method, path, _ = OPERATIONS[row.name]
    query = f"?{row.query}" if row.query else ""
    assert (wire.last.method, wire.last.url) == (method, f"https://api.scale.com{path}{query}")
    assert wire.last.headers["Authorization"] == "Bearer test_key"
    assert wire.last.headers["Accept"] == "application/json"
    assert wire.last.headers["User-Agent"] == api.api_client.user_agent
    if method == "POST":
        assert json.loads(wire.last.body) == row.body
        assert wire.last.headers["Content-Type"] == "application/json"
    else:
        assert wire.last.body is None and "Content-Type" not in wire.last.headers


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_parameters_are_those_of_the_document_in_order(name, api):
    _, _, operation = OPERATIONS[name]
    snake = {"taskId": "task_id", "attachmentId": "attachment_id"}
    published = [snake.get(each["name"], each["name"]) for each in operation.get("parameters", ())]
    for form in ("", "_with_http_info", "_without_preload_content"):
        ours = inspect.signature(getattr(api, name + form)).parameters
        names = [each for each, kind in ours.items() if kind.kind is kind.POSITIONAL_OR_KEYWORD]
        if "requestBody" in operation:
            (published,) = [names[0]]
            assert published.endswith("_request")
            break
        assert names == published


def test_operation_three_variants_send_one_request(api, wire):
    wire.returns(TASK)
    info = api.get_task_with_http_info("t")
    assert (info.status_code, info.data, json.loads(info.raw_data)) == (
        200,
        api.get_task("t"),
        TASK,
    )
    assert info.headers["Content-Type"] == "application/json"
    raw = api.get_task_without_preload_content("t")
    assert raw.status == 200 and json.loads(raw.data) == raw.json() == TASK
    assert raw.data == raw.read()
    assert len({sent.url for sent in wire.sent}) == 1
    assert api.get_task_with_http_info.__name__ == "get_task_with_http_info"


def test_operation_without_preload_content_returns_any_response(api, wire):
    wire.returns((404, {"error": "none"}))
    raw = api.get_task_without_preload_content("t")
    assert raw.status == 404 and json.loads(raw.read()) == {"error": "none"}


@pytest.mark.parametrize("form", ["", "_with_http_info", "_without_preload_content"])
def test_traceback_of_a_failing_call_shows_the_method_that_builds_the_request(form, api, wire):
    wire.returns(requests.ConnectionError("no network"))
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        getattr(api, f"get_task{form}")("t")
    frames = traceback.extract_tb(caught.value.__traceback__)
    (frame,) = [each for each in frames if each.name == "get_task"]
    source, first = inspect.getsourcelines(v2.V2Api.get_task)
    assert frame.filename == inspect.getsourcefile(v2.V2Api)
    assert first <= frame.lineno < first + len(source)


@pytest.mark.parametrize("name", OPERATIONS)
def test_source_of_an_operation_shows_its_request(name):
    method, path, _ = OPERATIONS[name]
    source = inspect.getsource(getattr(v2.V2Api, name))
    body = source[source.rindex('"""') :]
    assert f"def {name}(" in source and f'"{method}"' in body
    assert path.partition("{")[0] in body


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda v: v.get_tasks("p", limit=0), "limit must be from 1 to 100, got 0"),
        (lambda v: v.get_tasks("p", limit=101), "limit must be from 1 to 100, got 101"),
        (lambda v: v.get_tasks("p", limit="5"), "limit must be a whole number, got '5'"),
        (lambda v: v.get_tasks("p", limit=True), "limit must be a whole number"),
        (lambda v: v.get_tasks("p", expand=["owner"]), "expand must be one of project, batch"),
        (lambda v: v.get_tasks("p", expand=5), "expand must be a list of ExpandableEnumTask"),
        (lambda v: v.get_tasks("p", opts=["all"]), "opts must be one of annotation_details"),
        (lambda v: v.get_tasks(5), "project_id must be a string"),
        (lambda v: v.get_tasks(""), "project_id must be a non-empty string"),
        (lambda v: v.get_tasks("p", status=5), "status must be a TaskStatus"),
        (lambda v: v.get_tasks("p", completed_after=5), "completed_after must be a datetime"),
        (lambda v: v.get_tasks("p", unknown=5), "get_tasks.. got an unexpected argument 'unknown'"),
        (lambda v: v.get_task(), "get_task.. missing .* 'task_id'"),
        (lambda v: v.get_task(None), "task_id must be a string, got None"),
        (lambda v: v.get_dataset_task_response_url(None, "a"), "task_id must be a string"),
        (lambda v: v.get_tasks("\ud800"), "project_id must be a string of whole characters"),
        (lambda v: v.get_tasks("p", completed_after="soon"), "completed_after must be an ISO"),
        (lambda v: v.get_task("t", _host_index=1), "_host_index must be 0"),
        (lambda v: v.get_task("t", _request_timeout=0), "_request_timeout must be"),
        (lambda v: v.get_task("t", _headers={"A": None}), "the header 'A' must be"),
        (lambda v: v.get_task("t", _headers={"A": "b\r\nC: d"}), "the header 'A' must be"),
        (
            lambda v: v.get_task("t", _request_auth={"in": "zzz"}),
            "_request_auth.* must be header",
        ),
        (lambda v: v.create_batch(nam="n"), "create_batch.. got an unexpected argument 'nam'"),
        (lambda v: v.create_batch({"nam": "n"}), "nam"),
        (lambda v: v.create_batch(), "name"),
        (lambda v: v.create_batch({"name": "n"}, name="m"), "can't be given together"),
        (lambda v: v.create_batch(["n"]), "create_batch_request must be a CreateBatchRequest"),
        (lambda v: v.set_task_metadata(task_id="t"), "metadata"),
    ],
)
def test_operation_invalid_argument_raises_before_sending(call, message, api, wire):
    with pytest.raises(ValueError, match=message) as caught:
        call(api)
    assert isinstance(caught.value, scaleapi.ScaleInvalidArgument)
    assert isinstance(caught.value, exceptions.OpenApiException)
    assert wire.sent == []


KINDS = {
    400: (exceptions.BadRequestException, scaleapi.ScaleInvalidRequest),
    401: (exceptions.UnauthorizedException, scaleapi.ScaleUnauthorized),
    402: (exceptions.ApiException, scaleapi.ScaleNotEnabled),
    403: (exceptions.ForbiddenException, scaleapi.ScaleException),
    404: (exceptions.NotFoundException, scaleapi.ScaleResourceNotFound),
    409: (exceptions.ConflictException, scaleapi.ScaleDuplicateResource),
    418: (exceptions.ApiException, scaleapi.ScaleException),
    422: (exceptions.UnprocessableEntityException, scaleapi.ScaleException),
    429: (exceptions.ApiException, scaleapi.ScaleTooManyRequests),
    500: (exceptions.ServiceException, scaleapi.ScaleInternalError),
    503: (exceptions.ServiceException, scaleapi.ScaleServiceUnavailable),
    504: (exceptions.ServiceException, scaleapi.ScaleTimeoutError),
    521: (exceptions.ServiceException, scaleapi.ScaleException),
}


@pytest.mark.parametrize("status", KINDS)
def test_http_error_is_in_both_exception_trees(status, api, wire):
    wire.returns((status, {"status_code": status, "error": "because"}))
    with pytest.raises(scaleapi.ScaleException) as caught:
        api.get_task("t")
    error = caught.value
    for kind in KINDS[status]:
        assert isinstance(error, kind)
    # A published class as it is, or a subclass that joins just these two.
    assert type(error) is KINDS[status][0] or type(error).__bases__ == KINDS[status]
    assert getattr(exceptions, type(error).__name__) is type(error)
    assert error.code == error.status == status
    assert (error.message, error.method, len(error.attempts)) == ("because", "GET", 1)
    assert json.loads(error.body) == {"status_code": status, "error": "because"}
    assert str(error).startswith(f"({status})\nReason: ")
    assert (error.data is not None) is (status == 500)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error) and str(twin) == str(error)
        assert (twin.status, twin.body) == (status, error.body)


def test_error_str_is_as_published():
    error = exceptions.ApiException(status=404, reason="Not Found", body="text")
    assert str(error) == "(404)\nReason: Not Found\nHTTP response body: text\n"
    error.headers = {"a": "b"}
    assert str(error) == (
        "(404)\nReason: Not Found\nHTTP response headers: {'a': 'b'}\nHTTP response body: text\n"
    )


def test_error_from_a_response_has_its_fields(api, wire):
    wire.returns((404, b"g\xffne"))
    raw = api.get_task_without_preload_content("t")
    raw.read()
    error = exceptions.ApiException(http_resp=raw)
    assert (error.status, error.code, error.reason) == (404, 404, raw.reason)
    assert error.body == "g\ufffdne" and error.headers is raw.getheaders() is raw.headers
    given = exceptions.ApiException(400, "why", raw, body="b")
    assert (given.status, given.reason, given.body) == (400, "why", "b")


def test_declared_error_models_are_parsed(api, wire):
    wire.returns((404, {"status_code": 404, "error": "no"}))
    with pytest.raises(exceptions.NotFoundException) as caught:
        api.get_schema("s")
    assert type(caught.value.data) is v2.GetSchema404Response
    assert caught.value.data.error == "no"
    with pytest.raises(exceptions.NotFoundException) as caught:
        api.get_task("t")
    assert caught.value.data is None


@pytest.mark.parametrize("body", [b"<html>", b"", [], None, "text"])
def test_success_not_an_object_raises_an_error_of_both_trees(body, api, wire):
    wire.returns(body)
    with pytest.raises(exceptions.ApiException) as caught:
        api.get_task("t")
    assert caught.value.status == 200 and "Expected a JSON object" in caught.value.message


def test_call_may_have_its_own_timeout_headers_type_and_credentials(api, wire):
    wire.returns(TASK)
    api.get_task("t", _request_timeout=(1, 2), _headers={"X-One": "1", "Accept": "text/plain"})
    assert wire.options["timeout"] == (1, 2)
    assert (wire.last.headers["X-One"], wire.last.headers["Accept"]) == ("1", "text/plain")
    api.get_task("t", _request_timeout=[4, 5])
    assert wire.options["timeout"] == (4, 5)
    api.get_task("t", _headers={"User-Agent": "other"})
    assert wire.last.headers["User-Agent"] == api.api_client.user_agent != "other"
    api.get_task("t", _request_timeout=3)
    assert wire.options["timeout"] == 3
    api.finalize_batch("b", _content_type="application/merge-patch+json")
    assert wire.last.headers["Content-Type"] == "application/merge-patch+json"
    own = {"type": "api_key", "in": "header", "key": "X-Key", "value": "test_other"}
    api.get_task("t", _request_auth=own)
    assert wire.last.headers["X-Key"] == "test_other"
    assert "Authorization" not in wire.last.headers
    api.get_task("t", _request_auth={**own, "in": "query"})
    assert wire.last.url.endswith("?task_id=t&X-Key=test_other")
    api.get_task("t", _request_auth={**own, "in": "cookie"})
    assert wire.last.headers["Cookie"] == "test_other"
    api.get_task("t")
    assert wire.last.headers["Authorization"] == "Bearer test_key"


def test_api_client_settings_apply_from_the_next_call(api, wire):
    wire.returns(TASK)
    settings = api.api_client.configuration
    assert (settings.host, settings.access_token) == ("https://api.scale.com", "test_key")
    settings.host, settings.access_token = "https://eu.example.org/", "test_other"
    api.api_client.default_headers["X-All"] = "1"
    api.api_client.set_default_header("X-More", "2")
    api.api_client.user_agent = "mine"
    api.get_task("t", _headers={"User-Agent": "not mine"})
    assert wire.last.url == "https://eu.example.org/v2/task?task_id=t"
    headers = wire.last.headers
    assert headers["Authorization"] == "Bearer test_other"
    assert (headers["X-All"], headers["X-More"], headers["User-Agent"]) == ("1", "2", "mine")


def test_operations_follow_the_settings_of_the_client(client, wire):
    wire.returns(TASK)
    client.api.api_key = "test_changed"
    client.with_options(timeout=3).v2.get_task("t")
    assert wire.options["timeout"] == 3
    assert wire.last.headers["Authorization"] == "Bearer test_changed"
    client.api.base_api_url = "https://eu.example.org/sub/v1"
    client.v2.get_task("t")
    assert wire.last.url == "https://eu.example.org/sub/v2/task?task_id=t"
    assert client.v2 is client.v2 and client.with_options().v2 is not client.v2
    assert pickle.loads(pickle.dumps(client)).v2.api_client.configuration.host


def test_v1_is_unaffected_by_v2(client, wire):
    wire.returns({"task_id": "t"})
    client.v2.get_task("t")
    client.get_task("t")
    assert wire.last.url == "https://api.scale.com/v1/task/t"
    assert wire.last.headers["Authorization"].startswith("Basic ")


def test_api_client_made_by_hand_has_its_own_transport():
    settings = v2.Configuration(host="https://eu.example.org", access_token="test_key", retries=1)
    settings.verify_ssl = False
    settings.proxy = "http://127.0.0.1:9"
    settings.cert_file, settings.key_file = "c.pem", "k.pem"
    api = scaleapi.V2Api(scaleapi.ApiClient(settings)).api_client.transport
    assert (api.root_url, api.api_key, api.verify) == ("https://eu.example.org", "test_key", False)
    assert (api.proxies, api.cert) == ({"all": "http://127.0.0.1:9"}, ("c.pem", "k.pem"))
    assert api.retries.total == 1
    assert "test_key" not in f"{settings!r}{scaleapi.ApiClient(settings)!r}{scaleapi.V2Api()!r}"


def pages(*tokens):
    return [{"tasks": [TASK], **token} for token in tokens]


@pytest.mark.parametrize("last", [{}, {"next_token": None}, {"next_token": ""}])
def test_generator_fetches_all_pages_and_no_more(last, client, wire):
    wire.returns(*pages({"next_token": "a"}, {"next_token": "b"}, last))
    tasks = client.v2_get_tasks(project_id="p", limit=1, status=scaleapi.TaskStatus.Completed)
    assert wire.sent == []
    assert [task.task_id for task in tasks] == ["t"] * 3
    assert [sent.url.partition("limit=1")[2] for sent in wire.sent] == [
        "", "&next_token=a", "&next_token=b",
    ]  # fmt: skip
    assert list(tasks) == []


def test_generator_repeated_token_raises(client, wire):
    wire.returns(*pages({"next_token": "a"}))
    tasks = client.v2_get_tasks("p")
    assert [next(tasks).task_id for _ in range(2)] == ["t", "t"]
    with pytest.raises(scaleapi.ScaleException, match="Pagination loop"):
        next(tasks)


GENERATORS = {
    "v2_get_tasks": ("tasks", {"project_id": "p"}),
    "v2_get_batches": ("batches", {"project_id": "p"}),
    "v2_get_delivery": ("tasks", {"delivery_id": "d"}),
    "v2_get_delivery_tasks": ("docs", {"project_id": "p"}),
    "v2_get_dataset_delivery": ("tasks", {"delivery_id": "d"}),
    "v2_get_dataset_tasks": ("tasks", {"dataset_id": "d"}),
}


def test_generator_exists_for_each_paged_operation(api):
    paged = {
        f"v2_{name}"
        for name in OPERATIONS
        if "next_token" in inspect.signature(getattr(api, name)).parameters
    }
    assert paged == set(GENERATORS)


@pytest.mark.parametrize("name", GENERATORS)
def test_generator_takes_the_arguments_of_its_operation(name, client, wire):
    key, query = GENERATORS[name]
    operation = getattr(client.v2, name[3:])
    theirs = [
        each
        for each in inspect.signature(operation).parameters
        if each not in ("next_token", "options")
    ]
    assert list(inspect.signature(getattr(client, name)).parameters) == theirs
    wire.returns({key: [{"task_id": "1"}, {"task_id": "2"}], "next_token": "x"}, {key: None})
    assert len(list(getattr(client, name)(**query))) == 2
    assert wire.last.url.endswith("next_token=x")


def test_with_options_keeps_the_settings_of_v2(client, wire):
    wire.returns(TASK)
    api_client = client.v2.api_client
    api_client.configuration.host = "https://eu.example.org"
    api_client.configuration.access_token = "test_other"
    api_client.set_default_header("X-All", "1")
    client.with_options(timeout=3).v2.get_task("t")
    assert wire.last.url.startswith("https://eu.example.org/v2/")
    assert wire.last.headers["Authorization"] == "Bearer test_other"
    assert wire.last.headers["X-All"] == "1" and wire.options["timeout"] == 3


def test_connection_settings_may_be_set_for_v2_alone(client):
    settings = client.v2.api_client.configuration
    settings.verify_ssl, settings.proxy, settings.retries = False, "http://127.0.0.1:9", 0
    settings.cert_file = "c.pem"
    api = client.v2.api_client.transport
    assert (api.verify, api.cert, api.retries.total) == (False, "c.pem", 0)
    assert api.proxies == {"all": "http://127.0.0.1:9"}
    assert (client.api.verify, client.api.proxies) == (None, None)
    settings.verify_ssl, settings.ssl_ca_cert = True, "ca.pem"
    assert client.v2.api_client.transport.verify == "ca.pem"


def test_authorization_header_of_the_caller_replaces_the_key(wire, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", "test_of_the_environment")
    wire.returns(TASK)
    settings = v2.Configuration(host="https://eu.example.org")
    with v2.ApiClient(settings, "Authorization", "Bearer mine", cookie="a=b") as own:
        own.transport.session.mount("https://", wire)
        v2.V2Api(own).get_task("t")
    assert wire.last.headers["Authorization"] == "Bearer mine"
    assert wire.last.headers["Cookie"] == "a=b"
    monkeypatch.delenv("SCALE_API_KEY")
    with pytest.raises(scaleapi.ScaleException, match="valid API key"):
        v2.V2Api(v2.ApiClient(settings)).get_task("t")


def test_argument_errors_take_the_published_arguments():
    error = exceptions.ApiTypeError("odd", ["a", 0], valid_classes=(int,), key_type=True)
    assert error.message == "odd at ['a'][0]"
    assert (error.path_to_item, error.valid_classes, error.key_type) == (["a", 0], (int,), True)
    for kind in (exceptions.ApiValueError, exceptions.ApiKeyError, exceptions.ApiAttributeError):
        assert "odd at ['a']" in str(kind("odd", ["a"]))


def test_declared_error_str_is_as_published(api, wire):
    wire.returns((500, {"status_code": 500, "error": "boom"}))
    with pytest.raises(exceptions.ServiceException) as caught:
        api.get_task("t")
    assert str(caught.value).endswith("HTTP response body: status_code=500 error='boom'\n")


def test_default_configuration_is_used_without_one(monkeypatch):
    monkeypatch.setattr(v2.Configuration, "_default", None)
    v2.Configuration.set_default(v2.Configuration(host="https://eu.example.org"))
    assert v2.ApiClient().configuration.host == "https://eu.example.org"
    assert v2.Configuration.get_default_copy() is not v2.Configuration.get_default()


def test_default_api_client_is_used_without_one(monkeypatch):
    monkeypatch.setattr(v2.ApiClient, "_default", None)
    first = v2.V2Api().api_client
    assert v2.V2Api().api_client is first is v2.ApiClient.get_default()
    other = v2.ApiClient(v2.Configuration(host="https://eu.example.org"))
    v2.ApiClient.set_default(other)
    assert v2.V2Api().api_client is other


def test_debug_sets_the_level_of_the_logger():
    logger = logging.getLogger("scaleapi")
    try:
        assert v2.Configuration(debug=True).debug and logger.level == logging.DEBUG
        settings = v2.Configuration()
        assert settings.debug  # said by none, it stays as it is
        settings.debug = False
        assert not settings.debug and logger.level == logging.NOTSET
    finally:
        logger.setLevel(logging.NOTSET)


def test_api_response_is_printable(api, wire):
    wire.returns({"task_id": "t"})
    shown = repr(api.get_task_with_http_info("t"))
    assert shown == "ApiResponse(status_code=200, data=Task(task_id='t'))"


@pytest.mark.parametrize("module", [scaleapi, scaleapi.api_client, v2])
def test_unknown_name_raises_attribute_error(module):
    for name in ("nothing", "__nothing__"):
        with pytest.raises(AttributeError, match=f"{module.__name__}.* has no attribute '{name}'"):
            getattr(module, name)
