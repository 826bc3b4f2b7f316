"""Cancel all tasks of the given batches, on many threads.

    python examples/cancel_batch.py BATCH [BATCH ...] [--workers 8] [--clear-unique-id]

The key is taken from SCALE_API_KEY, another address than Scale's from SCALE_API_INSTANCE_URL.
Exit code 0: every task is canceled, or the service refused since it is done or being worked on.
Exit code 1: something failed, and is listed; run it again. Exit code 2: it could not begin.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import scaleapi

CANCELED, REFUSED, FAILED = "canceled", "refused", "failed"


def main(arguments=None):
    """Cancel, tell what happened; the exit code."""
    options = read_options(arguments)
    try:
        client = scaleapi.ScaleClient(source="cancel_batch")
    except scaleapi.ScaleException as problem:
        print(problem.message, file=sys.stderr)
        return 2
    outcomes = Counter()
    with client, ThreadPoolExecutor(options.workers) as pool:
        for name in options.batches:
            in_batch = cancel_batch(client, pool, name, options)
            print(f"{name}: {words(in_batch)}")
            outcomes += in_batch
    print(f"In all: {words(outcomes)}")
    return 1 if outcomes[FAILED] else 0


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("batches", nargs="+", metavar="BATCH", help="name of a batch")
    parser.add_argument("--workers", type=int, default=8, help="threads (%(default)s)")
    parser.add_argument(
        "--clear-unique-id", action="store_true", help="free the unique ids for other tasks"
    )
    options = parser.parse_args(arguments)
    if options.workers < 1:
        parser.error("--workers must be 1 or more")
    return options


def cancel_batch(client, pool, name, options):
    """Cancel the tasks of one batch; how many came to which end."""
    outcomes = Counter()

    def cancel(task):
        try:
            client.cancel_task(task.id, options.clear_unique_id)
        except scaleapi.ScaleInvalidRequest:
            return REFUSED
        except scaleapi.ScaleException as problem:
            print(f"{name}: task {task.id} failed: {problem.message}", file=sys.stderr)
            return FAILED
        return CANCELED

    try:
        client.get_batch(name)  # a listing does not tell a wrong name from an empty batch
        tasks = client.get_tasks(batch_name=name, limited_response=True)
        run_all(pool, cancel, tasks, 2 * options.workers, outcomes)
    except scaleapi.ScaleException as problem:
        print(f"{name}: its tasks could not be listed: {problem.message}", file=sys.stderr)
        outcomes[FAILED] += 1
    return outcomes


def run_all(pool, work, items, ahead, outcomes):
    """Count what `work` gives for each item; items are taken as they are needed."""
    running = set()
    try:
        for item in items:
            running.add(pool.submit(work, item))
            if len(running) >= ahead:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                outcomes.update(future.result() for future in done)
    finally:  # what was begun counts, also where the listing fails half-way
        outcomes.update(future.result() for future in running)


def words(outcomes):
    """A summary by outcome."""
    return (
        f"{outcomes[CANCELED]} canceled, "
        f"{outcomes[REFUSED]} refused (done, canceled already or being worked on), "
        f"{outcomes[FAILED]} failed"
    )


if __name__ == "__main__":
    sys.exit(main())
