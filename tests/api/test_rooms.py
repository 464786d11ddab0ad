"""The day's work of each room through the REST interface: the same steps, refusals and closed doors as on screen."""

import datetime

import pytest
from django.utils import timezone

from billing.capitation.close import close_month
from billing.claims import CPT
from billing.models import CapitationRun, FeeScheduleLine, OutsideClaim
from clinical.models import Condition, Encounter, Referral, Task
from core.db import acting_as
from core.models import AuditEvent, JobRun
from core.terminology import concept
from labs.models import LabResult, ResultMismatch, Specimen
from network.models import RoleAssignment
from plans.models import Benefit
from prevention.models import CareGap, OutreachContact
from scheduling.actions import book, check_in
from scheduling.models import Appointment
from tests.api.world import session_of, token_for
from tests.billing.factories import ALWAYS
from tests.billing.factories import make_world as make_money
from tests.clinical import factories as make
from tests.hospitals.factories import Hospital
from tests.labs.factories import Laboratory, lab_test
from tests.pharmacy.factories import Pharmacies
from tests.plans.factories import make_group, make_plan, make_product
from tests.prevention.outreach.factories import protocols
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"


def post(client, place: str, body=None, expect: int = 200, **headers):
    answer = client.post(f"/api/v1/{place}/", body or {}, format="json", **headers)
    assert answer.status_code == expect, answer.content
    return answer.json()


def fault(client, place: str, body=None, status: int = 409) -> dict:
    """The first fault of a request that is refused."""
    return post(client, place, body, status)["errors"][0]


