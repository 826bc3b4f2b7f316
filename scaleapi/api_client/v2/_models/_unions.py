"""Models of several kinds, and names of what may be an id or a model."""

from __future__ import annotations

from json import loads
from typing import Any, ClassVar, Dict, Mapping, Optional, Tuple, Type, Union, get_origin

from ..exceptions import ApiTypeError
from ._convert import Id, plain, readers
from ._model import M, Model, _open


class Wrapper(Model):
    """A model of several kinds, which the published client wraps.

    Called with a model of one of the kinds, it gives that model. JSON becomes a model of the kind
    that its `type` names; where none does, one of this class, with all that came.
    """

    _kinds: ClassVar[Dict[str, Type[Model]]] = {}
    """By `type`."""
    _type: ClassVar[Optional[str]] = None
    _wraps: ClassVar[Tuple[Type[Model], ...]] = ()
    """What it takes besides its subclasses."""

    def __init_subclass__(cls, type: Optional[str] = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if type is not None:
            cls._kinds[type] = cls
            cls._type = type
        cls._kinds = {}

    def __new__(cls, actual_instance: Any = None, /, **fields: Any) -> Any:
        given = fields.get("actual_instance", actual_instance)
        if given is None:
            return object.__new__(cls._kind(fields))
        if isinstance(given, (cls, *cls._wraps)):
            return given
        return cls.from_dict(given)

    def __init__(self, actual_instance: Any = None, /, **fields: Any) -> None:
        if actual_instance is None and fields.pop("actual_instance", None) is None:
            super().__init__(**{"type": self._type, **fields} if self._type else fields)

    @classmethod
    def _kind(cls, data: Mapping[str, Any]) -> Type[Any]:
        name = data.get("type")
        return cls._kinds.get(name, cls) if isinstance(name, str) else cls

    @classmethod
    def view(cls: Type[M], data: Dict[str, Any]) -> M:
        """A model of this JSON, of the kind that its `type` names."""
        return _open(cls._kind(data), data)  # type: ignore[attr-defined, no-any-return]


class _OneOf(type):
    _kinds: Tuple[Any, ...]

    @property
    def _classes(cls) -> Tuple[type, ...]:
        return tuple(get_origin(kind) or kind for kind in cls._kinds)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls._classes)


class OneOf(metaclass=_OneOf):
    """A name that the published client has for what may be an id or a model.

    Called with either it gives that: the id as an `Id`, the model as it is, a dictionary as a
    model. What is in a field that may be either is an instance of it.

    Attributes:
        actual_instance: the id or the model itself.
    """

    actual_instance: Any
    _kinds: ClassVar[Tuple[Any, ...]] = ()

    def __new__(cls, actual_instance: Any = None) -> Any:
        return cls.from_dict(actual_instance)

    @classmethod
    def from_dict(cls, obj: Any) -> Any:
        """The id or the model; None of None.

        Raises:
            ApiTypeError: it is neither.
        """
        if obj is None or (isinstance(obj, (Model, Id)) and isinstance(obj, cls)):
            return obj
        data = plain(obj)
        read = readers(Union[cls._kinds]).get(type(data))
        if read is None or isinstance(obj, Model):
            names = " or ".join(kind.__name__ for kind in cls._classes)
            raise ApiTypeError(f"{cls.__name__} takes {names}, got {obj!r}")
        return read(data)

    @classmethod
    def from_json(cls, json_str: Union[str, bytes]) -> Any:
        """The id or the model of a JSON text."""
        return cls.from_dict(loads(json_str))
