import select

import psycopg2
import structlog
from django.db.backends.postgresql import base

from core.context import apply_to
from core.postgres.schema import SchemaEditor

log = structlog.get_logger(__name__)


class DatabaseWrapper(base.DatabaseWrapper):
    """Postgres, where every transaction opens with who acts and why."""

    SchemaEditorClass = SchemaEditor

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if not self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] and self._comes_through_a_pool():
            # For the whole process: nothing is kept in a session from here on, neither cursors nor statements.
            self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
            log.warning("database_pool_found", mend="Set PGBOUNCER=1: it is noticed at the first connection only.")

    def _comes_through_a_pool(self) -> bool:
        """Whether the server process that answers is not the one that greeted: PgBouncer greets with a number of its
        own, and hands each transaction to whichever process is free."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            ((answering,),) = cursor.fetchall()
        return answering != self.connection.info.backend_pid

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        if not autocommit:
            try:
                apply_to(self)
            except psycopg2.Error:
                # Django takes the transaction for one that never began, and so must the driver.
                self.connection.rollback()
                super()._set_autocommit(True)  # type: ignore[misc]
                raise

    def is_usable(self) -> bool:
        """Whether the connection still stands, for `CONN_HEALTH_CHECKS`: without asking Postgres where that is plain.

        A server that went away has closed the socket, and then there is something to read though nothing was asked.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred or _has_news(self.connection.fileno()):
            return super().is_usable()
        return True


def _has_news(descriptor: int) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))
