"""Scale's labeling API on this machine, to try and test without a key.

Install it with `pip install 'scaleapi[sandbox]'`. In Python::

    from scaleapi.sandbox import Sandbox

    with Sandbox() as sandbox:
        client = sandbox.client()

From the command line: `python -m scaleapi.sandbox --port 8080`.
"""

from __future__ import annotations

try:
    import cheroot as _cheroot  # noqa: F401
    import flask as _flask  # noqa: F401
except ImportError as exc:
    raise ImportError(
        f"The sandbox needs {exc.name}. Install it with: pip install 'scaleapi[sandbox]'"
    ) from exc

from .callbacks import Callback
from .faults import FaultRule
from .requests_log import RecordedRequest
from .sandbox import Sandbox

__all__ = ["Callback", "FaultRule", "RecordedRequest", "Sandbox"]
