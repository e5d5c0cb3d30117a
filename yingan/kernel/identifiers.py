"""Chinese identifiers: check digits of credit codes, resident ids and mobile numbers, and fictitious valid values.

Every check takes what a person typed, returns the normal form that is stored, and raises ValidationError with a
sentence fit to show. Full-width characters are folded first (NFKC); there is no table of regions, because such a table
is out of date the day it is written.
"""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from stdnum.cn import ric, uscc

CREDIT_CODE = re.compile(r"[0-9ANY][0-9A-HJ-NP-RTUW-Y][0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}")
ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
PHONE = re.compile(r"1[3-9][0-9]{9}")
EARLIEST_BIRTH = date(1900, 1, 1)


def normal_form(value: str) -> str:
    """Return `value` with full-width characters folded, spaces and hyphens removed and letters raised."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", value)).upper()


def check_credit_code(value: str) -> str:
    """Return the normal form of a 统一社会信用代码 (GB 32100-2015: 18 characters, check digit modulo 31).

    :raises ValidationError: if the form or the check digit is wrong
    """
    code = normal_form(value)
    if not CREDIT_CODE.fullmatch(code):
        raise ValidationError("请输入 18 位统一社会信用代码（数字和大写字母，不含 I、O、S、V、Z）", code="credit_code")
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise ValidationError("统一社会信用代码的校验位不正确，请核对后重新输入", code="credit_code")
    return code


def check_id_number(value: str, *, today: date | None = None) -> str:
    """Return the normal form of a resident id number (GB 11643-1999: 18 characters, birth date, check digit).

    :raises ValidationError: if the form, the birth date or the check digit is wrong; with `today`, if born after it
    """
    number = normal_form(value)
    if not ID_NUMBER.fullmatch(number):
        raise ValidationError("请输入 18 位身份证号", code="id_number")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValidationError("身份证号中的出生日期不存在，请核对后重新输入", code="id_number") from None
    if born < EARLIEST_BIRTH or (today is not None and born > today):
        raise ValidationError("身份证号中的出生日期不合理，请核对后重新输入", code="id_number")
    if ric.calc_check_digit(number) != number[17]:
        raise ValidationError("身份证号的校验位不正确，请核对后重新输入", code="id_number")
    return number


def check_phone(value: str) -> str:
    """Return the normal form of a mainland mobile number: 11 digits, without +86.

    :raises ValidationError: if it is not one
    """
    number = re.sub(r"^(\+|00)86", "", normal_form(value))
    if not PHONE.fullmatch(number):
        raise ValidationError("请输入 11 位手机号码", code="phone")
    return number


def fictitious_credit_code(n: int) -> str:
    """Return the n-th invented credit code: valid check digit, region 990000, which exists nowhere."""
    body = f"91990000{n:09d}"
    return body + str(uscc.calc_check_digit(body))


def fictitious_id_number(n: int, born: date = date(1980, 1, 1)) -> str:
    """Return the n-th (of 1,000 a day of birth) invented id number: valid check digit, region 990000."""
    body = f"990000{born:%Y%m%d}{n % 1000:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def fictitious_phone(n: int) -> str:
    """Return the n-th (of 10,000) invented mobile number, all in 138-0000-xxxx."""
    return f"1380000{n % 10_000:04d}"
