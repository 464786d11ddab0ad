"""Patient → a member with identifiers, addresses, telecoms, race and ethnicity."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core.days import is_ahead
from interop.fhir.mapping import base, times
from interop.fhir.mapping.base import Context, MappingError, Row
from interop.fhir.mapping.network import state

SEX = {"F": "female", "M": "male", "female": "female", "male": "male", "other": "other", "OTH": "other"}
RACE = ("us-core-race", "us-core-ethnicity")
OPEN = "~"
TELECOM = {"phone": "phone", "sms": "sms", "email": "email"}


def patient(resource: dict, context: Context) -> Row:
    name = _name(resource)
    given = [part for part in name.get("given") or () if part]
    row = Row(
        "members.member",
        {
            "family": (name.get("family") or name.get("text") or "")[:100],
            "given": (given[0] if given else "")[:100],
            "middle": " ".join(given[1:])[:100],
            "suffix": " ".join(name.get("suffix") or ())[:20],
            "name_used": _name_used(resource)[:100],
            "birth_date": _born(resource),
            "birth_country": _birth_country(resource),
            "deceased_at": _deceased(resource, context),
            "sex": SEX.get(resource.get("gender", ""), "unknown"),
            "sex_assigned_at_birth": _coded_extension(resource, "us-core-birthsex"),
            "sex_for_clinical_use": _coded_extension(resource, "patient-sexParameterForClinicalUse"),
            "gender_identity": _words_of_extension(resource, "us-core-genderIdentity", "patient-genderIdentity")[:40],
            "pronouns": _words_of_extension(resource, "individual-pronouns", "patient-pronouns")[:40],
            "language": _language(resource),
            "needs_interpreter": any(
                e.get("valueBoolean") is True or base.first_code(e.get("valueCodeableConcept")) in ("373066001", "Y")
                for e in base.extensions(resource, "patient-interpreterRequired", "us-core-interpreter-needed")
            ),
        },
        sensitivity=0,
    )
    if not row.values["family"]:
        raise MappingError("Patient.name.family is missing.")
    row.children = [*_identifiers(resource), *_addresses(resource), *_telecoms(resource), *_races(resource)]
    return row


def _born(resource: dict) -> str | None:
    born = times.day(resource.get("birthDate"))
    if born is not None and is_ahead(date.fromisoformat(born)):
        raise MappingError("Patient.birthDate is still to come.")
    return born


def _name(resource: dict) -> dict:
    names = resource.get("name") or [{}]
    for use in ("official", "usual", None):
        for name in names:
            if name.get("use") == use:
                return name
    return names[0]


def _name_used(resource: dict) -> str:
    names = resource.get("name") or ()
    return next((" ".join(n.get("given") or ()) for n in names if n.get("use") == "nickname"), "")


def _deceased(resource: dict, context: Context) -> datetime | None:
    """When the person died. Known dead without a date: when the record was last updated, or 1900 for want of any."""
    if died := resource.get("deceasedDateTime"):
        born = times.day(resource.get("birthDate"))
        at = times.span(died, context.zone)
        if born is not None and at.upper.date() < date.fromisoformat(born):
            raise MappingError("Patient.deceasedDateTime lies before Patient.birthDate.")
        # Measures are tried on the year that runs, to its end.
        if at.lower > datetime.now(UTC) + timedelta(days=366):
            raise MappingError("Patient.deceasedDateTime is still to come.")
        return times.moment(died, context.zone)
    if resource.get("deceasedBoolean") is True:
        updated = (resource.get("meta") or {}).get("lastUpdated")
        return times.moment(updated, context.zone) or datetime(1900, 1, 1, tzinfo=UTC)
    return None


def _birth_country(resource: dict) -> str:
    """ISO 3166-1 alpha-2 of `patient-birthPlace`; what is no such code is left out, but for how files write the U.S."""
    for extension in base.extensions(resource, "patient-birthPlace"):
        country = ((extension.get("valueAddress") or {}).get("country") or "").strip().upper()
        if country in ("USA", "U.S.", "U.S.A.", "UNITED STATES", "UNITED STATES OF AMERICA"):
            return "US"
        return country if len(country) == 2 and country.isascii() and country.isalpha() else ""
    return ""


def _coded_extension(resource: dict, name: str) -> str:
    for extension in base.extensions(resource, name):
        code = extension.get("valueCode") or base.first_code(extension.get("valueCodeableConcept"))
        for inner in extension.get("extension") or ():
            code = code or base.first_code(inner.get("valueCodeableConcept"))
        return SEX.get(code.removesuffix("-typical"), "unknown")
    return "unknown"


def _words_of_extension(resource: dict, *names: str) -> str:
    for extension in base.extensions(resource, *names):
        for element in (extension, *(extension.get("extension") or ())):
            if element.get("valueCodeableConcept"):
                return base.words(element["valueCodeableConcept"])
    return ""


def _language(resource: dict) -> str:
    spoken = resource.get("communication") or ()
    for choice in sorted(spoken, key=lambda c: not c.get("preferred")):
        if code := base.first_code(choice.get("language")):
            return tag(code)
    return tag(resource.get("language") or "en")


def tag(code: str) -> str:
    """A BCP 47 tag without its region, which says nothing about who understands whom; Chinese keeps its own."""
    primary, _, region = code.partition("-")
    return primary.lower() if len(region) == 2 and primary.lower() != "zh" else code[:10]


def _identifiers(resource: dict) -> list[Row]:
    seen: set[tuple[str, str]] = set()
    rows: list[Row] = []
    for identifier in resource.get("identifier") or ():
        system, value = identifier.get("system") or "", str(identifier.get("value") or "").strip()
        if value and (system, value) not in seen and identifier.get("use") != "old":
            seen.add((system, value))
            rows.append(
                Row(
                    "members.memberidentifier",
                    {"system": system[:200], "value": value[:200], "period": times.day_range(identifier.get("period"))},
                    parent="member_id",
                    key=f"i{len(rows)}",
                )
            )
    return rows


def _addresses(resource: dict) -> list[Row]:
    rows: list[Row] = []
    said = [address for address in resource.get("address") or () if address.get("use") not in ("old", "temp")]
    # Where somebody works they do not live; it is better than nothing where the sender knows no other.
    lived = [address for address in said if address.get("use") != "work"]
    for address in lived or said:
        lines = [line for line in address.get("line") or () if line]
        place: dict = {}
        for extension in base.extensions(address, "geolocation"):
            place = {e.get("url"): e.get("valueDecimal") for e in extension.get("extension") or ()}
        rows.append(
            Row(
                "members.memberaddress",
                {
                    "use": "mail" if address.get("type") == "postal" or address.get("use") == "billing" else "home",
                    "line1": (lines[0] if lines else address.get("text") or "")[:200],
                    "line2": ", ".join(lines[1:])[:200],
                    "city": (address.get("city") or "")[:100],
                    "state": (state(address.get("state") or "") or address.get("state") or "")[:50],
                    "postal_code": (address.get("postalCode") or "")[:20],
                    "country": (address.get("country") or "US")[:40],
                    "latitude": place.get("latitude"),
                    "longitude": place.get("longitude"),
                    "period": times.day_range(address.get("period")),
                },
                parent="member_id",
                key=f"a{len(rows)}",
            )
        )
    return _one_at_a_time(rows)


def _one_at_a_time(rows: list[Row]) -> list[Row]:
    """The rows with periods that do not overlap within a use, as the table wants them.

    Of two the one that began later stands where they overlap, and what a shorter stay interrupted goes on after it.
    Where they began together, or neither says when, it is the shorter, then the one that the sender names first.
    """
    kept: list[Row] = []
    for use in dict.fromkeys(row.values["use"] for row in rows):
        same = [row for row in rows if row.values["use"] == use]
        spans = [_bounds(row.values["period"]) for row in same]
        days = sorted({day for span in spans for day in span})
        stretches: list[tuple[int, str, str]] = []
        for day, following in itertools.pairwise(days):
            covering = [at for at, (since, until) in enumerate(spans) if since <= day and until >= following]
            if not covering:
                continue
            latest = max(spans[at][0] for at in covering)
            won = min((at for at in covering if spans[at][0] == latest), key=lambda at: (spans[at][1], at))
            if stretches and stretches[-1][0] == won and stretches[-1][2] == day:
                stretches[-1] = (won, stretches[-1][1], following)
            else:
                stretches.append((won, day, following))
        for won, since, until in stretches:
            period = f"[{since},{until if until != OPEN else ''})"
            kept.append(replace(same[won], values={**same[won].values, "period": period}, key=f"a{len(kept)}"))
    return kept


def _bounds(period: str) -> tuple[str, str]:
    """First day and end of a half-open range as ISO dates, which sort as they follow; without an end, after all."""
    since, until = period[1:-1].split(",")
    return since, until or OPEN


def e164(value: str) -> str:
    """A North American number in E.164; anything else as it was written."""
    digits = "".join(character for character in value if character.isdigit())
    if value.strip().startswith("+") and not digits.startswith("1"):
        return f"+{digits}"
    if len(digits) == 10:
        return f"+1{digits}"
    return f"+{digits}" if len(digits) == 11 and digits.startswith("1") else value.strip()


def _telecoms(resource: dict) -> list[Row]:
    rows: list[Row] = []
    for telecom in resource.get("telecom") or ():
        system, value = TELECOM.get(telecom.get("system", "")), telecom.get("value")
        if not system or not value or telecom.get("use") == "old":
            continue
        if system == "phone" and telecom.get("use") == "mobile":
            system = "sms"
        rows.append(
            Row(
                "members.membertelecom",
                {
                    "system": system,
                    "value": (value.strip() if system == "email" else e164(value))[:254],
                    "rank": telecom.get("rank") or len(rows) + 1,
                    "period": times.day_range(telecom.get("period")),
                },
                parent="member_id",
                key=f"t{len(rows)}",
            )
        )
    return rows


def _races(resource: dict) -> list[Row]:
    found: dict[str, None] = {}
    for extension in base.extensions(resource, *RACE):
        for part in extension.get("extension") or ():
            coding = part.get("valueCoding") or {}
            if part.get("url") in ("ombCategory", "detailed") and coding.get("code"):
                found[coding["code"][:10]] = None
    return [
        Row(
            "members.raceethnicity",
            {"code": code, "source": "imported"},
            parent="member_id",
            key=f"r{number}",
        )
        for number, code in enumerate(found)
    ]
