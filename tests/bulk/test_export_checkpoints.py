"""Checkpoints of interrupted exports: damaged ones, foreign ones, and those of moved bounds."""

import json
from pathlib import Path

import pytest

from scaleapi import ScaleException, ScaleInvalidArgument
from scaleapi.bulk.export.moved_bounds import LowerBounds, compare_filters

TASKS = 1200  # more than one window


@pytest.fixture
def client(service, listing_client):
    for number in range(TASKS):
        day, hour = divmod(number, 24)
        service.put(
            number, created_at=f"2026-01-{1 + day % 28:02d}T{hour:02d}:{number % 60:02d}:00Z"
        )
    return listing_client


@pytest.fixture
def interrupted(client, service, tmp_path):
    """Interrupts an export after all parts but one were read; gives its path."""

    def interrupted(**filters):
        pages = iter(range(7))

        def fail(query):
            if query.get("limit") != "1" and next(pages, None) is None:
                raise KeyboardInterrupt

        service.before_reply = fail
        path = tmp_path / "tasks.jsonl"
        with pytest.raises(KeyboardInterrupt):
            client.export_tasks(path, project_name="p", workers=1, **filters)
        service.before_reply = lambda query: None
        service.queries.clear()
        assert parts(path)
        return path

    return interrupted


def parts(path):
    return sorted(path.with_name(f"{path.name}.parts").glob("*.part"))


def cut(content):
    return content[:-30]


def cut_at_a_line(content):
    return b"".join(content.splitlines(keepends=True)[:-2])


def without_a_line(content):
    return b"".join(content.splitlines(keepends=True)[1:])


def with_another_line(content):
    return content + b'"x"\t{}\n'


def with_another_letter(content):
    return content.replace(b"pending", b"Pending", 1)


def emptied(content):
    return b""


@pytest.mark.parametrize(
    "damage",
    [cut, cut_at_a_line, without_a_line, with_another_line, with_another_letter, emptied],
)
def test_export_damaged_part_is_fetched_again(damage, client, service, interrupted):
    path = interrupted()
    part = parts(path)[0]
    part.write_bytes(damage(part.read_bytes()))
    report = client.export_tasks(path, project_name="p")
    assert report.resumed and path.read_bytes().splitlines() == service.lines()


def test_export_part_damaged_while_it_runs_raises(client, service, interrupted, monkeypatch):
    path = interrupted()
    part = parts(path)[0]
    part.write_bytes(cut(part.read_bytes()))
    with monkeypatch.context() as patch:  # as if it was not, when the export began
        patch.setattr("scaleapi.bulk.export.checkpoint.is_intact", Path.exists)
        with pytest.raises(ScaleException, match=f"{part.name} is damaged: call again"):
            client.export_tasks(path, project_name="p")
    assert not path.exists()
    assert client.export_tasks(path, project_name="p").tasks == TASKS


def rewrite(plan, change):
    stored = json.loads(plan.read_bytes())
    change(stored)
    plan.write_text(json.dumps(stored))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"5", b"null", b'"plan"', b"{}", b'{"id": 5}', b"\xff", b'{"job": 5}',
        b'{"version": 2, "job": {}}', b'{"version": 2, "job": {}, "checksum": "0"}',
    ],
)  # fmt: skip
def test_export_plan_that_is_none_raises_one_clear_error(content, client, service, interrupted):
    path = interrupted()
    plan = path.with_name("tasks.jsonl.parts") / "plan.json"
    plan.write_bytes(content)
    with pytest.raises(ScaleException, match="plan.json is not the plan of an export, or is damag"):
        client.export_tasks(path, project_name="p")
    assert service.queries == []
    report = client.export_tasks(path, project_name="p", resume=False)
    assert (report.resumed, report.tasks) == (False, TASKS)


@pytest.mark.parametrize("key", ["version", "id", "job", "filters", "total", "windows", "checksum"])
@pytest.mark.parametrize("change", ["missing", "wrong"])
def test_export_plan_with_a_changed_key_raises(key, change, client, service, interrupted):
    path = interrupted()
    plan = path.with_name("tasks.jsonl.parts") / "plan.json"
    rewrite(
        plan, lambda stored: stored.pop(key) if change == "missing" else stored.update({key: 7})
    )
    with pytest.raises(ScaleException, match="resume=False to start over"):
        client.export_tasks(path, project_name="p")
    assert service.queries == []


