"""Pages, and the one way of walking through them."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple, TypeVar

from .exceptions import ScaleException

T = TypeVar("T")


class Paginator(List[T]):
    """One page of a listing: a list of its items that also says where it stands.

    Attributes:
        docs: the items.
        total: how many items match in all, not only on this page.
        limit: the page size in force.
        offset: position of the first item.
        has_more: whether another page follows.
        next_token: what to pass on to get it, where paging goes by token.
    """

    def __init__(
        self,
        docs: List[T],
        total: int,
        limit: int,
        offset: int,
        has_more: bool,
        next_token: Optional[str] = None,
    ) -> None:
        super().__init__(docs)
        self.docs = docs
        self.total = total
        self.limit = limit
        self.offset = offset
        self.has_more = has_more
        self.next_token = next_token

    def _repr_html_(self) -> str:
        from ._html import list_table

        items = [item.as_dict() for item in self if hasattr(item, "as_dict")]
        first = ("task_id", "id", "name", "type", "status", "project", "batch", "created_at")
        return list_table(f"{type(self).__name__}: {len(self)} of {self.total}", items, first)

    def __reduce__(self) -> Tuple[Any, ...]:
        # A list's own way would call the class with no arguments.
        where = (self.total, self.limit, self.offset, self.has_more, self.next_token)
        return type(self), (list(self), *where), {"docs": self.docs}


PageParams = Dict[str, Any]


def next_by_token(page: Paginator[Any]) -> Optional[PageParams]:
    """What to add to the query for the next page, None where this one says it is the last."""
    return {"next_token": page.next_token} if page.has_more and page.next_token else None


def next_by_offset(page: Paginator[Any]) -> Optional[PageParams]:
    """The same for listings that page by position."""
    if not page.has_more:
        return None
    numbers = isinstance(page.offset, int) and isinstance(page.limit, int)
    if not page or not numbers or page.limit < 1:  # each of these could go on for ever
        raise ScaleException(
            f"The next page can't be found: this one has {len(page)} items, "
            f"offset {page.offset!r}, limit {page.limit!r}"
        )
    return {"offset": page.offset + page.limit}


def iter_items(
    fetch: Callable[[PageParams], Paginator[T]],
    advance: Callable[[Paginator[T]], Optional[PageParams]],
    start: PageParams,
) -> Iterator[T]:
    """Every item of every page; a page is asked for when the one before is used up, and let go.

    Args:
        fetch: gives the page that a step leads to.
        advance: gives the step after a page, None at the end.
        start: the step to the first page.

    Raises:
        ScaleException: the server leads back to a page that was there already.
    """
    step: Optional[PageParams] = start
    seen: Set[str] = set()
    while step is not None:
        if repr(step) in seen:
            raise ScaleException(f"Pagination loop: page {step} was already returned")
        seen.add(repr(step))
        page = fetch(step)
        step = advance(page)
        items = iter(page)
        del page  # pages can be large: never two at once
        yield from items
