"""A local mirror of tasks: equal to a fresh export, at the cost of what changed."""

import datetime as dt
import gzip
import json
import os

import pytest

import scaleapi
from scaleapi import ScaleException, ScaleInvalidArgument

parquet = pytest.importorskip("pyarrow.parquet")

START = dt.datetime(2026, 3, 1, tzinfo=dt.timezone.utc)


def stamp(**since_start):
    time = START + dt.timedelta(**since_start)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def client(service, listing_client):
    for number in range(300):
        service.put(number, created_at=stamp(minutes=number))
    return listing_client


@pytest.fixture(params=["tasks.jsonl", "tasks.jsonl.gz", "tasks.parquet"])
def path(request, tmp_path):
    return tmp_path / request.param


@pytest.fixture
def sync(client, service, path):
    """Calls `sync_tasks`, an hour after the call before."""

    def sync(**options):
        service.now += dt.timedelta(hours=1)
        service.queries.clear()
        return client.sync_tasks(path, **{"project_name": "p", **options})

    return sync


def json_lines(path):
    folder = path.with_name(f"{path.name}.sync")
    return folder / "tasks.jsonl.gz" if path.suffix == ".parquet" else path


def lines(path):
    """The tasks of a mirror; a Parquet file must have those of the JSON lines in its folder."""
    if path.suffix == ".parquet":
        rows = parquet.read_table(path).to_pylist()
        path = json_lines(path)
        assert rows == scaleapi.to_arrow(path).to_pylist()
    with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
        return file.read().splitlines()


def change(service, *numbers, **fields):
    """Change tasks now."""
    now = service.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for number in numbers:
        service.put(number, updated_at=now, **fields)


def test_sync_first_call_exports_all(sync, service, path):
    report = sync()
    assert lines(path) == service.lines()
    assert (report.path, report.tasks, report.added, report.full) == (path, 300, 300, True)
    assert report.reason == "there is no mirror yet"
    made = ["parquet.json", "tasks.jsonl.gz"] if path.suffix == ".parquet" else []
    assert {file.name for file in path.with_name(f"{path.name}.sync").iterdir()} == {
        "lock", "state.json", *made,
    }  # fmt: skip


def test_sync_with_nothing_new_costs_three_requests(sync, service, path):
    sync()
    before = os.stat(path).st_mtime_ns
    report = sync()
    assert report.requests == len(service.queries) == 3
    assert (report.unchanged, report.added, report.changed, report.full) == (300, 0, 0, False)
    assert os.stat(path).st_mtime_ns == before and report.cursor == service.now


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("lag", [0, 60, 7200])
def test_sync_merges_what_changed(inclusive, lag, sync, service, path):
    service.inclusive = inclusive
    lag = dt.timedelta(seconds=lag)
    sync(lag=lag)
    change(service, 5, 299, status="completed")
    change(service, 6, tags=["a"])
    change(service, 7, 8, status="canceled")
    for number in (301, 302, 303):
        service.put(number, created_at=stamp(minutes=400), updated_at=stamp(days=9, minutes=70))
    service.put(304, created_at=stamp(minutes=10, seconds=1), updated_at=stamp(days=9, minutes=70))
    service.put(305, created_at=stamp(minutes=10), updated_at=stamp(days=9, minutes=70))  # a tie
    report = sync(lag=lag)
    assert lines(path) == service.lines()
    assert (report.added, report.changed, report.removed, report.unchanged) == (5, 5, 0, 295)
    assert (report.tasks, report.full, report.reason) == (305, False, "")
    assert report.requests <= 6
    again = sync(lag=lag)
    assert (again.changed, again.added, again.unchanged) == (0, 0, 305)


@pytest.mark.parametrize("inclusive", [True, False])
def test_sync_change_at_the_time_of_the_last_call_is_read(inclusive, sync, service, path):
    service.inclusive = inclusive
    sync(lag=dt.timedelta(0))
    change(service, 5, tags=["a"])  # in the same second, after its page was read
    assert sync(lag=dt.timedelta(0)).changed == 1 and lines(path) == service.lines()


def test_sync_change_during_the_call_is_read_by_the_next(sync, service, path):
    sync()

    def complete(query):
        if "status" in query:  # after the changes were listed
            service.before_reply = lambda query: None
            service.now += dt.timedelta(seconds=1)
            change(service, 9, status="completed")

    service.before_reply = complete
    report = sync()
    assert (report.full, report.changed) == (False, 0)
    assert sync().changed == 1 and lines(path) == service.lines()


