"""A world goes out and comes back equal; anything else is said."""

import psycopg2
import pytest

from kpcare.embedded import archive
from kpcare.embedded.problems import Problem
from tests import database


@pytest.fixture
def empty_database(database_name):
    name = f"{database_name}_restored"
    with database.owner_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield database.url("owner", name)
    database.drop(name)


@pytest.fixture
def source(transactional_db, database_name):
    """This test's own database, with a row that only the backup can know."""
    url = database.url("owner", database_name)
    execute(
        url,
        "INSERT INTO django_site_probe VALUES (1, 'Zoë')",
        prepare="CREATE TABLE django_site_probe (id int, word text)",
    )
    return url


def execute(url: str, sql: str, prepare: str = "") -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        if prepare:
            cursor.execute(prepare)
        cursor.execute(sql)
    connection.close()


def test_everything_comes_back_with_equal_checksums(source, empty_database, tmp_path):
    out = archive.backup(source, tmp_path / "world.kpcare")
    back = archive.restore(empty_database, tmp_path / "world.kpcare", force=False)

    assert out == back
    assert out["public.django_site_probe"]["rows"] == 1
    assert out["public.django_migrations"]["rows"] > 50


def test_the_restored_database_keeps_its_grants_and_policies(source, empty_database, tmp_path):
    archive.backup(source, tmp_path / "world.kpcare")
    archive.restore(empty_database, tmp_path / "world.kpcare", force=False)

    with archive.owner_session(empty_database) as cursor:
        cursor.execute("SELECT has_table_privilege('kpcare_app', 'core_auditevent', 'INSERT')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('kpcare_app', 'core_auditevent', 'UPDATE')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_schema_privilege('kpcare_app', 'public', 'USAGE')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT count(*) FROM pg_policies")
        assert cursor.fetchone()[0] > 10


def test_a_changed_row_changes_the_checksum(source, tmp_path):
    before = archive.backup(source, tmp_path / "before")
    execute(source, "UPDATE django_site_probe SET word = 'Zoe'")
    after = archive.backup(source, tmp_path / "after")

    assert before["public.django_site_probe"] != after["public.django_site_probe"]


def test_a_database_with_tables_is_left_alone_unless_forced(source, tmp_path):
    archive.backup(source, tmp_path / "world.kpcare")
    execute(source, "DELETE FROM django_site_probe")

    with pytest.raises(Problem, match="--force"):
        archive.restore(source, tmp_path / "world.kpcare", force=False)
    assert archive.restore(source, tmp_path / "world.kpcare", force=True)["public.django_site_probe"]["rows"] == 1


def test_a_damaged_file_is_refused_before_anything_is_touched(source, tmp_path):
    file = tmp_path / "world.kpcare"
    archive.backup(source, file)
    file.write_bytes(file.read_bytes()[:5000])

    with pytest.raises(Problem, match=r"damaged|failed"):
        archive.restore(source, file, force=False)


def test_a_backup_is_readable_by_its_owner_alone(source, tmp_path):
    archive.backup(source, tmp_path / "world.kpcare")

    assert (tmp_path / "world.kpcare").stat().st_mode & 0o777 == 0o600
