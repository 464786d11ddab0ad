"""/api/v1/members: people. List, search by name, phone, number or birth date, read, register, correct."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

import functools
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from core.api import paging
from core.api.errors import Conflict
from core.api.fields import Day, Filter, Input, Instant
from core.api.prepared import ANOTHER_ID, SOME_ID, Prepared, Recorded
from core.api.requests import ApiRequest
from core.api.resources import Resource, as_uuid, described, resource
from core.api.writing import creation, refusals_told, step
from core.context import current, note_role
from core.db import ask, is_alone
from core.permissions import Decision, grant, may, states
from members import actions, matching
from members.deaths import record_death, take_back_death
from members.models import Member
from members.querysets import SEARCHED, e164, kept_record, search_ids, search_values
from members.validators import BORN, LANGUAGE_TAG, is_telephone
from network.models import Organization, RoleAssignment
from network.permissions import has_role

CLIENT = has_role(RoleAssignment.Role.INTEGRATION)
for _permission in ("members.view", "members.search", "members.register", "members.update"):
    grant(_permission, CLIENT, because="an integration client of this system, within its scopes")

FIELDS = (
    *(
        "id",
        "mrn",
        "family",
        "given",
        "middle",
        "suffix",
        "name_used",
        "birth_date",
        "birth_country",
        "deceased_at",
        "sex",
    ),
    *("sex_assigned_at_birth", "gender_identity", "pronouns", "language", "needs_interpreter", "status"),
    *("managing_organization", "region", "version", "created_at"),
)


class TelecomInput(Input):
    system = serializers.ChoiceField(["phone", "sms", "email"])
    value = serializers.CharField(max_length=254)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check = validate_email if attrs["system"] == "email" else is_telephone
        try:
            check(attrs["value"])
        except DjangoValidationError as refused:
            raise serializers.ValidationError({"value": refused.messages}) from refused
        return attrs


class AddressInput(Input):
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100)
    state = serializers.CharField(max_length=50)
    postal_code = serializers.CharField(max_length=20)


class MemberUpdate(Input):
    family = serializers.CharField(max_length=100, required=False)
    given = serializers.CharField(max_length=100, required=False, allow_blank=True)
    middle = serializers.CharField(max_length=100, required=False, allow_blank=True)
    suffix = serializers.CharField(max_length=20, required=False, allow_blank=True)
    name_used = serializers.CharField(max_length=100, required=False, allow_blank=True)
    birth_date = Day(required=False, validators=BORN)
    birth_country = serializers.RegexField(r"^[A-Z]{2}$", max_length=2, required=False, allow_blank=True)
    sex = serializers.ChoiceField(Member.AdministrativeSex.choices, required=False)
    pronouns = serializers.CharField(max_length=40, required=False, allow_blank=True)
    language = serializers.RegexField(LANGUAGE_TAG, max_length=10, required=False)
    needs_interpreter = serializers.BooleanField(required=False)


NEW_MEMBER = {
    "family": "Rivera",
    "given": "Ana",
    "birth_date": "1970-05-04",
    "sex": "female",
    "language": "es",
    "telecoms": [{"system": "phone", "value": "+15105550123"}],
}


class MemberInput(MemberUpdate):
    family = serializers.CharField(max_length=100)
    birth_date = Day(validators=BORN)
    managing_organization = serializers.UUIDField(required=False, help_text="Needed only by who works in several.")
    telecoms = TelecomInput(many=True, required=False)
    address = AddressInput(required=False)
    is_new = serializers.BooleanField(
        required=False,
        help_text="You looked at the members whom they are like (a twin, say): it is none of them.",
    )
    is_new_reason = serializers.CharField(
        min_length=5,
        max_length=200,
        required=False,
        help_text="How that is known; needed with `is_new`, kept on record.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("is_new") and not attrs.get("is_new_reason"):
            raise serializers.ValidationError({"is_new_reason": "Say how you know that it is none of them."})
        return attrs


class MemberSearch(Input):
    q = serializers.CharField(
        max_length=200, required=False, help_text="Name, record number, phone or birth date, as typed."
    )
    phone = serializers.CharField(
        max_length=40, required=False, help_text="Exactly this telephone number; it goes before q."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Say whom: q or phone.")
        return attrs


class DeathInput(Input):
    """Nobody has died tomorrow, nor before they were born."""

    at = Instant(help_text="When the person died.")
    source = serializers.CharField(  # type: ignore[assignment]  # a Field has a `source` of its own
        min_length=5, max_length=200, help_text="Who says so, like: death certificate, county file."
    )

    def validate_at(self, at: datetime) -> datetime:
        if at > timezone.now():
            raise serializers.ValidationError("This moment is still to come.")
        return at


class DeathTakenBackInput(Input):
    reason = serializers.CharField(min_length=5, max_length=200, help_text="How it is known that they live.")


def refuse_merged(member: Member) -> None:
    """Raises `Conflict` for a record that was merged: its rows are another's, and an empty answer would mislead."""
    if member.merged_into_id:
        raise Conflict(
            f"This record was merged into member {kept_record(member).pk}: ask for that one.", code="merged_record"
        )


