"""Background work: send what is due."""

from procrastinate.contrib.django import app

from yingan.kernel import clock
from yingan.notifications import services


@app.periodic(cron="*/5 * * * * *")  # the last field is seconds: a code must not be waited for
@app.task(queue="default", queueing_lock="send-outbox", lock="send-outbox", pass_context=False)
def send_outbox(timestamp: int) -> None:
    """Send everything that is due, in batches, until nothing is left."""
    while services.send_due():
        pass


@app.periodic(cron="20 3 * * *")
@app.task(queue="default", queueing_lock="forget-notifications", pass_context=False)
def forget_old(timestamp: int) -> None:
    """Wipe what is no longer needed, every night."""
    services.forget_old(now=clock.now())