class TestVisit:
    @pytest.fixture
    def clinic(self, db) -> make.World:
        return make.World()

    @pytest.fixture
    def appointment(self, clinic) -> Appointment:
        """Maria's visit of this minute, booked."""
        with make.arranging():
            kind = visit_type(clinic.department)
        now = timezone.now().replace(microsecond=0)
        slots = hours(clinic.chen, clinic.department, now + datetime.timedelta(minutes=1))
        with acting_as(clinic.park.user, reason="test"):
            return book(by=clinic.park.user, member=clinic.maria, slot=slots[0], visit_type=kind)

    def test_from_the_door_to_the_end(self, clinic, appointment):
        nurse, doctor = session_of(clinic.park.user), session_of(clinic.chen.user)

        early = fault(doctor, "encounters", {"appointment": str(appointment.pk)})
        arrived = post(nurse, f"appointments/{appointment.pk}/check-in")
        visit = post(doctor, "encounters", {"appointment": str(appointment.pk)}, 201)
        taken = post(nurse, "observations", {"encounter": visit["id"], "systolic": "128", "diastolic": "82"}, 201)
        ended = post(doctor, f"encounters/{visit['id']}/finish")

        assert early["code"] == "not_here"
        assert arrived["status"] == "arrived"
        assert (visit["status"], ended["status"]) == ("in-progress", "finished")
        assert [row["codings"][0]["code"] for row in taken["results"]] == ["85354-9"]
        with make.arranging():
            assert Appointment.objects.get(pk=appointment.pk).status == "fulfilled"

    def test_half_a_blood_pressure_is_refused_in_the_words_of_the_screen(self, clinic, appointment):
        with acting_as(clinic.park.user, reason="test"):
            check_in(appointment, by=clinic.park.user)
        doctor = session_of(clinic.chen.user)
        visit = post(doctor, "encounters", {"appointment": str(appointment.pk)}, 201)

        answer = fault(doctor, "observations", {"encounter": visit["id"], "systolic": "128"})

        assert (answer["code"], answer["detail"]) == ("half", "A blood pressure has two values.")

    def test_a_visit_is_moved_and_points_back(self, clinic, appointment):
        later = hours(clinic.chen, clinic.department, make.tomorrow(14))[0]

        moved = post(session_of(clinic.maria.user), f"appointments/{appointment.pk}/move", {"slot": str(later.pk)})

        assert moved["moved_from"] == str(appointment.pk)
        with make.arranging():
            assert Appointment.objects.get(pk=appointment.pk).status == "cancelled"

    def test_a_problem_is_put_on_the_list_and_resolved(self, clinic):
        with make.arranging():
            make.concept("I10", "Essential hypertension", ICD10)
        doctor = session_of(clinic.chen.user)
        asked = {"member": str(clinic.maria.pk), "codes": [{"system": ICD10, "code": "I10"}], "onset": "2020-03-01"}

        added = post(doctor, "conditions", asked, 201)
        again = post(doctor, "conditions", asked, 201)
        resolved = post(doctor, f"conditions/{added['id']}/resolve", {"on": "2026-01-01"})
        unknown = fault(doctor, "conditions", {**asked, "codes": [{"system": ICD10, "code": "Q99.99"}]}, 400)

        assert again["id"] == added["id"]
        assert resolved["status"] == "resolved"
        assert unknown["attr"] == "codes.0.code"

    def test_a_dose_is_recorded_once_a_day_and_never_before_birth(self, clinic):
        with make.arranging():
            make.concept("140", "Influenza, seasonal", "http://hl7.org/fhir/sid/cvx")
        nurse = session_of(clinic.chen.user)
        asked = {"member": str(clinic.maria.pk), "cvx": "140", "on": "2025-10-05", "lot_number": "L1"}

        given = post(nurse, "immunizations", asked, 201)
        again = post(nurse, "immunizations", asked, 201)
        early = fault(nurse, "immunizations", {**asked, "on": "1950-01-01"})
        unknown = fault(nurse, "immunizations", {**asked, "cvx": "9999"}, 400)

        assert again["id"] == given["id"]
        assert (given["precision"], given["is_primary_source"]) == ("d", False)
        assert (early["code"], unknown["attr"]) == ("before_birth", "cvx")

    def test_nobody_without_a_care_relationship_or_of_another_system_writes(self, clinic):
        asked = {"member": str(clinic.maria.pk), "codes": [{"system": ICD10, "code": "I10"}]}

        post(session_of(clinic.stranger.user), "conditions", asked, 403)
        post(session_of(clinic.outsider.user), "conditions", asked, 404)
        post(session_of(clinic.maria.user), "conditions", asked, 403)
        post(session_of(clinic.pedro.user), "conditions", asked, 404)
        assert not Condition.objects.exists()

    def test_a_referral_is_answered_by_those_who_were_asked(self, clinic):
        doctor, specialist = session_of(clinic.chen.user), session_of(clinic.osei.user)
        asked = {"member": str(clinic.maria.pk), "to_department": str(clinic.cardiology.pk), "question": "A murmur?"}

        sent = post(doctor, "referrals", asked, 201)
        post(doctor, f"referrals/{sent['id']}/accept", {}, 403)
        accepted = post(specialist, f"referrals/{sent['id']}/accept")
        closed = post(specialist, f"referrals/{sent['id']}/close", {"report": "Innocent."})
        late = fault(specialist, f"referrals/{sent['id']}/decline", {"reason": "Full"})

        assert (accepted["status"], closed["status"], late["code"]) == ("accepted", "closed", "state")
        with make.arranging():
            assert Referral.objects.get(pk=sent["id"]).report is not None

    def test_a_question_is_answered_by_the_department(self, clinic):
        thread = post(session_of(clinic.maria.user), "messages", {"member": str(clinic.maria.pk), "body": "When?"}, 201)

        post(session_of(clinic.maria.user), f"messages/{thread['id']}/reply", {"body": "Now"}, 403)
        answered = post(
            session_of(clinic.chen.user), f"messages/{thread['id']}/reply", {"body": "Today", "close": True}
        )

        assert [said["body"] for said in answered["messages"]] == ["When?", "Today"]
        assert answered["is_closed"]
        with make.arranging():
            assert not Task.objects.filter(kind="message", status__in=Task.OPEN).exists()


