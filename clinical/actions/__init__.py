"""Writes to the chart. Each action is one transaction with its audit row; see the module of each subject."""

from clinical.actions.facts import add_problem, record_allergy, record_vitals, resolve_problem
from clinical.actions.immunizations import record_immunization
from clinical.actions.messages import answer_thread, start_thread, write_message
from clinical.actions.notes import amend_note, sign_note, write_note
from clinical.actions.orders import ReasonNeeded, check_order, give_up_order, place_order
from clinical.actions.referrals import (
    accept_referral,
    cancel_referral,
    close_referral,
    decline_referral,
    note_outside_visit,
    refer,
    schedule_referral,
    send_letter,
    take_in_reply,
)
from clinical.actions.tasks import accept_task, complete_task, create_task, escalate_overdue, reassign_task
from clinical.actions.visits import finish_visit, start_visit

__all__ = [
    "ReasonNeeded",
    "accept_referral",
    "accept_task",
    "add_problem",
    "amend_note",
    "answer_thread",
    "cancel_referral",
    "check_order",
    "close_referral",
    "complete_task",
    "create_task",
    "decline_referral",
    "escalate_overdue",
    "finish_visit",
    "give_up_order",
    "note_outside_visit",
    "place_order",
    "reassign_task",
    "record_allergy",
    "record_immunization",
    "record_vitals",
    "refer",
    "resolve_problem",
    "schedule_referral",
    "send_letter",
    "sign_note",
    "start_thread",
    "start_visit",
    "take_in_reply",
    "write_message",
    "write_note",
]
