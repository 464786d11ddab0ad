"""Accounts: they begin with an invitation, are signed in by e-mail or record number, and every door is audited."""

import hashlib
import time
from typing import Any, ClassVar
from uuid import UUID

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core import signing
from django.db import connection, transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.ids import is_luhn
from core.models import AuditEvent, OutboxMessage, User
from core.permissions import require

INVITATION_DAYS = 7
SALT = "core.invitation"


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; mail goes out once the request's transaction has committed."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Too many wrong passwords. Try again in 5 minutes and, if it says so again, in one hour; or ask for a new "
            "password."
        ),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who guessed too often at this account from this address, or many did from anywhere."""
        super().pre_authenticate(request, **credentials)
        login = str(credentials.get("email", "")).lower()
        # Counted beside the pair: without it somebody with many addresses guesses without end.
        self._guesses = ratelimit.consume(request, app="allauth.account", action="guessed_account", key=login)
        if self._guesses is None:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        found = super().authenticate(request, **credentials)
        if found is not None and self._guesses is not None:
            self._guesses.rollback()
        return found

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        pair: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{pair}:{ratelimit.get_ip(request)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        login = str(credentials.get("email", "")).lower()
        ratelimit.clear(request, app="allauth.account", action="guessed_account", key=login)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        transaction.on_commit(message.send)

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether `password` is the user's, asked again before something dangerous; counted like a sign-in."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether a dangerous change asks for a proof again: not in the first minutes after sign-in, which was one.

        allauth itself counts only proofs given after sign-in, and asks whoever has just signed in a second time.
        """
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        proofs = [
            record["at"]
            for record in get_authentication_records(self.request, self.request.user)
            if record.get("method") in ("password", "mfa")
        ]
        return not proofs or time.time() - max(proofs) >= account_settings.REAUTHENTICATION_TIMEOUT


def email_for_login(login: str) -> str:
    """The e-mail address that a record number signs in with; anything else as it was typed.

    An unknown number becomes an address that nobody has, so that the answer does not tell which numbers exist.
    """
    digits = login.replace(" ", "").replace("-", "")
    if not digits.isdigit():
        return login
    if len(digits) == 9 and is_luhn(digits):
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_email_of_mrn(%s)", [digits])
            found = cursor.fetchone()[0]
            if found:
                return found
    return f"{digits}@unknown.invalid"


# --- invitations ----------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, by: User, user: User, given_name: str = "", member_id: UUID | None = None) -> str:
    """Send `user`, an account without a password, a link to choose one; returns the link's path.

    The link works for seven days and until a password is set. Asking again sends a new link only after the old one
    ran out: the outbox knows it by the day. Raises `ValueError` for an account that already has a password.
    """
    if user.has_usable_password():
        raise ValueError("This account has a password already: send a link to a new one instead.")
    path = invitation_path(user)
    sent = OutboxMessage.objects.filter(user=user, template="invitation").count()
    outbox.enqueue(
        dedupe_key=f"invitation:{user.pk}:{sent}",
        channel=OutboxMessage.Channel.EMAIL,
        template="invitation",
        user=user,
        member_id=member_id,
        address=user.email,
        language=user.language,
        context={"given_name": given_name or user.name, "days": INVITATION_DAYS},
        url_path=path,
    )
    audit.record(by=by, action="create", verb="core.invite", obj=user, member_id=member_id)
    return path


def invitation_path(user: User) -> str:
    """Where `user` chooses a first password, for seven days from now."""
    return reverse("core:invitation", args=[signing.dumps([str(user.pk), _state(user)], salt=SALT)])


def _state(user: User) -> str:
    """Changes when the password does: a link is good for one password."""
    return hashlib.sha256(user.password.encode()).hexdigest()[:16]


def invited(token: str) -> User | None:
    """The account that an invitation is for; None where it ran out, was used or is not ours."""
    try:
        pk, state = signing.loads(token, salt=SALT, max_age=INVITATION_DAYS * 24 * 60 * 60)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True, kind=User.Kind.PERSON).first()
    return user if user and _state(user) == state else None


@transaction.atomic
def accept_invitation(*, by: User, password: str) -> None:
    """Set the first password of an invited account. The link came by mail, so the address is proven."""
    by.set_password(password)
    by.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=by, email=by.email, defaults={"verified": True, "primary": True})
    audit.record(by=by, action="update", verb="core.accept_invitation", obj=by)


# --- kept by administrators -----------------------------------------------------------------------------

CHANGEABLE = frozenset({"name", "language", "is_active", "is_staff"})


@transaction.atomic
def change_account(user: User, *, by: User, **fields: Any) -> list[str]:
    """Change an account's name, language, or whether it is open; the names of the fields that changed.

    Closed, it signs in no more, and what is signed in with it is out at the next request. Raises
    `PermissionDenied` where `by` does not manage this account, `ValueError` for one's own and for another field.
    """
    if unknown := set(fields) - CHANGEABLE:
        raise ValueError(f"Not kept by administrators: {', '.join(sorted(unknown))}.")
    if user.pk == by.pk:
        raise ValueError("Nobody opens or closes their own account here: ask another administrator.")
    kept = User.objects.select_for_update().get(pk=user.pk)
    require(by, "core.manage_account", kept)
    changed = sorted(name for name, value in fields.items() if getattr(kept, name) != value)
    for name in changed:
        setattr(kept, name, fields[name])
    if changed:
        kept.save(update_fields=changed)
        audit.record(by=by, action="update", verb="core.change_account", obj=kept, detail={"fields": changed})
    return changed


# --- audit of the doors -----------------------------------------------------------------------------------


@receiver(user_logged_in)
def note_sign_in(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record_read(user, verb="core.sign_in", action=AuditEvent.Action.SIGN_IN, request=request)


@receiver(user_logged_out)
def note_sign_out(sender: type, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record_read(user, verb="core.sign_out", action=AuditEvent.Action.SIGN_IN, request=request)


@receiver(user_login_failed)
def note_failure(sender: type, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """What was typed is not kept (people type passwords there): only whose account it was, if anybody's."""
    login = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=login).first() if login else None
    audit.record_refusal(user, verb="core.sign_in", reason="sign-in failed", request=request)