class TestLaboratory:
    @pytest.fixture
    def lab(self, db) -> Laboratory:
        return Laboratory()

    @pytest.fixture
    def order(self, lab) -> dict:
        """Potassium for Maria, placed by her doctor; the laboratory's side of it."""
        doctor = session_of(lab.chen.user)
        asked = {
            "member": str(lab.maria.pk),
            "kind": "laboratory",
            "codes": [{"system": "http://loinc.org", "code": "2823-3"}],
        }
        placed = post(doctor, "orders", asked, 201)
        found = doctor.get(f"/api/v1/lab-orders/?member={lab.maria.pk}&request={placed['id']}").json()
        return found["results"][0]

    def collected(self, lab, order) -> str:
        bench = session_of(lab.tom)
        who = {"mrn": lab.maria.mrn, "birth_date": lab.maria.birth_date.isoformat()}
        post(bench, f"lab-orders/{order['id']}/collect", who)
        post(bench, f"lab-orders/{order['id']}/receive")
        with make.arranging():
            return Specimen.objects.get(order=order["id"]).accession

    def test_from_the_order_to_the_released_result(self, lab, order):
        bench, doctor = session_of(lab.tom), session_of(lab.chen.user)
        accession = self.collected(lab, order)

        entered = post(bench, "results", {"order": order["id"], "accession": accession, "value": "4.2"}, 201)
        hidden = doctor.get(f"/api/v1/results/{entered['id']}/").status_code
        released = post(bench, f"results/{entered['id']}/release")
        seen = doctor.get(f"/api/v1/results/?member={lab.maria.pk}").json()["results"]
        corrected = post(bench, f"results/{entered['id']}/correct", {"value": "4.4", "reason": "Read wrongly"})

        assert hidden == 404
        assert (entered["status"], released["status"]) == ("preliminary", "final")
        assert [row["id"] for row in seen] == [entered["id"]]
        assert (corrected["status"], corrected["corrects"]) == ("corrected", entered["id"])

    def test_what_cannot_be_is_refused_and_nothing_is_written(self, lab, order):
        bench = session_of(lab.tom)
        who = {"mrn": lab.maria.mrn, "birth_date": lab.maria.birth_date.isoformat()}

        dated = fault(bench, f"lab-orders/{order['id']}/collect", {**who, "collected_at": "1900-01-01T00:00:00Z"}, 400)
        accession = self.collected(lab, order)
        told = fault(bench, "results", {"order": order["id"], "accession": accession, "value": "-5"}, 400)

        assert (dated["attr"], "before the person was born" in dated["detail"]) == ("collected_at", True)
        assert "cannot have this value" in told["detail"]
        with make.arranging():
            assert not LabResult.objects.exists()

    def test_a_wrong_person_is_not_drawn_from(self, lab, order):
        wrong = {"mrn": lab.pedro.mrn, "birth_date": lab.pedro.birth_date.isoformat()}

        assert fault(session_of(lab.tom), f"lab-orders/{order['id']}/collect", wrong)["code"] == "refused"

    def test_a_duplicate_is_told_and_passes_with_a_reason(self, lab, order):
        doctor = session_of(lab.chen.user)
        asked = {
            "member": str(lab.maria.pk),
            "kind": "laboratory",
            "codes": [{"system": "http://loinc.org", "code": "2823-3"}],
        }

        objected = fault(doctor, "orders", asked)
        again = fault(doctor, "orders", {**asked, "override_reason": "ok ok ok ok ok"})
        fault(doctor, "orders", {**asked, "override_code": "because"}, 400)
        post(doctor, "orders", {**asked, "override_reason": "It was haemolysed"}, 201)
        post(doctor, "orders", {**asked, "override_code": "repeat"}, 201)

        assert (objected["code"], objected["attr"]) == ("reason_needed", "override_reason")
        assert again["code"] == "reason_needed"

    def test_the_other_systems_bench_finds_nothing(self, lab, order):
        post(session_of(lab.tess), f"lab-orders/{order['id']}/receive", {}, 404)


