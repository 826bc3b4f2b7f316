"""Report the progress of a run, with a progress bar or through a callback."""

from __future__ import annotations

from typing import Any, Callable, Optional, Union

from .exceptions import ScaleInvalidArgument

ProgressOption = Union[bool, Callable[[int, Optional[int]], object], None]
ProgressCallback = Callable[..., None]
"""Called with the number of finished items, and their total if it changed; with None at the end."""


def make_progress_callback(
    progress: ProgressOption, name: str, total: Optional[int]
) -> ProgressCallback:
    """Return the function that a run reports its progress to.

    Args:
        progress: The caller's option, see `validate_progress`.
        name: Name of the run, the label of a bar.
        total: Number of items, None if it is not known.
    """
    if progress is True:
        return _make_bar(name, total)

    def report(done: Optional[int], new_total: Optional[int] = None) -> None:
        nonlocal total
        total = total if new_total is None else new_total
        if callable(progress) and done is not None:
            progress(done, total)

    return report


def _make_bar(name: str, total: Optional[int]) -> ProgressCallback:
    from tqdm.auto import tqdm

    bar = tqdm(total=total, desc=name, unit="", delay=0)

    def report(done: Optional[int], new_total: Optional[int] = None) -> None:
        if done is None:
            bar.close()
            return
        if new_total is not None:
            bar.total = new_total
        bar.update(done - bar.n)

    return report


def validate_progress(progress: Any) -> None:
    """Raise unless it is True for a bar, a callback, or None or False for neither.

    Raises:
        ImportError: If it is True and tqdm is not installed.
        ScaleInvalidArgument: If it is invalid.
    """
    if progress is True:
        try:
            import tqdm.auto  # noqa: F401
        except ImportError:
            raise ImportError(
                "A progress bar needs tqdm. Install it with: pip install 'scaleapi[progress]'"
            ) from None
    elif not callable(progress) and progress not in (None, False):
        raise ScaleInvalidArgument(
            f"progress must be True for a bar, a callback (done, total), or None, got {progress!r}"
        )
