"""What is measured, run by any interpreter: with `scaleapi`, whichever it has, or plain requests.

`python workload.py WHO WHAT ADDRESS CA [FILE]` does WHAT once for each line that it reads, and
prints what that took as a line of JSON. It imports nothing of ours but `scaleapi`.
"""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

TASK = "66f1c0de8a4b2f0012ab34cd"
KEY = "test_key"


class Plain:
    """The same work in a loop over a requests.Session."""

    def __init__(self, address, ca):
        import requests

        self.address, self.session = address, requests.Session()
        self.session.verify, self.session.auth = ca, (KEY, "")
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=64)
        self.session.mount("https://", adapter)

    def get(self, path, **params):
        response = self.session.get(f"{self.address}/{path}", params=params, timeout=(10, 120))
        response.raise_for_status()
        return response.json()

    def get_task(self, task_id):
        return self.get(f"task/{task_id}")

    def get_tasks(self):
        page = self.get("tasks", project="p")
        while True:
            yield from page["docs"]
            if not (page["has_more"] and page.get("next_token")):
                return
            page = self.get("tasks", project="p", next_token=page["next_token"])

    def v2_get_tasks(self):
        root = self.address[: -len("/v1")]
        query = {"project_id": "p"}
        while True:
            response = self.session.get(f"{root}/v2/tasks", params=query, timeout=(10, 120))
            response.raise_for_status()
            page = response.json()
            yield from page["tasks"]
            if not page.get("next_token"):
                return
            query["next_token"] = page["next_token"]

    def upload_file(self, file):
        self.session.post(f"{self.address}/files/upload", files={"file": file}).raise_for_status()


class Bare:
    """The same work over a connection pool of urllib3, without requests."""

    def __init__(self, address, ca):
        import urllib3

        self.path = "/v1"
        self.pool = urllib3.connection_from_url(address, ca_certs=ca, maxsize=64)
        self.headers = urllib3.make_headers(basic_auth=f"{KEY}:", keep_alive=True)

    def get_task(self, task_id):
        response = self.pool.request(
            "GET", f"{self.path}/task/{task_id}", headers=self.headers, timeout=120, retries=False
        )
        assert response.status == 200
        return json.loads(response.data)


class Scale:
    """The work with a client."""

    def __init__(self, address, ca):
        import scaleapi

        client = scaleapi.ScaleClient(KEY, api_instance_url=address, verify=ca)
        self.get_task = client.get_task
        self.upload_file = partial(client.upload_file, project_name="p")
        self.client, self.root = client, address[: -len("/v1")]
        self.get_tasks = partial(client.get_tasks, project_name="p")

    def v2_get_tasks(self):
        # The published client does not take it from the address that it was given.
        self.client.v2.api_client.configuration.host = self.root
        return self.client.v2_get_tasks(project_id="p")


def calls(client, number):
    for _ in range(number):
        client.get_task(TASK)


def listing(client):
    assert sum(1 for _ in client.get_tasks()) == 20_000


def v2_listing(client):
    assert sum(1 for _ in client.v2_get_tasks()) == 5_000


def threads(client):
    with ThreadPoolExecutor(50) as pool:
        assert len(list(pool.map(client.get_task, [TASK] * 1000))) == 1000


def upload(client):
    with open(sys.argv[5], "rb") as file:
        client.upload_file(file)


WORK = {
    "get_task": partial(calls, number=300),
    "connections": partial(calls, number=201),
    "get_tasks": listing,
    "v2_get_tasks": v2_listing,
    "threads": threads,
    "upload": upload,
}


def peak():
    """The most memory that this process had so far, in MiB.

    Not `ru_maxrss` where it can be helped: Linux starts that at what the parent had, below which
    nothing is seen to grow.
    """
    try:
        with open("/proc/self/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines["VmHWM"].split()[0]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rounds(work):
    """Do the work once for each line that is read, and print what that took."""
    for _ in sys.stdin:
        before, cpu, wall = peak(), time.process_time(), time.perf_counter()
        work()
        took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps({**took, "memory": peak() - before}), flush=True)


def main():
    who, what, address, ca = sys.argv[1:5]
    client = {"plain": Plain, "bare": Bare, "scale": Scale}[who](address, ca)
    rounds(partial(WORK[what], client))


if __name__ == "__main__":
    main()
