"""Cancel all tasks of the given batches, on many threads.

    python examples/cancel_batch.py BATCH [BATCH ...] [--workers 8] [--clear-unique-id]

The key is taken from SCALE_API_KEY, another address than Scale's from SCALE_API_INSTANCE_URL.
Exit code 0: every task is canceled, or the service refused since it is done or being worked on.
Exit code 1: something failed, and is listed; run it again. Exit code 2: it could not begin.
"""

import argparse
import sys
from collections import Counter

import scaleapi


def main(arguments=None):
    """Cancel, tell what happened; the exit code."""
    options = read_options(arguments)
    try:
        client = scaleapi.ScaleClient(source="cancel_batch")
    except scaleapi.ScaleException as problem:
        print(problem.message, file=sys.stderr)
        return 2
    outcomes = Counter()
    with client:
        for name in options.batches:
            in_batch = cancel_batch(client, name, options)
            print(f"{name}: {words(in_batch)}")
            outcomes += in_batch
    print(f"In all: {words(outcomes)}")
    return 1 if outcomes["failed"] else 0


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("batches", nargs="+", metavar="BATCH", help="name of a batch")
    parser.add_argument("--workers", type=int, default=8, help="threads (%(default)s)")
    parser.add_argument(
        "--clear-unique-id", action="store_true", help="free the unique ids for other tasks"
    )
    options = parser.parse_args(arguments)
    if not 1 <= options.workers <= 64:
        parser.error("--workers must be 1 or more, and 64 at the most")
    return options


def cancel_batch(client, name, options):
    """Cancel the tasks of one batch; how many came to which end."""
    outcomes = Counter()
    for outcome in client.cancel_tasks(
        tasks_of(client, name, outcomes),
        clear_unique_id=options.clear_unique_id,
        workers=options.workers,
    ):
        outcomes[outcome.status] += 1
        if outcome.status == "failed":
            complain(f"{name}: task {outcome.payload.id} failed", outcome.error)
    return outcomes


def tasks_of(client, name, outcomes):
    """The tasks of a batch as they are needed; what was begun counts where the listing fails."""
    try:
        client.get_batch(name)  # a listing does not tell a wrong name from an empty batch
        yield from client.get_tasks(batch_name=name, limited_response=True)
    except scaleapi.ScaleException as problem:
        complain(f"{name}: its tasks could not be listed", problem)
        outcomes["failed"] += 1


def complain(what, error):
    """Say why something failed."""
    print(f"{what}: {getattr(error, 'message', error)}", file=sys.stderr)


def words(outcomes):
    """A summary by outcome."""
    return (
        f"{outcomes['canceled']} canceled, "
        f"{outcomes['refused']} refused (done, canceled already or being worked on), "
        f"{outcomes['failed']} failed"
    )


if __name__ == "__main__":
    sys.exit(main())
