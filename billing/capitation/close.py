"""Closing a month: open the run, work share after share, post. Killed and started again it gives the same rows.

The run's instant is taken while it alone holds the eligibility lock that coverage writes share: whatever is dated
before it has been committed, whatever comes later is dated after. So each share may copy its members' coverage as
known at that instant whenever its turn comes, and what it copied is what every re-run reads.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from billing import chart_of_accounts as chart
from billing.actions.ledger import posting_date, reverse_entry
from billing.capitation import risk, sql
from billing.models import CapitationContract, CapitationRun, LedgerEntry
from core import audit, jobs, locks
from core.asked import read_day
from core.db import as_job
from core.models import AuditEvent, JobPartition, JobRun, User
from network.models import Contract, Organization

KIND = "capitation"
# Members in one share: small enough to show progress and to lose little when killed.
SHARE = 25_000
ELIGIBILITY, LINES = "billing_capitationeligibility", "billing_capitationline"
COUNTS = ("lines", "amount", "eligible", "without_region", "without_birth_date", "without_rate")


class NothingToClose(Exception):
    """The plan has no capitation contract in force in the month."""


def close_month(plan: Organization, month: datetime.date, *, by: User) -> CapitationRun:
    """Close a month of a plan here and now; closing it again returns the posted run unchanged.

    Raises `NothingToClose` without a contract in force, and `core.jobs.JobFailed`.
    """
    with as_job(by, reason=f"close capitation {month:%Y-%m}"):
        run = open_run(plan, month, by=by)
    if run.status != CapitationRun.Status.POSTED:
        assert run.job is not None
        jobs.work(run.job, stays=True)
        run.refresh_from_db()
    return run


@transaction.atomic
def open_run(plan: Organization, month: datetime.date, *, by: User) -> CapitationRun:
    """The run of the month: the posted or open one where there is one, otherwise a new one with its instant taken."""
    month = month.replace(day=1)
    locks.take(locks.CAPITATION)
    runs = CapitationRun.objects.filter(organization=plan, payment_month=month).exclude(version=0)
    latest = runs.order_by("-version").first()
    if latest and latest.status != CapitationRun.Status.WITHDRAWN:
        run = latest
    else:
        in_force = Contract.objects.filter(payer=plan, kind="capitation", period__contains=month)
        if not CapitationContract.objects.filter(contract__in=in_force).exists():
            raise NothingToClose(f"{plan} has no capitation contract in force in {month:%Y-%m}.")
        run = CapitationRun.objects.create(
            organization=plan,
            payment_month=month,
            version=latest.version + 1 if latest else 1,
            known_at=_instant(),
        )
        audit.record(by=by, action=AuditEvent.Action.EXECUTE, verb="billing.close_capitation", obj=run)
    if run.status == CapitationRun.Status.OPEN:
        run.job = jobs.start_run(
            by=by,
            kind=KIND,
            key=f"{plan.pk}:{month:%Y-%m}:{run.version}",
            parameters={"run": str(run.pk)},
            partitions=_shares(),
        )
        run.save(update_fields=["job"])
    return run


def _instant() -> datetime.datetime:
    """Now, at a moment when no coverage change is under way."""
    locks.take(locks.ELIGIBILITY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _shares() -> int:
    with connection.cursor() as cursor:
        # An estimate from statistics would do, but on a table never analysed there is none.
        cursor.execute("SELECT count(*) FROM members_member")
        return max(1, -(-cursor.fetchone()[0] // SHARE))


@dataclass(frozen=True)
class Scope:
    """What the statements need to know about a run: its instant, the months it may adjust, the runs before it."""

    run: CapitationRun
    since: datetime.datetime | None
    closed_months: list[datetime.date]
    earlier: list[Any]
    ahead: list[Any]

    @classmethod
    def of(cls, run: CapitationRun) -> "Scope":
        posted = list(
            CapitationRun.objects.filter(
                organization=run.organization_id, status=CapitationRun.Status.POSTED, posted_at__isnull=False
            )
            .exclude(pk=run.pk)
            .order_by("payment_month")
        )
        return cls(
            run=run,
            since=max((other.known_at for other in posted), default=None),
            closed_months=[other.payment_month for other in posted if other.payment_month < run.payment_month],
            earlier=[other.pk for other in posted],
            ahead=[other.pk for other in posted if other.payment_month >= run.payment_month],
        )

    def parameters(self, lower: Any, upper: Any) -> dict[str, Any]:
        return {
            "run": self.run.pk,
            "organization": self.run.organization_id,
            "month": self.run.payment_month,
            "known_at": self.run.known_at,
            "since": self.since,
            "model": risk.MODEL,
            "zone": settings.TIME_ZONE,
            "lookback": sql.DEFAULT_LOOKBACK_MONTHS,
            "lower": lower,
            "upper": upper,
        }


def work_share(job: JobRun, share: JobPartition) -> dict[str, int | float]:
    """One share of a run, in the transaction that the job opened. Returns its counts, amounts in cents."""
    run = CapitationRun.objects.get(pk=job.parameters["run"])
    scope = Scope.of(run)
    scored = risk.refresh(run, share.lower, share.upper)
    counts = compute(scope, share.lower, share.upper)
    # Frozen for this month: those the share was about, as the rate on the page of jobs counts them.
    return {**counts, "risk_scores": scored, jobs.MEMBERS: counts["eligible"]}


def compute(
    scope: Scope, lower: Any, upper: Any, *, eligibility: str = ELIGIBILITY, lines: str = LINES
) -> dict[str, int]:
    """Freeze and price the members in `[lower, upper)`: the month for all, closed months for whom something changed."""
    with connection.cursor() as cursor:
        # The statements are few and large; their sorts and hashes should stay in memory.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        values = scope.parameters(lower, upper)
        tables = {"eligibility": eligibility, "lines": lines}
        current = {**values, "months": [scope.run.payment_month], "earlier": scope.ahead}
        cursor.execute(sql.FREEZE.format(members="true", **tables), current)
        # Of rows written a moment ago the planner knows nothing: it takes them for one, and would compare each of
        # 25,000 members with each of 10,000 cells in turn.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(sql.LINES.format(members="true", **tables), current)
        counts = dict(zip(COUNTS, cursor.fetchone(), strict=True))
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
        counts["adjustments"] = counts["adjusted_amount"] = 0
        if scope.since and scope.closed_months:
            cursor.execute(sql.CHANGED, values)
            if cursor.rowcount:
                cursor.execute("ANALYZE billing_changed")
                adjusted = _adjust(cursor, {**values, "months": scope.closed_months, "earlier": scope.earlier}, tables)
                counts["adjustments"], counts["adjusted_amount"] = adjusted
            cursor.execute("DROP TABLE billing_changed")
    for name in ("amount", "adjusted_amount"):
        counts[name] = int(counts[name] * 100)
    return {name: int(value) for name, value in counts.items()}


def _adjust(cursor: Any, values: dict[str, Any], tables: dict[str, str]) -> tuple[int, Decimal]:
    changed = "{alias}.member_id IN (SELECT member_id FROM billing_changed)"
    cursor.execute(sql.FREEZE.format(members=changed.format(alias="c"), **tables), values)
    cursor.execute(sql.LINES.format(members=changed.format(alias="e"), **tables), values)
    count, amount, *_rest = cursor.fetchone()
    return count, amount


def finish(job: JobRun) -> None:
    """Post the run, once, after its last share: an entry for each contract, balanced for each legal entity."""
    locks.take(locks.CAPITATION)
    run = CapitationRun.objects.select_for_update().get(pk=job.parameters["run"])
    if run.status != CapitationRun.Status.OPEN:
        return
    contracts = _contracts(run.organization_id)
    for contract in contracts:
        post_contract(run, contract, by=job.started_by)
    run.totals = totals(run, job.totals)
    run.status = CapitationRun.Status.POSTED
    run.posted_at = _clock()
    run.save(update_fields=["totals", "status", "posted_at"])
    audit.record(
        by=job.started_by,
        action=AuditEvent.Action.UPDATE,
        verb="billing.post_capitation",
        obj=run,
        detail={"lines": run.totals["lines"]},
    )


def _clock() -> datetime.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _contracts(plan_id: Any) -> list[CapitationContract]:
    return list(
        CapitationContract.objects.filter(contract__payer=plan_id, contract__kind="capitation")
        .select_related("contract__payer__parent", "contract__payee__parent")
        .order_by("contract__name", "id")
    )


def accounts_of(contract: CapitationContract) -> list[tuple[Any, int]]:
    """`(account id, sign)` for an amount paid under the contract; debit is +1.

    Two legal entities: expense and payable with the payer, receivable and revenue with the payee. A division of the
    payer has no books of its own: money moves between budgets of one entity.
    """
    payer, payee = (chart.legal_entity(side) for side in (contract.contract.payer, contract.contract.payee))
    if payer == payee:
        sides = [(payer, chart.TRANSFER_OUT, 1), (payer, chart.TRANSFER_IN, -1)]
    else:
        sides = [
            (payer, chart.CAPITATION_EXPENSE, 1),
            (payer, chart.CAPITATION_PAYABLE, -1),
            (payee, chart.CAPITATION_RECEIVABLE, 1),
            (payee, chart.CAPITATION_REVENUE, -1),
        ]
    return [(chart.account(entity, account).pk, sign) for entity, account, sign in sides]


def entry_source(run: CapitationRun, contract: CapitationContract) -> str:
    return f"capitation:{run.pk}:{contract.pk}"


def post_contract(run: CapitationRun, contract: CapitationContract, *, by: User) -> LedgerEntry | None:
    """The entry of a run and contract; None where its lines come to nothing in every place and month."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {LINES} WHERE run_id = %s AND contract_id = %s "
            "GROUP BY region_id, facility_id, department_id, line_of_business, service_month "
            "HAVING sum(amount) <> 0 LIMIT 1",
            [run.pk, contract.pk],
        )
        if cursor.fetchone() is None:
            return None
        accounts = accounts_of(contract)
        entities = {chart.legal_entity(contract.contract.payer), chart.legal_entity(contract.contract.payee)}
        entry = LedgerEntry.objects.create(
            source=entry_source(run, contract),
            description=f"Capitation {run.payment_month:%Y-%m} (version {run.version}), {contract.contract.name}"[:200],
            posted_on=posting_date(entities, run.payment_month),
            by=by,
        )
        cursor.execute(
            sql.POSTINGS,
            {
                "entry": entry.pk,
                "run": run.pk,
                "contract": contract.pk,
                "accounts": [account for account, _ in accounts],
                "signs": [sign for _, sign in accounts],
            },
        )
    return entry