@pytest.mark.parametrize("fields", [{"status": "completed"}, None], ids=["status", "deleted"])
def test_sync_change_without_updated_at_is_found_by_the_counts(fields, sync, service, path, caplog):
    sync()
    if fields:
        service.put(5, **fields)
    else:
        del service.tasks[f"{5:024x}"]
    report = sync()
    assert (
        report.full and "fewer than the mirror" in report.reason and lines(path) == service.lines()
    )
    assert (report.changed, report.removed) == ((1, 0) if fields else (0, 1))
    assert "reading all tasks, since the service counts" in caplog.text
    assert not sync().full


def test_sync_task_that_appears_without_updated_at_is_found(sync, service, path):
    sync()
    service.put(400, created_at=stamp(minutes=3))
    report = sync()
    assert report.full and "counts 301 of all tasks, the mirror 300" in report.reason
    assert report.added == 1 and lines(path) == service.lines()


def test_sync_full_reads_all(sync, service, path):
    sync()
    service.put(5, tags=["x"])  # nothing shows it
    assert sync().changed == 0
    report = sync(full=True)
    assert (
        report.changed == 1 and report.reason == "full is True" and lines(path) == service.lines()
    )


def test_sync_many_changes_are_read_as_an_export_is(sync, service, path, monkeypatch):
    monkeypatch.setattr("scaleapi.bulk.export.sync.MAX_CHANGES", 50)
    sync()
    change(service, *range(100), tags=["a"])
    report = sync()
    assert (report.changed, report.full) == (100, False) and lines(path) == service.lines()
    assert [file.name for file in path.with_name(f"{path.name}.sync").glob("*changes*")] == []


def test_sync_other_filters_are_rejected(sync, service, client, path):
    sync(status="pending")
    with pytest.raises(ScaleInvalidArgument, match="is the mirror of other filters"):
        sync()
    assert service.queries == [] and sync(status="pending", limit=7).tasks == 300


@pytest.mark.parametrize(
    "options, message",
    [
        ({"path": "a.csv"}, "path must end in '.jsonl'"),
        ({"columns": {}}, "columns must be None unless path ends in '.parquet'"),
        ({"annotations": True}, "annotations must be False unless path ends in '.parquet'"),
        ({"path": "a.parquet", "columns": {"a": "int"}}, r"columns\['a'\] must be one of"),
        ({"path": "a.parquet", "annotations": 1}, "annotations must be True or False, got 1"),
        ({"updated_after": "2026-01-01"}, "updated_after must not be a filter of sync_tasks"),
        ({"limited_response": True}, "limited_response must not be a filter"),
        ({"lag": 5}, "lag must be a timedelta"),
        ({"lag": dt.timedelta(-1)}, "lag must be a timedelta of 0 to 10 years"),
        ({"lag": dt.timedelta(800_000)}, "lag must be a timedelta of 0 to 10 years"),
        ({"workers": 0}, "workers must be"),
        ({"progress": "bar"}, "progress must be"),
        ({"project_name": None}, "project_name or batch_name"),
    ],
)
def test_sync_invalid_argument_raises_before_sending(options, message, client, service, tmp_path):
    given = {"path": "a.jsonl", "project_name": "p", **options}
    with pytest.raises(ScaleInvalidArgument, match=message):
        client.sync_tasks(**{**given, "path": tmp_path / given["path"]})
    assert service.queries == [] and not list(tmp_path.glob("a*l"))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"version": 9}', b"\xff"])
def test_sync_damaged_state_raises(content, sync, service, path):
    sync()
    (path.with_name(f"{path.name}.sync") / "state.json").write_bytes(content)
    with pytest.raises(ScaleException, match="is not the state of a mirror of this version"):
        sync()
    assert service.queries == []


@pytest.mark.parametrize("damage", ["missing", "cut", "changed"])
def test_sync_damaged_file_is_read_again(damage, sync, service, path):
    sync()
    file = json_lines(path)
    if damage == "missing":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-40])
    else:
        file.write_bytes(file.read_bytes() + file.read_bytes())
    report = sync()
    assert report.reason == "the file is missing or was changed"
    assert lines(path) == service.lines()


@pytest.fixture
def table(tmp_path):
    return tmp_path / "tasks.parquet"


