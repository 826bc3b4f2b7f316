"""Cancel all tasks of the given batches, on many threads.

    python examples/cancel_batch.py BATCH [BATCH ...] [--workers 8] [--clear-unique-id]

The key is read from SCALE_API_KEY, an instance URL other than Scale's from SCALE_API_INSTANCE_URL.
Exit code 0: every task was canceled, or could not be because it is completed or being worked on.
Exit code 1: something failed and is listed; run the script again. Exit code 2: it could not start.
"""

import argparse
import sys
from collections import Counter

import scaleapi


def main(arguments=None):
    """Cancel the tasks, print a summary, and return the exit code."""
    options = read_options(arguments)
    try:
        client = scaleapi.ScaleClient(source="cancel_batch")
    except scaleapi.ScaleException as err:
        print(err.message, file=sys.stderr)
        return 2
    outcomes = Counter()
    with client:
        for name in options.batches:
            in_batch = cancel_batch(client, name, options)
            print(f"{name}: {summary(in_batch)}")
            outcomes += in_batch
    print(f"Total: {summary(outcomes)}")
    return 1 if outcomes["failed"] else 0


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("batches", nargs="+", metavar="BATCH", help="name of a batch")
    parser.add_argument("--workers", type=int, default=8, help="threads (%(default)s)")
    parser.add_argument(
        "--clear-unique-id", action="store_true", help="free the unique ids for other tasks"
    )
    options = parser.parse_args(arguments)
    if not 1 <= options.workers <= 64:
        parser.error("--workers must be from 1 to 64")
    return options


def cancel_batch(client, name, options):
    """Cancel the tasks of one batch, and return the number of tasks by outcome."""
    outcomes = Counter()
    for outcome in client.cancel_tasks(
        tasks_of(client, name, outcomes),
        clear_unique_id=options.clear_unique_id,
        workers=options.workers,
    ):
        outcomes[outcome.status] += 1
        if outcome.status == "failed":
            print_error(f"{name}: task {outcome.payload.id} failed", outcome.error)
    return outcomes


def tasks_of(client, name, outcomes):
    """Yield the tasks of a batch; if the listing fails, those before it still count."""
    try:
        client.get_batch(name)  # for a wrong name, a listing would just be empty
        yield from client.get_tasks(batch_name=name, limited_response=True)
    except scaleapi.ScaleException as err:
        print_error(f"{name}: its tasks could not be listed", err)
        outcomes["failed"] += 1


def print_error(what, error):
    """Print what failed, and why."""
    print(f"{what}: {getattr(error, 'message', error)}", file=sys.stderr)


def summary(outcomes):
    """Return the number of tasks by outcome, as text."""
    refused = sum(outcomes.values()) - outcomes["canceled"] - outcomes["failed"]
    return (
        f"{outcomes['canceled']} canceled, "
        f"{refused} refused (completed, canceled or being worked on), "
        f"{outcomes['failed']} failed"
    )


if __name__ == "__main__":
    sys.exit(main())
