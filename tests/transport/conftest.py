"""Servers, proxies and certificates on loopback, and clients on them."""

import ssl

import pytest
import trustme

import scaleapi
from scaleapi._http.options import Clock

from .servers import Proxy, Server

KEY = "test_key_of_the_transport_tests"
QUICK = scaleapi.RetryPolicy(backoff_factor=0.001)


class Authority:
    """A certificate authority of our own, and what it issued.

    Attributes:
        pem: path of its certificate.
        client_pem: path of a client's certificate and key, in one file.
        client_pair: paths of the same, in two.
    """

    def __init__(self, folder, name):
        self._ca = trustme.CA(organization_name=name)
        self.pem = str(folder / f"{name}.pem")
        self._ca.cert_pem.write_to_path(self.pem)
        issued = self._ca.issue_cert("somebody@example.org")
        self.client_pem = str(folder / f"{name}-client.pem")
        issued.private_key_and_cert_chain_pem.write_to_path(self.client_pem)
        self.client_pair = (str(folder / f"{name}.crt"), str(folder / f"{name}.key"))
        issued.cert_chain_pems[0].write_to_path(self.client_pair[0])
        issued.private_key_pem.write_to_path(self.client_pair[1])

    def context(self, *names, client_needed=False):
        """What a server needs to answer under these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(context)
        if client_needed:
            self._ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "theirs")


@pytest.fixture(scope="session")
def contexts(authority):
    """TLS settings of servers: by scheme, and "mutual" for one that wants a client certificate."""
    names = ("127.0.0.1", "localhost")
    return {
        "http": None,
        "https": authority.context(*names),
        "mutual": authority.context(*names, client_needed=True),
    }


@pytest.fixture
def serve(contexts):
    """Starts servers: `serve("https")`, with the arguments of `Server`."""
    servers = []

    def start(kind="http", **options):
        servers.append(Server(contexts[kind], **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(params=["http", "https"])
def server(request, serve):
    return serve(request.param)


@pytest.fixture
def start_proxy():
    proxies = []

    def start(kind=Proxy):
        proxies.append(kind())
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.stop()


@pytest.fixture
def proxy(start_proxy):
    return start_proxy()


class FakeClock(Clock):
    """Records delays in the place of sleeping.

    Args:
        on_sleep: Called with the seconds of each delay.
        randoms: The random numbers, one for each delay and the last for all others.

    Attributes:
        delays: The seconds of each delay.
    """

    def __init__(self, on_sleep=None, randoms=(0.0,)):
        super().__init__()
        self.delays = []
        self._on_sleep = on_sleep
        self._randoms = list(randoms)

    def sleep(self, seconds):
        self.delays.append(seconds)
        if self._on_sleep is not None:
            self._on_sleep(seconds)

    def random(self):
        return self._randoms.pop(0) if len(self._randoms) > 1 else self._randoms[0]


@pytest.fixture
def connect(authority, serve, start_proxy):
    """Makes clients of a server (or an address), quick to try again and trusting `authority`."""
    clients = []

    def make(server, **options):
        url = server if isinstance(server, str) else server.url
        options = {"retries": QUICK, "timeout": 20, "verify": authority.pem, **options}
        clock = options.pop("clock", None)
        client = scaleapi.ScaleClient(KEY, api_instance_url=url, **options)
        if clock is not None:
            client.api = client.api._with(clock=clock)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def refused():
    """An address where nothing listens, and nothing can begin to."""
    server = Server(listening=False)
    yield server.url
    server.stop()