@pytest.fixture
def sync_table(client, service, table):
    """Calls `sync_tasks` with a Parquet file that has annotations too."""

    def sync(columns=None, annotations=True):
        service.now += dt.timedelta(hours=1)
        options = {"columns": columns, "annotations": annotations}
        return client.sync_tasks(table, project_name="p", **options)

    return sync


def annotated(path):
    rows = parquet.read_table(path.with_name("tasks.annotations.parquet")).to_pylist()
    return [row["label"] for row in rows]


def test_sync_parquet_has_the_annotations(sync_table, service, table):
    box = {"type": "box", "left": 1, "top": 2, "width": 3, "height": 4}
    change(service, 5, response={"annotations": [{**box, "label": "car"}]})
    sync_table()
    assert annotated(table) == ["car"]
    service.now += dt.timedelta(minutes=1)
    change(service, 5, response={"annotations": [{**box, "label": "bus"}]})
    assert sync_table().changed == 1
    assert annotated(table) == ["bus"] and len(lines(table)) == 300


@pytest.mark.parametrize("name", ["tasks.parquet", "tasks.annotations.parquet"])
@pytest.mark.parametrize("damage", [os.unlink, lambda path: path.write_bytes(b"")])
def test_sync_damaged_parquet_is_written_again(name, damage, sync_table, table, service):
    sync_table()
    before = table.read_bytes(), table.with_name("tasks.annotations.parquet").read_bytes()
    damage(table.with_name(name))
    report = sync_table()
    assert (report.full, report.requests) == (False, 3)
    assert before == (table.read_bytes(), table.with_name("tasks.annotations.parquet").read_bytes())


def test_sync_other_columns_are_written_without_reading_again(sync_table, table, service):
    service.put(5, metadata={"camera": 7})
    sync_table(annotations=False)
    assert not table.with_name("tasks.annotations.parquet").exists()
    report = sync_table({"metadata.camera": "int64"})
    assert (report.full, report.requests, report.changed) == (False, 3, 0)
    assert parquet.read_table(table)["metadata.camera"].to_pylist().count(7) == 1
    assert annotated(table) == []


def test_sync_other_types_of_columns_are_written(sync_table, table, service):
    service.put(5, metadata={"camera": "front"})
    for type_, wanted in (("string", "front"), ("json", '"front"')):
        sync_table({"metadata.camera": type_})
        assert wanted in parquet.read_table(table)["metadata.camera"].to_pylist()


def test_sync_column_of_another_type_raises_and_keeps_what_was_read(sync_table, table, service):
    service.put(5, metadata={"camera": "front"})
    with pytest.raises(ScaleInvalidArgument, match="must be 'int64' in every task"):
        sync_table({"metadata.camera": "int64"})
    assert not table.exists()
    report = sync_table({"metadata.camera": "string"})
    assert (report.full, report.requests) == (False, 3)
    assert parquet.read_table(table).num_rows == 300


def test_sync_with_another_key_reads_all(sync, client, service, path):
    sync()
    client.api.api_key = "test_other"
    assert sync().reason == "the API key is another one"
    assert b"test_" not in (path.with_name(f"{path.name}.sync") / "state.json").read_bytes()


def test_sync_while_another_call_runs_raises(sync, service, path, client):
    pytest.importorskip("fcntl")
    sync()
    errors = []

    def again(query):
        service.before_reply = lambda query: None
        with pytest.raises(ScaleException, match="Another process updates") as caught:
            client.sync_tasks(path, project_name="p")
        errors.append(caught.value)

    service.before_reply = again
    sync()
    assert len(errors) == 1


class Killed(BaseException):
    """Ends a call at any statement, as a signal does."""


