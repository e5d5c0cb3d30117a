"""Background work: notices become messages."""

from procrastinate.contrib.django import app

from yingan.alarms.services import notices
from yingan.kernel import clock


@app.periodic(cron="*/5 * * * * *")  # the last field is seconds: an alarm must not be waited for
@app.task(queue="default", queueing_lock="send-alarm-notices", lock="send-alarm-notices", pass_context=False)
def send_alarm_notices(timestamp: int) -> None:
    """Send every notice that is owed, in batches, until none is left."""
    while notices.send_owed(now=clock.now()):
        pass
