"""OPC UA status codes (Part 4, 7.38; Part 8) as the quality of a reading."""

from __future__ import annotations

from functools import cache

from asyncua.ua import StatusCodes

from data.quality import Quality

#: The two severity bits, and the code without its info bits.
_SEVERITY, _UNCERTAIN, _BAD = 0xC0000000, 0x40000000, 0x80000000
_CODE = 0xFFFF0000
#: InfoType DataValue with the bit that says that the server's queue dropped readings.
_OVERFLOW = 0x0480

_SENSOR = {
    StatusCodes.BadSensorFailure,
    StatusCodes.BadDeviceFailure,
    StatusCodes.BadOutOfRange,
    StatusCodes.BadTypeMismatch,
}
_OUT_OF_SERVICE = {
    StatusCodes.BadOutOfService,
    StatusCodes.BadConfigurationError,
    StatusCodes.BadNotReadable,
    StatusCodes.BadNotSupported,
    StatusCodes.BadNodeIdUnknown,
    StatusCodes.BadNodeIdInvalid,
    StatusCodes.BadUserAccessDenied,
}
#: After these a node has to be asked for again: the item that watches it is dead.
_GONE = {StatusCodes.BadNodeIdUnknown, StatusCodes.BadNodeIdInvalid}


@cache
def quality_of(status: int) -> Quality:
    """The quality that a status code says; a bad one of unknown cause is no communication."""
    if not status & _SEVERITY:
        return Quality.GOOD
    if status & _SEVERITY == _UNCERTAIN:
        return Quality.UNCERTAIN_LAST_USABLE_VALUE
    if status & _CODE in _SENSOR:
        return Quality.BAD_SENSOR_FAILURE
    if status & _CODE in _OUT_OF_SERVICE:
        return Quality.BAD_OUT_OF_SERVICE
    return Quality.BAD_NO_COMMUNICATION


def is_bad(status: int) -> bool:
    """Whether a value that comes with it is none."""
    return bool(status & _BAD)


def is_overflow(status: int) -> bool:
    """Whether readings before this one were dropped at the server."""
    return status & _OVERFLOW == _OVERFLOW


def is_gone(status: int) -> bool:
    """Whether there is no such node any more."""
    return status & _CODE in _GONE
