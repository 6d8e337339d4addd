"""Job runs keep the last end of each job, and its last success."""

from engine.store.database.connection import Database
from engine.store.operations.job_runs import JobRun, read, record


def test_the_last_run_of_each_job_counts(database: Database) -> None:
    with database.write() as conn:
        record(conn, "ingest", 10)
        record(conn, "evaluate", 11)
        record(conn, "ingest", 20)
    with database.read() as conn:
        assert read(conn) == {"ingest": JobRun(20, 20, None), "evaluate": JobRun(11, 11, None)}


def test_a_run_that_failed_leaves_the_last_success_as_it_was(database: Database) -> None:
    with database.write() as conn:
        record(conn, "ingest", 10, "The source a cannot be read.")
        assert read(conn)["ingest"] == JobRun(10, None, "The source a cannot be read.")
        record(conn, "ingest", 20)
        record(conn, "ingest", 30, "The source a cannot be read.")
        assert read(conn)["ingest"] == JobRun(30, 20, "The source a cannot be read.")
