"""`--db`: acknowledged changes survive any end of the process, kill included."""

import json
import signal
import sqlite3
import threading

import pytest
import requests

from scaleapi.sandbox import Sandbox
from tests import factories
from tests.fixtures.sandbox import printed_address

BODY = factories.CATEGORIZATION


class Writer(threading.Thread):
    """Creates tasks and uploads files until the server is gone; notes what was acknowledged."""

    def __init__(self, url, number, enough):
        super().__init__()
        self._url, self._number, self._enough = url, number, enough
        self.tasks, self.files = {}, []

    def run(self):
        with requests.Session() as session:
            session.trust_env, session.auth = False, ("test_key", "")
            try:
                while True:
                    self._write(session, f"{self._number}-{len(self.tasks)}")
            # urllib3 1.26 takes half a response for a whole one, which is no JSON then.
            except (requests.RequestException, ValueError):
                return

    def _write(self, session, name):
        task = session.post(
            f"{self._url}/task/categorization", json={**BODY, "unique_id": name}, timeout=10
        ).json()
        self.tasks[task["task_id"]] = name
        files = {"file": (name, name.encode())}
        form = {"reference_id": name}
        file = session.post(f"{self._url}/files/upload", files=files, data=form, timeout=10).json()
        self.files.append((file["id"], name))
        self._enough.release()


def test_db_killed_process_loses_no_acknowledged_change(run_command, http_for, tmp_path):
    db, enough = tmp_path / "x.db", threading.Semaphore(0)
    process = run_command("--port", "0", "--db", str(db))
    url = printed_address(process)
    writers = [Writer(url, number, enough) for number in range(6)]
    for writer in writers:
        writer.start()
    for _ in range(60):
        assert enough.acquire(timeout=30)
    process.send_signal(signal.SIGKILL)
    for writer in writers:
        writer.join()
    assert process.wait(timeout=10) == -signal.SIGKILL

    told = {task_id: name for writer in writers for task_id, name in writer.tasks.items()}
    files = [file for writer in writers for file in writer.files]
    with Sandbox(db=db) as sandbox:
        store = sandbox._open().state.store
        sandbox.export(tmp_path / "out")
        rows = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
        kept = [(row["task_id"], row["unique_id"]) for row in rows if row["kind"] == "task"]
        assert len(told) >= 60
        assert told.items() <= dict(kept).items()
        assert len({name for _, name in kept}) == len(kept)
        # One may have been stored and not acknowledged, by each writer.
        assert len(kept) <= len(told) + len(writers)
        for file_id, name in files:
            assert store.get_content(file_id) == name.encode()
        again = http_for(sandbox).post(
            "/task/categorization", json={**BODY, "unique_id": next(iter(told.values()))}
        )
        assert again.status_code == 409
        assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_db_killed_during_commit_leaves_a_valid_file(run_command, tmp_path):
    db, told = tmp_path / "x.db", []
    for number in range(4):
        process = run_command("--port", "0", "--db", str(db))
        url, before = printed_address(process), size_of(db)
        upload = threading.Thread(target=upload_large, args=(url, str(number), told))
        upload.start()
        while size_of(db) < before + 2**20 and len(told) <= number:
            pass  # a commit has begun to write what takes it far longer than a look
        process.send_signal(signal.SIGKILL)
        upload.join()
        process.wait(timeout=10)
        with sqlite3.connect(db) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    with Sandbox(db=db) as sandbox:
        store = sandbox._open().state.store
        for file_id in filter(None, told):
            assert store.get_content(file_id) == LARGE


LARGE = bytes(40_000_000)


def size_of(db):
    """Bytes of a database, with what SQLite keeps beside it."""
    return sum(path.stat().st_size for path in db.parent.glob("x.db*") if path.exists())


def upload_large(url, name, told):
    with requests.Session() as session:
        session.trust_env, session.auth = False, ("test_key", "")
        files, form = {"file": (name, LARGE)}, {"reference_id": name}
        try:
            response = session.post(f"{url}/files/upload", files=files, data=form, timeout=30)
            told.append(response.json()["id"])
        except requests.RequestException:
            told.append(None)


