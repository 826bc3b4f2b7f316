"""Rows of bulk work, on a service that is slow, or one that fails as well."""

import json
import signal
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from .measure import ask, go, once
from .slow_server import FAULTS, Changing

LATENCY = 0.05
CREATIONS, ONE_BY_ONE = 2000, 200
UNDER_FAULTS, KILLED_AFTER, SHARE = 5000, (1700, 3400), 0.1
FEW, MANY = 10_000, 100_000
RERUN = 20_000
EXPORTED, TWICE, IN_A_LOOP = 100_000, 200_000, 20_000
WAITED_FOR, FINISHED_WITHIN = 1000, 60
MIRRORED, MIRROR_KILLED_AT = 100_000, (4, 9, 16)
EXPORTED_UNDER_FAULTS, KILLED_AT = 20_000, (80, 170, 260)


class SlowServer:
    """A server of one's own, and the processes that work on it.

    Args:
        kind: of service, see `slow_server`.
        numbers: what that kind takes.
        latency: seconds from a request to its response.
        faults: of the requests, how many meet a fault, from 0 to 1.
    """

    def __init__(self, lab, kind="creating", *numbers, latency=LATENCY, faults=0.0):
        self._lab = lab
        folder = Path(tempfile.mkdtemp(dir=lab.folder))
        command = [sys.executable, "-m", "tests.benchmarks.slow_server", folder, latency, faults]
        command += [kind, *numbers]
        self._ca = str(folder / "ca.pem")
        self._root = f"https://127.0.0.1:{int(lab.start(command).stdout.readline())}"

    def worker(self, what, *more):
        """A process that does the work when told."""
        where = (f"{self._root}/v1", self._ca)
        module = "tests.benchmarks.bulk_workload"
        return self._lab.start([sys.executable, "-m", module, what, *where, *more])

    def change(self):
        """Change some of its tasks."""
        ask(f"{self._root}/change", self._ca)

    def state(self):
        """What it has been asked for, and what faults that met."""
        return ask(f"{self._root}/state", self._ca)


def speed(lab):
    """A row: how many times as fast creations are in bulk as one by one.

    Latency is nearly all of what one takes, so a few of them tell what all would take.
    """
    bulk = once(SlowServer(lab).worker("in_bulk", CREATIONS))["wall"] / CREATIONS
    single = once(SlowServer(lab).worker("one_by_one", ONE_BY_ONE))["wall"] / ONE_BY_ONE
    return {"ours": single / bulk}


def requests_of_rerun(lab, what="rerun"):
    """A row: the requests that creating tasks takes which are all there; none is a POST."""
    server = SlowServer(lab, latency=0)
    once(server.worker("in_bulk", RERUN))
    before = server.state()["asked"]
    once(server.worker(what, RERUN))
    after = server.state()["asked"]
    assert after["POST"] == before["POST"] == RERUN, after
    return {"ours": after["GET"] - before["GET"]}


def requests_of_plan(lab):
    """A row: the requests of a plan of tasks that are all there."""
    return requests_of_rerun(lab, "planned")


def payload_checks(lab):
    """A row: processor time of creations whose payloads are checked, against unchecked ones."""
    took = {"in_bulk": [], "in_bulk_unchecked": []}
    for _ in range(lab.rounds):
        for name, values in took.items():
            values.append(once(SlowServer(lab, latency=0).worker(name, CREATIONS))["cpu"])
    checked, unchecked = (statistics.median(values) for values in took.values())
    return {"ours": checked / unchecked}


def memory(lab):
    """A row: MiB that many creations add beyond what few add, without latency."""
    few, many = (
        once(SlowServer(lab, latency=0).worker("in_bulk", number))["memory"]
        for number in (FEW, MANY)
    )
    return {"ours": many - few}


def wrong_under_faults(lab):
    """A row: how many creations are missing, made twice, or not as their outcome says.

    The process that makes them is killed twice, and run again from the first.
    """
    server = SlowServer(lab, faults=SHARE)
    known = 0
    for run, number in enumerate(KILLED_AFTER):
        process = server.worker("told", UNDER_FAULTS, run)
        list(_outcomes(process, number))
        process.kill()
        assert process.wait() == -signal.SIGKILL, "it had ended by itself"
        before, known = known, len({unique_id for unique_id, *_ in server.state()["tasks"]})
        assert before < known < UNDER_FAULTS, f"killed with {known} there, {before} before"
    outcomes = _outcomes(server.worker("told", UNDER_FAULTS, len(KILLED_AFTER)), UNDER_FAULTS)
    return {"ours": _wrong(list(outcomes), server.state())}


def _outcomes(process, number):
    """Have it work, and give the first outcomes that it tells."""
    go(process)
    return (json.loads(process.stdout.readline()) for _ in range(number))


