"""Organization, Practitioner, PractitionerRole, Location → outside parties of `network`."""

from interop.fhir.mapping import base
from interop.fhir.mapping.base import Context, MappingError, Row, reference, references

NPI = "http://hl7.org/fhir/sid/us-npi"
NUCC = "http://nucc.org/provider-taxonomy"
PAYERS = {"pay", "ins"}
HOSPITAL_TYPES = {"HOSP", "GACH", "RH", "CHR", "PSYCHF", "ER", "ICU"}
# USPS codes by the names that records write out.
STATES = {
    "alabama": "AL",
    "alaska": "AK",
    "arizona": "AZ",
    "arkansas": "AR",
    "california": "CA",
    "colorado": "CO",
    "connecticut": "CT",
    "delaware": "DE",
    "district of columbia": "DC",
    "florida": "FL",
    "georgia": "GA",
    "hawaii": "HI",
    "idaho": "ID",
    "illinois": "IL",
    "indiana": "IN",
    "iowa": "IA",
    "kansas": "KS",
    "kentucky": "KY",
    "louisiana": "LA",
    "maine": "ME",
    "maryland": "MD",
    "massachusetts": "MA",
    "michigan": "MI",
    "minnesota": "MN",
    "mississippi": "MS",
    "missouri": "MO",
    "montana": "MT",
    "nebraska": "NE",
    "nevada": "NV",
    "new hampshire": "NH",
    "new jersey": "NJ",
    "new mexico": "NM",
    "new york": "NY",
    "north carolina": "NC",
    "north dakota": "ND",
    "ohio": "OH",
    "oklahoma": "OK",
    "oregon": "OR",
    "pennsylvania": "PA",
    "puerto rico": "PR",
    "rhode island": "RI",
    "south carolina": "SC",
    "south dakota": "SD",
    "tennessee": "TN",
    "texas": "TX",
    "utah": "UT",
    "vermont": "VT",
    "virginia": "VA",
    "washington": "WA",
    "west virginia": "WV",
    "wisconsin": "WI",
    "wyoming": "WY",
}


def state(name: str) -> str:
    return name.upper() if len(name) == 2 else STATES.get(name.strip().lower(), "")


def is_npi(value: str) -> bool:
    """Ten digits whose Luhn sum, with the prefix 80840, is right (CMS NPI check digit)."""
    if len(value) != 10 or not value.isdigit():
        return False
    total = 24  # what the prefix 80840 adds
    for position, character in enumerate(reversed(value)):
        digit = int(character) * (2 if position % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def npi(resource: dict) -> str:
    """The National Provider Identifier, where it is one: test files fill the element with other numbers."""
    values = (i.get("value", "") for i in resource.get("identifier") or () if i.get("system") == NPI)
    return next((value for value in values if is_npi(value)), "")


def tax_id(resource: dict) -> str:
    systems = ("urn:oid:2.16.840.1.113883.4.4", "http://hl7.org/fhir/sid/us-ein")
    found = (i.get("value", "") for i in resource.get("identifier") or () if i.get("system") in systems)
    return next(found, "")[:20]


def organization(resource: dict, context: Context) -> Row:
    types = {coding.get("code") for concept in resource.get("type") or () for coding in concept.get("coding") or ()}
    name = resource.get("name") or next((i.get("value") for i in resource.get("identifier") or ()), "")
    if not name:
        raise MappingError("Organization.name is missing.")
    return Row(
        "network.organization",
        {
            "name": name[:200],
            "kind": "payer" if types & PAYERS else "outside",
            "npi": npi(resource),
            "tax_id": tax_id(resource),
        },
        refs=references({"parent_id": reference(resource, "partOf")}),
    )


def practitioner(resource: dict, context: Context) -> Row:
    name = (resource.get("name") or [{}])[0]
    qualification = (resource.get("qualification") or [{}])[0]
    return Row(
        "network.clinician",
        {
            "npi": npi(resource),
            "family": (name.get("family") or name.get("text") or "Unknown")[:100],
            "given": " ".join(name.get("given") or ())[:100],
            "prefix": " ".join(name.get("prefix") or ())[:20],
            "credential": (" ".join(name.get("suffix") or ()) or base.first_code(qualification.get("code")))[:20],
            "specialty": specialty([qualification.get("code") or {}]),
            "languages": languages(resource),
        },
    )


def languages(resource: dict) -> str:
    """The languages spoken, as a Postgres array."""
    spoken = (base.first_code(concept) for concept in resource.get("communication") or ())
    tags = dict.fromkeys(tag for tag in spoken if len(tag) <= 10 and tag.replace("-", "").isalnum())
    return f"{{{','.join(tags)}}}"


def specialty(concepts: list[dict]) -> str:
    codings = (coding for concept in concepts for coding in concept.get("coding") or ())
    return next((c["code"][:10] for c in codings if c.get("system") == NUCC and c.get("code")), "")


def practitioner_role(resource: dict, context: Context) -> Row:
    """A role becomes no row: whoever points at it means its practitioner, who takes over its specialty."""
    row = Row("", {"specialty": specialty([*(resource.get("specialty") or ()), *(resource.get("code") or ())])})
    row.refs = references({"clinician_id": reference(resource, "practitioner")})
    return row


def location(resource: dict, context: Context) -> Row:
    address = resource.get("address") or {}
    position = resource.get("position") or {}
    types = {coding.get("code") for concept in resource.get("type") or () for coding in concept.get("coding") or ()}
    phones = [t.get("value", "") for t in resource.get("telecom") or () if t.get("system") == "phone"]
    return Row(
        "network.facility",
        {
            "name": (resource.get("name") or resource.get("description") or "Unnamed place")[:200],
            "kind": "hospital" if types & HOSPITAL_TYPES else "medical_office",
            "place_of_service": "21" if types & HOSPITAL_TYPES else "11",
            "line1": " ".join(address.get("line") or ())[:200],
            "city": (address.get("city") or "")[:100],
            "state": state(address.get("state") or ""),
            "postal_code": (address.get("postalCode") or "")[:10],
            "latitude": position.get("latitude"),
            "longitude": position.get("longitude"),
            "phone": (phones[0] if phones else "")[:20],
        },
        refs=references({"organization_id": reference(resource, "managingOrganization")}),
    )
