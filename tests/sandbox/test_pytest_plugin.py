"""The pytest plugin, in test suites of users: each is run by a pytest of its own."""

import subprocess
import sys

import pytest

pytest_plugins = "pytester"

DEAD_PROXY = "http://127.0.0.1:9"


@pytest.fixture
def suite(pytester):
    """Runs a suite of this code; a warning is an error there too."""

    def run(code, *arguments):
        pytester.makepyfile(code)
        return pytester.runpytest_subprocess(
            # The plugin of requests-mock imports requests, whoever uses it.
            *("-W", "error", "--strict-markers", "-p", "no:requests_mock"),
            *arguments,
        )

    return run


def modules_after(code):
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_plugin_import_loads_pytest_alone():
    brought = modules_after("import scaleapi.pytest_plugin") - modules_after("import pytest")
    ours = {"scaleapi", "scaleapi._lazy", "scaleapi._version", "scaleapi.pytest_plugin"}
    assert brought == ours


def test_plugin_is_registered_and_loads_nothing_until_a_fixture_is_used(suite):
    suite(
        """
        import sys

        def test_a(request):
            assert request.config.pluginmanager.hasplugin("scaleapi")
            assert not {"requests", "flask", "scaleapi.client", "scaleapi.sandbox"} & {*sys.modules}
        """
    ).assert_outcomes(passed=1)


