"""Report the progress of a run: a bar, or a function of the caller's."""

from __future__ import annotations

from typing import Any, Callable, Optional, Union

from ..exceptions import ScaleInvalidArgument

ProgressOption = Union[bool, Callable[[int, Optional[int]], object], None]
ProgressCallback = Callable[[Optional[int]], None]
"""Called with the number of outcomes so far, and with None at the end."""


def make_progress_callback(
    progress: ProgressOption, name: str, total: Optional[int]
) -> ProgressCallback:
    """Return what reports progress.

    Args:
        progress: See `validate_progress`.
        name: Of the run, to show beside a bar.
        total: Number of items, None where it is not known.
    """
    if callable(progress):
        return _calling(progress, total)
    return _bar(name, total) if progress else lambda done: None


def _calling(
    call: Callable[[int, Optional[int]], object], total: Optional[int]
) -> ProgressCallback:
    def report(done: Optional[int]) -> None:
        if done is not None:
            call(done, total)

    return report


def _bar(name: str, total: Optional[int]) -> ProgressCallback:
    from tqdm.auto import tqdm

    bar = tqdm(total=total, desc=name, unit="", delay=0)

    def report(done: Optional[int]) -> None:
        if done is None:
            bar.close()
        else:
            bar.update(done - bar.n)

    return report


def validate_progress(progress: Any) -> None:
    """Reject what cannot show progress.

    Raises:
        ImportError: If a bar is wanted, and tqdm is missing.
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
            f"progress must be True for a bar, a function of the number done and the number in "
            f"all, or None, got {progress!r}"
        )
