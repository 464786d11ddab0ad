import pgtrigger
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Now

from core.constraints import readable
from core.history import track
from core.ids import UUIDv7
from core.models import Identified, User
from core.triggers import BumpVersion, note_changes
from members.models.owned import MemberOwned
from network.models import Organization


class Household(Identified):
    """People who live together: one call, one letter, one trip."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())


class NameKey(models.Func):
    """Names folded for search and order: unaccented, lower case (the embedded Postgres has no ICU)."""

    function = "members_name_key"
    output_field = models.CharField()


@track()
class Member(Identified):
    """A person, with or without coverage (an emergency visitor, a newborn, an outside payer's patient)."""

    class AdministrativeSex(models.TextChoices):
        FEMALE = "female"
        MALE = "male"
        OTHER = "other"
        UNKNOWN = "unknown"

    class Status(models.TextChoices):
        ACTIVE = "active"
        MERGED = "merged", "merged into another record"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="member")
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="members")
    mrn = models.CharField(
        "record number (MRN)",
        max_length=9,
        help_text="Nine digits, the last a Luhn check digit.",
        editable=False,
        db_default=models.Func(function="members_next_mrn", output_field=models.CharField()),
    )
    family = models.CharField("legal family name", max_length=100)
    given = models.CharField("legal given name", max_length=100, blank=True, default="")
    middle = models.CharField(max_length=100, blank=True, default="", db_default="")
    suffix = models.CharField(max_length=20, blank=True, default="", db_default="")
    name_used = models.CharField(max_length=100, blank=True, default="", db_default="")
    name_key = models.GeneratedField(
        expression=NameKey(models.F("family"), models.F("given"), models.F("name_used")),
        output_field=models.CharField(max_length=310),
        db_persist=True,
    )
    birth_date = models.DateField(null=True, blank=True)
    birth_country = models.CharField(
        max_length=2,
        blank=True,
        default="",
        db_default="",
        help_text="ISO 3166-1 alpha-2; empty: not asked; ZZ: another than the United States. "
        "Immunity to chickenpox is told by it.",
    )
    deceased_at = models.DateTimeField(null=True, blank=True)
    sex = models.CharField(
        "administrative sex",
        max_length=10,
        choices=AdministrativeSex,
        default="unknown",
        db_default="unknown",
        help_text="FHIR Patient.gender; coverage keeps its own.",
    )
    sex_assigned_at_birth = models.CharField(
        max_length=10, choices=AdministrativeSex, default="unknown", db_default="unknown"
    )
    sex_for_clinical_use = models.CharField(
        max_length=10,
        choices=AdministrativeSex,
        default="unknown",
        db_default="unknown",
        help_text="HL7 Sex Parameter for Clinical Use; rules about anatomy read this and the anatomy inventory.",
    )
    anatomy = models.JSONField(
        default=dict, blank=True, db_default={}, help_text="Organ → present (true/false) and source."
    )
    gender_identity = models.CharField(max_length=40, blank=True, default="", db_default="")
    pronouns = models.CharField(max_length=40, blank=True, default="", db_default="")
    language = models.CharField(max_length=10, default="en", db_default="en", help_text="Preferred, BCP 47.")
    needs_interpreter = models.BooleanField(default=False, db_default=False)
    mother = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="newborns", db_constraint=True
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey("network.Region", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mrn"],
                name="members_member_mrn",
                violation_error_message="A member with this MRN already exists.",
            ),
            models.CheckConstraint(
                condition=models.Func(models.F("mrn"), function="members_is_mrn", output_field=models.BooleanField()),
                name="members_member_mrn_check_digit",
                violation_error_message="This record number has a mistyped digit.",
            ),
            models.CheckConstraint(
                condition=models.Q(status="merged", merged_into__isnull=False)
                | models.Q(status="active", merged_into__isnull=True),
                name="members_member_merged_into",
            ),
            models.CheckConstraint(
                condition=models.Q(birth_country="") | models.Q(birth_country__regex=r"^[A-Z]{2}$"),
                name="members_member_birth_country",
                violation_error_message="The birth country is a code of two capital letters, such as US.",
            ),
            readable("deceased_at", name="members_member_deceased_readable"),
        ]
        indexes = [
            models.Index(fields=["managing_organization", "name_key", "id"], name="members_member_by_name"),
            models.Index(fields=["birth_date"], name="members_member_birth"),
            GinIndex(OpClass(models.F("name_key"), name="gin_trgm_ops"), name="members_member_trigram"),
        ]
        triggers = [BumpVersion(name="bump_version"), *note_changes()]

    def __str__(self) -> str:
        return f"{self.name_used or self.given} {self.family}".strip()