def test_export_plan_of_another_version_is_told(client, interrupted):
    path = interrupted()
    plan = path.with_name("tasks.jsonl.parts") / "plan.json"
    plan.write_text(json.dumps({"id": "x", "job": {"version": 1}}))
    with pytest.raises(ScaleException, match="has format 1, of another version of scaleapi, not 2"):
        client.export_tasks(path, project_name="p")


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("what", ["file", "dangling link", "plan is a folder", "plan is a link"])
def test_export_checkpoint_of_another_kind_raises(what, resume, client, service, tmp_path):
    folder = tmp_path / "tasks.jsonl.parts"
    if what == "file":
        folder.write_text("mine")
    elif what == "dangling link":
        folder.symlink_to(tmp_path / "none")
    else:
        folder.mkdir()
        if what == "plan is a folder":
            (folder / "plan.json").mkdir()
        else:
            (folder / "plan.json").symlink_to(tmp_path / "none")
    with pytest.raises(ScaleException, match=r"tasks.jsonl.parts.* must be a .*: remove it"):
        client.export_tasks(tmp_path / "tasks.jsonl", project_name="p", resume=resume)
    assert service.queries == []


@pytest.mark.parametrize("name", ["created_after", "updated_after"])
def test_export_later_lower_bound_resumes_with_its_tasks_alone(name, client, service, interrupted):
    path = interrupted(**{name: "2026-01-02"})
    report = client.export_tasks(path, project_name="p", **{name: "2026-01-03T00:00:00Z"})
    wanted = [line for line in service.lines() if json.loads(line)["created_at"] >= "2026-01-03"]
    assert report.resumed and path.read_bytes().splitlines() == wanted
    assert report.tasks == len(wanted) < TASKS


@pytest.mark.parametrize(
    "first, second",
    [
        ({"created_before": "2026-01-20"}, {"created_before": "2026-01-21T00:00:00Z"}),
        (
            {"created_after": "2026-01-02", "limited_response": True},
            {"created_after": "2026-01-03", "limited_response": True},
        ),
    ],
)
def test_export_later_bounds_that_need_other_tasks_start_over(
    first, second, client, service, interrupted
):
    path = interrupted(**first)
    report = client.export_tasks(path, project_name="p", **second)
    wanted = [
        line for line in service.lines()
        if second.get("created_after", "") <= json.loads(line)["created_at"]
        <= second.get("created_before", "9")
    ]  # fmt: skip
    assert not report.resumed and path.read_bytes().splitlines() == wanted


@pytest.mark.parametrize(
    "change",
    [
        {"updated_after": "2026-01-01"},  # an earlier one
        {"updated_after": "soon"},
        {"updated_after": "2026-01-03", "status": "pending"},
        {},
    ],
)
def test_export_other_filters_are_rejected_beside_later_bounds(
    change, client, service, interrupted
):
    path = interrupted(updated_after="2026-01-02")
    with pytest.raises(ScaleInvalidArgument, match="checkpoint of a different export"):
        client.export_tasks(path, project_name="p", **change)
    assert service.queries == [] and path.with_name("tasks.jsonl.parts").is_dir()


def test_compare_filters_ignores_how_a_time_is_written():
    earlier = {"updated_after": "2026-01-02"}
    for same in (
        "2026-01-02T00:00:00+00:00",
        "2026-01-02T01:00:00+01:00",
        " 2026-01-02 00:00:00Z ",
    ):
        moved = compare_filters(earlier, {"updated_after": same})
        assert moved.is_same_job and moved.narrowed is not None


def test_lower_bounds_accept_ties_and_unknown_times():
    (bounds,) = [compare_filters({"updated_after": "2026-01-01"}, {"updated_after": "2026-01-02"})]
    accept = bounds.narrowed.accept
    assert accept(b'{"updated_at": "2026-01-02T00:00:00.000Z"}')
    assert accept(b'{"updated_at": null}') and accept(b"{}") and accept(b'{"updated_at": "soon"}')
    assert not accept(b'{"updated_at": "2026-01-01T23:59:59.999Z"}')
    assert LowerBounds({}).accept(b"not read")


@pytest.mark.parametrize("ignored", [{"start_time"}, {"end_time"}, {"start_time", "end_time"}])
@pytest.mark.parametrize("limit", [100, 7])
def test_export_from_a_service_that_ignores_bounds_is_one_listing(
    ignored, limit, client, service, tmp_path, caplog
):
    service.ignored = ignored
    report = client.export_tasks(tmp_path / "a", project_name="p", limit=limit)
    assert (tmp_path / "a").read_bytes().splitlines() == service.lines()
    assert report.requests < TASKS / limit + 40
    assert "ignores bounds of creation time" in caplog.text
    (window,) = client.export_windows(project_name="p", max_tasks=50)
    assert window.count == TASKS


@pytest.mark.parametrize("limit", [100, 1000])
def test_export_of_endless_pages_raises(limit, client, service, tmp_path):
    service.endless = True
    with pytest.raises(ScaleException, match="The last 20 pages have no task that was not on an"):
        client.export_tasks(tmp_path / "a", project_name="p", workers=1)
    assert len(service.queries) < TASKS / 100 + 100 and not (tmp_path / "a").exists()