@pytest.mark.django_db(transaction=True)
def test_a_tube_of_another_order_is_refused_and_kept_for_review():
    lab = Laboratory()
    ours, other = lab.order(), lab.order(member=lab.pedro)
    lab.collected(ours)
    wrong = lab.collected(other)
    body = {"order": str(ours.pk), "accession": wrong, "value": "4.2"}

    answer = fault(session_of(lab.tom), "results", body)
    again = session_of(lab.tom).post("/api/v1/results/", body, format="json", HTTP_IDEMPOTENCY_KEY="k")

    assert (answer["code"], again.status_code) == ("specimen_mismatch", 409)
    with make.arranging():
        assert ResultMismatch.objects.filter(order=ours).count() == 2


class TestPharmacy:
    @pytest.fixture
    def shop(self, db) -> Pharmacies:
        return Pharmacies()

    def asked(self, shop, **more) -> dict:
        return {
            "member": str(shop.maria.pk),
            "drug": str(shop.metformin.pk),
            "directions": "Take 1 tablet twice a day",
            "quantity": "60",
            "days_supply": 30,
            "refills": 3,
            "pharmacy": str(shop.pharmacy.pk),
            "override_reason": "Agreed with the member",
            **more,
        }

    def test_from_the_prescription_to_the_bag(self, shop):
        shop.stock()
        doctor, pharmacist, maria = (session_of(user) for user in (shop.chen.user, shop.nair.user, shop.maria.user))

        written = post(doctor, "prescriptions", self.asked(shop), 201)
        first = maria.get(f"/api/v1/fills/?member={shop.maria.pk}").json()["results"][0]
        ready = post(pharmacist, f"fills/{first['id']}/prepare", {"pickup_place": "A3"})
        handed = post(pharmacist, f"fills/{first['id']}/collect")
        early = fault(maria, "fills", {"prescription": written["id"]})

        assert (ready["status"], handed["status"]) == ("filled", "collected")
        assert "too early" in early["detail"]

    def test_who_may_not(self, shop):
        post(session_of(shop.park.user), "prescriptions", self.asked(shop), 403)
        post(session_of(shop.outsider.user), "prescriptions", self.asked(shop), 404)
        written = shop.prescribe()
        post(session_of(shop.pedro.user), "fills", {"prescription": str(written.pk)}, 400)
        fill = shop.fill_of(written)
        post(session_of(shop.maria.user), f"fills/{fill.pk}/prepare", {}, 403)
        post(session_of(shop.other_pharmacist.user), f"fills/{fill.pk}/prepare", {}, 404)

    def test_another_systems_pharmacy_is_a_fault_of_its_field(self, shop):
        body = self.asked(shop, pharmacy=str(shop.other_pharmacy.pk))

        assert fault(session_of(shop.chen.user), "prescriptions", body, 400)["attr"] == "pharmacy"


class TestHospital:
    @pytest.fixture
    def ward(self, db) -> Hospital:
        return Hospital()

    def test_from_admission_to_discharge(self, ward):
        nurse, doctor = session_of(ward.nina), session_of(ward.doc)
        one, two = ward.beds[:2]

        stay = post(nurse, "stays", {"member": str(ward.maria.pk), "bed": str(one.pk)}, 201)
        taken = fault(nurse, "stays", {"member": str(ward.pedro.pk), "bed": str(one.pk)})
        moved = post(nurse, f"stays/{stay['id']}/transfer", {"bed": str(two.pk)})
        unsigned = fault(nurse, f"stays/{stay['id']}/discharge", {"disposition": "home"})
        post(doctor, f"stays/{stay['id']}/sign-summary", {"body": "Pneumonia, treated."})
        home = post(nurse, f"stays/{stay['id']}/discharge", {"disposition": "home"})

        assert "Somebody is in this bed" in taken["detail"]
        assert (stay["bed"], moved["bed"], home["bed"]) == (str(one.pk), str(two.pk), None)
        assert "summary" in unsigned["detail"]
        assert home["disposition"] == "home"

    def test_who_may_not(self, ward):
        asked = {"member": str(ward.maria.pk), "bed": str(ward.beds[0].pk)}

        post(session_of(ward.nora), "stays", asked, 403)
        post(session_of(ward.maria.user), "stays", asked, 403)
        stay = ward.admitted()
        post(session_of(ward.nora), f"stays/{stay.pk}/discharge", {"disposition": "home"}, 404)


