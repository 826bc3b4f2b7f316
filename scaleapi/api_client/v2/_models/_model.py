"""The base class of v2 models, and that of request models.

A model is a typed view on the JSON that it holds. Its fields are declared once, as annotations of
the class; each becomes a `Field`, which converts on reading and on assignment:

- Reading neither copies nor changes anything. A nested model views the nested JSON, so that what is
  assigned there shows in the whole.
- What the service sends is never rejected: unknown keys, types and values, and a null or nothing at
  all in the place of something required, are returned as they are.
- What the caller passes is copied, and only request models validate it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cache, cached_property
from json import dumps, loads
from pprint import pformat
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Optional,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from ..exceptions import ApiAttributeError, ApiTypeError, ApiValueError
from ._convert import Decoders, Id, Serializable, decoders_for, to_jsonable

M = TypeVar("M", bound="Model")

_type_hints = cache(get_type_hints)


class Field:
    """One field of a model: a descriptor that converts the JSON under its key.

    Args:
        owner: The model that declares it.
        name: Name of the attribute.
        key: Its key in the JSON.
        default: Value to read where the JSON lacks the key.
    """

    def __init__(self, owner: Any, name: str, key: str, default: Any) -> None:
        self.owner = owner
        self.name = name
        self.key = key
        self.default = default

    # Types are resolved on first use, when all models are defined.

    @cached_property
    def hint(self) -> Any:
        """The type in its declaration."""
        return _type_hints(self.owner)[self.name]

    @cached_property
    def decoders(self) -> Decoders:
        """The functions that convert its JSON, by the type of the JSON."""
        decoders = dict(decoders_for(self.hint))
        if self.is_list:
            decoders[type(None)] = lambda null: []
        return decoders

    @property
    def is_list(self) -> bool:
        """Whether it is always read as a list."""
        return get_origin(self.hint) is list

    @property
    def types(self) -> tuple[type, ...]:
        """The Python types that a request model accepts on assignment."""
        hints = get_args(self.hint) if get_origin(self.hint) is Union else (self.hint,)
        return tuple(get_origin(hint) or hint for hint in hints)

    @property
    def required(self) -> bool:
        """Whether the OpenAPI schema marks it as required; a list never is."""
        optional = self.is_list or self.hint is Any or type(None) in self.types
        return not optional and self.default is None

    def decode(self, raw: Any) -> Any:
        """Return the Python value of a JSON value."""
        decode = self.decoders.get(type(raw))
        return raw if decode is None else decode(raw)

    def __get__(self, model: Optional[Model], owner: Optional[type] = None) -> Any:
        if model is None:
            return self
        key = self.key
        raw = model._json.get(key, self.default)
        json_type = type(raw)
        decode = self.decoders.get(json_type)
        if decode is None:
            return raw
        if json_type is str or json_type is float:
            return decode(raw)
        # The caller may change models and lists, so that each is made only once.
        cached = model._cache.get(key)
        if cached is None or cached[0] is not raw:
            value = decode(raw)
            items = list(value) if isinstance(value, list) else None
            cached = model._cache[key] = (raw, value, items)
        return cached[1]

    def __set__(self, model: Model, value: Any) -> None:
        model._check(self, value)
        model._json[self.key] = to_jsonable(value)
        model._cache.pop(self.key, None)


class _Signature:
    """The arguments of a model, for `help` and for completion."""

    def __get__(self, model: Optional[Model], owner: type[Model]) -> Any:
        from inspect import Parameter, Signature

        def parameter(name: str, field: Field) -> Parameter:
            default = Parameter.empty if field.required else field.default
            return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=field.hint)

        return Signature([parameter(name, field) for name, field in owner._fields.items()])


class Model(Serializable):
    """An object of the v2 API: a typed view on its JSON.

    Made from keywords, or by `from_dict` and `from_json`. A list that the JSON lacks is read as
    `[]`, anything else that it lacks as None, even where the schema requires it. Two models are
    equal if they have the same class and equal data; a null equals a missing key.
    """

    __slots__ = ("__weakref__", "_cache", "_json")

    _fields: ClassVar[dict[str, Field]] = {}
    """The fields by attribute name."""
    _aliases: ClassVar[Mapping[str, str]] = {}
    """The JSON keys of attributes that are spelled differently, by attribute name."""

    _json: dict[str, Any]
    _cache: dict[str, tuple[Any, Any, Optional[list[Any]]]]
    """By key: the JSON that was read, the value made from it, and the items of a list."""

    __signature__ = _Signature()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in cls.__dict__.get("__annotations__", ()):  # noqa: RUF063
            if not name.startswith("_"):
                default = cls.__dict__.get(name)
                setattr(cls, name, Field(cls, name, cls._aliases.get(name, name), default))
        cls._fields = {
            name: getattr(cls, name)
            for base in reversed(cls.__mro__)
            for name, field in vars(base).items()
            if isinstance(field, Field)
        }

    def __init__(self, /, **fields: Any) -> None:
        extra = fields.pop("additional_properties", None) or {}
        # Past __setattr__, which knows fields only.
        _set_json(self, to_jsonable(self._normalize_input({**fields, **extra})))
        _set_cache(self, {})

    @classmethod
    def _normalize_input(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the caller passes, by the keys of the JSON."""
        return {cls._aliases.get(name, name): value for name, value in given.items()}

    def _check(self, field: Field, value: Any) -> None:
        """Reject an invalid value; only request models do."""

    # From JSON and back.

    @classmethod
    def view(cls: type[M], data: dict[str, Any]) -> M:
        """Return a model of this JSON, which is neither copied nor validated."""
        return _construct(cls, data)

    @overload
    @classmethod
    def from_dict(cls, obj: None) -> None: ...

    @overload
    @classmethod
    def from_dict(cls: type[M], obj: Union[Mapping[str, Any], Model]) -> M: ...

    @classmethod
    def from_dict(cls: type[M], obj: Union[Mapping[str, Any], Model, None]) -> Optional[M]:
        """Return a model of a copy of a dictionary; a model as it is, and None for None.

        Raises:
            ApiTypeError: If it is none of these.
        """
        if obj is None:
            return None
        if isinstance(obj, Mapping):
            return cls.view(to_jsonable(cls._normalize_input(obj)))
        if not isinstance(obj, cls):
            raise ApiTypeError(f"obj must be a dictionary or a {cls.__name__}, got {obj!r}")
        return obj

    @classmethod
    def from_json(cls: type[M], json_str: Union[str, bytes]) -> M:
        """Return a model of a JSON document."""
        data: dict[str, Any] = loads(json_str)
        return cls.from_dict(data)

    def _repr_html_(self) -> str:
        from ...._html import object_table

        return object_table(type(self).__name__, self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON itself, not a copy: as it was sent, with what was assigned since."""
        for key, (raw, value, items) in list(self._cache.items()):
            if self._json.get(key) is not raw:
                del self._cache[key]  # replaced in the JSON since it was read
            elif items is None:
                value.as_dict()
            else:
                data = [
                    item.as_dict() if isinstance(item, Model) else to_jsonable(item)
                    for item in value
                ]
                if len(value) != len(items) or any(a is not b for a, b in zip(value, items)):
                    self._json[key] = data
                    self._cache[key] = (data, value, list(value))
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """Return the data by JSON key, with datetimes, enum members and nested dictionaries.

        Fields that are None are left out; unknown keys are kept.
        """
        return self.model_dump(by_alias=True, exclude_none=True)

    def to_str(self) -> str:
        """Return all fields, including those that are None, pretty-printed."""
        return pformat(self.model_dump(by_alias=True))

    @property
    def actual_instance(self: M) -> M:
        """The model itself."""
        return self

    @property
    def additional_properties(self) -> dict[str, Any]:
        """A copy of what the JSON has beyond the declared fields; assign to it to change them."""
        return to_jsonable(dict(self._extra_items()))  # type: ignore[no-any-return]

    @additional_properties.setter
    def additional_properties(self, extra: Mapping[str, Any]) -> None:
        for key, _ in list(self._extra_items()):
            del self._json[key]
        self._json.update(to_jsonable(extra))

    def _extra_items(self) -> Iterator[tuple[str, Any]]:
        keys = {field.key for field in self._fields.values()}
        return ((key, raw) for key, raw in self._json.items() if key not in keys)

    # For callers who are used to pydantic.

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Optional[Collection[str]] = None,
        exclude: Optional[Collection[str]] = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """Return the data as dictionaries.

        Args:
            mode: "python", or "json" for strings in the place of datetimes and enum members.
            include: The only fields to return; names of this model, not of nested ones.
            exclude: Fields to leave out, likewise.
            by_alias: Whether to use the keys of the JSON where attributes are spelled differently.
            exclude_unset: Whether to leave out what the JSON lacks.
            exclude_defaults: Whether to leave out what equals its default.
            exclude_none: Whether to leave out fields that are None.
        """
        options: dict[str, Any] = {
            "by_alias": by_alias,
            "exclude_unset": exclude_unset,
            "exclude_defaults": exclude_defaults,
            "exclude_none": exclude_none,
        }

        def dump(value: Any) -> Any:
            if isinstance(value, Model):
                return value.model_dump(**options)
            if isinstance(value, list):
                return [dump(item) for item in value]
            # Datetimes and enum members stay as they are.
            return to_jsonable(value) if isinstance(value, (dict, Id)) else value

        def is_selected(name: str) -> bool:
            return (include is None or name in include) and (exclude is None or name not in exclude)

        data = self.as_dict()
        dumped = {}
        for name, field in self._fields.items():
            raw = data.get(field.key, field.default)
            is_excluded = (
                (exclude_none and raw is None)
                or (exclude_unset and field.key not in data)
                or (exclude_defaults and raw == field.default)
            )
            if not is_excluded and is_selected(name):
                value = raw if raw is None else dump(field.decode(raw))
                dumped[field.key if by_alias else name] = value
        dumped.update(
            {key: to_jsonable(raw) for key, raw in self._extra_items() if is_selected(key)}
        )
        return to_jsonable(dumped) if mode == "json" else dumped

    def model_dump_json(self, *, indent: Optional[int] = None, **options: Any) -> str:
        """Return what `model_dump` returns, as a JSON document.

        Args:
            indent: Spaces for each level; None for one line.
            options: Arguments of `model_dump`.
        """
        separators = (",", ":") if indent is None else None
        data = self.model_dump(mode="json", **options)
        return dumps(data, ensure_ascii=False, indent=indent, separators=separators)

    @classmethod
    def model_validate(cls: type[M], obj: Union[Mapping[str, Any], Model]) -> M:
        """Return a model of a dictionary; a model as it is."""
        if obj is None:
            raise ApiTypeError(f"obj must be a dictionary or a {cls.__name__}, got None")
        return cls.from_dict(obj)

    @classmethod
    def model_validate_json(cls: type[M], json_data: Union[str, bytes]) -> M:
        """Return a model of a JSON document."""
        return cls.model_validate(loads(json_data))

    def model_copy(self: M, *, update: Optional[Mapping[str, Any]] = None, deep: bool = False) -> M:
        """Return a copy.

        Args:
            update: Values to assign to fields of the copy.
            deep: Whether to copy nested data too.
        """
        twin = self.__deepcopy__({}) if deep else self.__copy__()
        for name, value in (update or {}).items():
            setattr(twin, name, value)
        return twin

    # Special methods.

    if not TYPE_CHECKING:  # else type checkers would let any name pass

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self._fields and name != "additional_properties":
                suggestion = _did_you_mean(name, self._fields)
                raise ApiAttributeError(f"{type(self).__name__} has no field {name}; {suggestion}")
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Model):
            return NotImplemented
        return self is other or self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __str__(self) -> str:
        data = self.as_dict()
        known = [
            f"{name}={None if data.get(field.key) is None else field.decode(data[field.key])!r}"
            for name, field in self._fields.items()
        ]
        return " ".join([*known, *(f"{key}={raw!r}" for key, raw in self._extra_items())])

    def __repr__(self) -> str:
        data = self.as_dict()
        known = [
            f"{name}={field.decode(data[field.key])!r}"
            for name, field in self._fields.items()
            if data.get(field.key) is not None
        ]
        extra = [f"{key}={raw!r}" for key, raw in self._extra_items()]
        return f"{type(self).__name__}({', '.join(known + extra)})"

    def __copy__(self: M) -> M:
        return _construct(type(self), dict(self.as_dict()))

    def __deepcopy__(self: M, memo: dict[int, Any]) -> M:
        twin = memo[id(self)] = _construct(type(self), to_jsonable(self.as_dict()))
        return twin

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[Any, ...]]:
        return _construct, (type(self), self.as_dict())


_set_json = vars(Model)["_json"].__set__
_set_cache = vars(Model)["_cache"].__set__


def _construct(cls: type[M], data: dict[str, Any]) -> M:
    model = object.__new__(cls)
    _set_json(model, data)
    _set_cache(model, {})
    return model


def _did_you_mean(name: object, names: Collection[str]) -> str:
    matches = get_close_matches(str(name), names, 1)
    return f"did you mean {matches[0]}?" if matches else f"valid names: {', '.join(names)}"


class RequestModel(Model):
    """The body of a request: a model that validates what the caller passes.

    Raises:
        ApiTypeError: If a value has the wrong type.
        ApiValueError: If an argument is unknown, or a required one is missing.
    """

    _argument_aliases: ClassVar[Mapping[str, str]] = {}
    """The fields that other names of arguments stand for, by that name."""

    @classmethod
    def _normalize_input(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        for alias, name in cls._argument_aliases.items():
            if alias in given and name in given:
                raise ApiValueError(f"{alias} and {name} can't be given together")
        data = {cls._argument_aliases.get(name, name): value for name, value in given.items()}
        for name, value in data.items():
            if name not in cls._fields:
                suggestion = _did_you_mean(name, cls._fields)
                raise ApiValueError(f"unknown argument {name!r} for {cls.__name__}; {suggestion}")
            cls._check_value(cls._fields[name], value)
        for name, field in cls._fields.items():
            if field.required and name not in data:
                raise ApiValueError(f"{cls.__name__} needs {name}")
        return data

    def _check(self, field: Field, value: Any) -> None:
        self._check_value(field, value)

    @classmethod
    def _check_value(cls, field: Field, value: Any) -> None:
        if value is None and field.required:
            raise ApiValueError(f"{cls.__name__} needs {field.name}, got None")
        if not isinstance(value, field.types):
            names = {str: "a string", bool: "True or False", dict: "a dictionary"}
            expected = " or ".join(names.get(accepted, "None") for accepted in field.types)
            raise ApiTypeError(f"{field.name} must be {expected}, got {value!r}")
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            raise ApiTypeError(
                f"{field.name} must be a dictionary whose keys are strings, got {value!r}"
            )
