"""Identifiers: UUIDv7 for everything that leaves the system, check digits for numbers that people read aloud."""

import os
import time
import uuid

from django.db import models
from django.db.models import Func


class UUIDv7(Func):
    """Postgres 18's `uuidv7()`, as a database default."""

    function = "uuidv7"
    template = "%(function)s()"
    output_field = models.UUIDField()


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562, 5.7), ordered by time, so that rows arrive at the end of their index."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def luhn_digit(digits: str) -> str:
    """The Luhn check digit (ISO/IEC 7812-1, annex B) for a string of decimal digits."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def is_luhn(number: str) -> bool:
    """Whether the last digit of `number` is the Luhn check digit of those before it."""
    return number.isascii() and number.isdigit() and len(number) > 1 and luhn_digit(number[:-1]) == number[-1]
