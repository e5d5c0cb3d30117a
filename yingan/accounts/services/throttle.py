"""Slowing down guesses without locking anybody out (security S04, §5.2).

User names are public, so a counter by account alone would let anyone lock out a province. Failures count by the pair
of account and network; a browser on which the person has signed in before (signed cookie) is a pair of its own and
never pays for strangers. Strangers also share a budget for the account and one for their network. 法人用户登录 is
always open.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from dataclasses import dataclass

from django.db import transaction

from yingan.accounts.models import Role, Throttle, User
from yingan.kernel import audit
from yingan.notifications import services as notifications

CHALLENGE_AFTER = 3  # failures of a pair
BLOCK_AFTER = 5  # failures of a pair; then 15 minutes, doubling (GB/T 22239 8.1.4.1 b)
BLOCK = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=12)
FORGET = dt.timedelta(hours=24)
BUDGETS = {"account": (100, dt.timedelta(hours=1)), "network": (100, dt.timedelta(minutes=15))}
NETWORK_CHALLENGE = 30  # failures from one network within its window, after which its strangers solve a sum


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from: the peer's address, and the known device's name ('' for a stranger)."""

    address: str
    device: str = ""

    @property
    def network(self) -> str:
        """Return the /24 (IPv4) or /64 (IPv6) of the address."""
        try:
            length = 24 if ipaddress.ip_address(self.address).version == 4 else 64
        except ValueError:
            return ""
        return str(ipaddress.ip_network(f"{self.address}/{length}", strict=False))


class Throttled(Exception):
    """Too many failures from here; the message says how long to wait and which ways stay open."""

    def __init__(self, wait: dt.timedelta) -> None:
        self.wait_s = max(1, int(wait.total_seconds()))
        minutes = -(-self.wait_s // 60)
        super().__init__(f"尝试次数过多，请 {minutes} 分钟后再试。企业管理员可改从【法人用户登录】进入，不受影响。")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _pair(purpose: str, account: str, origin: Origin) -> str:
    return _digest(purpose, account, f"device {origin.device}" if origin.device else origin.network)


def lock(purpose: str, account: str, origin: Origin, *, now: dt.datetime) -> Throttle:
    """Take the pair's row, so that its attempts come one after the other, and refuse what comes too early.

    :raises Throttled: if the pair, or for strangers the account or the network, has failed too often
    """
    key = _pair(purpose, account, origin)
    Throttle.objects.bulk_create([Throttle(key=key, began_at=now, last_at=now)], ignore_conflicts=True)
    row = Throttle.objects.select_for_update().get(key=key)
    blocked_until = row.last_at + delay_after(row.failures)
    if row.failures >= BLOCK_AFTER and now < blocked_until:
        raise Throttled(blocked_until - now)
    if not origin.device:
        for budget, failed in _budget_rows(purpose, account, origin, now=now).items():
            limit, window = BUDGETS[budget]
            if failed.failures >= limit:
                raise Throttled(failed.began_at + window - now)
    if row.failures and now - row.last_at > FORGET:
        row.failures = 0
        row.save(update_fields=["failures"])
    return row


def delay_after(failures: int) -> dt.timedelta:
    """Return how long a pair waits after so many failures: 15 minutes after the 5th, then doubling, at most LONGEST."""
    if failures < BLOCK_AFTER:
        return dt.timedelta()
    doublings = min(failures - BLOCK_AFTER, 10)
    return min(BLOCK * int(2**doublings), LONGEST)


def needs_challenge(purpose: str, account: str, origin: Origin, *, now: dt.datetime) -> bool:
    """Tell whether a sum has to be solved before the password is looked at."""
    row = Throttle.objects.filter(key=_pair(purpose, account, origin), last_at__gt=now - FORGET).first()
    if row and row.failures >= CHALLENGE_AFTER:
        return True
    network = None if origin.device else _budget_rows(purpose, account, origin, now=now).get("network")
    return bool(network and network.failures >= NETWORK_CHALLENGE)


def failed(row: Throttle, purpose: str, account: str, origin: Origin, *, now: dt.datetime) -> None:
    """Count a failure against the locked pair, and a stranger's against account and network too."""
    row.failures += 1
    row.last_at = now
    row.save(update_fields=["failures", "last_at"])
    if row.failures >= BLOCK_AFTER:
        detail = {"purpose": purpose, "account": account, "network": origin.network, "failures": row.failures}
        audit.record("accounts.throttle.block", detail=detail)
    if not origin.device:
        for budget, key in _budget_keys(purpose, account, origin).items():
            _count(budget, key, origin, now=now)


def succeeded(row: Throttle) -> None:
    """Forget the failures of the pair."""
    row.delete()


def _budget_keys(purpose: str, account: str, origin: Origin) -> dict[str, str]:
    return {"account": _digest("account", purpose, account), "network": _digest("network", purpose, origin.network)}


def _budget_rows(purpose: str, account: str, origin: Origin, *, now: dt.datetime) -> dict[str, Throttle]:
    keys = {key: budget for budget, key in _budget_keys(purpose, account, origin).items()}
    rows = {keys[row.key]: row for row in Throttle.objects.filter(key__in=keys)}
    return {budget: row for budget, row in rows.items() if now - row.began_at < BUDGETS[budget][1]}


def _count(budget: str, key: str, origin: Origin, *, now: dt.datetime) -> None:
    limit, window = BUDGETS[budget]
    with transaction.atomic():
        Throttle.objects.bulk_create([Throttle(key=key, began_at=now, last_at=now)], ignore_conflicts=True)
        row = Throttle.objects.select_for_update().get(key=key)
        if now - row.began_at >= window:
            row.failures, row.began_at = 0, now
        row.failures += 1
        row.last_at = now
        row.save(update_fields=["failures", "began_at", "last_at"])
    if row.failures == limit:
        _alarm(budget, key, origin, began_at=row.began_at)


def _alarm(budget: str, key: str, origin: Origin, *, began_at: dt.datetime) -> None:
    """Tell the security administrators once a window that somebody guesses passwords."""
    what = f"来自网络 {origin.network}" if budget == "network" else f"针对同一账号（最近来自 {origin.network}）"
    notifications.notify(
        User.objects.filter(platform_role=Role.SECURITY_ADMIN, is_active=True),
        title="登录失败次数异常",
        body=f"{what}的登录失败已达 {BUDGETS[budget][0]} 次，系统已自动限速，请核查。",
        key=f"sign-in-{key[:16]}-{began_at:%Y%m%d%H%M%S}",
        level="urgent",
    )
