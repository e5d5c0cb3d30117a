"""Background work: blocks are built and receipts pruned, gateway by gateway."""

from procrastinate.contrib.django import app

from yingan.enterprises.models import Enterprise
from yingan.kernel import clock, tenancy
from yingan.telemetry.models import Gateway
from yingan.telemetry.services import blocks


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="tend-history", lock="tend-history", pass_context=False)
def tend_history(timestamp: int) -> None:
    """Bring the log of every gateway into blocks and forget receipts that are no longer needed."""
    for enterprise_id in Enterprise.unscoped.values_list("pk", flat=True):
        with tenancy.acting_for(enterprise_id):
            gateways = list(Gateway.unscoped.filter(enterprise_id=enterprise_id))
        for gateway in gateways:
            tend_gateway(gateway)


def tend_gateway(gateway: Gateway) -> None:
    """Merge all that can be merged of one gateway, a bounded transaction at a time."""
    while True:
        with tenancy.acting_for(gateway.enterprise_id):
            if blocks.merge(gateway, now=clock.now()) < blocks.ROWS_AT_ONCE // 2:
                break
    with tenancy.acting_for(gateway.enterprise_id):
        blocks.prune_receipts(gateway)
