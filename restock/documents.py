"""YAML files that people write: read strictly, with the file, line and key of every fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from restock.errors import SettingsError

Model = TypeVar("Model", bound=BaseModel)
Place = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its mapping of keys to values, and the nodes that know the lines."""

    file: Path
    node: yaml.Node
    row: dict[str, Any]

    def model(self, kind: type[Model], defaults: Mapping[str, Any] | None = None) -> Model:
        """The file's mapping as a model; `defaults` are for keys that it leaves out.

        Raises SettingsError ("file:line: key: reason") for the first key that can't be used."""
        try:
            return kind.model_validate({**(defaults or {}), **self.row})
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            known = _keys_at(kind, first["loc"][:-1]) if first["type"] == "extra_forbidden" else ()
            told = f"there is no such key; known: {', '.join(known)}" if known else first["msg"]
            raise self.fault(first["loc"], told.removeprefix("Value error, ")) from None

    def fault(self, place: Place, reason: str) -> SettingsError:
        key = ".".join(str(part) for part in place)
        return SettingsError(f"{self.file}:{_line(self.node, place)}: {key}: {reason}")


def _keys_at(kind: type[BaseModel], place: Place) -> Sequence[str]:
    """The keys that a model knows at a place within it; none where the place leads to no model."""
    for part in place:
        if isinstance(part, str):
            field = next((one for name, one in kind.model_fields.items() if part in {name, one.alias}), None)
            inner = _model_in(field.annotation) if field else None
            if inner is None:
                return ()
            kind = inner
    return [one.alias or name for name, one in kind.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field's type is made of, as in `tuple[Criterion, ...]` and `Criterion | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def read_document(file: Path, what: str) -> Document:
    """The mapping that a file holds. Raises SettingsError for a file that is none, or says a key twice."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        row = yaml.SafeLoader("").construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{file}:{line}: not readable as YAML: {error.problem or error.context}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"{file}:1: not readable as YAML: {error}") from None
    if not isinstance(row, dict) or node is None:
        raise SettingsError(f"{file}:1: {what} is a mapping of keys to values")
    _refuse_repeated_keys(file, node)
    return Document(file, node, row)


def _line(node: yaml.Node, place: Place) -> int:
    """The line of the deepest node that the place leads to."""
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            node = pair[0] if isinstance(pair[1], yaml.ScalarNode) else pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    return int(node.start_mark.line) + 1


def _refuse_repeated_keys(file: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(file, item)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise SettingsError(f"{file}:{key.start_mark.line + 1}: {key.value}: the key stands here twice")
        seen.add(key.value)
        _refuse_repeated_keys(file, value)
