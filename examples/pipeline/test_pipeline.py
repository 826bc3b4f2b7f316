"""Test the pipeline on the sandbox: without a key, a network or costs."""

import json

import pipeline
import pytest

IMAGES = {f"p{number}": f"https://example.org/{number}.jpg" for number in range(5)}


@pytest.fixture
def run(tmp_path):
    """Runs the pipeline, which creates its own client, and reads the results."""
    rows = "".join(f"{image},{url}\n" for image, url in IMAGES.items())
    (tmp_path / "images.csv").write_text("id,url\n" + rows)

    def run():
        results = tmp_path / "results.jsonl"
        paths = [str(tmp_path / "images.csv"), str(results)]
        code = pipeline.main([*paths, "--project", "animals", "--timeout", "0"])
        return code, [json.loads(line) for line in results.read_text().splitlines()]

    return run


def test_each_image_becomes_a_line_of_the_results(scale_sandbox, run):
    code, rows = run()
    assert code == 0
    assert {row["id"]: row["url"] for row in rows} == IMAGES
    assert {row["status"] for row in rows} == {"completed"}
    assert all(row["response"]["category"] in ("cat", "dog", "neither") for row in rows)


def test_second_run_creates_no_task_twice(scale_client, run):
    assert run() == run()
    assert scale_client.get_tasks_count(project_name="animals") == len(IMAGES)


def test_lost_response_creates_no_task_twice(scale_sandbox, scale_client):
    pipeline.open_project(scale_client, "animals")
    scale_sandbox.fail_next("POST", "/task/*", drop=True, after_processing=True, times=2)
    pipeline.create_tasks(scale_client, "animals", IMAGES)
    posts = [request for request in scale_sandbox.requests if request.path.startswith("/v1/task/")]
    assert len(posts) > len(IMAGES)  # so some were retried
    assert scale_client.get_tasks_count(project_name="animals") == len(IMAGES)


def test_persistent_failure_is_reported_and_keeps_the_old_results(scale_sandbox, run, tmp_path):
    (tmp_path / "results.jsonl").write_text('"of yesterday"\n')
    scale_sandbox.fail_next("POST", "/task/*", status=402)
    assert run() == (1, ["of yesterday"])


@pytest.mark.scale_live
def test_pipeline_waits_for_the_labelers(scale_sandbox, scale_client):
    pipeline.open_project(scale_client, "animals")
    pipeline.create_tasks(scale_client, "animals", IMAGES)
    pending = list(scale_client.get_tasks(project_name="animals"))

    def complete_next(seconds):
        scale_sandbox.complete_task(pending.pop().id, {"category": "cat"})

    done = pipeline.wait_for(scale_client, "animals", IMAGES, 1, 3600, sleep=complete_next)
    assert pending == []
    assert [task.response for task in done.values()] == [{"category": "cat"}] * len(IMAGES)


@pytest.mark.scale_live
def test_timeout_writes_finished_tasks_and_the_next_run_the_others(
    scale_sandbox, scale_client, run
):
    assert run() == (1, [])
    first, *others = scale_client.get_tasks(project_name="animals")
    scale_sandbox.complete_task(first.id, {"category": "dog"})
    code, rows = run()
    assert (code, [row["response"] for row in rows]) == (1, [{"category": "dog"}])
    for task in others:
        task.cancel()
    code, rows = run()
    assert (code, len(rows)) == (0, len(IMAGES))


@pytest.mark.parametrize("rows", ["id,url\na,\n", "id\na\n", "id,url\na,b\na,c\n"])
def test_invalid_csv_file_is_rejected(scale_sandbox, tmp_path, rows, capsys):
    (tmp_path / "wrong.csv").write_text(rows)
    paths = [str(tmp_path / name) for name in ("wrong.csv", "results.jsonl")]
    assert pipeline.main([*paths, "--project", "animals"]) == 1
    assert "wrong.csv" in capsys.readouterr().err
    assert scale_sandbox.requests == []


def test_missing_key_is_reported(monkeypatch, run, tmp_path, capsys):
    monkeypatch.delenv("SCALE_API_KEY", raising=False)
    (tmp_path / "results.jsonl").touch()
    assert run() == (1, [])
    assert "SCALE_API_KEY" in capsys.readouterr().err