def interruptions(monkeypatch):
    """Yield once for each replacement of a file that a call makes, and raise at that one."""
    original = os.replace
    for allowed in range(100):
        left = iter(range(allowed))

        def replace(source, target, left=left):
            if next(left, None) is None:
                raise Killed
            original(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", replace)
            yield


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("most", [2500, 50], ids=["few", "many"])
def test_sync_interrupted_at_any_write_loses_nothing(
    most, exists, sync, service, path, monkeypatch
):
    monkeypatch.setattr("scaleapi.bulk.export.sync.MAX_CHANGES", most)
    if exists:
        sync()
    rounds = 0
    for _ in interruptions(monkeypatch):
        rounds += 1
        change(service, *range(100), round=rounds)
        service.put(1000 + rounds, created_at=stamp(days=1), updated_at=stamp(days=9, hours=rounds))
        try:
            report = sync()
            break
        except Killed:
            pass
    assert rounds > 4
    if path.suffix != ".parquet":  # whose tasks are stored before the file is
        assert report.full is not exists
    sync()
    assert lines(path) == service.lines()
    assert not sync().full and lines(path) == service.lines()


def interrupt(service, sync, **options):
    """Interrupt a call after its first page of tasks."""

    def fail(query):
        if "next_token" in query:
            raise Killed

    service.before_reply = fail
    with pytest.raises(Killed):
        sync(**options)
    service.before_reply = lambda query: None


def test_sync_interrupted_read_of_all_is_resumed(sync, service, path):
    sync()
    interrupt(service, sync, full=True)
    assert sync().reason == "an earlier read of all tasks was interrupted"
    assert not sync().full and lines(path) == service.lines()


def test_sync_resumed_first_call_has_what_is_new_since_it_began(sync, service, path):
    interrupt(service, sync)
    change(service, *range(50), status="completed")
    for number in range(300, 350):
        service.put(number, created_at=stamp(days=9, minutes=number))
    report = sync()
    assert (report.tasks, report.added, report.full) == (350, 350, True)
    assert lines(path) == service.lines()


def test_sync_interrupted_with_another_key_starts_over(sync, service, path, client):
    interrupt(service, sync)
    client.api.api_key = "test_other"
    assert sync().tasks == 300 and lines(path) == service.lines()


@pytest.mark.parametrize("content", [b"{}", b"", b"\xff"])
def test_sync_interrupted_with_a_damaged_plan_starts_over(content, sync, service, path):
    interrupt(service, sync)
    (plan,) = path.with_name(f"{path.name}.sync").glob("all.jsonl.parts/plan.json")
    plan.write_bytes(content)
    assert sync().tasks == 300 and lines(path) == service.lines()


def test_sync_on_a_service_that_hides_a_task_recovers_later(sync, service, path):
    """It is counted, but not listed, as by a replica that lags."""
    listed = service._page

    def hide(query):
        page = listed(query)
        if query.get("limit") != "1":
            hidden = f"{7:024x}"
            page["docs"] = [task for task in page["docs"] if task["task_id"] != hidden]
            page["total"] -= 1
        return page

    service._page = hide
    with pytest.raises(ScaleException, match="299 tasks were read.*call sync_tasks again"):
        sync()
    service._page = listed
    assert sync().tasks == 300 and lines(path) == service.lines()


@pytest.mark.parametrize("filters", [{}, {"status": "pending"}])
def test_sync_new_tasks_do_not_make_up_for_missing_ones(filters, sync, service, path):
    sync(**filters)
    if filters:
        change(service, 5, status="completed")
    else:
        del service.tasks[f"{5:024x}"]
    numbers = iter(range(1000, 2000))

    def arrive(query):
        if query.get("limit") == "1":
            moment = stamp(days=9, hours=5)
            service.put(next(numbers), created_at=moment, updated_at=moment)

    service.before_reply = arrive
    report = sync(**filters)
    assert report.full and "fewer than the mirror" in report.reason
    service.before_reply = lambda query: None
    sync(**filters)
    wanted = [line for line in service.lines() if not filters or b'"pending"' in line]
    assert lines(path) == wanted


def test_sync_changed_tasks_make_up_for_missing_ones(sync, service, path):
    """They changed after they were listed, so that they are not counted before that."""
    sync()

    def edit(query):
        if query.get("limit") == "1" and "updated_before" in query:
            service.put(5, updated_at=stamp(days=9, hours=6), note="new")

    service.before_reply = edit
    assert not sync(lag=dt.timedelta(0)).full


def test_sync_list_of_changes_is_read_again_where_tasks_are_missing(sync, service, path):
    sync()
    change(service, *range(150), note="new")
    listed, pages = service._page, []

    def hide(query):
        page = listed(query)
        if query.get("limit") != "1":
            pages.append(query)
            page["docs"] = page["docs"][len(pages) == 2 :]
        return page

    service._page = hide
    report = sync()
    assert (report.full, report.changed) == (False, 150) and lines(path) == service.lines()


def test_sync_without_a_date_uses_the_local_clock(client, service, path):
    service.now = None
    before = dt.datetime.now(dt.timezone.utc)
    report = client.sync_tasks(path, project_name="p")
    assert before <= report.cursor <= dt.datetime.now(dt.timezone.utc)
    assert json.dumps(report.as_dict())