class TestCoverage:
    @pytest.fixture
    def plan(self, world):
        with make.arranging():
            world.plan, world.other_plan = make_plan(world.here), make_plan(world.there)
            world.product, world.better = make_product(world.plan), make_product(world.plan)
            world.their_product, world.their_group = make_product(world.other_plan), make_group(world.other_plan)
            world.group = make_group(world.plan)
            world.clerk = make.account("Plan Clerk")
            make.role(world.clerk, Role.PLAN_ADMINISTRATOR, world.here)
        return world

    def asked(self, plan, **more) -> dict:
        return {
            "member": str(plan.ana.pk),
            "product": str(plan.product.pk),
            "group": str(plan.group.pk),
            "number": "S-1",
            "start": "2026-01-01",
            **more,
        }

    def test_enrolled_changed_ended_and_reinstated(self, plan):
        clerk = session_of(plan.clerk)

        period = post(clerk, "coverages", self.asked(plan), 201)
        again = post(clerk, "coverages", self.asked(plan), 201)
        changed = post(clerk, f"coverages/{period['id']}/change", {"on": "2026-07-01", "product": str(plan.better.pk)})
        ended = post(clerk, f"coverages/{changed['id']}/terminate", {"end": "2026-10-01", "reason": "07"})
        back = post(clerk, f"coverages/{ended['id']}/reinstate")
        known = clerk.get(f"/api/v1/coverages/?member={plan.ana.pk}&on=2026-11-01").json()["results"]

        assert again["id"] == period["id"]
        assert changed["valid"]["start"] == "2026-07-01"
        assert ended["valid"]["end"] == "2026-10-01"
        assert back["valid"]["end"] is None
        assert [row["product"] for row in known] == [str(plan.better.pk)]

    def test_a_machine_of_the_system_may_with_its_scope(self, plan):
        post(token_for(plan.machine, "coverages:write"), "coverages", self.asked(plan), 201)
        post(token_for(plan.machine, "coverages:read"), "coverages", self.asked(plan, number="S-2"), 403)

    @pytest.mark.parametrize("field", ["product", "group"])
    def test_another_systems_product_or_group_is_a_fault_of_its_field(self, plan, field):
        body = self.asked(plan, **{field: str(getattr(plan, f"their_{field}").pk)})

        assert fault(session_of(plan.clerk), "coverages", body, 400)["attr"] == field

    def test_somebody_elses_subscriber_number_is_a_conflict(self, plan):
        clerk = session_of(plan.clerk)
        post(clerk, "coverages", self.asked(plan), 201)

        assert fault(clerk, "coverages", self.asked(plan, member=str(plan.ken.pk)))["code"] == "number_taken"

    def test_who_may_not(self, plan):
        post(session_of(plan.physician.user), "coverages", self.asked(plan), 403)
        post(session_of(plan.stranger.user), "coverages", self.asked(plan), 404)
        post(session_of(plan.ana.user), "coverages", self.asked(plan), 403)


