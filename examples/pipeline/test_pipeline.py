"""The pipeline against Scale's API on this machine: no key, no network, nothing to pay."""

import json

import pipeline
import pytest

PICTURES = {f"p{number}": f"https://example.org/{number}.jpg" for number in range(5)}


@pytest.fixture
def run(tmp_path):
    """Runs the whole of it, which makes a ScaleClient() of its own, and reads what it wrote."""
    rows = "".join(f"{picture},{url}\n" for picture, url in PICTURES.items())
    (tmp_path / "pictures.csv").write_text("id,url\n" + rows)

    def run():
        results = tmp_path / "results.jsonl"
        paths = [str(tmp_path / "pictures.csv"), str(results)]
        code = pipeline.main([*paths, "--project", "animals", "--patience", "0"])
        return code, [json.loads(line) for line in results.read_text().splitlines()]

    return run


def test_each_picture_becomes_a_line_of_the_results(scale_sandbox, run):
    code, rows = run()
    assert code == 0
    assert {row["id"]: row["url"] for row in rows} == PICTURES
    assert {row["status"] for row in rows} == {"completed"}
    assert all(row["response"]["category"] in ("cat", "dog", "neither") for row in rows)


def test_run_again_it_makes_no_task_twice(scale_client, run):
    assert run() == run()
    assert scale_client.get_tasks_count(project_name="animals") == len(PICTURES)


def test_no_task_is_made_twice_when_the_network_drops_an_answer(scale_sandbox, scale_client):
    pipeline.open_project(scale_client, "animals")
    scale_sandbox.fail_next("POST", "/task/*", drop=True, after_processing=True, times=2)
    pipeline.create_tasks(scale_client, "animals", PICTURES)
    posts = [request for request in scale_sandbox.requests if request.path.startswith("/v1/task/")]
    assert len(posts) > len(PICTURES)  # so some went out again
    assert scale_client.get_tasks_count(project_name="animals") == len(PICTURES)


def test_a_failure_that_lasts_is_told_and_leaves_the_results_alone(scale_sandbox, run, tmp_path):
    (tmp_path / "results.jsonl").write_text('"of yesterday"\n')
    scale_sandbox.fail_next("POST", "/task/*", status=402)
    assert run() == (1, ["of yesterday"])


@pytest.mark.scale_live
def test_it_waits_for_the_people_who_do_the_work(scale_sandbox, scale_client):
    pipeline.open_project(scale_client, "animals")
    pipeline.create_tasks(scale_client, "animals", PICTURES)
    pending = list(scale_client.get_tasks(project_name="animals"))

    def labelers(seconds):
        scale_sandbox.complete_task(pending.pop().id, {"category": "cat"})

    done = pipeline.wait_for(scale_client, "animals", PICTURES, 1, 3600, pause=labelers)
    assert pending == []
    assert [task.response for task in done.values()] == [{"category": "cat"}] * len(PICTURES)


@pytest.mark.scale_live
def test_out_of_patience_it_writes_what_there_is_and_the_next_run_the_rest(
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
    assert (code, len(rows)) == (0, len(PICTURES))


@pytest.mark.parametrize("rows", ["id,url\na,\n", "id\na\n", "id,url\na,b\na,c\n"])
def test_a_csv_file_that_makes_no_sense_is_refused(scale_sandbox, tmp_path, rows, capsys):
    (tmp_path / "wrong.csv").write_text(rows)
    paths = [str(tmp_path / name) for name in ("wrong.csv", "results.jsonl")]
    assert pipeline.main([*paths, "--project", "animals"]) == 1
    assert "wrong.csv" in capsys.readouterr().err
    assert scale_sandbox.requests == []


def test_without_a_key_it_says_so(monkeypatch, run, tmp_path, capsys):
    monkeypatch.delenv("SCALE_API_KEY", raising=False)
    (tmp_path / "results.jsonl").touch()
    assert run() == (1, [])
    assert "SCALE_API_KEY" in capsys.readouterr().err
