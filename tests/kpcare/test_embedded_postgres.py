from pathlib import Path

from kpcare.embedded.postgres import MIB, SERVING, TESTING, configuration, login_sql

PASSWORDS = {"owner": "o", "app": "a", "jobs": "j"}


def test_the_server_listens_on_its_socket_alone():
    text = configuration(SERVING, Path("/x/sockets"), 8 * 1024 * MIB)

    assert "listen_addresses = ''" in text
    assert "unix_socket_directories = '/x/sockets'" in text


def test_memory_is_taken_in_proportion_and_within_bounds():
    small = configuration(SERVING, Path("/x"), 1024 * MIB)
    large = configuration(SERVING, Path("/x"), 64 * 1024 * MIB)

    assert "shared_buffers = 128MB" in small
    assert "shared_buffers = 1024MB" in large


def test_only_the_test_cluster_gives_up_durability():
    assert "fsync" not in configuration(SERVING, Path("/x"), 1024 * MIB)
    assert "fsync = off" in configuration(TESTING, Path("/x"), 1024 * MIB)


def test_only_the_test_cluster_lets_the_app_become_the_jobs_role():
    assert "GRANT kpcare_jobs TO kpcare_app" not in login_sql(PASSWORDS, SERVING)
    assert "GRANT kpcare_jobs TO kpcare_app WITH INHERIT FALSE, SET TRUE" in login_sql(PASSWORDS, TESTING)


def test_no_login_is_superuser_and_only_jobs_passes_policies_by():
    sql = login_sql(PASSWORDS, SERVING)

    assert "SUPERUSER" not in sql
    assert [line for line in sql.splitlines() if "BYPASSRLS" in line] == [
        "CREATE ROLE kpcare_jobs LOGIN BYPASSRLS PASSWORD 'j';"
    ]