class TestMoney:
    @pytest.fixture
    def money(self, db):
        with make.arranging():
            money = make_money()
            money.cell("100.00")
        money.someone = money.member(family="Okafor", given="Ada", birth_date=datetime.date(1990, 3, 1))
        with make.arranging():
            Benefit.objects.create(
                product=money.products["commercial_group"], service="emergency", copay="150.00", period=ALWAYS
            )
            make.concept("99284", "Emergency visit", "http://www.ama-assn.org/go/cpt")
            make.concept("S61.411A", "Laceration of right hand", ICD10)
            money.controller, money.stranger = make.account("Controller"), make.account("Controller Other")
            make.role(money.controller, Role.FINANCE, money.system)
            make.role(money.stranger, Role.FINANCE, make.system("Elsewhere"))
        return money

    def claim(self, money, **more) -> dict:
        return {
            "plan": str(money.plan.pk),
            "source": "clearinghouse:1",
            "claim_type": "professional",
            "patient_control_number": "A1",
            "provider_npi": "1234567893",
            "provider_name": "Far Hospital",
            "member_number": money.someone.mrn,
            "family": "Okafor",
            "given": "Ada",
            "birth_date": "1990-03-01",
            "place_of_service": "23",
            "diagnoses": [{"code": "S61.411A"}],
            "lines": [{"service_date": "2026-10-05", "charged": "900.00", "procedure": "99284"}],
            **more,
        }

    def test_an_outside_claim_is_taken_once_and_pends_with_its_reason(self, money):
        clerk = session_of(money.controller)

        taken = post(clerk, "claims", self.claim(money), 201)
        again = post(clerk, "claims", self.claim(money), 201)
        still = post(clerk, f"claims/{taken['id']}/price")
        denied = post(clerk, f"claims/{taken['id']}/deny", {"reason": "Not an emergency"})
        twice = fault(clerk, f"claims/{taken['id']}/deny", {"reason": "Again"})

        assert again["id"] == taken["id"]
        assert (taken["status"], still["status"], denied["status"]) == ("pended", "pended", "denied")
        assert "no fee" in taken["pend_reason"]
        assert twice["detail"] == "Only a claim that waits can be denied."

    def test_a_priced_claim_is_taken_back_at_the_desk_or_by_its_sender(self, money):
        clerk, stranger = session_of(money.controller), session_of(money.stranger)
        with make.arranging():
            product = money.products["commercial_group"]
            # The member pays it all: what the books do is tested with the action.
            told = {"copay": "600.00", "period": ALWAYS}
            Benefit.objects.update_or_create(product=product, service="emergency", defaults=told)
            FeeScheduleLine.objects.create(
                organization=money.plan, concept=concept(CPT, "99284"), amount="600.00", period=ALWAYS
            )
        first = post(clerk, "claims", self.claim(money), 201)
        why = {"reason": "Another Ada was treated"}

        assert first["status"] == "priced"
        post(stranger, f"claims/{first['id']}/void", why, 404)
        void = post(clerk, f"claims/{first['id']}/void", why)
        second = post(clerk, "claims", self.claim(money, source="clearinghouse:2"), 201)
        by_sender = {"source": "clearinghouse:2", "frequency": "8", "original_number": second["claim_number"]}
        sent = post(clerk, "claims", self.claim(money, **by_sender), 201)

        assert (void["status"], second["status"]) == ("voided", "priced")
        assert (sent["status"], sent["corrects"]) == ("voided", second["id"])
        assert clerk.get(f"/api/v1/claims/{second['id']}/").json()["status"] == "voided"

    def test_an_unknown_person_is_a_conflict_and_nothing_is_written(self, money):
        answer = fault(session_of(money.controller), "claims", self.claim(money, member_number="0", given="Eze"))

        assert answer["code"] == "member_not_found"
        with make.arranging():
            assert not OutsideClaim.objects.exists()

    def test_another_systems_finance_takes_no_claim_and_closes_no_month(self, money):
        stranger = session_of(money.stranger)

        post(stranger, "claims", self.claim(money), 403)
        post(stranger, "capitation-runs", {"organization": str(money.plan.pk), "month": "2026-10"}, 403)

    def test_a_month_is_closed_once_and_handed_to_the_workers(self, money):
        clerk = session_of(money.controller)
        asked = {"organization": str(money.plan.pk), "month": "2026-10"}

        opened = post(clerk, "capitation-runs", asked, 201)
        again = post(clerk, "capitation-runs", asked, 201)

        assert (opened["status"], again["id"]) == ("open", opened["id"])
        assert JobRun.objects.filter(kind="capitation").count() == 1
        assert CapitationRun.objects.get(pk=opened["id"]).payment_month == datetime.date(2026, 10, 1)


