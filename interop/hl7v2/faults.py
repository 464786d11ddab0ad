"""What is wrong with a message, where it stands, and the code that HL7 has for it."""

from dataclasses import dataclass, replace
from enum import IntEnum


class ErrorCode(IntEnum):
    """HL7 table 0357. From 200 on the message is rejected (AR) before anybody looks at what it says."""

    SEGMENT_SEQUENCE = 100
    REQUIRED_FIELD = 101
    DATA_TYPE = 102
    TABLE_VALUE = 103
    MESSAGE_TYPE = 200
    EVENT = 201
    PROCESSING_ID = 202
    VERSION = 203
    UNKNOWN_KEY = 204
    DUPLICATE_KEY = 205
    INTERNAL = 207


WORDS = {
    ErrorCode.SEGMENT_SEQUENCE: "Segment sequence error",
    ErrorCode.REQUIRED_FIELD: "Required field missing",
    ErrorCode.DATA_TYPE: "Data type error",
    ErrorCode.TABLE_VALUE: "Table value not found",
    ErrorCode.MESSAGE_TYPE: "Unsupported message type",
    ErrorCode.EVENT: "Unsupported event code",
    ErrorCode.PROCESSING_ID: "Unsupported processing id",
    ErrorCode.VERSION: "Unsupported version id",
    ErrorCode.UNKNOWN_KEY: "Unknown key identifier",
    ErrorCode.DUPLICATE_KEY: "Duplicate key identifier",
    ErrorCode.INTERNAL: "Application internal error",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the segment's number in its message (from 1), its id, its occurrence, and the field."""

    number: int = 0
    segment: str = ""
    occurrence: int = 1
    field: int = 0
    component: int = 0

    def at(self, field: int, component: int = 0) -> "Place":
        return replace(self, field=field, component=component)

    def __str__(self) -> str:
        if not self.number:
            return ""
        named = f"{self.segment}-{self.field}" if self.field else self.segment
        if self.field and self.component:
            named += f".{self.component}"
        return f"segment {self.number} ({named})" if named else f"segment {self.number}"


class Fault(Exception):
    """A message that cannot be taken. `reason` is one sentence that names segment and field, never what stands there.

    `is_rejected`: the envelope is at fault or the kind of message is not ours (acknowledged as AR, otherwise as AE).
    """

    def __init__(
        self,
        code: str,
        reason: str,
        place: Place | None = None,
        *,
        error: ErrorCode = ErrorCode.TABLE_VALUE,
        is_rejected: bool = False,
    ) -> None:
        super().__init__(reason)
        self.code, self.reason, self.place, self.error = code, reason, place or Place(), error
        self.is_rejected = is_rejected or error in (
            ErrorCode.MESSAGE_TYPE,
            ErrorCode.EVENT,
            ErrorCode.PROCESSING_ID,
            ErrorCode.VERSION,
        )


class NotTaken(Fault):
    """A message that is sound and not for us: another type or event, or one sent to try the line."""
