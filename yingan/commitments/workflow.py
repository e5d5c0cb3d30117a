"""The step tables: who may take a commitment, and a layer's report, from which state to which (domain §1.5)."""

from yingan.accounts.models import ENTERPRISE_ROLES, Role
from yingan.commitments.models import Commitment, LayerReport
from yingan.kernel.workflow import Step, Workflow

S = Commitment.Status
ADMIN = frozenset({Role.ENTERPRISE_ADMIN.value})
REVIEWER = frozenset({Role.REVIEWER.value})

REVIEW = Workflow(
    Step("fill", "补报", frozenset({S.MISSED}), S.DRAFT, ADMIN),
    Step("submit", "提交", frozenset({S.DRAFT}), S.SUBMITTED, ADMIN),
    Step("resubmit", "重新提交", frozenset({S.RETURNED}), S.SUBMITTED, ADMIN),
    Step("publish", "通过", frozenset({S.SUBMITTED}), S.PUBLISHED, REVIEWER),
    Step("return", "退回", frozenset({S.SUBMITTED}), S.RETURNED, REVIEWER, needs_note=True),
)
REVIEW_ACTIONS = ("publish", "return")  # the authority's; each has a URL

L = LayerReport.Status
STAFF = frozenset(role.value for role in ENTERPRISE_ROLES)
REPORTING = Workflow(
    Step("report", "上报", frozenset({L.DRAFT}), L.SUBMITTED, STAFF),
    Step("withdraw", "撤回", frozenset({L.SUBMITTED}), L.DRAFT, STAFF),
)
