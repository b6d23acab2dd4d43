"""The payload of Sparkplug B as protobuf, described in code after chapter 6.4 of Eclipse's
Sparkplug specification 3.0.0 (published under the Eclipse Foundation Specification Licence).

Field numbers and types are those that the specification fixes; nothing is generated from, or copied
of, Eclipse Tahu's sparkplug_b.proto (EPL-2.0). What Meltwatch does not read (templates, data sets,
files) is left out: protobuf passes over fields that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

_PACKAGE = "meltwatch.sparkplug"
_TYPES = {
    name: getattr(FieldDescriptorProto, f"TYPE_{name.upper()}")
    for name in ("uint32", "uint64", "float", "double", "bool", "string", "bytes")
}
#: Name: (number, type), with * if repeated, with | if one of the message's value.
_Fields = Mapping[str, tuple[int, str]]
_MESSAGES: Mapping[str, _Fields] = {
    "PropertyValue": {
        "type": (1, "uint32"),
        "is_null": (2, "bool"),
        "int_value": (3, "uint32|"),
        "long_value": (4, "uint64|"),
        "float_value": (5, "float|"),
        "double_value": (6, "double|"),
        "boolean_value": (7, "bool|"),
        "string_value": (8, "string|"),
    },
    "PropertySet": {"keys": (1, "string*"), "values": (2, "PropertyValue*")},
    "Metric": {
        "name": (1, "string"),
        "alias": (2, "uint64"),
        "timestamp": (3, "uint64"),
        "datatype": (4, "uint32"),
        "is_historical": (5, "bool"),
        "is_transient": (6, "bool"),
        "is_null": (7, "bool"),
        "properties": (9, "PropertySet"),
        "int_value": (10, "uint32|"),
        "long_value": (11, "uint64|"),
        "float_value": (12, "float|"),
        "double_value": (13, "double|"),
        "boolean_value": (14, "bool|"),
        "string_value": (15, "string|"),
        "bytes_value": (16, "bytes|"),
    },
    "Payload": {
        "timestamp": (1, "uint64"),
        "metrics": (2, "Metric*"),
        "seq": (3, "uint64"),
        "uuid": (4, "string"),
        "body": (5, "bytes"),
    },
}


def _file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="meltwatch_sparkplug.proto", package=_PACKAGE, syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, told) in fields.items():
            _add(message, field, number, told)
    return file


def _add(message: DescriptorProto, name: str, number: int, told: str) -> None:
    kind = told.rstrip("*|")
    field = message.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
    if told.endswith("*"):
        field.label = FieldDescriptorProto.LABEL_REPEATED
    if told.endswith("|"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        field.oneof_index = 0
    if kind in _TYPES:
        field.type = _TYPES[kind]
    else:
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"


def _payload_class() -> Any:
    pool = DescriptorPool()
    pool.Add(_file()) if hasattr(pool, "Add") else pool.AddSerializedFile(
        _file().SerializeToString()
    )
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


#: Called without arguments it is an empty payload.
Payload = _payload_class()


def decoded(raw: bytes) -> Any:
    """A Payload. Raises ValueError if these bytes are none."""
    try:
        return Payload.FromString(raw)
    except DecodeError as error:
        raise ValueError("no Sparkplug B payload") from error
