"""What the models of v2 have in common.

A model is a view on the JSON that it holds. Its fields are declared once, as annotations of the
class; each becomes a `Field`, which converts when it is read and when it is assigned. The rules:

- Nothing is copied or changed by reading. A nested model views the nested JSON, so that what is
  assigned there shows in the whole.
- What the service sends is never refused: keys, types and values that are not known here, and a
  null or nothing at all where something is required, are given as they came.
- What the caller gives is copied, and refused only by request models.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, cached_property
from json import dumps, loads
from pprint import pformat
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Collection,
    Dict,
    Iterator,
    List,
    Mapping,
    Optional,
    Tuple,
    Type,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from ..exceptions import ApiAttributeError, ApiTypeError, ApiValueError
from ._convert import Content, Id, Readers, plain, readers

M = TypeVar("M", bound="Model")


_hints = cache(get_type_hints)


class Field:
    """One field of a model: the JSON under its key, converted on the way.

    Args:
        owner: the model that declares it.
        name: the attribute.
        key: the key in the JSON.
        default: what it reads where the JSON says nothing.
    """

    def __init__(self, owner: Any, name: str, key: str, default: Any) -> None:
        self.owner = owner
        self.name = name
        self.key = key
        self.default = default

    # The types are looked up when they are first needed, for by then all models are there.

    @cached_property
    def hint(self) -> Any:
        """The type it is declared with."""
        return _hints(self.owner)[self.name]

    @cached_property
    def readers(self) -> Readers:
        """What reads the JSON, by the type of that."""
        found = dict(readers(self.hint))
        if self.is_list:
            found[type(None)] = lambda nothing: []
        return found

    @property
    def is_list(self) -> bool:
        """Whether it reads as a list in any case."""
        return get_origin(self.hint) is list

    @property
    def types(self) -> Tuple[type, ...]:
        """What may be assigned, by the letter."""
        hints = get_args(self.hint) if get_origin(self.hint) is Union else (self.hint,)
        return tuple(get_origin(hint) or hint for hint in hints)

    @property
    def required(self) -> bool:
        """Whether the service promises it."""
        free = self.is_list or self.hint is Any or type(None) in self.types
        return not free and self.default is None

    def read(self, raw: Any) -> Any:
        """The value that a piece of JSON stands for."""
        read = self.readers.get(type(raw))
        return raw if read is None else read(raw)

    def __get__(self, model: Optional[Model], owner: Optional[type] = None) -> Any:
        if model is None:
            return self
        key = self.key
        raw = model._json.get(key, self.default)
        kind = type(raw)
        read = self.readers.get(kind)
        if read is None:
            return raw
        if kind is str or kind is float:
            return read(raw)
        # Models and lists may be changed by the caller, so that each is made only once.
        kept = model._kept.get(key)
        if kept is None or kept[0] is not raw:
            value = read(raw)
            kept = model._kept[key] = (raw, value, list(value) if isinstance(value, list) else None)
        return kept[1]

    def __set__(self, model: Model, value: Any) -> None:
        model._check(self, value)
        model._json[self.key] = plain(value)
        model._kept.pop(self.key, None)


class _Signature:
    """The arguments of a model, for `help` and for completion."""

    def __get__(self, model: Optional[Model], owner: Type[Model]) -> Any:
        from inspect import Parameter, Signature

        def parameter(name: str, field: Field) -> Parameter:
            default = Parameter.empty if field.required else field.default
            return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=field.hint)

        return Signature([parameter(name, field) for name, field in owner._fields.items()])


class Model(Content):
    """An object of the v2 API: a typed view on its JSON.

    Made of keywords, or by `from_dict` and `from_json`. A list that the JSON lacks reads `[]`,
    anything else that it lacks reads None, even where the service promises it. Two models are equal
    if they are of one class and their data are equal, a null being the same as nothing.
    """

    __slots__ = ("__weakref__", "_json", "_kept")

    _fields: ClassVar[Dict[str, Field]] = {}
    """By attribute."""
    _aliases: ClassVar[Mapping[str, str]] = {}
    """Attributes whose key is spelled otherwise."""

    _json: Dict[str, Any]
    _kept: Dict[str, Tuple[Any, Any, Optional[List[Any]]]]
    """By key: the JSON that was read, the value made of it, and what was in that, if a list."""

    __signature__ = _Signature()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in cls.__dict__.get("__annotations__", ()):
            if not name.startswith("_"):
                default = cls.__dict__.get(name)
                setattr(cls, name, Field(cls, name, cls._aliases.get(name, name), default))
        cls._fields = {
            name: getattr(cls, name)
            for each in reversed(cls.__mro__)
            for name, field in vars(each).items()
            if isinstance(field, Field)
        }

    def __init__(self, /, **fields: Any) -> None:
        more = fields.pop("additional_properties", None) or {}
        # Past __setattr__, which knows fields only.
        _set_json(self, plain(self._accepted({**fields, **more})))
        _set_kept(self, {})

    @classmethod
    def _accepted(cls, given: Mapping[str, Any]) -> Dict[str, Any]:
        """What the caller gives, by the keys of the JSON."""
        return {cls._aliases.get(name, name): value for name, value in given.items()}

    def _check(self, field: Field, value: Any) -> None:
        """Reject an invalid value; only request models do."""

    # From JSON and back.

    @classmethod
    def view(cls: Type[M], data: Dict[str, Any]) -> M:
        """A model of this JSON, which is neither copied nor checked."""
        return _open(cls, data)

    @overload
    @classmethod
    def from_dict(cls, obj: None) -> None: ...

    @overload
    @classmethod
    def from_dict(cls: Type[M], obj: Union[Mapping[str, Any], Model]) -> M: ...

    @classmethod
    def from_dict(cls: Type[M], obj: Union[Mapping[str, Any], Model, None]) -> Optional[M]:
        """A model of a copy of a dictionary; None of None.

        Raises:
            ApiTypeError: it is neither.
        """
        if obj is None:
            return None
        if isinstance(obj, Mapping):
            return cls.view(plain(cls._accepted(obj)))
        if not isinstance(obj, cls):
            raise ApiTypeError(f"{cls.__name__} is made of a dictionary, got {obj!r}")
        return obj

    @classmethod
    def from_json(cls: Type[M], json_str: Union[str, bytes]) -> M:
        """A model of a JSON text."""
        data: Dict[str, Any] = loads(json_str)
        return cls.from_dict(data)

    def _repr_html_(self) -> str:
        from ...._html import object_table

        return object_table(type(self).__name__, self.as_dict())

    def as_dict(self) -> Dict[str, Any]:
        """The JSON itself, as the service sent it but for what was assigned since; not a copy."""
        for key, (raw, value, was) in list(self._kept.items()):
            if self._json.get(key) is not raw:
                del self._kept[key]  # replaced in the JSON since it was read
            elif was is None:
                value.as_dict()
            else:
                found = [
                    each.as_dict() if isinstance(each, Model) else plain(each) for each in value
                ]
                if len(value) != len(was) or any(one is not old for one, old in zip(value, was)):
                    self._json[key] = found
                    self._kept[key] = (found, value, list(value))
        return self._json

    def to_dict(self) -> Dict[str, Any]:
        """Its data by the keys of the JSON: datetimes and enums as objects, models as dictionaries.

        Fields that are None are left out. Keys that are not known here are kept.
        """
        return self.model_dump(by_alias=True, exclude_none=True)

    def to_str(self) -> str:
        """All fields, those that are None included, printed prettily."""
        return pformat(self.model_dump(by_alias=True))

    @property
    def actual_instance(self: M) -> M:
        """The model itself."""
        return self

    @property
    def additional_properties(self) -> Dict[str, Any]:
        """A copy of what the JSON has beyond the declared fields; assign it to change them."""
        return plain(dict(self._rest()))  # type: ignore[no-any-return]

    @additional_properties.setter
    def additional_properties(self, more: Mapping[str, Any]) -> None:
        for key, _ in list(self._rest()):
            del self._json[key]
        self._json.update(plain(more))

    def _rest(self) -> Iterator[Tuple[str, Any]]:
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
    ) -> Dict[str, Any]:
        """Its data as dictionaries.

        Args:
            mode: "json" gives texts for datetimes and enums.
            include: only these fields; names of this model, not of those in it.
            exclude: not these.
            by_alias: by the keys of the JSON, where attributes are spelled otherwise.
            exclude_unset: leave out what the JSON lacks.
            exclude_defaults: leave out what is as it would be if it were not given.
            exclude_none: leave out fields that are None.
        """
        options: Dict[str, Any] = {
            "by_alias": by_alias,
            "exclude_unset": exclude_unset,
            "exclude_defaults": exclude_defaults,
            "exclude_none": exclude_none,
        }

        def dumped(value: Any) -> Any:
            if isinstance(value, Model):
                return value.model_dump(**options)
            if isinstance(value, list):
                return [dumped(each) for each in value]
            # Dates and enums stay what they are; what else there is gets copied.
            return plain(value) if isinstance(value, (dict, Id)) else value

        data = self.as_dict()
        found = {}
        for name, field in self._fields.items():
            raw = data.get(field.key, field.default)
            left_out = (
                (exclude_none and raw is None)
                or (exclude_unset and field.key not in data)
                or (exclude_defaults and raw == field.default)
            )
            if not left_out and _wanted(name, include, exclude):
                value = raw if raw is None else dumped(field.read(raw))
                found[field.key if by_alias else name] = value
        found.update(
            {key: plain(raw) for key, raw in self._rest() if _wanted(key, include, exclude)}
        )
        return plain(found) if mode == "json" else found

    def model_dump_json(self, *, indent: Optional[int] = None, **options: Any) -> str:
        """What `model_dump` gives, as JSON text."""
        separators = (",", ":") if indent is None else None
        data = self.model_dump(mode="json", **options)
        return dumps(data, ensure_ascii=False, indent=indent, separators=separators)

    @classmethod
    def model_validate(cls: Type[M], obj: Union[Mapping[str, Any], Model]) -> M:
        """A model of a dictionary, or the one that is given."""
        if obj is None:
            raise ApiTypeError(f"{cls.__name__} is made of a dictionary, not None")
        return cls.from_dict(obj)

    @classmethod
    def model_validate_json(cls: Type[M], json_data: Union[str, bytes]) -> M:
        """A model of a JSON text."""
        return cls.model_validate(loads(json_data))

    def model_copy(self: M, *, update: Optional[Mapping[str, Any]] = None, deep: bool = False) -> M:
        """A copy, in which the fields of `update` are assigned."""
        twin = self.__deepcopy__({}) if deep else self.__copy__()
        for name, value in (update or {}).items():
            setattr(twin, name, value)
        return twin

    # What Python asks for.

    if not TYPE_CHECKING:  # else mypy would let any name pass

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self._fields and name != "additional_properties":
                kind = type(self).__name__
                raise ApiAttributeError(f"{kind} has no field {name}{_nearest(name, self._fields)}")
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Model):
            return NotImplemented
        return self is other or self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __str__(self) -> str:
        data = self.as_dict()
        known = [
            f"{name}={None if data.get(field.key) is None else field.read(data[field.key])!r}"
            for name, field in self._fields.items()
        ]
        return " ".join([*known, *(f"{key}={raw!r}" for key, raw in self._rest())])

    def __repr__(self) -> str:
        data = self.as_dict()
        known = [
            f"{name}={field.read(data[field.key])!r}"
            for name, field in self._fields.items()
            if data.get(field.key) is not None
        ]
        rest = [f"{key}={raw!r}" for key, raw in self._rest()]
        return f"{type(self).__name__}({', '.join(known + rest)})"

    def __copy__(self: M) -> M:
        return _open(type(self), dict(self.as_dict()))

    def __deepcopy__(self: M, memo: Dict[int, Any]) -> M:
        twin = memo[id(self)] = _open(type(self), plain(self.as_dict()))
        return twin

    def __reduce__(self) -> Tuple[Callable[..., Model], Tuple[Any, ...]]:
        return _open, (type(self), self.as_dict())


_set_json = vars(Model)["_json"].__set__
_set_kept = vars(Model)["_kept"].__set__


def _open(kind: Type[M], data: Dict[str, Any]) -> M:
    model = object.__new__(kind)
    _set_json(model, data)
    _set_kept(model, {})
    return model


def _wanted(
    name: str, include: Optional[Collection[str]], exclude: Optional[Collection[str]]
) -> bool:
    return (include is None or name in include) and (exclude is None or name not in exclude)


def _nearest(name: object, names: Collection[str]) -> str:
    near = get_close_matches(str(name), names, 1)
    return f"; did you mean {near[0]}?" if near else f"; these are: {', '.join(names)}"


class Request(Model):
    """What an operation sends: a model that checks what the caller gives.

    Raises:
        ApiTypeError: a value is of the wrong type.
        ApiValueError: an argument is unknown, or a required one is missing.
    """

    _also: ClassVar[Mapping[str, str]] = {}
    """Other names of arguments, and those that they stand for."""

    @classmethod
    def _accepted(cls, given: Mapping[str, Any]) -> Dict[str, Any]:
        for name in given:
            if cls._also.get(name) in given:
                raise ApiValueError(f"{name} is {cls._also[name]}: give only one of the two")
        data = {cls._also.get(name, name): value for name, value in given.items()}
        for name, value in data.items():
            if name not in cls._fields:
                nearest = _nearest(name, cls._fields)
                raise ApiValueError(f"{name} is no argument of {cls.__name__}{nearest}")
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
            raise ApiValueError(f"{cls.__name__} needs {field.name}, which is None")
        if not isinstance(value, field.types):
            names = {str: "a string", bool: "True or False", dict: "a dictionary"}
            right = " or ".join(names.get(kind, "None") for kind in field.types)
            raise ApiTypeError(f"{field.name} must be {right}, got {value!r}")
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            raise ApiTypeError(
                f"{field.name} must be a dictionary whose keys are strings: {value!r}"
            )