class MemberRecords(Resource):
    """Records of one member are asked for by member: nobody pages through everybody's."""

    by_member = True

    def member_asked(self, request: ApiRequest) -> Member:
        """The member named by `?member=`. Raises 400 without it, 404 for one out of reach, 409 for a merged record."""
        asked = request.query_params.get("member")
        if not asked:
            raise ValidationError({"member": "Say whose records: ?member=<id>."})
        member = Member.objects.filter(pk=as_uuid(asked, "member")).first()
        if member is None:
            raise Http404
        refuse_merged(member)
        return member

    def member_for(self, request: ApiRequest, key: UUID, *permissions: str) -> Member:
        """The active member that a write is about, where the user may.

        Raises 404 out of reach, 409 for a merged record, 403 otherwise.
        """
        member = Member.objects.filter(pk=key).first()
        if member is None:
            raise Http404
        refuse_merged(member)
        self.demand(request, member, permissions)
        return member


# The requests that come most: a record by its id, the first page, and the rows of a few ids.
RECORD = Prepared(lambda id: Member.objects.filter(pk=id, status="active")[:1], [SOME_ID])
ROW = Prepared(lambda id: Member.objects.filter(pk=id).values(*FIELDS), [SOME_ID])
SYSTEM = Prepared(lambda id: Organization.objects.filter(pk=id)[:1], [SOME_ID])
# For a client of one system each is one message: who asks, the question, the entry in the access log.
READ = Recorded(
    lambda id, system: Member.objects.filter(pk=id, status="active", managing_organization=system).values(*FIELDS),
    [SOME_ID, ANOTHER_ID],
)
FIRST_PAGE = Recorded(
    lambda system: (
        Member.objects.filter(status="active", managing_organization=system)
        .values(*FIELDS, "name_key")
        .order_by("name_key", "id")[: paging.DEFAULT + 1]
    ),
    [SOME_ID],
    order="ORDER BY name_key, id",
    shown=paging.DEFAULT,
)
SEARCH = Recorded(
    lambda system: (
        Member.objects.filter(pk__in=RawSQL("SELECT asked.id FROM asked", []), status="active")
        .filter(managing_organization=system)
        .values(*FIELDS)
    ),
    [SOME_ID],
    asked=f"SELECT id, place FROM {SEARCHED} WITH ORDINALITY AS hits (id, rank, place)",
    order="JOIN asked USING (id) ORDER BY asked.place",
    shown=paging.DEFAULT,
)


