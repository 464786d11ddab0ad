"""A world goes out and comes back equal; anything else is said."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time

import psycopg2
import pytest

from kpcare.embedded import archive, paths
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


# --- Whatever goes wrong, what stood stands ----------------------------------------------------------------------


@pytest.fixture
def archived(source, tmp_path):
    """An archive of this test's database, which has gone on since."""
    archive.backup(source, tmp_path / "world.kpcare")
    execute(source, "UPDATE django_site_probe SET word = 'since'")
    return tmp_path / "world.kpcare"


def standing(url: str) -> tuple:
    with archive.owner_session(url) as cursor:
        cursor.execute("SELECT word FROM django_site_probe")
        words = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM pg_policies")
        return words, cursor.fetchone()[0] > 10


AS_IT_WAS = ([("since",)], True)


def rewrite(file, *, manifest=None, flip: float | None = None, cut: float | None = None) -> None:
    """The archive anew: a byte of the dump turned over, or the dump cut, at a share of its length; another manifest."""
    with tarfile.open(file) as tar:
        parts = {entry.name: bytearray(tar.extractfile(entry).read()) for entry in tar}
    if flip is not None:
        parts["database.dump"][int(len(parts["database.dump"]) * flip)] ^= 0x10
    if cut is not None:
        del parts["database.dump"][int(len(parts["database.dump"]) * cut) :]
    if manifest is not None:
        said = json.loads(parts["manifest.json"])
        manifest(said)
        parts["manifest.json"] = json.dumps(said).encode()
    with tarfile.open(file, "w") as tar:
        for name, content in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def of_an_earlier_version(said: dict) -> None:
    """Earlier versions kept no digest of the dump."""
    del said["dump"]


@pytest.mark.parametrize("at", [0.001, 0.5, 0.999])
def test_a_flipped_byte_is_found_before_anything_is_touched(source, archived, at, monkeypatch):
    rewrite(archived, flip=at)
    monkeypatch.setattr(archive, "exchange", lambda *_: pytest.fail("it was touched"))
    with pytest.raises(Problem, match="damaged"):
        archive.restore(source, archived, force=True)
    assert standing(source) == AS_IT_WAS


@pytest.mark.parametrize("share", [0.01, 0.6, 0.95])
def test_a_truncated_file_is_found_before_anything_is_touched(source, archived, share, monkeypatch):
    monkeypatch.setattr(archive, "exchange", lambda *_: pytest.fail("it was touched"))
    content = archived.read_bytes()
    archived.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Problem, match="damaged"):
        archive.restore(source, archived, force=True)
    assert standing(source) == AS_IT_WAS


def test_an_archive_without_a_dump_is_damaged(source, archived):
    with tarfile.open(archived) as tar:
        said = tar.extractfile("manifest.json").read()
    with tarfile.open(archived, "w") as tar:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(said)
        tar.addfile(entry, io.BytesIO(said))
    with pytest.raises(Problem, match="damaged"):
        archive.restore(source, archived, force=True)


@pytest.mark.parametrize(
    "said", [{"tables": None}, {"tables": {"public.x": 7}}, {"tables": {"public.x": {"rows": "?"}}}]
)
def test_a_manifest_that_says_nothing_is_damaged(source, archived, said):
    rewrite(archived, manifest=lambda manifest: manifest.update(said))
    with pytest.raises(Problem, match="damaged"):
        archive.restore(source, archived, force=True)
    assert standing(source) == AS_IT_WAS


@pytest.mark.parametrize("cut", [0.3, 0.97])
def test_a_restore_that_fails_on_the_way_leaves_what_stood(source, archived, cut):
    """Nothing tells beforehand that the dump ends early, within its list of contents or within the rows."""
    rewrite(archived, cut=cut, manifest=of_an_earlier_version)
    with pytest.raises(Problem, match="stands as it was"):
        archive.restore(source, archived, force=True)
    assert standing(source) == AS_IT_WAS


def test_a_backup_of_an_earlier_version_still_comes_back(source, archived):
    rewrite(archived, manifest=of_an_earlier_version)
    archive.restore(source, archived, force=True)
    assert standing(source) == ([("Zoë",)], True)


@pytest.mark.parametrize("which", ["another row", "a table more", "a table less"])
def test_what_does_not_come_to_the_checksums_is_not_kept(source, archived, which):
    def lie(said: dict) -> None:
        if which == "another row":
            said["tables"]["public.django_site_probe"]["rows"] = 2
        elif which == "a table more":
            said["tables"]["public.nothing"] = {"rows": 0, "checksum": "0" * 16}
        else:
            del said["tables"]["public.django_site_probe"]

    rewrite(archived, manifest=lie)
    with pytest.raises(
        Problem, match=r"Not equal to the backup in public\.(django_site_probe|nothing)\..*stands as it was"
    ):
        archive.restore(source, archived, force=True)
    assert standing(source) == AS_IT_WAS


def test_it_goes_on_while_servers_are_connected(source, archived):
    server = psycopg2.connect(source)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("SELECT word FROM django_site_probe")
        archive.restore(source, archived, force=True)
        cursor.execute("SELECT word FROM django_site_probe")
        assert cursor.fetchall() == [("Zoë",)]
    server.close()


# Reads all of the dump into the transaction and then never ends, as if the machine had gone to sleep.
SLOW = """#!/bin/sh
"{program}" "$@"
echo $$ > "{marker}.new" && mv "{marker}.new" "{marker}"
exec sleep 600
"""
RESTORING = """
import sys
from pathlib import Path
from kpcare.embedded import archive
real = archive.program
archive.program = lambda name: sys.argv[3] if name == "pg_restore" else real(name)
archive.restore(sys.argv[1], Path(sys.argv[2]), force=True)
"""


def sessions(url: str) -> list[str]:
    """What the sessions of psql in this database are doing."""
    with archive.owner_session(url) as cursor:
        cursor.execute(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'psql'"
        )
        return [state for (state,) in cursor.fetchall()]


def until(holds, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def test_killed_in_the_middle_what_stood_stands(source, archived, tmp_path):
    marker, slow = tmp_path / "marker", tmp_path / "slow"
    slow.write_text(SLOW.format(program=archive.program("pg_restore"), marker=marker))
    slow.chmod(0o700)
    child = subprocess.Popen(
        [sys.executable, "-c", RESTORING, source, str(archived), str(slow)],
        cwd=paths.ROOT,
        env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
    )
    try:
        until(lambda: marker.exists() or child.poll() is not None)
        until(lambda: sessions(source) == ["idle in transaction"])
        child.send_signal(signal.SIGKILL)
        child.wait(30)
        until(lambda: sessions(source) == [])
    finally:
        child.kill()
        child.wait(30)
        if marker.exists():
            os.kill(int(marker.read_text()), signal.SIGKILL)
    assert standing(source) == AS_IT_WAS
