"""How a capitation line came to its amount, from its own row and what it points at."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from billing.capitation import risk
from billing.models import CapitationEligibility, CapitationLine, CapitationRun, RiskScore

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Explanation:
    """The parts of a line's amount. `full_amount` and `amount` are computed here anew, not copied from the line."""

    line: CapitationLine
    eligibility: list[CapitationEligibility]
    earlier: list[CapitationLine]
    risk: RiskScore | None
    full_amount: Decimal
    posted_before: Decimal
    amount: Decimal

    @property
    def agrees(self) -> bool:
        """Whether the computation gives what the line says."""
        return (self.full_amount, self.posted_before, self.amount) == (
            self.line.full_amount,
            self.line.posted_before,
            self.line.amount,
        )


def half_even(amount: Decimal) -> Decimal:
    """Rounded to cents, halves to the even cent: the one rounding of a capitation line."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def explain_line(line: CapitationLine) -> Explanation:
    """Recompute a line: rate × risk × fraction, rounded half-even, less what earlier posted runs paid for its cell."""
    earlier = list(
        CapitationLine.objects.filter(
            member_id=line.member_id,
            contract_id=line.contract_id,
            service_month=line.service_month,
            rate_cell_id=line.rate_cell_id,
            run__status=CapitationRun.Status.POSTED,
            run__posted_at__lt=line.run.posted_at,
        )
        .exclude(run_id=line.run_id)
        .select_related("run")
        .order_by("run__posted_at")
        if line.run.posted_at
        else []
    )
    eligibility = list(
        CapitationEligibility.objects.filter(
            run_id=line.run_id, member_id=line.member_id, service_month=line.service_month
        )
        .select_related("coverage_period__product")
        .order_by("-covered_on_first", "coverage_period_id")
    )
    medicare = line.line_of_business == "medicare"
    full = half_even(line.rate * line.risk_score * line.fraction)
    before = sum((found.amount for found in earlier), Decimal(0))
    return Explanation(
        line=line,
        eligibility=eligibility,
        earlier=earlier,
        risk=risk.paid_on(line.member_id, line.service_month.year, line.run.known_at) if medicare else None,
        full_amount=full,
        posted_before=before,
        amount=full - before,
    )