class TestCapitationLines:
    """People's money is opened for a reason that is stated, as on the page of a run."""

    WHY = "Reconciling October with the medical group"

    @pytest.fixture
    def closed(self, db):
        with make.arranging():
            money = make_money()
            money.cell("100")
            money.person = money.member()
            money.finance = make.account("Controller")
            make.role(money.finance, Role.FINANCE, money.system)
        money.run = close_month(money.plan, datetime.date(2026, 10, 1), by=money.finance)
        with make.arranging():
            money.line = money.run.lines.get()
        return money

    @pytest.fixture(params=["person", "machine"])
    def client(self, request, closed):
        return session_of(closed.finance) if request.param == "person" else token_for(closed.finance, "capitation:read")

    def places(self, closed) -> list[str]:
        return [f"/api/v1/capitation-lines/?run={closed.run.pk}", f"/api/v1/capitation-lines/{closed.line.pk}/"]

    @pytest.mark.parametrize(
        ("said", "status", "code"),
        [
            (None, 428, "reason_required"),
            ("  ", 428, "reason_required"),
            ("audit", 400, "invalid"),
            ("........", 400, "invalid"),
            ("x" * 201, 400, "invalid"),
            ("Look at %00 rows", 400, "invalid"),
        ],
    )
    def test_without_one_nothing_is_shown_or_logged_as_read(self, closed, client, said, status, code):
        for place in self.places(closed):
            answer = client.get(place, headers={} if said is None else {"Access-Reason": said})
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
            assert "Access-Reason" in answer.content.decode()
        assert not AuditEvent.objects.filter(verb="api.billing.capitationline", action="read").exists()

    @pytest.mark.parametrize(("said", "kept"), [(WHY, WHY), ("Revisi%C3%B3n de octubre", "Revisión de octubre")])
    def test_it_stands_in_the_access_log_beside_whose_line_was_read(self, closed, client, said, kept):
        listed, one = [client.get(place, headers={"Access-Reason": said}) for place in self.places(closed)]

        assert [row["id"] for row in listed.json()["results"]] == [one.json()["id"]] == [str(closed.line.pk)]
        reads = AuditEvent.objects.filter(verb="api.billing.capitationline", action="read").order_by("id")
        assert [row.reason for row in reads] == [kept, kept]
        assert reads[0].detail["members"] == [str(closed.person.pk)]
        assert reads[1].member_id == closed.person.pk
        assert reads[0].detail["ground"]

    def test_a_reason_opens_no_door(self, closed):
        with make.arranging():
            elsewhere, nurse = make.account("Elsewhere"), make.account("Nurse")
            make.role(elsewhere, Role.FINANCE, make_money().system)
            make.role(nurse, Role.NURSE, closed.system)
        for user, status in ((elsewhere, 404), (nurse, 403)):
            for place in self.places(closed):
                answer = session_of(user).get(place, headers={"Access-Reason": self.WHY})
                assert answer.status_code in (status, 404), place

    def test_the_document_says_so(self, closed):
        document = session_of(closed.finance).get("/api/v1/schema/").json()
        for path in ("/api/v1/capitation-lines/", "/api/v1/capitation-lines/{id}/"):
            operation = document["paths"][path]["get"]
            stated = {one["name"]: one for one in operation["parameters"]}["Access-Reason"]
            assert (stated["in"], stated["required"]) == ("header", True)
            assert "428" in operation["responses"]


