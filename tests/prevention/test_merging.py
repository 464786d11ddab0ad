"""Two records of one person that both wait for the same care, or are both in a registry, become one all the same."""

from datetime import date

import pytest

from core.db import acting_as
from core.models import MemberChange
from members.actions import merge_members, unmerge_members
from prevention.models import CareGap, RegistryEntry, RegistryFollowUp, Reminder
from tests.clinical.factories import arranging, member, system
from tests.network.factories import make_staff
from tests.prevention.outreach.factories import AT, gap, waits

pytestmark = pytest.mark.django_db
ENTERED = date(2026, 1, 5)


def entry(of, registry="diabetes", **more) -> RegistryEntry:
    return RegistryEntry.objects.create(
        member=of, registry=registry, entered_on=ENTERED, control="above", control_since=ENTERED, tier=2, changed_at=AT,
        **more,
    )  # fmt: skip


class Twice:
    """One person twice: the same gap open for both with a call that waits, another deferred, the same registry."""

    def __init__(self):
        self.system = system()
        self.clerk = make_staff("plan_administrator", self.system)
        with arranging():
            self.kept, self.gone = (member(self.system, name, with_account=False) for name in ("Ana", "Anna"))
            self.gaps = {
                (of, rule): gap(of, rule, **more)
                for of in (self.kept, self.gone)
                for rule, more in (
                    ("colorectal_screening", {}),
                    ("breast_screening", {"status": "deferred", "deferred_until": date(2027, 1, 1)}),
                )
            }
            self.alone = gap(self.gone, "cervical_screening")
            self.call = waits(self.gaps[self.gone, "colorectal_screening"], "call")
            self.entries = {of: entry(of) for of in (self.kept, self.gone)}
            self.elsewhere = entry(self.gone, "asthma")
            self.noted = RegistryFollowUp.objects.create(
                member=self.gone, entry=self.entries[self.gone], by=self.clerk, note="Called, no answer"
            )
            MemberChange.objects.all().delete()

    def merge(self):
        with acting_as(self.clerk, reason="same person"):
            return merge_members(self.kept, self.gone, by=self.clerk, reason="same passport")


@pytest.fixture
def twice() -> Twice:
    return Twice()


def test_of_each_gap_one_stays_open_and_the_other_goes_along_as_history(twice):
    twice.merge()
    with arranging():
        standing = CareGap.objects.filter(member=twice.kept, status__in=("open", "deferred"))
        assert set(standing.values_list("rule", "pk")) == {
            ("colorectal_screening", twice.gaps[twice.kept, "colorectal_screening"].pk),
            ("breast_screening", twice.gaps[twice.kept, "breast_screening"].pk),
            ("cervical_screening", twice.alone.pk),
        }
        closed = CareGap.objects.get(pk=twice.gaps[twice.gone, "colorectal_screening"].pk)
        assert (closed.member_id, closed.status) == (twice.kept.pk, "excluded")
        assert closed.evidence["merged"] == [str(twice.kept.pk)]
        assert Reminder.objects.get(pk=twice.call.pk).member_id == twice.kept.pk, "with its reminders"
        assert not CareGap.objects.filter(member=twice.gone).exists()


def test_of_each_registry_one_entry_stays_and_the_other_goes_along_with_its_notes(twice):
    twice.merge()
    with arranging():
        inside = RegistryEntry.objects.filter(member=twice.kept, left_on__isnull=True)
        assert set(inside.values_list("pk", flat=True)) == {twice.entries[twice.kept].pk, twice.elsewhere.pk}
        left = RegistryEntry.objects.get(pk=twice.entries[twice.gone].pk)
        assert (left.member_id, left.left_on is None) == (twice.kept.pk, False)
        assert RegistryFollowUp.objects.get(pk=twice.noted.pk).member_id == twice.kept.pk


def test_both_are_answered_anew_after_the_merge_and_after_its_undoing(twice):
    merge = twice.merge()
    with arranging():
        assert {twice.kept.pk, twice.gone.pk} <= set(MemberChange.objects.values_list("member_id", flat=True))
        MemberChange.objects.all().delete()
    with acting_as(twice.clerk, reason="two people"):
        unmerge_members(merge, by=twice.clerk, reason="two passports")
    with arranging():
        assert {twice.kept.pk, twice.gone.pk} <= set(MemberChange.objects.values_list("member_id", flat=True))
        assert set(CareGap.objects.filter(member=twice.gone).values_list("rule", "status")) == {
            ("colorectal_screening", "excluded"), ("breast_screening", "excluded"), ("cervical_screening", "open"),
        }  # fmt: skip
        assert set(RegistryEntry.objects.filter(member=twice.gone).values_list("registry", flat=True)) == {
            "diabetes", "asthma",
        }  # fmt: skip
        for row in (twice.call, twice.noted):
            row.refresh_from_db()
            assert row.member_id == twice.gone.pk


def test_nothing_is_closed_where_the_merge_is_refused(twice):
    stranger = make_staff("plan_administrator", system())
    with acting_as(stranger, reason="test"), pytest.raises(Exception, match="within reach"):
        merge_members(twice.kept, twice.gone, by=stranger, reason="mine now")
    with arranging():
        assert CareGap.objects.filter(member=twice.gone, status__in=("open", "deferred")).count() == 3