class MemberApi(Resource):
    """People whose care and coverage are ours. `q` finds by name, record number, phone or birth date, as typed.

    A search gives the twenty best at most; a portal account finds itself and those whose proxy it is.
    """

    model = Member
    fields = FIELDS
    permissions = ("members.view", "members.portal_view")
    scope = "members"
    ordering = ("name_key", "id")
    serializer_class = described(Member, FIELDS)
    inputs: ClassVar[dict[str, Any]] = {"partial_update": MemberUpdate}
    filters: ClassVar[dict[str, str | Filter]] = {
        "q": Filter("", serializers.CharField(max_length=200), "Name, record number, phone or birth date, as typed."),
        "phone": Filter("", serializers.CharField(max_length=40), "Exactly this telephone number."),
    }

    def asks_alone(self, request: ApiRequest) -> bool:
        # Whoever is no client of this one system may see somebody on a ground that is looked up in the chart.
        if system_in_reach() is None or not CLIENT(request.user):
            return False
        if self.action != "list":
            return self.action == "retrieve"
        asked = request.query_params
        is_search = bool(asked.get("q") or asked.get("phone"))
        is_first = "cursor" not in asked and asked.get("page_size", str(paging.DEFAULT)) == str(paging.DEFAULT)
        return is_search or is_first

    def rows(self, request: ApiRequest) -> models.QuerySet:
        return Member.objects.filter(status="active")

    def as_read(self, request: ApiRequest, id: UUID) -> dict:
        return ROW.rows(id)[0]

    def find(self, request: ApiRequest, id: UUID) -> Member | None:
        return next(iter(RECORD.records(id)), None)

    def retrieve(self, request: ApiRequest, id: UUID) -> Response:
        row = self.read(request, id) if is_alone() else None
        return super().retrieve(request, id) if row is None else self.respond(request, row)

    def read(self, request: ApiRequest, id: UUID) -> dict[str, Any] | None:
        """The record by one message, for whom the system that they reach is ground enough; None for the longer way."""
        system = system_in_reach()
        decision = may(request.user, "members.view", somebody_of(system)) if system else None
        if not decision:
            return None
        note_role(decision.role)
        return next(iter(READ.rows(id, system, *self.entry(request, because=decision.why, is_one=True))), None)

    def list(self, request: ApiRequest, **kwargs: Any) -> Response:
        return self.answer(request, self.asked(request))

    def answer(self, request: ApiRequest, asked: dict[str, Any]) -> Response:
        """The page of members that `asked` finds; without a question, of all within reach."""
        typed, phone = asked.get("q"), asked.get("phone")
        reach = current()
        if reach.organization_ids:
            decision = self.demand(request, None, ("members.view",))
            if is_alone():
                return self.answer_at_once(request, asked, decision)
            rows = self.rows(request).filter(managing_organization__in=reach.organization_ids)
        else:
            # A portal account: themselves and those whose proxy they are.
            decision = None
            rows = self.rows(request).filter(pk__in=reach.member_ids)
        if typed or phone:
            ids = search_by_phone(phone) if phone else search_ids(typed or "")
            found = {row["id"]: row for row in rows.filter(pk__in=ids).values(*FIELDS)}
            results, cursor = [found[key] for key in ids if key in found], None
        else:
            found_rows, cursor = paging.page(rows.values(*self.columns()), request, self.ordering)
            results = self.trimmed(found_rows)
        if decision is None:
            members = {m.pk: m for m in Member.objects.filter(pk__in=[r["id"] for r in results])}
            results = [r for r in results if self.allows(request, members[r["id"]])]
        because = decision.why if decision else "their own people"
        self.note_read(request, member_id=None, because=because, members=[str(row["id"]) for row in results])
        return Response({"next": cursor, "results": results})

    def answer_at_once(self, request: ApiRequest, asked: dict[str, Any], decision: Decision) -> Response:
        """`answer`, for what `asks_alone` says: a search or a first page within the one system in reach."""
        system, entry = system_in_reach(), self.entry(request, because=decision.why)
        typed, phone = asked.get("q"), asked.get("phone")
        if typed or phone:
            values = by_phone(phone) if phone else search_values(typed or "")
            return Response({"next": None, "results": SEARCH.rows(*values, system, *entry)})
        found, cursor = paging.cut(FIRST_PAGE.rows(system, *entry), paging.DEFAULT, ["name_key", "id"])
        return Response({"next": cursor, "results": self.trimmed(found)})

    def allows(self, request: ApiRequest, member: Member) -> bool:
        return any(may(request.user, name, member) for name in self.permissions)

    @creation(MemberInput, example=NEW_MEMBER)
    def register(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Register a person. Somebody who is, or may well be, a member already is a conflict: search first.

        Where you looked at those members and it is somebody else (a twin), say `is_new` and how you know it.
        """
        organization = self.organization(request, given.pop("managing_organization", None))
        self.demand(request, Member(managing_organization=organization), ("members.register",))
        telecoms = [
            (t["system"], t["value"] if t["system"] == "email" else e164(t["value"])) for t in given.pop("telecoms", [])
        ]
        address = given.pop("address", None)
        is_new, why = given.pop("is_new", False), given.pop("is_new_reason", "")
        alike = known_like(given, telecoms, address, organization)
        if alike and not is_new:
            raise Conflict(
                "A member like this is registered already: search for them first. If it is somebody else, say is_new "
                "with is_new_reason.",
                code="known_member",
            )
        return actions.enter_member(
            by=request.user,
            managing_organization=organization,
            telecoms=telecoms,
            address=address,
            reason=why if alike else "",
            beside=alike,
            **given,
        ).pk

    def partial_update(self, request: ApiRequest, id: UUID) -> Response:
        member, _ = self.record(request, id, ("members.update",))
        given = self.given(request, MemberUpdate, partial=True)
        member = Member.objects.select_for_update().get(pk=member.pk)
        self.demand_version(request, member)
        with refusals_told(self):
            actions.update_member(member, by=request.user, reason="API", **given)
        return self.respond(request, self.as_read(request, id))

    @step(
        DeathInput,
        permissions=("members.update",),
        example={"at": "2026-10-05T04:30:00-07:00", "source": "Death certificate seen"},
    )
    def record_death(self, request: ApiRequest, record: Member, given: dict[str, Any]) -> None:
        """Record that the person died: visits to come are cancelled, messages that wait are withdrawn."""
        if record.birth_date and given["at"].date() < record.birth_date:
            raise ValidationError({"at": ["Before the birth date."]})
        record_death(record, by=request.user, at=given["at"], reason=given["source"])

    @step(DeathTakenBackInput, permissions=("members.update",), example={"reason": "Spoke with them today"})
    def take_back_death(self, request: ApiRequest, record: Member, given: dict[str, Any]) -> None:
        """The death was recorded by mistake. What ended with it stays ended; primary care is asked to begin it anew."""
        take_back_death(record, by=request.user, reason=given["reason"])

    def organization(self, request: ApiRequest, asked: UUID | None) -> Organization:
        within = current().organization_ids
        if asked is None and len(within) == 1:
            asked = next(iter(within))
        found = next(iter(SYSTEM.records(asked)), None) if asked in within else None
        if found is None:
            raise ValidationError({"managing_organization": "Say for which of your systems."})
        return found


def system_in_reach() -> UUID | None:
    """The one system whose members the client reaches, as nearly every client does; None where they are several."""
    reach = current().organization_ids
    return next(iter(reach)) if len(reach) == 1 else None


@functools.lru_cache(maxsize=100)
def somebody_of(system: UUID) -> Member:
    """A member of a system of whom nothing else is known."""
    return Member(managing_organization_id=system)


def by_phone(phone: str) -> list[Any]:
    return ["", None, None, e164(phone), paging.DEFAULT, None]


def search_by_phone(phone: str) -> list[UUID]:
    return [id for (id,) in ask(f"SELECT id FROM {SEARCHED}", by_phone(phone))]


def known_like(
    values: dict, telecoms: list[tuple[str, str]], address: dict | None, organization: Organization
) -> list[UUID]:
    """The members who the person is, or may well be, likeliest first. Holds `actions.lock_identities`."""
    born: date | None = values.get("birth_date")
    person = matching.Person(
        family=values["family"],
        given=values.get("given", ""),
        middle=values.get("middle", ""),
        birth_date=born,
        sex=values.get("sex", "unknown"),
        line1=(address or {}).get("line1", ""),
        postal_code=(address or {}).get("postal_code", ""),
        phones=frozenset(value for system, value in telecoms if system != "email"),
    )
    _verdict, found = matching.decide(person, matching.candidates_for([person], organization.pk, is_alone=True)[0])
    return [match.member_id for match in found]


class MemberSearchApi(MemberApi):
    """Find people as `GET members/?q=` does, with what is asked in the body.

    An address with a name, birth date or telephone number in it stays in the logs of every proxy on the way.
    """

    searches = frozenset({"search"})
    inputs: ClassVar[dict[str, Any]] = {"search": MemberSearch}

    def search(self, request: ApiRequest) -> Response:
        return self.answer(request, self.given(request, MemberSearch))


api = [
    # Before the records: `search` is no id.
    path("members/search/", states(MemberSearchApi.as_view({"post": "search"}), "members.view"), name="api_search"),
    *resource("members", MemberApi),
]
