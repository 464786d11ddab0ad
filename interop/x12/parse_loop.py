"""The segments of one INS loop → a `MemberLoop`, with the faults that keep it from being taken."""

import datetime
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.days import FIRST_DAY
from interop.x12.codes import LANGUAGES, MAINTENANCE, NOT_APPLICABLE, RACES, SEXES, TELECOMS
from interop.x12.loop import CoverageLine, Fault, Header, MemberLoop, Name, parse_date
from interop.x12.segments import Segment


def parse_loop(header: Header, found: list[Segment]) -> MemberLoop:
    """What one INS loop says. Faults stand in the result: a loop with faults is set aside whole."""
    loop = MemberLoop(header=header, segments=found)
    _Loop(loop).read()
    _validate(loop)
    return loop


class _Loop:
    """Walks the segments of one member, knowing in which of the nested loops each stands."""

    def __init__(self, loop: MemberLoop) -> None:
        self.loop = loop
        self.entity = ""
        self.line: CoverageLine | None = None
        self.reporting = False

    def read(self) -> None:
        for segment in self.loop.segments:
            name = segment.elements[0]
            if name in ("LS", "LE"):
                self.reporting = name == "LS"
            elif not self.reporting:
                method = METHODS.get(name)
                if method is not None:
                    method(self, segment)

    def read_identity(self) -> MemberLoop:
        """Only number, group and name."""
        for segment in self.loop.segments:
            if segment.elements[0] in ("REF", "NM1"):
                METHODS[segment.elements[0]](self, segment)
                if segment.elements[0] == "NM1":
                    break
        return self.loop

    def _date(self, segment: Segment, number: int, form: int) -> datetime.date | None:
        if segment.get(form) not in ("D8", ""):
            self._fault(segment, "date_format", f"{segment.name} dates must be D8 (CCYYMMDD).")
            return None
        value = segment.get(number)
        found = parse_date(value)
        if value and found is None:
            self._fault(segment, "date", f"{segment.name}{number:02} is no date. Send it as CCYYMMDD.")
        return found

    def _fault(self, segment: Segment, code: str, reason: str) -> None:
        self.loop.faults.append(Fault(f"segment {segment.position}, {segment.name}", code, reason))

    def _ins(self, segment: Segment) -> None:
        loop = self.loop
        loop.is_subscriber = segment.get(1) == "Y"
        loop.relationship, loop.maintenance, loop.reason = segment.get(2), segment.get(3), segment.get(4)
        if segment.get(12):
            loop.death = self._date(segment, 12, 11)

    def _ref(self, segment: Segment) -> None:
        loop, qualifier, value = self.loop, segment.get(1), segment.get(2)
        if self.line is not None:
            if qualifier == "17":
                self.line.class_code = value
        elif self.entity:
            return
        elif qualifier == "0F":
            loop.subscriber_number = value
        elif qualifier == "1L":
            loop.group_number = value
        elif qualifier == "17":
            loop.class_code = value
        elif qualifier == "23":
            loop.client_number = value

    def _dtp(self, segment: Segment) -> None:
        found = self._date(segment, 3, 2)
        if found is not None:
            (self.line.dates if self.line is not None else self.loop.dates)[segment.get(1)] = found

    def _nm1(self, segment: Segment) -> None:
        self.entity = segment.get(1)
        if self.line is not None:
            if self.entity == "P3":
                if segment.get(8) == "XX":
                    self.line.clinician_npi = segment.get(9)
                else:
                    self.line.clinician_number = segment.get(9)
            return
        family, given, middle, suffix, qualifier, number = (segment.get(place) for place in (3, 4, 5, 7, 8, 9))
        person = Name(family, given, middle, suffix, qualifier, number)
        if self.entity in ("IL", "74"):
            self.loop.name = person
        elif self.entity == "70":
            self.loop.prior = person

    def _per(self, segment: Segment) -> None:
        if self.entity not in ("IL", "74") or self.line is not None:
            return
        for number in (3, 5, 7):
            system = TELECOMS.get(segment.get(number))
            value = segment.get(number + 1)
            if system == "email" and value and not is_email(value):
                reason = f"PER{number + 1:02} is no e-mail address and is left out. Ask the sponsor for the right one."
                self.loop.warnings.append(Fault(f"segment {segment.position}, PER", "email", reason))
            elif system and value:
                self.loop.telecoms.append((system, value))

    def _n3(self, segment: Segment) -> None:
        self._address(line1=segment.get(1), line2=segment.get(2))

    def _n4(self, segment: Segment) -> None:
        self._address(
            city=segment.get(1),
            state=segment.get(2),
            postal_code=postal(segment.get(3)),
            country=segment.get(4)[:40] or "US",
        )

    def _address(self, **parts: str) -> None:
        if self.line is None and self.entity in ("IL", "74"):
            self.loop.address.update(parts)
        elif self.line is None and self.entity == "31":
            self.loop.mailing.update(parts)

    def _dmg(self, segment: Segment) -> None:
        person = self.loop.prior if self.entity == "70" else self.loop.name
        if self.entity not in ("IL", "74", "70") or person is None:
            return
        person.birth_date = self._date(segment, 2, 1)
        person.sex = SEXES.get(segment.get(3), "unknown")
        if self.entity != "70":
            for parts in segment.components(5):
                for part in (parts[0], parts[2] if len(parts) > 2 else ""):
                    self.loop.races += RACES.get(part, [part] if "-" in part else [])

    def _lui(self, segment: Segment) -> None:
        # Spoken (7) over any other use; one that is not ISO 639 (LE, LD) is a description and not taken.
        code = LANGUAGES.get(segment.get(2).upper(), "")
        if code and segment.get(1) in ("LE", "LD") and (not self.loop.language or segment.get(4) == "7"):
            self.loop.language = code

    def _hd(self, segment: Segment) -> None:
        self.line = CoverageLine(segment.position, segment.get(1), segment.get(3), segment.get(4), segment.get(5))
        self.entity = ""
        self.loop.lines.append(self.line)

    def _cob(self, segment: Segment) -> None:
        if self.line is not None and segment.get(1) == "S":
            self.line.payer_order = 2
        elif self.line is not None and segment.get(1) == "T":
            self.line.payer_order = 3


