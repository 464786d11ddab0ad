"""FHIR bundles into the chart: the whole of `./kp import_fhir`, files to committed rows, beside bare COPY.

The bundles are Synthea's where `KPCARE_DATA` holds them, and made here otherwise. They go into the present database
under an organisation of their own, as the jobs login.
"""

import io
import json
import os
import random
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from bench.runner import Result, floor_sql

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


def run(members: int) -> Result:
    os.environ["KPCARE_LOGIN"] = "jobs"
    from django.conf import settings

    if settings.LOGIN != "jobs":
        return _as_jobs(members)
    from django.db import connection

    from core.db import as_job
    from core.models import User
    from interop.fhir.run import Import, Options
    from network.models import Organization

    user = User.objects.system("benchmark")
    with as_job(user, reason="benchmark"):
        organization = Organization.objects.create(name=f"Benchmark {uuid.uuid4()}", kind="system")
    count = max(10, min(100, members // 1000))
    with tempfile.TemporaryDirectory() as folder:
        paths = _bundles(count, Path(folder))
        options = Options(user.pk, organization.pk, f"urn:bench:{organization.pk}")
        began = time.perf_counter()
        done = Import(paths, options, workers=2).execute()
        seconds = time.perf_counter() - began
    if done.set_aside:
        raise RuntimeError(f"{done.set_aside} bundles were set aside.")
    connection.ensure_connection()
    floor, rows = _floor(connection.connection, str(organization.pk))
    resources = done.total.resources
    return Result(
        seconds,
        floor,
        {"bundles": len(paths), "resources": resources, "per_second": round(resources / seconds), "rows": rows},
    )


def _as_jobs(members: int) -> Result:
    """The same in a process that signed in as the jobs login, as the command does."""
    import subprocess
    import sys

    code = (
        "import dataclasses, json, django; django.setup(); from bench import import_fhir; "
        f"print(json.dumps(dataclasses.asdict(import_fhir.run({members}))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def _bundles(count: int, folder: Path) -> list[Path]:
    deck = Path(os.environ.get("KPCARE_DATA", "../shared/data")) / "synthea" / "bundles"
    if deck.is_dir():
        return sorted(deck.glob("*.json"))[:count]
    random.seed(7)
    return [_made(folder, number) for number in range(count)]


def _made(folder: Path, number: int) -> Path:
    """A person with ten years of visits, each with measurements, a result panel and a diagnosis."""
    person = str(uuid.UUID(int=random.getrandbits(128)))
    subject = {"reference": f"urn:uuid:{person}"}
    resources: list[dict] = [
        {
            "resourceType": "Patient",
            "id": person,
            "identifier": [{"system": "https://bench.example/mrn", "value": person}],
            "name": [{"family": f"Bench{person[:8]}", "given": [f"P{number}"]}],
            "gender": random.choice(["female", "male"]),
            "birthDate": f"{random.randint(1930, 2015)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        }
    ]
    for visit in range(25):
        at = f"{2016 + visit // 3}-{visit % 12 + 1:02}-{random.randint(1, 28):02}T10:00:00+00:00"
        key = str(uuid.UUID(int=random.getrandbits(128)))
        here = {"reference": f"urn:uuid:{key}"}
        resources.append(
            {
                "resourceType": "Encounter",
                "id": key,
                "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "type": [_concept(SNOMED, "185349003")],
                "subject": subject,
                "period": {"start": at, "end": at.replace("T10:00", "T10:20")},
            }
        )
        for code, unit in (
            ("8867-4", "/min"),
            ("29463-7", "kg"),
            ("4548-4", "%"),
            ("2160-0", "mg/dL"),
            ("2093-3", "mg/dL"),
        ):
            resources.append(
                {
                    "resourceType": "Observation",
                    "id": str(uuid.UUID(int=random.getrandbits(128))),
                    "status": "final",
                    "category": [_concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
                    "code": _concept(LOINC, code),
                    "subject": subject,
                    "encounter": here,
                    "effectiveDateTime": at,
                    "valueQuantity": {"value": round(random.uniform(1, 200), 2), "code": unit},
                }
            )
    entries = [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in resources]
    path = folder / f"{number:05}.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    return path


def _concept(system: str, code: str) -> dict:
    return {"coding": [{"system": system, "code": code}]}


def _floor(connection: Any, organization: str) -> tuple[float, int]:
    """Seconds to COPY the rows that were written into bare tables, and how many there are."""
    taken: list[tuple[str, io.BytesIO]] = []
    with connection.cursor() as cursor:
        cursor.execute(floor_sql("import_fhir"))
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            rows = io.BytesIO()
            cursor.copy_expert(
                f"COPY (SELECT * FROM {name} WHERE member_id IN "
                f"(SELECT id FROM members_member WHERE managing_organization_id = '{organization}')) TO STDOUT",
                rows,
            )
            if rows.tell():
                taken.append((name, rows))
        began, count = time.perf_counter(), 0
        for name, rows in taken:
            rows.seek(0)
            cursor.execute(f"CREATE TEMP TABLE floor_{name[:50]} (LIKE {name})")
            cursor.copy_expert(f"COPY floor_{name[:50]} FROM STDIN", rows)
            count += cursor.rowcount
        seconds = time.perf_counter() - began
        connection.rollback()
    return seconds, count