class TestCareGap:
    @pytest.fixture
    def gap(self, world) -> CareGap:
        with make.arranging():
            world.coordinator = make.account("Cora Coordinator")
            make.role(world.coordinator, Role.CARE_COORDINATOR, world.here)
            return CareGap.objects.create(
                member=world.ana,
                rule="colorectal_screening",
                status="open",
                due_on=datetime.date(2026, 1, 1),
                opened_at=timezone.now(),
            )

    def test_not_now_and_done_elsewhere(self, world, gap):
        ana = session_of(world.ana.user)
        day = (timezone.localdate() + datetime.timedelta(days=60)).isoformat()

        deferred = post(ana, f"care-gaps/{gap.pk}/defer", {"until": day, "reason": "I travel"})
        wrong = fault(ana, f"care-gaps/{gap.pk}/defer", {"until": "2020-01-01", "reason": "Never"}, 400)
        post(session_of(world.coordinator), f"care-gaps/{gap.pk}/report-elsewhere", {"when": "May", "where": "Reno"})

        assert (deferred["status"], deferred["deferred_until"]) == ("deferred", day)
        assert wrong["attr"] == "until"
        with make.arranging():
            assert set(OutreachContact.objects.values_list("outcome", flat=True)) == {"not_now", "done_elsewhere"}

    def test_the_visit_that_closes_it_is_booked(self, world, gap):
        with make.arranging():
            visit_type(world.office, code="GI-SCREEN")
        slot = hours(world.physician, world.office)[0]
        ana = session_of(world.ana.user)

        post(ana, f"care-gaps/{gap.pk}/book", {"slot": str(slot.pk)})
        taken = fault(session_of(world.coordinator), f"care-gaps/{gap.pk}/book", {"slot": str(slot.pk)})

        with make.arranging():
            assert Appointment.objects.get(slot=slot).member_id == world.ana.pk
            assert list(OutreachContact.objects.values_list("outcome", flat=True)) == ["booked"]
        assert taken["code"] in ("taken", "overlap")

    def test_the_kit_that_closes_it_is_ordered_once(self, world, gap):
        with make.arranging():
            lab_test(world.here, "FIT", "Stool test (FIT)", "29771-3", specimen_type="STL", unit="", is_home_kit=True)
            protocols(world.here, world.physician)
        ana = session_of(world.ana.user)

        fault(ana, f"care-gaps/{gap.pk}/order")  # nobody asked what speaks against it

        for _ in range(2):
            post(ana, f"care-gaps/{gap.pk}/order", {"applies": []})

        assert len(ana.get(f"/api/v1/lab-orders/?member={world.ana.pk}").json()["results"]) == 1

    def test_a_rule_that_is_ours_no_more_offers_nothing(self, world):
        with make.arranging():
            old = CareGap.objects.create(
                member=world.ana, rule="retired", status="open", due_on="2026-01-01", opened_at=timezone.now()
            )
        slot = hours(world.physician, world.office)[0]

        assert fault(session_of(world.ana.user), f"care-gaps/{old.pk}/order")["code"] == "no_order"
        assert (
            fault(session_of(world.ana.user), f"care-gaps/{old.pk}/book", {"slot": str(slot.pk)})["code"] == "no_book"
        )

    def test_who_may_not(self, world, gap):
        body = {"when": "May", "where": "Reno"}

        post(session_of(world.ken.user), f"care-gaps/{gap.pk}/report-elsewhere", body, 404)
        post(session_of(world.stranger.user), f"care-gaps/{gap.pk}/report-elsewhere", body, 404)
        post(token_for(world.machine, "care-gaps:write"), f"care-gaps/{gap.pk}/report-elsewhere", body, 403)


def test_starting_a_visit_twice_is_one_encounter():
    clinic = make.World()
    with make.arranging():
        kind = visit_type(clinic.department)
    slot = hours(clinic.chen, clinic.department, timezone.now() + datetime.timedelta(minutes=1))[0]
    with acting_as(clinic.park.user, reason="test"):
        appointment = book(by=clinic.park.user, member=clinic.maria, slot=slot, visit_type=kind)
        check_in(appointment, by=clinic.park.user)
    doctor = session_of(clinic.chen.user)

    for _ in range(2):
        post(doctor, "encounters", {"appointment": str(appointment.pk)}, 201)

    with make.arranging():
        assert Encounter.objects.filter(appointment=appointment).count() == 1
