"""Who decides about a choice of 监管类型 and 监管部门, from which state to which."""

from yingan.accounts.models import Role
from yingan.kernel.workflow import Step, Workflow
from yingan.onboarding.models import SupervisionChange

S = SupervisionChange.Status
OPEN = frozenset({S.ASKED.value, S.HALF.value})
REVIEWER = frozenset({Role.REVIEWER.value})
ADMIN = frozenset({Role.ENTERPRISE_ADMIN.value})

CONFIRMATION = Workflow(
    Step("agree", "同意（等待另一监管部门）", frozenset({S.ASKED.value}), S.HALF, REVIEWER),
    Step("confirm", "确认", OPEN, S.CONFIRMED, REVIEWER),
    Step("return", "退回", OPEN, S.RETURNED, REVIEWER, needs_note=True),
    Step("withdraw", "撤回", OPEN, S.WITHDRAWN, ADMIN),
)
