"""The CDC's supporting data (XML, version 4.x) as the compact table that `schedule.build` reads.

Facts only: codes, ages, intervals, conditions and short names. Prose (guidance, indication and contraindication
texts) stays behind unless asked for, and is then kept with a local installation's table, never with the product.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SYSTEMS = {"SNOMED": "sct", "CVX": "cvx", "CDCPHINVS": "phinvs"}


class NotSupportingData(Exception):
    """The folder does not hold the official supporting data, or holds something that is not understood."""


def read(folder: Path, version: str, published: str, *, with_guidance: bool = False) -> dict[str, Any]:
    """The table of a folder with `ScheduleSupportingData.xml` and the antigens' files.

    `version` and `published` (ISO date) come from the release notes: the files do not say them.
    Raises `NotSupportingData`.
    """
    found = next(iter(sorted(folder.rglob("ScheduleSupportingData.xml"))), None)
    if found is None:
        raise NotSupportingData(f"{folder} holds no ScheduleSupportingData.xml")
    files = sorted(found.parent.glob("AntigenSupportingData*.xml"))
    if not files:
        raise NotSupportingData(f"{found.parent} holds no antigen files")
    try:
        table = _schedule(_root(found))
        antigens = [antigen for path in files for antigen in _antigens(_root(path), with_guidance)]
    except ElementTree.ParseError as error:
        raise NotSupportingData(f"not readable as XML: {error}") from None
    return {
        "source": "CDC CDSi supporting data for ACIP recommendations",
        "version": version,
        "published": published,
        **table,
        "antigens": dict(sorted(antigens)),
    }


def _root(path: Path) -> Element:
    # The person at the command line names the CDC's own files; expat refuses entity bombs since 2.4.1.
    return ElementTree.parse(path).getroot()  # noqa: S314


def lines(table: dict[str, Any]) -> str:
    """The table as JSON with a line for each series and each other entry, so that a new version can be compared."""
    parts = []
    for key, value in table.items():
        if key == "antigens":
            antigens = ",\n".join(f"{_json(name)}: {_antigen_lines(row)}" for name, row in value.items())
            parts.append(f"{_json(key)}: {{\n{antigens}\n}}")
        elif isinstance(value, dict):
            rows = ",\n".join(f" {_json(name)}: {_json(row)}" for name, row in value.items())
            parts.append(f"{_json(key)}: {{\n{rows}\n}}")
        elif isinstance(value, list):
            parts.append(f"{_json(key)}: [\n" + ",\n".join(f" {_json(row)}" for row in value) + "\n]")
        else:
            parts.append(f"{_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _antigen_lines(row: dict[str, Any]) -> str:
    head = ",\n".join(f" {_json(key)}: {_json(value)}" for key, value in row.items() if key != "series")
    series = ",\n".join(f"  {_json(one)}" for one in row["series"])
    return f'{{\n{head},\n "series": [\n{series}\n ]}}'


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# --- Small readers --------------------------------------------------------------------------------------


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    text = (found.text or "").strip() if found is not None else ""
    return "" if text.lower() == "n/a" else " ".join(text.split())


def _texts(element: Element, path: str) -> list[str]:
    return [text for one in element.findall(path) if (text := (one.text or "").strip()) and text.lower() != "n/a"]


def _filled(element: Element, path: str) -> list[Element]:
    """Children that hold something: the files write an empty element for none."""
    return [one for one in element.findall(path) if len(one)]


def _codes(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def _yes(text: str) -> bool:
    return text.lower() in ("yes", "y", "override")


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in ("", [], None, False)}


def _grouped(rows: Iterator[tuple[str, str, str]]) -> list[list[str]]:
    """(begin, end, code) → [[begin, end, "code code"]], in the order of first sight."""
    groups: dict[tuple[str, str], list[str]] = {}
    for begin, end, code in rows:
        codes = groups.setdefault((begin, end), [])
        if code not in codes:
            codes.append(code)
    return [[begin, end, " ".join(codes)] for (begin, end), codes in groups.items()]


def _vaccines(element: Element, path: str) -> list[list[str]]:
    return _grouped((_text(v, "beginAge"), _text(v, "endAge"), _text(v, "cvx")) for v in _filled(element, path))


# --- The schedule's own file ----------------------------------------------------------------------------


def _schedule(root: Element) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {}
    for one in root.iterfind("vaccineGroupToAntigenMap/vaccineGroupMap"):
        groups[_text(one, "name")] = {"antigens": _texts(one, "antigen")}
    for one in root.iterfind("vaccineGroups/vaccineGroup"):
        if _yes(_text(one, "administerFullVaccineGroup")):
            groups[_text(one, "name")]["administer_full"] = True
    vaccines, associations = {}, {}
    for one in root.iterfind("cvxToAntigenMap/cvxMap"):
        vaccines[_text(one, "cvx")] = _text(one, "shortDescription")
        associations[_text(one, "cvx")] = [
            [_text(a, "antigen"), _text(a, "associationBeginAge"), _text(a, "associationEndAge")]
            for a in one.iterfind("association")
        ]
    observations, coded = {}, {}
    for one in root.iterfind("observations/observation"):
        code = _text(one, "observationCode")
        observations[code] = _text(one, "observationTitle")
        codes = [
            f"{SYSTEMS[_text(v, 'codeSystem')]}:{_text(v, 'code')}" for v in one.iterfind("codedValues/codedValue")
        ]
        if codes:
            coded[code] = codes
    return {
        "groups": groups,
        "vaccines": vaccines,
        "associations": associations,
        "conflicts": _conflicts(root),
        "observations": observations,
        "coded_observations": coded,
    }


def _conflicts(root: Element) -> list[list[Any]]:
    """[[begin, minimum end, end, {impacted type: "conflicting types"}]]"""
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for one in root.iterfind("liveVirusConflicts/liveVirusConflict"):
        key = (
            _text(one, "conflictBeginInterval"),
            _text(one, "minConflictEndInterval"),
            _text(one, "conflictEndInterval"),
        )
        found.setdefault(key, {}).setdefault(_text(one, "current/cvx"), []).append(_text(one, "previous/cvx"))
    return [
        [*key, {impacted: " ".join(previous) for impacted, previous in pairs.items()}] for key, pairs in found.items()
    ]


# --- Antigens -------------------------------------------------------------------------------------------


def _antigens(root: Element, with_guidance: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    series = root.findall("series")
    name = _text(series[0], "targetDisease")
    immunity = root.find("immunity")
    births = [
        [
            _american_day(_text(one, "immunityBirthDate")),
            _text(one, "birthCountry"),
            " ".join(_texts(one, "exclusion/exclusionCode")),
        ]
        for one in root.iterfind("immunity/dateOfBirth")
    ]
    row = {
        "vaccine_group": _text(series[0], "vaccineGroup"),
        "immunity_history": " ".join(_texts(immunity, "clinicalHistory/guidelineCode")) if immunity is not None else "",
        "immunity_by_birth": births,
        "contraindications": _grouped(
            (_text(c, "beginAge"), _text(c, "endAge"), _text(c, "observationCode"))
            for c in root.iterfind("contraindications/vaccineGroup/contraindication")
        ),
        "vaccine_contraindications": [
            [_text(c, "observationCode"), _vaccines(c, "contraindicatedVaccine")]
            for c in root.iterfind("contraindications/vaccine/contraindication")
        ],
        "series": [_series(one, with_guidance) for one in series],
    }
    yield name, _without_empty(row)


def _american_day(text: str) -> str:
    month, day, year = text.split("/")
    return f"{year}-{month}-{day}"


def _series(element: Element, with_guidance: bool) -> dict[str, Any]:
    select = element.find("selectSeries")
    if select is None:
        raise NotSupportingData(f"{_text(element, 'seriesName')} has no selectSeries")
    indications = _grouped(
        (_text(one, "beginAge"), _text(one, "endAge"), _text(one, "observationCode/code"))
        for one in _filled(element, "indication")
    )
    row = {
        "name": _text(element, "seriesName"),
        "vaccine_group": _text(element, "vaccineGroup"),
        "type": _text(element, "seriesType"),
        "equivalent": _codes(_text(element, "equivalentSeriesGroups")),
        "genders": " ".join(_texts(element, "requiredGender")),
        "default": _yes(_text(select, "defaultSeries")),
        "product": _yes(_text(select, "productPath")),
        "group": _text(select, "seriesGroup"),
        "group_name": _text(select, "seriesGroupName"),
        "priority": _text(select, "seriesPriority"),
        "preference": int(_text(select, "seriesPreference") or 0) or None,
        "minimum_age_to_start": _text(select, "minAgeToStart"),
        "maximum_age_to_start": _text(select, "maxAgeToStart"),
        "indications": indications,
        "guidance": _texts(element, "seriesAdminGuidance") if with_guidance else [],
        "doses": [_dose(one) for one in element.findall("seriesDose")],
    }
    return _without_empty(row)


def _dose(element: Element) -> dict[str, Any]:
    season = next(iter(_filled(element, "seasonalRecommendation")), None)
    row = {
        "number": int(_text(element, "doseNumber").removeprefix("Dose ")),
        "ages": [list(_age(one)) for one in _filled(element, "age")],
        "intervals": [_interval(one) for one in _filled(element, "interval")],
        "allowable_intervals": [_interval(one) for one in _filled(element, "allowableInterval")],
        "preferable": [_preferable(one) for one in _filled(element, "preferableVaccine")],
        "allowable": _vaccines(element, "allowableVaccine"),
        "inadvertent": " ".join(_texts(element, "inadvertentVaccine/cvx")),
        "skips": [_skip(one) for one in _filled(element, "conditionalSkip")],
        "recurring": _yes(_text(element, "recurringDose")),
        "season": [_text(season, "startDate"), _text(season, "endDate")] if season is not None else [],
    }
    return _without_empty(row)


def _age(element: Element) -> Iterator[str]:
    for name in ("absMinAge", "minAge", "earliestRecAge", "latestRecAge", "maxAge", "effectiveDate", "cessationDate"):
        yield _text(element, name)


def _interval(element: Element) -> dict[str, Any]:
    dose = _text(element, "fromTargetDose")
    row = {
        "from": "previous" if _yes(_text(element, "fromPrevious")) else "",
        "dose": int(dose) if dose else None,
        "vaccines": _codes(_text(element, "fromMostRecent")),
        "observation": _text(element, "fromRelevantObs/code"),
        "abs": _text(element, "absMinInt"),
        "min": _text(element, "minInt"),
        "rec": _text(element, "earliestRecInt"),
        "late": _text(element, "latestRecInt"),
        "priority": _yes(_text(element, "intervalPriority")),
        "effective": _text(element, "effectiveDate"),
        "cessation": _text(element, "cessationDate"),
    }
    return _without_empty(row)


def _preferable(element: Element) -> dict[str, Any]:
    volume = _text(element, "volume")
    row = {
        "cvx": _text(element, "cvx"),
        "begin": _text(element, "beginAge"),
        "end": _text(element, "endAge"),
        "trade": _text(element, "tradeName"),
        "mvx": _text(element, "mvx"),
        "volume": float(volume) if volume else None,
        "forecast": _yes(_text(element, "forecastVaccineType")),
    }
    return _without_empty(row)


def _skip(element: Element) -> dict[str, Any]:
    sets = [
        _without_empty(
            {
                "logic": _text(one, "conditionLogic").upper(),
                "effective": _text(one, "effectiveDate"),
                "cessation": _text(one, "cessationDate"),
                "conditions": [_condition(condition) for condition in one.findall("condition")],
            }
        )
        for one in element.findall("set")
    ]
    row = {"context": _text(element, "context"), "logic": _text(element, "setLogic").upper(), "sets": sets}
    return _without_empty(row)


# The files write one kind in several ways; whether age or date bound it is said by the bounds themselves.
COUNTS = re.compile(r"vaccine count by (age|date|date and age|age and date)", re.IGNORECASE)


def _condition(element: Element) -> dict[str, Any]:
    kind = _text(element, "conditionType")
    count = _text(element, "doseCount")
    row = _without_empty(
        {
            "type": "Vaccine Count" if COUNTS.fullmatch(kind) else kind,
            "start": _text(element, "startDate"),
            "end": _text(element, "endDate"),
            "begin_age": _text(element, "beginAge"),
            "end_age": _text(element, "endAge"),
            "interval": _text(element, "interval"),
            "doses": _text(element, "doseType").lower(),
            "logic": _text(element, "doseCountLogic").lower(),
            "vaccines": _codes(_text(element, "vaccineTypes")),
            "groups": _codes(_text(element, "seriesGroups")),
        }
    )
    return {**row, "count": int(count)} if count else row
