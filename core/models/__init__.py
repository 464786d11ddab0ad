from core.models.accounts import User, UserManager
from core.models.apps import AppScopes
from core.models.audit import AuditEvent, AuditSeal
from core.models.base import Identified, MemberChange, SystemParameter
from core.models.jobs import IdempotencyKey, JobPartition, JobRun
from core.models.outbox import OutboxMessage
from core.models.terminology import CodeSystem, Concept, ConceptMapElement, SourceSystem, ValueSet, ValueSetMember

__all__ = [
    "AppScopes",
    "AuditEvent",
    "AuditSeal",
    "CodeSystem",
    "Concept",
    "ConceptMapElement",
    "IdempotencyKey",
    "Identified",
    "JobPartition",
    "JobRun",
    "MemberChange",
    "OutboxMessage",
    "SourceSystem",
    "SystemParameter",
    "User",
    "UserManager",
    "ValueSet",
    "ValueSetMember",
]
