"""The key of the numbers is its own, and can change without a number of before speaking against its person."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.db import as_job
from core.models import User
from members import matching
from members.models import MemberIdentifier
from tests.members.factories import make_member
from tests.network.factories import make_system


def test_a_digest_does_not_hang_on_the_signing_key(settings):
    before = matching.ssn_digest("123-45-6789")
    settings.SECRET_KEY = "another"
    assert matching.ssn_digest("123456789") == before
    settings.IDENTIFIER_KEY = "another"
    assert matching.ssn_digest("123456789") != before


def test_outside_a_demo_nothing_starts_without_the_key():
    outside = {**os.environ, "KPCARE_DEMO": "0", "SECRET_KEY": "k", "DJANGO_SETTINGS_MODULE": "kpcare.settings"}
    outside.pop("IDENTIFIER_KEY", None)
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=settings.BASE_DIR,
        env=outside,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "IDENTIFIER_KEY is not set" in done.stderr


@pytest.mark.django_db
def test_digests_under_the_old_key_end_before_it_changes(settings, capsys):
    with as_job(User.objects.system("tests"), reason="test"):
        system = make_system()
        ada = make_member(system)
        old = MemberIdentifier.objects.create(
            member=ada, system=matching.SSN_SYSTEM, value=matching.ssn_digest("123456789")
        )
        other = MemberIdentifier.objects.create(member=ada, system="urn:employer", value="7")
    with pytest.raises(CommandError, match="--yes"):
        call_command("end_number_digests")
    call_command("end_number_digests", yes=True)
    assert "1 digests ended" in capsys.readouterr().out

    with as_job(User.objects.system("tests"), reason="test"):
        old.refresh_from_db()
        other.refresh_from_db()
        assert (old.period.upper is None, other.period.upper is None) == (False, True)
        settings.IDENTIFIER_KEY = "another"
        person = matching.Person(
            family=ada.family, given=ada.given, birth_date=ada.birth_date, sex=ada.sex,
            ssn=matching.ssn_digest("123456789"),
        )  # fmt: skip
        known = matching.candidates_for([person], system.pk)[0]
        assert [found.ssn for found in known] == [""], "nothing speaks against them"
