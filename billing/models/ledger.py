from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from billing.triggers import ClosedAlone, EntryBalanced, OfLegalEntity, OwnTransaction, PostingsInOpenBooks
from core.models import Identified, User
from core.models.base import CurrentTransaction
from core.triggers import immutable
from network.models import Department, Facility, Organization, Region
from plans.models.products import LineOfBusiness


class LedgerAccount(Identified):
    """An account of a legal entity's books."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        REVENUE = "revenue"
        EXPENSE = "expense"

    entity = models.ForeignKey(Organization, models.PROTECT, related_name="accounts", help_text="A legal entity.")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="billing_account_code")]
        triggers = [OfLegalEntity(name="of_legal_entity")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AccountingPeriod(Identified):
    """A month of an entity's books; nothing is posted in a closed one."""

    entity = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    month = DateRangeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(month__isempty=False), name="billing_accountingperiod_month"),
            ExclusionConstraint(
                name="billing_accountingperiod_once",
                expressions=[("entity", RangeOperators.EQUAL), ("month", RangeOperators.OVERLAPS)],
                violation_error_message="Another accounting period of this entity already has these days.",
            ),
        ]
        triggers = [ClosedAlone(name="closed_alone")]


class LedgerEntry(Identified):
    """A balanced set of postings, once for each source. Balance is per legal entity, checked at commit."""

    append_only = True

    source = models.CharField(max_length=150, unique=True, help_text="What it posts, like capitation:<run>:<contract>.")
    description = models.CharField(max_length=200)
    posted_on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversals")
    xid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["-posted_on", "-created_at"], name="billing_entry_recent")]
        triggers = [OwnTransaction(name="own_transaction"), EntryBalanced(name="balanced"), *immutable()]


class Posting(models.Model):
    """One amount on one account: debit positive, credit negative."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="postings")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    line_of_business = models.CharField(max_length=20, choices=LineOfBusiness, blank=True, default="")
    service_month = models.DateField(null=True, blank=True, help_text="First day of the month the money is for.")

    class Meta:
        triggers = [PostingsInOpenBooks(name="open_books"), *immutable()]
