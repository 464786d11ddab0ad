"""The outbox: one message a key, after commit, at least once, nothing about health."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from core import outbox
from core.db import acting_as, as_job
from core.models import OutboxMessage, User
from tests.network.factories import make_user

TEMPLATES = Path(__file__).parents[2] / "templates" / "messages"
pytestmark = pytest.mark.django_db


def write(key: str = "once", **fields) -> OutboxMessage:
    fields = {"channel": "email", "template": "message_waiting", "address": "maria@example.test", **fields}
    outbox.enqueue(dedupe_key=key, **fields)
    return OutboxMessage.objects.get(dedupe_key=key)


def worker():
    """As the process that delivers signs in."""
    return as_job(User.objects.system("tests"), reason="test")


def test_a_message_is_delivered_once_however_often_it_is_written():
    write()
    write()

    assert outbox.deliver() == 1
    assert outbox.deliver() == 0
    assert [message.subject for message in mail.outbox] == ["You have a message"]
    assert OutboxMessage.objects.get().sent_at is not None


def test_it_speaks_the_persons_language_and_carries_the_link():
    write(template="invitation", language="es", context={"given_name": "María", "days": 7}, url_path="/accounts/x/")
    outbox.deliver()

    (sent,) = mail.outbox
    assert "María" in sent.body
    assert "/accounts/x/" in sent.body
    assert sent.to == ["maria@example.test"]


def test_it_waits_for_its_time():
    write(send_after=timezone.now() + timedelta(hours=3))
    assert outbox.deliver() == 0


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(monkeypatch):
    tries = []

    def fail(message, rendered):
        tries.append(message.attempts)
        raise ConnectionError("maria@example.test refused: diabetes clinic")

    monkeypatch.setitem(outbox._transports, "email", fail)
    message = write()
    for _ in range(10):
        outbox.deliver()
        message.refresh_from_db()
        if message.status == "queued":
            assert message.send_after > timezone.now()
            OutboxMessage.objects.update(send_after=timezone.now() - timedelta(seconds=1))

    assert tries == [1, 2, 3, 4, 5, 6]
    assert message.status == "failed"
    assert message.last_error == "ConnectionError"


def test_what_a_dead_worker_had_claimed_is_delivered_after_its_lease():
    write()
    with worker():
        outbox._claim(10)
    assert outbox.deliver() == 0

    OutboxMessage.objects.update(send_after=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"address": ""}, "no e-mail address"),
        ({"template": "does_not_exist"}, "no template does_not_exist"),
        ({"channel": "sms", "address": ""}, "no telephone number"),
        ({"channel": "portal"}, "nobody to show it to"),
    ],
)
def test_what_can_never_be_delivered_fails_at_once(fields, reason):
    message = write(**fields)
    outbox.deliver()
    message.refresh_from_db()
    assert (message.status, message.last_error) == ("failed", reason)


def test_outside_a_demo_a_channel_without_transport_says_so(settings):
    settings.DEMO = False
    message = write(channel="sms", address="+15105550123")
    outbox.deliver()
    message.refresh_from_db()
    assert message.last_error == "no transport for sms"


class Gateway(BaseHTTPRequestHandler):
    """A gateway that answers as it is told, and keeps what it was asked."""

    answers: ClassVar[list[int]] = []
    asked: ClassVar[list[tuple[dict, dict]]] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0))
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def gateway(settings):
    Gateway.answers, Gateway.asked = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.DEMO = False
    settings.MESSAGE_GATEWAYS = {
        "sms": {"url": f"http://127.0.0.1:{server.server_port}/", "key": "s3cret", "sender": "15105550100"}
    }
    yield Gateway
    server.shutdown()
    server.server_close()


def test_a_text_message_leaves_by_the_gateway_with_its_own_key(gateway):
    gateway.answers = [200]
    message = write(channel="sms", address="+15105550123")
    outbox.deliver()
    message.refresh_from_db()
    ((headers, body),) = gateway.asked
    assert message.status == "sent"
    assert (body["to"], body["from"], body["id"]) == ("+15105550123", "15105550100", str(message.pk))
    assert body["text"]
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Idempotency-Key"] == str(message.pk)


@pytest.mark.parametrize(
    ("answer", "status"), [(404, "failed"), (422, "failed"), (503, "queued"), (401, "queued"), (302, "queued")]
)
def test_what_the_gateway_will_never_take_fails_and_the_rest_is_tried_again(gateway, answer, status):
    gateway.answers = [answer]
    message = write(channel="sms", address="+15105550123")
    outbox.deliver()
    message.refresh_from_db()
    assert (message.status, len(gateway.asked)) == (status, 1), "a redirect is not followed"
    assert "s3cret" not in message.last_error


def test_which_channels_are_off_follows_the_settings(gateway, settings):
    assert outbox.channels_off() == ["letter", "push"]
    settings.MESSAGE_GATEWAYS = {}
    assert outbox.channels_off() == ["sms", "letter", "push"]
    settings.DEMO = True
    assert outbox.channels_off() == []


def test_health_detail_is_refused_when_it_is_written():
    with pytest.raises(ValueError, match="diagnosis"):
        write(context={"diagnosis": "F32.1"})
    assert not OutboxMessage.objects.exists()


def test_many_messages_in_one_transaction_are_one_wakeup(monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr("core.tasks.deliver_outbox.delay", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            write(str(number))
        assert woken == []
    assert woken == [1]


NAMES = sorted(path.stem for path in TEMPLATES.glob("*.txt"))


@pytest.mark.parametrize("channel", ["email", "sms", "push"])
@pytest.mark.parametrize("template", [name for name in NAMES if name not in outbox.SAID_OUTSIDE])
def test_outside_the_portal_every_message_reads_alike(template, channel):
    """Who reads along learns that somebody is written to, not what about."""
    message = OutboxMessage(channel=channel, template=template, url_path="/x/")
    said = outbox.render(message)
    assert (said.subject, said.body.splitlines()[0]) == (
        "You have a message",
        "A message waits for you. Sign in to read it:",
    )
    assert "/x/" in said.body


def test_no_more_than_invitations_a_new_address_and_a_merge_are_told_outside_in_their_own_words():
    assert {"invitation", "portal_invitation", "contact_added", "records_joined"} == outbox.SAID_OUTSIDE


def test_the_portal_says_what_it_is_about():
    message = OutboxMessage(channel="portal", template="result_waiting", url_path="/results/")
    assert outbox.render(message).subject == "You have a new result"


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_rolled_back_action_is_never_sent(monkeypatch):
    from django.db import transaction

    woken = []
    monkeypatch.setattr("core.tasks.deliver_outbox.delay", lambda: woken.append(1))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        raise ZeroDivisionError
    assert not OutboxMessage.objects.exists()
    assert not woken


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_message():
    write("one")
    write("two")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SET LOCAL ROLE kpcare_jobs")
            cursor.execute("SELECT 1 FROM core_outboxmessage WHERE dedupe_key = 'one' FOR UPDATE")
            with worker():
                assert [message.dedupe_key for message in outbox._claim(10)] == ["two"]
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def test_a_person_reads_their_own_notices_only():
    maria, brown = make_user(), make_user()
    notice = write(channel="portal", user=maria)
    with acting_as(brown, reason="test"):
        outbox.mark_read(by=brown, message_id=notice.pk)
    assert list(outbox.notices_for(maria)) == [notice]
    assert not outbox.notices_for(brown).exists()
    notice.refresh_from_db()
    assert notice.read_at is None

    with acting_as(maria, reason="test"):
        outbox.mark_read(by=maria, message_id=notice.pk)
    notice.refresh_from_db()
    assert notice.read_at is not None


@pytest.mark.parametrize("template", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_no_template_shows_more_than_messages_may(template):
    said = template.read_text()
    used = set(re.findall(r"{{\s*([\w.]+)", said)) | set(re.findall(r"\bwith\s+\w+=([\w.]+)", said))
    assert used <= outbox.ALLOWED | {"url"}
    assert template.suffix in {".subject", ".txt"}
    assert template.with_suffix(".txt").exists()
    assert template.with_suffix(".subject").exists()
    if template.suffix == ".subject":
        # A lock screen shows the subject to whoever looks.
        assert not used