@dataclass(frozen=True)
class Sum:
    """Lines of one contract, line of business and place, of the month itself or of earlier ones."""

    contract: str
    line_of_business: str
    is_current: bool
    region: str
    facility: str | None
    department: str | None
    lines: int
    amount: Decimal


def totals(run: CapitationRun, shares: dict[str, Any], *, lines: str = LINES) -> dict[str, Any]:
    """The run's figures for its pages, recomputed from its lines; amounts as decimal strings."""
    with connection.cursor() as cursor:
        cursor.execute(sql.TOTALS.format(lines=lines), {"run": run.pk, "month": run.payment_month})
        sums = [
            Sum(str(contract), line, is_current, str(region), _text(facility), _text(department), lines, amount)
            for contract, line, is_current, region, facility, department, lines, amount in cursor.fetchall()
        ]
    return {
        "lines": sum(found.lines for found in sums),
        "amount": _amount(sums),
        "current": _amount(found for found in sums if found.is_current),
        "adjustments": _amount(found for found in sums if not found.is_current),
        "adjustment_lines": sum(found.lines for found in sums if not found.is_current),
        "eligible": int(shares.get("eligible", 0)),
        "set_aside": {name: int(shares.get(name, 0)) for name in COUNTS[3:]},
        "contracts": _grouped(sums, "contract", "line_of_business"),
        "places": _grouped(sums, "region", "facility", "department"),
    }


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)


