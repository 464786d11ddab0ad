from django.contrib.postgres.fields import DateRangeField
from django.db import models

from core.models import Identified
from network.models.organizations import Organization


class Contract(Identified):
    """An agreement under which one organisation pays another; billing keeps the terms of each kind."""

    class Kind(models.TextChoices):
        CAPITATION = "capitation"
        FEE_SCHEDULE = "fee_schedule"
        PER_DIEM = "per_diem"

    payer = models.ForeignKey(Organization, models.PROTECT, related_name="contracts_paid")
    payee = models.ForeignKey(Organization, models.PROTECT, related_name="contracts_received")
    kind = models.CharField(max_length=15, choices=Kind)
    name = models.CharField(max_length=200)
    period = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="network_contract_period"),
            models.CheckConstraint(condition=~models.Q(payer=models.F("payee")), name="network_contract_two_parties"),
        ]

    def __str__(self) -> str:
        return self.name