@pytest.mark.smoke
def test_plugin_client_of_the_user_reaches_the_sandbox_past_proxies(suite, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", DEAD_PROXY)
    monkeypatch.setenv("http_proxy", DEAD_PROXY)
    monkeypatch.setenv("SCALE_API_KEY", "a key of the user's own")
    suite(
        """
        import scaleapi

        def test_a(scale_sandbox, scale_client):
            with scaleapi.ScaleClient(retries=0) as own:
                own.create_project("p", scaleapi.TaskType.Categorization)
                assert own.api.base_api_url == scale_sandbox.url
                assert own.api.api_key.startswith("test_")
            assert scale_client.get_project("p").name == "p"  # one key, and so one account
            assert [request.status for request in scale_sandbox.requests] == [200, 200]
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("spared", [None, "10.0.0.1", "*"])
def test_plugin_environment_is_restored_after_each_test(suite, monkeypatch, spared):
    monkeypatch.setenv("SCALE_API_KEY", "mine")
    if spared:
        monkeypatch.setenv("NO_PROXY", spared)
    suite(
        f"""
        import os

        NAMES = "SCALE_API_KEY", "SCALE_API_INSTANCE_URL", "NO_PROXY", "no_proxy"
        before = [os.environ.get(name) for name in NAMES]
        spared = {spared!r}

        def test_a(monkeypatch, scale_sandbox):
            assert os.environ["SCALE_API_KEY"] != "mine"
            assert os.environ["NO_PROXY"] == {{
                None: "127.0.0.1", "10.0.0.1": "10.0.0.1,127.0.0.1", "*": "*"
            }}[spared]
            monkeypatch.setenv("SCALE_API_KEY", "test_another")

        def test_b():
            after = [os.environ.get(name) for name in NAMES]
            assert after == before == ["mine", None, spared, None]
        """
    ).assert_outcomes(passed=2)


def test_plugin_tests_share_one_server_and_each_finds_it_empty(suite):
    suite(
        """
        import pytest

        servers = set()

        @pytest.mark.parametrize("number", range(3))
        def test_a(scale_sandbox, scale_client, number):
            servers.add((id(scale_sandbox), scale_sandbox.url))
            assert len(servers) == 1
            assert (scale_client.get_projects(), len(scale_sandbox.requests)) == ([], 1)
            scale_client.create_project(f"p{number}", "categorization")
            scale_sandbox.fail_next("*", "*", status=402, times=9)
        """
    ).assert_outcomes(passed=3)


def test_plugin_server_stopped_by_a_test_is_replaced_for_the_next(suite):
    suite(
        """
        def test_a(scale_sandbox):
            scale_sandbox.stop()

        def test_b(scale_client):
            assert scale_client.get_projects() == []
        """
    ).assert_outcomes(passed=2)


def test_plugin_marker_live_gives_a_live_mode_sandbox(suite):
    suite(
        """
        import pytest

        PAGE = {"attachments": [{"type": "text", "content": "Good morning"}]}

        @pytest.mark.scale_live
        def test_live(scale_sandbox, scale_client):
            task = scale_client.create_task("textcollection", **PAGE)
            assert task.status == "pending"
            scale_sandbox.complete_task(task.id, {"tone": "friendly"})
            task.refresh()
            assert task.response == {"tone": "friendly"}

        def test_plain(scale_client):
            assert scale_client.create_task("textcollection", **PAGE).status == "completed"

        @pytest.mark.scale_live
        class TestClass:
            def test_live(self, scale_client):
                assert scale_client.create_task("textcollection", **PAGE).status == "pending"
        """
    ).assert_outcomes(passed=3)


def test_plugin_client_retries_quickly_and_is_closed_at_the_end(suite):
    suite(
        """
        closed = []

        def test_a(scale_sandbox, scale_client):
            scale_sandbox.fail_next("GET", "/projects", status=503, times=2)
            delays = []
            watched = scale_client.with_options(on_attempt=lambda each: delays.append(each.delay))
            assert watched.get_projects() == []
            assert len(delays) == 3 and max(delays) <= 0.01
            close = scale_client.close
            scale_client.close = lambda: closed.append(close())

        def test_b():
            assert closed == [None]
        """
    ).assert_outcomes(passed=2)


def test_plugin_clients_of_the_program_wait_for_10_ms_at_most(suite):
    suite(
        """
        import scaleapi

        def test_retries(scale_sandbox):
            asked = {"Retry-After": "30"}
            scale_sandbox.fail_next("GET", "/projects", status=503, headers=asked, times=2)
            delays = []
            with scaleapi.ScaleClient() as client:
                seen = client.with_options(on_attempt=lambda each: delays.append(each.delay))
                assert seen.get_projects() == []
            assert delays == [0.01, 0.01, 0.0]

        def test_bulk(scale_sandbox):
            patient = scaleapi.RetryPolicy(backoff_factor=20, jitter=0)
            with scaleapi.ScaleClient(retries=patient) as client:
                client.create_project("p", "categorization")
                scale_sandbox.fail_next("POST", "/task/*", status=429, times=3)
                payload = {
                    "project": "p", "attachment_type": "text", "attachment": "a cat",
                    "categories": ["cat", "dog"], "instruction": "What is it?",
                }
                payloads = [{**payload, "unique_id": str(row)} for row in range(9)]
                assert client.create_tasks("categorization", payloads).run() == {"created": 9}
        """,
        "--timeout=10",
    ).assert_outcomes(passed=2)


def test_plugin_live_sandbox_completes_tasks_after_the_seconds_of_its_mark(suite):
    suite(
        """
        import time
        import pytest

        PAGE = [{"type": "text", "content": "Good morning"}]

        @pytest.mark.scale_live(complete_after=0.2)
        def test_a(scale_client):
            task = scale_client.create_task("textcollection", attachments=PAGE)
            assert task.status == "pending"
            while task.status == "pending":
                time.sleep(0.02)
                task.refresh()
            assert task.status == "completed"

        @pytest.mark.scale_live
        def test_b(scale_client):
            task = scale_client.create_task("textcollection", attachments=PAGE)
            time.sleep(0.5)
            task.refresh()
            assert task.status == "pending"

        @pytest.mark.scale_live(after=2)
        def test_c(scale_client):
            raise AssertionError("the mark is invalid")
        """
    ).assert_outcomes(passed=2, errors=1)


def test_plugin_servers_stop_with_the_session(suite, pytester):
    pytester.makeconftest(
        """
        import pathlib, threading

        def pytest_unconfigure():
            names = [thread.name for thread in threading.enumerate()]
            pathlib.Path("threads").write_text(" ".join(names))
        """
    )
    suite(
        """
        import threading
        import pytest

        def test_a(scale_client):
            scale_client.get_projects()
            assert threading.active_count() > 1

        @pytest.mark.scale_live
        def test_b(scale_client):
            scale_client.get_projects()
        """
    ).assert_outcomes(passed=2)
    assert (pytester.path / "threads").read_text() == "MainThread"


def test_plugin_fixtures_work_in_unittest_classes(suite):
    suite(
        """
        import unittest
        import pytest
        import scaleapi

        @pytest.mark.usefixtures("scale_sandbox")
        class Plain(unittest.TestCase):
            def setUp(self):
                self.client = scaleapi.ScaleClient()
                self.addCleanup(self.client.close)

            def test_a(self):
                self.client.create_project("p", "categorization")

            def test_b(self):
                self.assertEqual(self.client.get_projects(), [])

        class WithTheSandbox(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _box(self, scale_sandbox):
                self.box = scale_sandbox

            def test_c(self):
                self.assertEqual(self.box.requests, [])
        """
    ).assert_outcomes(passed=3)


def test_plugin_under_xdist_each_worker_has_its_own_server(suite, pytester):
    done = suite(
        """
        import os, pathlib
        import pytest

        @pytest.mark.parametrize("number", range(20))
        def test_a(scale_sandbox, scale_client, number):
            assert scale_client.get_projects() == []
            scale_client.create_project("p", "categorization")
            assert [request.status for request in scale_sandbox.requests] == [200, 200]
            with open(os.environ["PYTEST_XDIST_WORKER"], "a") as file:
                file.write(scale_sandbox.url + "\\n")
        """,
        "-n",
        "2",
    )
    done.assert_outcomes(passed=20)
    urls = [set((pytester.path / worker).read_text().split()) for worker in ("gw0", "gw1")]
    assert [len(found) for found in urls] == [1, 1]
    assert urls[0] != urls[1]


def test_plugin_without_flask_fails_only_tests_that_use_it_and_names_the_extra(suite, pytester):
    pytester.makepyfile(flask="raise ImportError('there is no flask', name='flask')")
    done = suite(
        """
        def test_a(scale_sandbox):
            pass

        def test_b(scale_client):
            pass

        def test_c():
            pass
        """
    )
    done.assert_outcomes(passed=1, errors=2)
    done.stdout.fnmatch_lines(["*pip install 'scaleapi[[]sandbox[]]'*"] * 2)
    done.stdout.no_fnmatch_line("*pytest_plugin.py*")  # no trace through code of ours