def _amount(sums: Iterable[Sum]) -> str:
    return str(sum((found.amount for found in sums), Decimal("0.00")))


def _grouped(sums: Iterable[Sum], *keys: str) -> list[dict[str, Any]]:
    groups: dict[tuple, list[Sum]] = defaultdict(list)
    for found in sums:
        groups[tuple(getattr(found, key) for key in keys)].append(found)
    return [
        {
            **dict(zip(keys, group, strict=True)),
            "lines": sum(found.lines for found in members),
            "amount": _amount(members),
            "adjustments": _amount(found for found in members if not found.is_current),
        }
        for group, members in groups.items()
    ]


def estimate_month(plan: Organization, month: datetime.date, *, by: User) -> CapitationRun:
    """What a close would come to now: totals alone, kept in version 0 of the month and renewed by each estimate."""
    month = month.replace(day=1)
    with as_job(by, reason=f"estimate capitation {month:%Y-%m}"):
        locks.take(locks.CAPITATION)
        run, _made = CapitationRun.objects.get_or_create(
            organization=plan,
            payment_month=month,
            version=0,
            defaults={"status": CapitationRun.Status.ESTIMATE, "known_at": _clock()},
        )
        run.known_at = _clock()
        with connection.cursor() as cursor:
            for copy, table in (("estimate_eligibility", ELIGIBILITY), ("estimate_lines", LINES)):
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{copy}")
                cursor.execute(f"CREATE TEMP TABLE {copy} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP")
        counts = compute(Scope.of(run), jobs.FIRST, None, eligibility="estimate_eligibility", lines="estimate_lines")
        run.totals = totals(run, counts, lines="estimate_lines")
        run.save(update_fields=["known_at", "totals"])
    return run