class NameSystem(pgtrigger.Trigger):
    """An identifier stands in the system of its member: left to those who write, a slip would let two people of one
    system hold the same number."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("member_id", "managing_organization_id")
    func = """
        SELECT m.managing_organization_id INTO NEW.managing_organization_id
        FROM members_member m WHERE m.id = NEW.member_id;
        RETURN NEW;
    """


@track()
class MemberIdentifier(MemberOwned):
    """An identifier given by somebody (FHIR Identifier): employer's subscriber number, SSN digest, outside MRN.

    Within one system an identifier in force names one person; two systems may know the same person, each by itself.
    """

    # Filled by trigger, so that no import or merge can say otherwise.
    managing_organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", editable=False, db_index=False
    )
    system = models.CharField(max_length=200, help_text="Issuer's namespace, an address or urn:oid.")
    value = models.CharField(max_length=200)
    period = DateRangeField(db_default=models.expressions.RawSQL("'[,)'::daterange", []), null=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["managing_organization", "system", "value"],
                condition=models.Q(period__upper_inf=True),
                name="members_identifier_in_force",
                violation_error_message="Another member has this identifier.",
            ),
        ]
        triggers = [NameSystem(name="name_system")]
        indexes = [models.Index(fields=["value", "system"], name="members_identifier_value")]


@track()
class RaceEthnicity(MemberOwned):
    """One category a person chose, detailed, with who said so; OMB 1997 and 2024 groups are derived."""

    class Source(models.TextChoices):
        SELF = "self", "self-reported"
        ENROLMENT = "enrolment", "enrolment file"
        OBSERVED = "observed"
        IMPORTED = "imported"

    code = models.CharField(max_length=10, help_text="CDC Race and Ethnicity code (urn:oid:2.16.840.1.113883.6.238).")
    source = models.CharField(max_length=10, choices=Source)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(fields=["member", "code"], name="members_raceethnicity_once"),
        ]


class MatchReview(Identified):
    """An incoming person who may be somebody we know: kept until a person decides."""

    class Status(models.TextChoices):
        OPEN = "open"
        SAME = "same", "is the candidate"
        NEW = "new", "is somebody new"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    incoming = models.JSONField(help_text="The person as sent.")
    source = models.CharField(max_length=200, help_text="Import run and record it came from.")
    candidates = models.JSONField(help_text="[{member, score, agreements}]")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    decided_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", help_text="Who the incoming person turned out to be."
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source"], name="members_matchreview_source")]


class MemberMergeQuerySet(models.QuerySet["MemberMerge"]):
    def closing(self) -> "MemberMergeQuerySet":
        """Merges that keep the record that stays closed to accounts and proxies, until a second person has looked.

        Those that were taken apart are among them: what was written in between stayed with that record.
        """
        return self.filter(access="waits")


class MemberMerge(models.Model):
    """One merge and what it moved, so that unmerge is exact; and who may open the record that stays (decision 0056)."""

    class Access(models.TextChoices):
        NONE = "none", "nobody could open either record"
        WAITS = "waits", "closed until a second person has looked"
        SETTLED = "settled", "a second person has looked"

    id = models.UUIDField(primary_key=True, db_default=UUIDv7())
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", help_text="The record that stays.")
    merged = models.ForeignKey(Member, models.PROTECT, related_name="+", help_text="The record that went in.")
    moved = models.JSONField(help_text="Table → ids that were re-pointed.")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    access = models.CharField(max_length=10, choices=Access, default=Access.NONE, db_default=Access.NONE)
    kept_account = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="Whose account opened the record that stays, before.",
    )
    gone_account = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="Whose account opened the record that went in.",
    )
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)

    objects = MemberMergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(access__in=["none", "waits"], settled_by__isnull=True, settled_at__isnull=True)
                | models.Q(access="settled", settled_by__isnull=False, settled_at__isnull=False)
                & ~models.Q(settled_by=models.F("by")),
                name="members_membermerge_two_people",
                violation_error_message="Who merged two records does not decide who may open the one that stays.",
            )
        ]
