"""Responses of chat tasks: the canned one, those of callers, and their parts.

A response is stored whole, as `{"threads": [...]}`; the parts that a request does not select with
`opts` are omitted when it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .store import Doc

MODELS = ("model_a", "model_b")
OPTIONS = ("annotation_details", "attachment_details", "model_parameters", "submissions")

_FILES = "https://sandbox.example.org/files"
_PROMPT = "Name three rivers."
_REPLIES = {"model_a": "Volta, Loire, Indus.", "model_b": "Volta. Loire. Thames."}
_FOLLOW_UP = "And one more?"
_BRIEF_ANNOTATION = ("id", "key", "type", "value")
_BRIEF_FILE = ("url", "scale_url", "mime_type")


def response(task: Doc) -> Doc:
    """Return the canned response: it depends on the task alone, and has every possible part."""
    steps = [{"type": "PromptInput", "output": _PROMPT}]  # v1's own form
    return {"responses": steps, "threads": [_Canned(task).thread()]}


def fill_in(task: Doc, partial: Any) -> Any:
    """Add the keys to a response that each thread, turn and message has.

    Args:
        task: The task of the response.
        partial: The response; an empty one stands for the canned response.

    Returns:
        The whole response; one without threads unchanged.

    Raises:
        ValueError: If threads, turns or messages are not lists of objects.
    """
    if not partial:
        return response(task)
    if not isinstance(partial, dict) or "threads" not in partial:
        return partial
    threads = _objects(partial, "threads")
    return {
        **partial,
        "threads": [
            _thread(thread, f"{task['task_id']}_{number}")
            for number, thread in enumerate(threads, 1)
        ],
    }


def _thread(thread: Doc, place: str) -> Doc:
    turns = _objects(thread, "turns")
    filled = [_turn(turn, f"{place}_{number}") for number, turn in enumerate(turns, 1)]
    return {"id": f"thread_{place}", "annotations": [], **thread, "turns": filled}


def _turn(turn: Doc, place: str) -> Doc:
    messages = [_message(message) for message in _objects(turn, "messages")]
    return {"id": f"turn_{place}", "annotations": [], **turn, "messages": messages}


def _message(message: Doc) -> Doc:
    role = message.get("role", "assistant")
    return {"role": role, "source_id": role, "content": {}, "annotations": [], **message}


def _objects(holder: Doc, key: str) -> list[Doc]:
    objects = holder.get(key, [])
    if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
        raise ValueError(f'"{key}" must be a list of objects')
    return objects


def select(response: Any, opts: Collection[str]) -> list[Any]:
    """Return the threads of a response in the selected detail; none if it has no threads.

    Args:
        response: The response of a task.
        opts: The optional parts to show, some of `OPTIONS`.
    """
    threads = response.get("threads") if isinstance(response, dict) else None
    return [_select(thread, opts) for thread in threads] if isinstance(threads, list) else []


def _select(value: Any, opts: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_select(item, opts) for item in value]
    if not isinstance(value, dict):
        return value
    selected = {}
    for key, item in value.items():
        if key == "annotations":
            selected[key] = (
                item if "annotation_details" in opts else _brief(item, _BRIEF_ANNOTATION)
            )
        elif key == "attachments":
            selected[key] = item if "attachment_details" in opts else _brief(item, _BRIEF_FILE)
        elif key not in OPTIONS or key in opts:
            selected[key] = _select(item, opts)
    return selected


def _brief(items: Any, keys: Collection[str]) -> Any:
    if not isinstance(items, list):
        return items
    return [
        {key: item[key] for key in keys if key in item} if isinstance(item, dict) else item
        for item in items
    ]


def iter_listed(value: Any, name: str) -> Iterator[Doc]:
    """Yield the objects of all lists under this key, at any depth.

    Args:
        value: JSON.
        name: The key, such as "annotations" or "attachments".
    """
    if isinstance(value, list):
        for item in value:
            yield from iter_listed(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == name and isinstance(item, list):
                yield from (element for element in item if isinstance(element, dict))
            else:
                yield from iter_listed(item, name)


def annotation_ids(response: Any) -> list[str]:
    """Return the ids of all annotations of a response, by which its task is found."""
    ids = (annotation.get("id") for annotation in iter_listed(response, "annotations"))
    return [name for name in ids if isinstance(name, str)]


def turn_count(response: Any) -> int:
    """Count the turns of a response."""
    return len(list(iter_listed(response, "turns")))


class _Canned:
    """Builds the canned response of one task."""

    def __init__(self, task: Doc) -> None:
        self._id = task["task_id"]
        self._created = task["created_at"]
        self._params = task.get("params") or {}
        self._annotations = 0

    def thread(self) -> Doc:
        return {
            "id": f"thread_{self._id}",
            "turns": [self._first_turn(), self._second_turn()],
            "submissions": [
                {"submitted_at": self._created, "contributor_id": f"contributor_{number}"}
                for number in (1, 2)
            ],
            "annotations": [
                self._note("summary", "text", "Both models know rivers."),
                self._note("code", "workspace_container", self._workspace()),
                self._note("transcript", "file", [self._file("transcript.txt", "text/plain")]),
            ],
        }

    def _first_turn(self) -> Doc:
        criterion = self._note("names_three", "rubric_criteria", {"weight": 2, "group": "facts"})
        return {
            "id": f"turn_{self._id}_1",
            "messages": [
                {"role": "system", "source_id": "system", "content": {"text": "Be brief."},
                 "annotations": []},
                self._user(),
                *(self._assistant(model, criterion) for model in MODELS),
            ],
            "annotations": [
                criterion,
                self._note("winner", "category", "model_b", possible_values=list(MODELS)),
                self._note(
                    "flaws", "category_multiple", ["format"],
                    possible_values=["facts", "format", "tone"],
                ),
                self._note("ranking", "ranked_choices", ["model_b", "model_a"]),
                self._note("ranking_with_ties", "ranked_groups", [["model_a", "model_b"]]),
            ],
            "rubrics": [self._rubric()],
        }  # fmt: skip

    def _second_turn(self) -> Doc:
        return {
            "id": f"turn_{self._id}_2",
            "messages": [
                {"role": "user", "source_id": "user", "content": {"text": _FOLLOW_UP},
                 "annotations": []},
                {"role": "assistant", "source_id": "model_b", "content": {"text": "Seine."},
                 "annotations": [self._unrated()]},
            ],
            "annotations": [],
        }  # fmt: skip

    def _user(self) -> Doc:
        return {
            "role": "user",
            "source_id": "user",
            "content": {
                "text": _prompt(self._params.get("template_variables")),
                "reference_texts": [
                    {"content": "Rivers flow.", "category": "source", "url": f"{_FILES}/rivers"}
                ],
                "attachments": [
                    {**self._file("notes.txt", "text/plain"), "content": "Uml2ZXJz"},
                    {**self._file("map.png", "image/png"), "file_size_in_bytes": 2048},
                    self._audio(),
                ],
            },
            "annotations": [self._note("is_clear", "boolean", True, possible_values=[True, False])],
        }

    def _assistant(self, model: str, criterion: Doc) -> Doc:
        text = _REPLIES[model]
        score = 1 + MODELS.index(model)
        return {
            "role": "assistant",
            "source_id": model,
            "content": {
                "text": text,
                "chunks": [self._chunk(part) for part in text.split(maxsplit=1)],
                "reasoning": [{"content": "Three rivers that I know."}],
            },
            "model_parameters": {
                "model": model, "temperature": 0.5, "max_completion_tokens": 256, "top_p": 0.9,
                "top_k": 40,
            },
            "annotations": [
                self._note("helpfulness", "integer", 2 + score, possible_values=[1, 2, 3, 4, 5]),
                self._note("places", "labeled_text", [{"label": "river", "text": text[:5]}]),
                self._note("recording", "file", self._audio()),
                # The criterion as its id, and as an object: the API returns either.
                self._note(
                    "rating", "rubric_rating",
                    {"score": score, "color": "green", "justification": "They are rivers."},
                    metadata={"criteria": criterion["id"] if score == 1 else criterion},
                ),
            ],
            "rubric_evaluations": [self._evaluation(score)],
        }  # fmt: skip

    def _chunk(self, text: str) -> Doc:
        note = self._note("is_right", "category", "yes", possible_values=["yes", "no"])
        return {"type": "text", "text": text, "annotations": [note]}

    def _rubric(self) -> Doc:
        return {
            "criteria_definitions": [
                {
                    "id": f"criterion_{self._id}",
                    "criterion": "Names three rivers",
                    "weight": 2,
                    "annotations": [self._note("is_fair", "boolean", True)],
                }
            ],
            "max_total_score": 2,
        }

    def _evaluation(self, score: int) -> Doc:
        return {
            "criteria_evaluations": [
                {
                    "criterion_definition_id": f"criterion_{self._id}",
                    "score": score,
                    "annotations": [self._note("reason", "text", "Counted them.")],
                }
            ],
            "annotations": [self._note("is_final", "boolean", True)],
            "total_score": score,
            "percentage": score * 50,
        }

    def _unrated(self) -> Doc:
        note = self._note("helpfulness", "integer", None, possible_values=[1, 2, 3, 4, 5])
        del note["value"]
        return {**note, "not_applicable": True, "cannot_assess": False}

    def _note(self, key: str, kind: str, value: Any, **extra: Any) -> Doc:
        self._annotations += 1
        title = key.replace("_", " ").capitalize()
        return {
            "id": f"annotation_{self._id}_{self._annotations}",
            "key": key,
            "type": kind,
            "value": value,
            "title": title,
            "description": f"{title}, made up by the sandbox",
            "labels": ["sandbox"],
            "justification": "None: nobody looked at this.",
            **extra,
        }

    def _file(self, name: str, mime_type: str) -> Doc:
        return {
            "name": name,
            "mime_type": mime_type,
            "url": f"{_FILES}/{self._id}/{name}",
            "scale_url": f"scaledata://sandbox/{self._id}/{name}",
        }

    def _audio(self) -> Doc:
        audio = self._file("spoken.mp3", "audio/mpeg")
        del audio["name"]  # audio files have no name
        return {
            **audio,
            "duration": 2.5,
            "transcript": "Three rivers, please.",
            "transcript_url": f"{_FILES}/{self._id}/spoken.txt",
            "transcript_start": 0,
            "transcript_end": 2.5,
        }

    def _workspace(self) -> Doc:
        name = f"workspace_{self._id}"
        source = f"scaledata://sandbox/{self._id}/main.py"
        output = {"content": "ok", "url": f"{_FILES}/{self._id}/out.txt"}
        return {
            "workspace_id": name,
            "workspace_config": {
                "workspace_id": name,
                "workspace_url": f"https://sandbox.example.org/{name}",
                "workspace_token": "none",
                "expires_at": self._created,
                "inactivity_freeze_time": 600,
                "force_enable_workspace_access": False,
                "workspace_image_version": 1,
            },
            "last_code_run_event": {"exit_code": 0},
            "output_files": [
                {"file_name": "main.py", "scale_url": source, "file_language": "python",
                 "file_content": "pass"}
            ],
            "stdout_output": output,
            "stderr_output": {**output, "content": ""},
            "test_stdout_output": output,
            "test_stderr_output": {**output, "content": ""},
        }  # fmt: skip


def _prompt(variables: Any) -> str:
    """Return the user's message: the template's variables, one per line, or a default question."""
    if not isinstance(variables, Mapping) or not variables:
        return _PROMPT
    return "\n".join(f"{name}: {_text(value)}" for name, value in variables.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def schema(params: dict[str, Any]) -> Any:
    """Return the JSON Schema of a project's responses: its own, or that of the canned ones."""
    return params.get("response_schema") or {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"threads": {"type": "array", "items": {"type": "object"}}},
        "required": ["threads"],
    }
