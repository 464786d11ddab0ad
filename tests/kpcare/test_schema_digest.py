"""A start migrates again when anything changed that a migrate installs, be it only a trigger."""

import pytest

from kpcare.embedded.schema import schema_digest


@pytest.fixture
def checkout(tmp_path):
    for name in (
        "plans/migrations/0001_initial.py",
        "plans/models.py",
        "plans/triggers.py",
        "prevention/migrations/0001_initial.py",
        "prevention/outreach/models/policy.py",
        "core/security.py",
        "core/terminology/value_sets.csv",
        "plans/views.py",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before")
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    [
        "plans/migrations/0001_initial.py",
        "plans/models.py",
        "plans/triggers.py",
        "prevention/outreach/models/policy.py",
        "core/security.py",
        "core/terminology/value_sets.csv",
    ],
)
def test_what_a_migrate_installs_counts(checkout, changed):
    before = schema_digest(checkout)
    (checkout / changed).write_text("after")
    assert schema_digest(checkout) != before


def test_a_page_changes_no_schema(checkout):
    before = schema_digest(checkout)
    (checkout / "plans/views.py").write_text("after")
    assert schema_digest(checkout) == before
