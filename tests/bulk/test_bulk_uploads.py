"""Uploading many files: in order, each once where it has a name of its own."""

import pytest

import scaleapi
from scaleapi import RetryPolicy


@pytest.fixture
def client(sandbox):
    with sandbox.client(retries=RetryPolicy(8, backoff_factor=0.001), timeout=5) as client:
        client.create_project("p", "imageannotation")
        yield client


@pytest.fixture
def paths(tmp_path):
    """Twenty files, each of another size."""
    paths = [tmp_path / f"{number:02}.jpg" for number in range(20)]
    for number, path in enumerate(paths):
        path.write_bytes(b"x" * (1000 + number))
    return paths


def by_name(path):
    return path.name


def test_upload_files_outcomes_have_the_order_of_the_files(client, paths):
    run = client.upload_files(paths, project_name="p", metadata={"shift": 1})
    outcomes = list(run)
    assert [outcome.path for outcome in outcomes] == paths
    assert [outcome.index for outcome in outcomes] == list(range(20))
    assert [outcome.file.size for outcome in outcomes] == list(range(1000, 1020))
    assert {outcome.file.mime_type for outcome in outcomes} == {"image/jpeg"}
    assert all(outcome.file.metadata == {"shift": 1} for outcome in outcomes)
    assert run.counts == {"uploaded": 20}


def test_upload_files_with_reference_id_under_faults_uploads_each_once(client, paths, all_faults):
    all_faults("/files/upload", 20)
    outcomes = list(client.upload_files(paths, reference_id=by_name, workers=8))
    # Stored though the response was lost: the service says only that it is there.
    assert {outcome.status for outcome in outcomes} == {"uploaded", "existed"}
    assert all((outcome.file is None) is (outcome.status == "existed") for outcome in outcomes)
    again = client.upload_files(paths, reference_id=by_name).run()
    assert again == {"existed": 20}


@pytest.mark.parametrize(
    "fault", [{"status": 500, "after_processing": True}, {"drop": True, "after_processing": True}]
)
def test_upload_files_without_idempotency_key_ambiguous_failure_not_retried(
    fault, sandbox, client, paths
):
    sandbox.fail_next("POST", "/files/upload", **fault)
    before = len(sandbox.requests)
    outcomes = list(client.upload_files(paths[:2], workers=1))
    assert [outcome.status for outcome in outcomes] == ["failed", "uploaded"]
    assert "the file may nevertheless have been created" in str(outcomes[0].error)
    assert len(sandbox.requests) - before == 2


def test_upload_files_unreadable_path_fails_alone(client, paths, tmp_path):
    given = [paths[0], tmp_path / "none.jpg", 5, "", tmp_path, str(paths[1])]
    outcomes = list(client.upload_files(given))
    assert [outcome.status for outcome in outcomes] == ["uploaded", *["failed"] * 4, "uploaded"]
    assert [outcome.path for outcome in outcomes] == given
    assert isinstance(outcomes[1].error, FileNotFoundError)
    assert "each of paths must be a path, got 5" in str(outcomes[2].error)


def test_upload_files_invalid_reference_id_fails_before_sending(sandbox, client, paths):
    before = len(sandbox.requests)
    (outcome,) = client.upload_files(paths[:1], reference_id=lambda path: path)
    assert "the result of reference_id must be a non-empty string" in str(outcome.error)
    assert len(sandbox.requests) == before


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"workers": 0}, "workers must be"),
        ({"paths": "a.jpg"}, "paths must be a list or another iterable"),
        ({"reference_id": "batch-1"}, "reference_id must be a function"),
        ({"progress": 1.5}, "progress must be"),
    ],
)
def test_upload_files_invalid_argument_raises_immediately(arguments, message, sandbox, client):
    before = len(sandbox.requests)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        client.upload_files(**{"paths": [], **arguments})
    assert len(sandbox.requests) == before


def test_upload_files_progress_counts_files(client, paths):
    told = []
    client.upload_files(paths, progress=lambda *counts: told.append(counts)).run()
    assert told == [(done, 20) for done in range(1, 21)]