def test_db_restart_restores_everything(http_for, tmp_path):
    with Sandbox(db=tmp_path / "x.db", live=True) as sandbox:
        http = http_for(sandbox)
        http.make_project()
        http.make_batch()
        task = http.make_task(batch="b", tags=["x"])
    with Sandbox(db=tmp_path / "x.db", live=True) as sandbox:
        http = http_for(sandbox)
        assert http.get("/tasks", params={"tags": "x"}).json()["docs"] == [task]
        assert http.get("/batches/b/status").json() == {"status": "staging", "pending": 1}
        assert sandbox.complete_task(task["task_id"], {})["status"] == "completed"


def test_db_restart_resumes_automatic_completion(http_for, tmp_path, wait_until):
    with Sandbox(db=tmp_path / "x.db", live=True) as sandbox:
        path = f"/task/{http_for(sandbox).make_task()['task_id']}"
    with Sandbox(db=tmp_path / "x.db", live=True, complete_after=0) as sandbox:
        http = http_for(sandbox)
        wait_until(lambda: http.get(path).json()["status"] == "completed")


def old_database(path):
    with Sandbox(db=path):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()


def another_programs(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE tasks (id)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "make, words",
    [
        (old_database, "version"),
        (another_programs, "version"),
        (lambda path: path.write_text("no database " * 1000), "not a database"),
    ],
)
def test_db_file_of_another_type_is_reported_and_left_alone(run_command, tmp_path, make, words):
    path = tmp_path / "x.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(sqlite3.Error, match=words) as caught:
        Sandbox(db=path).start()
    assert str(path) in str(caught.value)
    process = run_command("--port", "0", "--db", str(path))
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, len(errors.splitlines())) == (1, "", 1)
    assert str(path) in errors
    if words == "version":
        assert "--export" in errors
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (0,)
        connection.close()
    else:
        assert path.read_bytes() == before


def test_command_line_seeds_adds_faults_and_exports(run_command, tmp_path):
    seed, faults, out = (tmp_path / name for name in ("seed", "faults", "out"))
    db = tmp_path / "x.db"
    rows = [{"kind": "project", "name": "p", "type": "chat"}, {"kind": "task", "project": "p"}]
    seed.write_text("\n".join(json.dumps(row) for row in rows))
    faults.write_text('[{"path_glob": "/teams", "status": 503}]')
    process = run_command(
        "--port", "0", "--db", str(db), "--seed", str(seed), "--faults", str(faults),
        "--live", "--complete-after", "3600",
    )  # fmt: skip
    url = printed_address(process)
    with requests.Session() as session:
        session.trust_env, session.auth = False, ("test_sandbox", "")
        assert session.get(url + "/teams", timeout=5).status_code == 503
        (task,) = session.get(url + "/tasks", timeout=5).json()["docs"]
    assert task["status"] == "pending"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    process = run_command("--db", str(db), "--export", str(out))
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line.get("task_id") for line in lines] == [None, task["task_id"]]


@pytest.mark.parametrize(
    "options, part",
    [
        (["--seed", "bad.json"], "bad.json, line 1"),
        (["--faults", "bad.json"], "fault 1"),
        (["--seed", "none.json"], "none.json"),
        (["--faults", "none.json"], "none.json"),
        (["--complete-after", "3"], "live"),
        (["--db", "none.db", "--export", "out"], "none.db"),
        (["--export", "out"], "--db"),
    ],
)
def test_command_line_impossible_request_is_reported(run_command, tmp_path, options, part):
    (tmp_path / "bad.json").write_text('[{"kind": 3}]')
    named = [str(tmp_path / text) if "." in text or text == "out" else text for text in options]
    process = run_command("--port", "0", *named)
    output, errors = process.communicate(timeout=10)
    assert process.returncode in (1, 2)
    assert output == ""
    assert part in errors and "Traceback" not in errors
    assert not (tmp_path / "none.db").exists()