def _wrong(outcomes, state):
    """Unique ids of which there is not one task, and outcomes that are not true."""
    least = UNDER_FAULTS * SHARE / len(FAULTS) / 2
    assert all(state["met"].get(name, 0) > least for name in FAULTS), state["met"]
    wanted = {unique_id for unique_id, *_ in outcomes}
    assert len(wanted) == UNDER_FAULTS, "outcomes are missing"
    made = Counter(unique_id for unique_id, *_ in state["tasks"])
    last = {"run": len(KILLED_AFTER)}
    truth = {
        (unique_id, "created" if metadata == last else "existed", task_id)
        for unique_id, task_id, metadata in state["tasks"]
    }
    untrue = [each for each in outcomes if tuple(each[:3]) not in truth]
    not_one = [each for each in wanted | set(made) if made[each] != 1 or each not in wanted]
    for each in [*untrue, *not_one][:10]:
        print("wrong:", each, file=sys.stderr)
    return len(untrue) + len(not_one)


def export_speed(lab):
    """A row: how many times as fast an export is as `get_tasks` in a loop.

    Its pages are all equally slow, so a part of the loop tells what all of it would take.
    """
    server = SlowServer(lab, "listing", EXPORTED)
    loop = once(server.worker("listed", IN_A_LOOP))["wall"] / IN_A_LOOP
    took = once(server.worker("exported", lab.folder / "speed.jsonl"))["wall"] / EXPORTED
    return {"ours": loop / took}


def export_memory(lab):
    """A row: MiB that an export adds; it fails where twice as many tasks add notably more."""
    once_, twice = (_memory_of_export(lab, number, "memory.jsonl") for number in (EXPORTED, TWICE))
    more = twice - once_
    assert more < 4, f"twice as many tasks add {more:.1f} MiB more"
    return {"ours": twice}


def _memory_of_export(lab, number, name):
    server = SlowServer(lab, "listing", number, latency=0)
    return once(server.worker("exported", lab.folder / name))["memory"]


def wrong_in_export(lab):
    """A row: lines missing, twice there or cut, in an export that was killed three times."""
    server = SlowServer(lab, "listing", EXPORTED_UNDER_FAULTS, faults=SHARE)
    path = lab.folder / "killed.jsonl"
    for number in KILLED_AT:
        process = server.worker("exported", path)
        go(process)
        while server.state()["asked"] < number:
            assert process.poll() is None, "it ended by itself"
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert not path.exists(), "it has its name before it is whole"
    once(server.worker("exported", path))
    met = server.state()["met"]
    assert all(met.get(name, 0) for name in FAULTS), met
    lines = path.read_bytes().splitlines(keepends=True)
    found = Counter(json.loads(line)["task_id"] for line in lines if line.endswith(b"}\n"))
    wanted = {f"{number:024x}" for number in range(EXPORTED_UNDER_FAULTS)}
    cut = sum(not line.endswith(b"}\n") for line in lines)
    return {"ours": cut + sum(found[each] != 1 for each in wanted | set(found))}


def requests_of_mirror(lab):
    """A row: requests that bring a mirror up to date, in percent of those of an export.

    The process that does it is killed three times. Fails where the mirror is not what is exported.
    """
    server = SlowServer(lab, "changing", MIRRORED, faults=SHARE)
    mirror, fresh = lab.folder / "mirror.jsonl", lab.folder / "fresh.jsonl"
    once(server.worker("synced", mirror))
    server.change()
    for number in MIRROR_KILLED_AT:
        before = server.state()["received"]
        process = server.worker("synced", mirror)
        go(process)
        while server.state()["received"] < before + number:
            assert process.poll() is None, "it ended by itself"
        process.kill()
        assert process.wait() == -signal.SIGKILL
    counts = [server.state()["received"]]
    for what, path in (("synced", mirror), ("exported", fresh)):
        once(server.worker(what, path))
        counts.append(server.state()["received"])
    assert mirror.read_bytes() == fresh.read_bytes(), "it is not what is exported"
    assert len(mirror.read_bytes().splitlines()) == MIRRORED + Changing.ADDED
    synced, exported = counts[1] - counts[0], counts[2] - counts[1]
    print(f"{synced} requests of a mirror, {exported} of an export", file=sys.stderr)
    return {"ours": 100 * synced / exported}


def requests_of_idle_mirror(lab):
    """A row: requests of a mirror when there is nothing new."""
    server = SlowServer(lab, "changing", MIRRORED, latency=0)
    process = server.worker("synced", lab.folder / "idle.jsonl")
    once(process)
    before = server.state()["received"]
    once(process)
    return {"ours": server.state()["received"] - before}


def parquet_memory(lab):
    """A row: MiB that an export to Parquet adds beyond what one to JSON lines adds."""
    names = ("memory.parquet", "memory.jsonl")
    parquet, lines = (_memory_of_export(lab, TWICE, name) for name in names)
    return {"ours": parquet - lines}


def parquet_speed(lab):
    """A row: time of an export to Parquet, against one to compressed JSON lines."""
    took = {"speed.parquet": [], "speed.jsonl.gz": []}
    server = SlowServer(lab, "listing", EXPORTED)
    for _ in range(min(lab.rounds, 5)):
        for name, values in took.items():
            values.append(once(server.worker("exported", lab.folder / name))["wall"])
    parquet, lines = (statistics.median(values) for values in took.values())
    return {"ours": parquet / lines}


def requests_of_wait(lab):
    """A row: requests that it takes to wait for tasks that are finished one by one."""
    server = SlowServer(lab, "finishing", WAITED_FOR, FINISHED_WITHIN)
    once(server.worker("waited", WAITED_FOR))
    return {"ours": server.state()["asked"]}