METHODS: dict[str, Callable[[_Loop, Segment], None]] = {
    name.upper(): getattr(_Loop, f"_{name}")
    for name in ("ins", "ref", "dtp", "nm1", "per", "n3", "n4", "dmg", "lui", "hd", "cob")
}


def read_identity(header: Header, found: list[Segment]) -> MemberLoop:
    """Only number, group and name of a loop."""
    return _Loop(MemberLoop(header=header, segments=found)).read_identity()


def is_email(text: str) -> bool:
    """Whether something can be sent there."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def postal(text: str) -> str:
    """A US postal code with its hyphen; four zeros at the end say only that nobody knew them."""
    if len(text) == 9 and text.isdigit():
        return text[:5] if text.endswith("0000") else f"{text[:5]}-{text[5:]}"
    return text


def _validate(loop: MemberLoop) -> None:
    ins = loop.segments[0]

    def fault(code: str, reason: str, position: int = ins.position, where: str = "INS") -> None:
        loop.faults.append(Fault(f"segment {position}, {where}", code, reason))

    if ins.get(1) not in ("Y", "N"):
        fault("ins01", "INS01 must be Y (subscriber) or N (dependant).")
    if loop.maintenance not in MAINTENANCE:
        fault("ins03", f"INS03 is no maintenance type that is taken here: {', '.join(sorted(MAINTENANCE))}.")
    if not loop.name.family:
        fault("no_name", "The loop names nobody: NM1*IL or NM1*74 with a family name is missing.")
    if not loop.subscriber_number:
        fault("no_subscriber_number", "REF*0F, the subscriber number, is missing.")
    if loop.name.birth_date and loop.header.on and loop.name.birth_date > loop.header.on:
        fault("birth_date", "DMG02, the birth date, is later than the file.", where="DMG")
    if loop.name.birth_date and loop.name.birth_date < FIRST_DAY:
        fault("birth_date", f"DMG02, the birth date, is before {FIRST_DAY.year}.", where="DMG")
    if loop.death and loop.header.on and loop.death > loop.header.on:
        fault("death_date", "INS12, the date of death, is later than the file.")
    if loop.death and loop.name.birth_date and loop.death < loop.name.birth_date:
        fault("death_date", "INS12, the date of death, is before the birth date (DMG02).")
    for line in loop.lines:
        if line.maintenance not in MAINTENANCE and line.maintenance != NOT_APPLICABLE:
            reason = f"HD01 is no maintenance type that is taken here: {', '.join(sorted(MAINTENANCE))} or 032."
            fault("hd01", reason, line.position, "HD")
        if not line.line:
            fault("hd03", "HD03, the insurance line, is missing.", line.position, "HD")
    if any("\x00" in segment.raw for segment in loop.segments):
        fault("characters", "The loop holds a NUL character. Ask the sender for text.")
