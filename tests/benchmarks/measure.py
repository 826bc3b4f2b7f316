"""Processes side by side, round by round, and what their medians say."""

import compileall
import contextlib
import json
import os
import resource
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKLOAD = Path(__file__).with_name("workload.py")
UPLOAD_BYTES = 512 * 1024 * 1024


class Lab:
    """The server, the interpreters, and a folder to work in.

    Args:
        peer: an interpreter that has the published client, None where there is none.
        rounds: how often each is measured.
    """

    def __init__(self, peer, rounds):
        self.peer, self.rounds = peer, rounds
        self._closing = contextlib.ExitStack()

    def __enter__(self):
        self.folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        self.ca = str(self.folder / "ca.pem")
        server = self.start([sys.executable, "-m", "tests.benchmarks.server", self.folder])
        self.port = int(server.stdout.readline())
        return self

    def __exit__(self, *_):
        self._closing.close()

    def start(self, command, **environment):
        """A process that ends with the lab; nothing of this machine's settings reaches it."""
        process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env=clean(**environment), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._closing.callback(_end, process)
        return process

    def workers(self, what, *more, baseline="plain"):
        """By name, a process each that does the work when told: ours, plain, and published.

        `baseline` names what "plain" runs: "plain" requests, or a "bare" pool of urllib3.
        The published client's figures are divided by those of requests under our interpreter.
        """
        address = f"https://127.0.0.1:{self.port}/v1"
        kinds = [("ours", sys.executable, "scale"), ("plain", sys.executable, baseline)]
        kinds += [("published", self.peer, "scale")] * (self.peer is not None)
        return {
            # It takes no `verify`, but reads the environment's bundle; v2 reads OpenSSL's.
            name: self.start(
                [python, WORKLOAD, who, what, address, self.ca, *more],
                PYTHONPATH="" if name == "published" else str(ROOT),
                **(
                    {"REQUESTS_CA_BUNDLE": self.ca, "SSL_CERT_FILE": self.ca}
                    if name == "published"
                    else {}
                ),
            )
            for name, python, who in kinds
        }

    def connections(self):
        """How many connections the server has taken, this one not counted."""
        return ask(f"https://127.0.0.1:{self.port}/connections", self.ca) - 1


def ask(address, ca):
    """The JSON that is found there, asked for on a connection of its own."""
    context = ssl.create_default_context(cafile=ca)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with opener.open(address) as response:
        return json.load(response)


def _end(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def clean(**more):
    """The environment without proxies, bundles and what else changes how requests go out."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **more}


def go(process):
    """Have it work one round."""
    process.stdin.write("go\n")
    process.stdin.flush()


def once(process):
    """Have it work one round; what that took."""
    go(process)
    return json.loads(process.stdout.readline())


def ratio(what, measure="cpu", baseline="plain"):
    """A row: processor time (or another measure) against a baseline, interleaved."""

    def row(lab):
        workers = lab.workers(what, baseline=baseline)
        for process in workers.values():
            once(process)  # connections, caches
        took = {name: [] for name in workers}
        for _ in range(lab.rounds):
            for name, process in workers.items():
                took[name].append(once(process)[measure])
        return against_plain(took)

    return row


def against_plain(took):
    """Medians, as ratios to that of plain requests."""
    medians = {name: statistics.median(values) for name, values in took.items()}
    return {name: value / medians["plain"] for name, value in medians.items()}


def connections(lab):
    """A row: connections that 201 calls in a row open."""
    found = {}
    for name, process in lab.workers("connections").items():
        before = lab.connections()
        once(process)
        found[name] = lab.connections() - before - 1  # the first count was one itself
    return found


def upload_memory(lab):
    """A row: MiB that uploading 512 MiB adds to the most that the process had before."""
    file = lab.folder / "large.bin"
    with open(file, "wb") as sparse:
        sparse.truncate(UPLOAD_BYTES)
    return {name: once(each)["memory"] for name, each in lab.workers("upload", file).items()}


def import_cost(lab):
    """A row: processor time of a fresh process that imports us, against one that imports requests.

    Ours is a compiled copy, as pip makes one. `-S` and paths by hand, since an editable install
    loads a finder at every start.
    """
    copy = lab.folder / "installed"
    shutil.copytree(ROOT / "scaleapi", copy / "scaleapi")
    compileall.compile_dir(copy, quiet=1)
    ours = "scaleapi; scaleapi.ScaleClient"  # it is loaded when it is first named
    kinds = {"ours": (sys.executable, ours), "plain": (sys.executable, "requests")}
    if lab.peer:
        kinds["published"] = (lab.peer, ours)
    paths = {python: site_packages(python) for python, _ in kinds.values()}
    paths[sys.executable] = [str(copy), *paths[sys.executable]]
    took = {name: [] for name in kinds}
    for _ in range(10 * lab.rounds):
        for name, (python, module) in kinds.items():
            code = f"import sys; sys.path += {paths[python]}; import {module}"
            took[name].append(_processor_time([python, "-S", "-c", code], lab.folder))
    return against_plain(took)


def site_packages(python):
    """Where an interpreter keeps what pip installed."""
    code = "import json, site; print(json.dumps(site.getsitepackages()))"
    return json.loads(subprocess.check_output([python, "-c", code], env=clean()))


def _processor_time(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=clean(), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
