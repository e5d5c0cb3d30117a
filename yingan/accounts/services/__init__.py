"""Every write about signing in: who comes in, with what, and for how long.

Members of an enterprise are written in `organisation/services.py`.
"""

from yingan.accounts.oidc import Person, ProviderUnavailable
from yingan.accounts.services.entry import (
    ActivationWanted,
    SignInRefused,
    account_name,
    become,
    check_password,
    sign_in,
    sign_out,
)
from yingan.accounts.services.gates import (
    after_check,
    mark_fresh,
    may_skip_old_password,
    pass_second_factor,
    pending_person,
)
from yingan.accounts.services.legal import begin_legal, create_administrator, credit_code, finish_legal, person_of
from yingan.accounts.services.local_passwords import change_password, save_profile, set_password
from yingan.accounts.services.second_factor import WrongCode, check_code, new_seed, otpauth_url, switch_off, switch_on
from yingan.accounts.services.slips import (
    IssuedSlip,
    NotAllowed,
    SlipRefused,
    issue_slip,
    may_issue,
    open_by_code,
    open_slip,
    opened_slip,
    qr_svg_data,
    use_slip,
)
from yingan.accounts.services.throttle import Origin, Throttled
from yingan.accounts.sessions import end as end_sessions
from yingan.accounts.sessions import end_all as end_all_sessions

__all__ = [
    "ActivationWanted",
    "IssuedSlip",
    "NotAllowed",
    "Origin",
    "Person",
    "ProviderUnavailable",
    "SignInRefused",
    "SlipRefused",
    "Throttled",
    "WrongCode",
    "account_name",
    "after_check",
    "become",
    "begin_legal",
    "change_password",
    "check_code",
    "check_password",
    "create_administrator",
    "credit_code",
    "end_all_sessions",
    "end_sessions",
    "finish_legal",
    "issue_slip",
    "mark_fresh",
    "may_issue",
    "may_skip_old_password",
    "new_seed",
    "open_by_code",
    "open_slip",
    "opened_slip",
    "otpauth_url",
    "pass_second_factor",
    "pending_person",
    "person_of",
    "qr_svg_data",
    "save_profile",
    "set_password",
    "sign_in",
    "sign_out",
    "switch_off",
    "switch_on",
    "use_slip",
]
