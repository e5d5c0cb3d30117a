"""What a local password must be (security S03, §5.3). The policy is `settings.PASSWORD_POLICY`.

Always: length, no common word with little around it, nothing about the person. For officers and administrators also
classes of characters and no former password.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from yingan.accounts.models import PasswordRecord

PUBLISHED = "11111111"  # the manual's initial password: a trigger, never a credential
LOCAL_WORDS = ("woaini", "520131", "woaiwo", "zhendeaini", "mima123", "hubei", "yingji", "anquan", "yingan", "admin888")
LEAST_WORD, LEAST_REST = 6, 6
LONGEST_WORD = 40  # characters; the longest of the list has fewer
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")


@cache
def common_words() -> frozenset[str]:
    """Return the 20,000 most used passwords and our region's own, in lower case."""
    return frozenset(CommonPasswordValidator().passwords) | frozenset(LOCAL_WORDS)


def check(password: str, user: Any) -> None:
    """Refuse a password that the policy does not allow for this person, all reasons at once.

    :raises ValidationError: with sentences fit to show
    """
    policy = settings.PASSWORD_POLICY
    problems = []
    if len(password) < policy["min_length"]:
        problems.append(f"密码至少 {policy['min_length']} 位，请加长")
    if len(password) > policy["max_length"]:
        problems.append(f"密码最多 {policy['max_length']} 位")
    elif is_guessable(password):
        problems.append("密码太常见或太有规律，容易被猜到，请换一个；可用几个不相干的词连在一起")
    if has_own_words(password, user):
        problems.append("密码不能包含账号、信用代码、手机号、姓名或企业名称")
    if user.holds_public_power:
        problems += _strict_problems(password, user)
    if problems:
        raise ValidationError(problems)


def is_guessable(password: str) -> bool:
    """Tell whether little is left of the password without common words, repetitions and rows of keys."""
    low = password.lower()
    if len(set(low)) < 5 or low in common_words() or re.fullmatch(r"(.{1,6})\1+.?", low):
        return True
    rest = low
    for row in (*ROWS, *(row[::-1] for row in ROWS)):
        for start in range(len(row) - 3):
            rest = rest.replace(row[start : start + 4], "#")
    longest = max(_words_in(low), key=len, default="")
    return len(rest.replace("#", "")) < LEAST_REST or (bool(longest) and len(low) - len(longest) < LEAST_REST)


def _words_in(low: str) -> list[str]:
    words = common_words()
    pieces = {low[i:j] for i in range(len(low)) for j in range(i + LEAST_WORD, min(len(low), i + LONGEST_WORD) + 1)}
    return [piece for piece in pieces if piece in words]


def has_own_words(password: str, user: Any) -> bool:
    """Tell whether the password holds something that others know of the person."""
    enterprise = user.enterprise
    known = [user.username, user.username[-6:], user.phone, user.phone[-6:], user.name, user.email.partition("@")[0]]
    if enterprise:
        known += [enterprise.uscc, enterprise.uscc[-6:], enterprise.name, enterprise.name[:4], enterprise.legal_person]
    low = password.lower()
    return any(len(word) >= 2 + 2 * word.isascii() and word.lower() in low for word in known if word)


def _strict_problems(password: str, user: Any) -> list[str]:
    policy = settings.PASSWORD_POLICY
    problems = []
    if sum(bool(re.search(kind, password)) for kind in CLASSES) < policy["require_classes"]:
        problems.append(f"密码须含大写字母、小写字母、数字、符号中的 {policy['require_classes']} 类")
    former = PasswordRecord.objects.filter(user_id=user.pk)[: policy["history"]] if user.pk else []
    if any(check_password(password, row.password) for row in former):
        problems.append(f"不能使用最近 {policy['history']} 次用过的密码")
    return problems
