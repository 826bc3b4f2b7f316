"""A client whose requests are answered by the test: for shapes, not for what networks do."""

import io
import json

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

import scaleapi
from scaleapi._http.multipart import MultipartStream


class Wire(BaseAdapter):
    """Keeps what was sent and answers what it is given, the last answer again and again."""

    def __init__(self):
        super().__init__()
        self.sent = []
        self.answers = [(200, {})]

    def answers_with(self, *bodies, status=200):
        self.answers = [body if isinstance(body, tuple) else (status, body) for body in bodies]

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        self.sent.append(request.copy())
        if isinstance(request.body, MultipartStream):
            self.last.body = b"".join(request.body)
        self.options = {"timeout": timeout, "verify": verify, "cert": cert, "proxies": proxies}
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(body, Exception):
            raise body
        response = requests.Response()
        response.status_code = status
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json"})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response.raw = io.BytesIO(content)
        response.url = request.url
        response.request = request
        return response

    def close(self):
        pass

    @property
    def last(self):
        return self.sent[-1]


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def client(wire):
    with scaleapi.ScaleClient("test_key", "my-app", retries=0) as client:
        client.api.session.mount("https://", wire)
        yield client
