"""What a password may not be, besides too short or well known (spec/security.md S01, S03, §5.3).

Length counts, not mixture: at least 12 characters of any kind, no upper limit below 128, pasting allowed. Only the
site's own reviewers must mix kinds of characters (等保 2.0, 8.1.4.1 a).
"""

import re
from typing import Any

from django.core.exceptions import ValidationError

SHORTEST_WORD = 4
FEWEST_CHARACTERS = 5
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
CLASSES_FOR_REVIEWERS = 3
LONGEST = 128


class OwnWords:
    """Refuses passwords made of what is known about the account: credit code, names, phone, id number, mailbox."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse the password if less than 8 characters stay when everything known is taken out.

        :raises ValidationError: if so
        """
        rest = password.lower()
        for word in self._words(user):
            rest = rest.replace(word, "")
        if len(rest) < 8 and rest != password.lower():
            raise ValidationError("密码不能由统一社会信用代码、名称、手机号或身份证号组成", code="own_words")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "不能由统一社会信用代码、名称、手机号或身份证号组成"

    @staticmethod
    def _words(user: Any) -> list[str]:
        words = {"yingan", "password", "admin"}
        for name in ("username", "phone", "id_number", "enterprise_name", "real_name", "email"):
            value = str(getattr(user, name, "") or "").lower()
            words.add(value)
            words |= {value[-length:] for length in (6, 8) if len(value) >= length}
            words |= {value[:length] for length in (6, 8) if len(value) >= length}
        return sorted((word for word in words if len(word) >= SHORTEST_WORD or not word.isascii()), key=len)[::-1]


class FewCharacters:
    """Refuses passwords of a handful of different characters: 111111111111, abcabcabcabc."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse the password if it has fewer than five different characters.

        :raises ValidationError: if so
        """
        if len(set(password)) < FEWEST_CHARACTERS:
            raise ValidationError("密码过于简单，请使用更多不同的字符", code="few_characters")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "至少使用 5 个不同的字符"


class ReviewerClasses:
    """Demands three kinds of characters from reviewers, whose accounts decide about others."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a reviewer's password of fewer than three kinds.

        :raises ValidationError: if so
        """
        kinds = sum(bool(re.search(pattern, password)) for pattern in CLASSES)
        if getattr(user, "is_reviewer", False) and kinds < CLASSES_FOR_REVIEWERS:
            raise ValidationError("审核人员的密码须包含大写字母、小写字母、数字、符号中的三种", code="classes")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "审核人员的密码须包含三种字符"
