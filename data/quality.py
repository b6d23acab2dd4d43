"""Quality of one reading, one byte each; names after OPC UA Part 8 status codes."""

from enum import IntEnum


class Quality(IntEnum):
    """Quality codes of DOMAIN.md, and ABSENT for a signal that a row does not report."""

    GOOD = 0
    UNCERTAIN_LAST_USABLE_VALUE = 1
    BAD_SENSOR_FAILURE = 2
    BAD_NO_COMMUNICATION = 3
    BAD_OUT_OF_SERVICE = 4
    ABSENT = 255


#: Short words for a screen, by code.
WORDS: dict[int, str] = {
    Quality.GOOD: "good",
    Quality.UNCERTAIN_LAST_USABLE_VALUE: "uncertain",
    Quality.BAD_SENSOR_FAILURE: "sensor failure",
    Quality.BAD_NO_COMMUNICATION: "no communication",
    Quality.BAD_OUT_OF_SERVICE: "out of service",
    Quality.ABSENT: "no reading",
}

#: The names that OPC UA has for them, for programs; no reading has none.
OPC_UA: dict[int, str] = {
    Quality.GOOD: "Good",
    Quality.UNCERTAIN_LAST_USABLE_VALUE: "UncertainLastUsableValue",
    Quality.BAD_SENSOR_FAILURE: "BadSensorFailure",
    Quality.BAD_NO_COMMUNICATION: "BadNoCommunication",
    Quality.BAD_OUT_OF_SERVICE: "BadOutOfService",
}
