"""Programs of others that use the published client, on the sandbox: `tox run -e programs`.

Each is the package of a public program, installed beside this one; the tests skip where it is not.
"""

import json
import types

import pytest

import scaleapi
from scaleapi.sandbox import Sandbox

KEY = "test_key"


@pytest.fixture
def service(monkeypatch):
    """A sandbox that `ScaleClient(key)` reaches by itself."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("SCALE_API_INSTANCE_URL", sandbox.url)
        monkeypatch.setenv("SCALE_API_KEY", KEY)
        monkeypatch.setenv("SCALE_API_MAX_DELAY", "0.01")
        yield sandbox


@pytest.fixture
def critique():
    """HELM's client that has people judge texts, its requests, and a cache in memory."""
    module = pytest.importorskip("helm.proxy.critique.scale_critique_client")
    requests = pytest.importorskip("helm.common.critique_request")
    cache = pytest.importorskip("helm.common.cache")
    module._scale_projects.clear()
    module._scale_batches.clear()

    def make():
        return module.ScaleCritiqueClient(KEY, cache.BlackHoleCacheConfig(), "helm")

    question = requests.CritiqueQuestionTemplate(
        name="helpful",
        question_type="multiple_choice",
        text="Is {{text}} helpful?",
        options=["yes", "no"],
    )
    template = requests.CritiqueTaskTemplate(
        name="helm-batch", instructions="Read {{text}}.", num_respondents=2, questions=[question]
    )
    request = requests.CritiqueRequest(template, {"text": "an example"})
    return types.SimpleNamespace(make=make, request=request)


def test_helm_has_texts_judged(service, critique):
    client = critique.make()
    result = client.make_critique_request(critique.request)
    assert len(result.responses) == 2
    assert {response.answers["helpful"] for response in result.responses} <= {"yes", "no"}
    with scaleapi.ScaleClient() as own:
        (task,) = own.get_tasks("helm")
        assert (task.batch, task.type) == ("helm-batch", "textcollection")


def test_helm_second_run_is_told_how_to_find_its_task(service, critique):
    """It asks for the task by its unique id, of which no documentation says that it works."""
    critique.make().make_critique_request(critique.request)
    with pytest.raises(scaleapi.ScaleResourceNotFound, match=r"use get_tasks\(unique_id=\.\.\.\)"):
        critique.make().make_critique_request(critique.request)
    with scaleapi.ScaleClient() as own:
        assert own.get_tasks_count("helm") == 1


def test_scale_lidar_io_publishes_a_scene_and_its_result_is_read(service):
    module = pytest.importorskip("scale_lidar_io.task", exc_type=ImportError)
    frames = [f"https://example.org/frame-{number}.json" for number in range(2)]
    scene = types.SimpleNamespace(scale_file_attachments=frames)
    template = {"labels": ["car"], "unique_id": "scene-1", "instruction": "Mark cars."}
    task = module.LidarAnnotationTask.from_scene(scene, template).publish(verbose=False)
    assert (task.type, task.status, task.unique_id) == ("lidarannotation", "completed", "scene-1")
    assert task.params["attachments"] == frames
    with scaleapi.ScaleClient() as own:
        uuid = task.response["annotations"]["url"].rpartition("/")[2]
        result = json.loads(own.get_task_response_file(task.id, uuid))
    assert [len(frame["cuboids"]) for frame in result] == [1, 1]


def test_scale_lidar_io_reading_a_task_by_its_old_calls_names_the_new_ones(service):
    module = pytest.importorskip("scale_lidar_io.task", exc_type=ImportError)
    with pytest.raises(AttributeError, match=r"'fetch_task'; use get_task\(task_id\)"):
        module.LidarAnnotationTask.from_id("66f1c0de8a4b2f0012ab34cd")