@transaction.atomic
def withdraw_run(run: CapitationRun, *, by: User, reason: str) -> CapitationRun:
    """Take a posted run back: its entries are reversed, its lines no longer count as posted; a close makes a new one.

    Raises `ValueError` without a reason or for a run that is not posted.
    """
    locks.take(locks.CAPITATION)
    run = CapitationRun.objects.select_for_update().get(pk=run.pk)
    if run.status != CapitationRun.Status.POSTED:
        raise ValueError("Only a posted run can be withdrawn.")
    for entry in LedgerEntry.objects.filter(source__startswith=f"capitation:{run.pk}:"):
        entities = {posting.account.entity for posting in entry.postings.select_related("account__entity")}
        reverse_entry(entry, by=by, posted_on=posting_date(entities, entry.posted_on), reason=reason)
    run.status = CapitationRun.Status.WITHDRAWN
    run.save(update_fields=["status"])
    audit.record(by=by, action=AuditEvent.Action.UPDATE, verb="billing.withdraw_capitation", obj=run, reason=reason)
    return run


def parse_month(text: str) -> datetime.date:
    """The first day of `YYYY-MM`. Raises `ValueError` otherwise."""
    found = read_day(f"{text}-01")
    if found is None:
        raise ValueError(f"{text!r} is no month like 2026-10.")
    return found


def plans_with_capitation() -> list[Organization]:
    """Every organisation that pays under a capitation contract, by name."""
    payers = Contract.objects.filter(kind="capitation").values("payer")
    return list(Organization.objects.filter(pk__in=payers).select_related("parent").order_by("name"))
