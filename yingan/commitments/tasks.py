"""Background work: the clock of the commitments."""

from procrastinate.contrib.django import app

from yingan.commitments import services
from yingan.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="close-commitments", lock="close-commitments", pass_context=False)
def close_commitments(timestamp: int) -> None:
    """Close the days whose deadline has passed; after an outage also the days before."""
    services.close_days(clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="remind-commitments", lock="remind-commitments", pass_context=False)
def remind_commitments(timestamp: int) -> None:
    """Remind those who have not submitted in the hour before the deadline."""
    services.remind_due(clock.now())
