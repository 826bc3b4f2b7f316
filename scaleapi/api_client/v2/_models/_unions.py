"""Base classes of published models that stand for one of several models, or for an id."""

from __future__ import annotations

from collections.abc import Mapping
from json import loads
from typing import Any, ClassVar, Optional, Union, get_origin

from ..exceptions import ApiTypeError
from ._convert import Id, decoders_for, to_jsonable
from ._model import M, Model, _construct


class DiscriminatedModel(Model):
    """A model of several types, which the published client wraps.

    Called with a model of one of the types, it returns that model. JSON becomes a model of the type
    that its `type` names, or, if that is missing or unknown, one of this class with all the data.
    """

    _subclasses: ClassVar[dict[str, type[Model]]] = {}
    """By `type`."""
    _type: ClassVar[Optional[str]] = None
    _wraps: ClassVar[tuple[type[Model], ...]] = ()
    """The models that it accepts besides its subclasses."""

    def __init_subclass__(cls, type: Optional[str] = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if type is not None:
            cls._subclasses[type] = cls
            cls._type = type
        cls._subclasses = {}

    def __new__(cls, actual_instance: Any = None, /, **fields: Any) -> Any:
        wrapped = fields.get("actual_instance", actual_instance)
        if wrapped is None:
            return object.__new__(cls._class_for(fields))
        if isinstance(wrapped, (cls, *cls._wraps)):
            return wrapped
        return cls.from_dict(wrapped)

    def __init__(self, actual_instance: Any = None, /, **fields: Any) -> None:
        if actual_instance is None and fields.pop("actual_instance", None) is None:
            super().__init__(**{"type": self._type, **fields} if self._type else fields)

    @classmethod
    def _class_for(cls, data: Mapping[str, Any]) -> type[Any]:
        name = data.get("type")
        return cls._subclasses.get(name, cls) if isinstance(name, str) else cls

    @classmethod
    def view(cls: type[M], data: dict[str, Any]) -> M:
        """Return a model of this JSON, of the type that its `type` names."""
        return _construct(cls._class_for(data), data)  # type: ignore[attr-defined, no-any-return]


class _OneOfType(type):
    _members: tuple[Any, ...]

    @property
    def _classes(cls) -> tuple[type, ...]:
        return tuple(get_origin(member) or member for member in cls._members)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls._classes)


class OneOf(metaclass=_OneOfType):
    """A published name of what may be an id or a model.

    Called with either it returns that: an id as an `Id`, a model as it is, a dictionary as a model.
    The values of fields that may be either are instances of it.

    Attributes:
        actual_instance: The id or the model itself.
    """

    actual_instance: Any
    _members: ClassVar[tuple[Any, ...]] = ()

    def __new__(cls, actual_instance: Any = None) -> Any:
        return cls.from_dict(actual_instance)

    @classmethod
    def from_dict(cls, obj: Any) -> Any:
        """Return the id or the model; None for None.

        Raises:
            ApiTypeError: If it is neither.
        """
        if obj is None or (isinstance(obj, (Model, Id)) and isinstance(obj, cls)):
            return obj
        data = to_jsonable(obj)
        decode = decoders_for(Union[cls._members]).get(type(data))
        if decode is None or isinstance(obj, Model):
            names = " or ".join(member.__name__ for member in cls._classes)
            raise ApiTypeError(f"{cls.__name__} must be {names}, got {obj!r}")
        return decode(data)

    @classmethod
    def from_json(cls, json_str: Union[str, bytes]) -> Any:
        """Return the id or the model of a JSON document."""
        return cls.from_dict(loads(json_str))
