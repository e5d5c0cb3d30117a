"""Tables of people, their places and their signing in."""

from yingan.accounts.models.people import (
    ENTERPRISE_ROLES,
    OFFICER_ROLES,
    PASSWORD_PATH,
    PLATFORM_ROLES,
    REGISTRATION_PATH,
    ExternalIdentity,
    Membership,
    OfficePost,
    Role,
    User,
    UserManager,
    person_label,
)
from yingan.accounts.models.signing_in import ActivationSlip, PasswordRecord, RecoveryCode, Throttle, UserSession

__all__ = [
    "ENTERPRISE_ROLES",
    "OFFICER_ROLES",
    "PASSWORD_PATH",
    "PLATFORM_ROLES",
    "REGISTRATION_PATH",
    "ActivationSlip",
    "ExternalIdentity",
    "Membership",
    "OfficePost",
    "PasswordRecord",
    "RecoveryCode",
    "Role",
    "Throttle",
    "User",
    "UserManager",
    "UserSession",
    "person_label",
]
