"""The life of a code: request, resend, verify, expire (spec/security.md S07)."""

from datetime import timedelta

import pytest

from identity.codes import channels, services
from identity.codes.models import Message, Purpose, SmsCode
from yingan.kernel.identifiers import fictitious_phone

PHONE = fictitious_phone(5)
pytestmark = pytest.mark.django_db


def issue(now, **changes):
    wanted = {"purpose": Purpose.REGISTER, "bound_to": "browser", "ip": "10.0.0.1"} | changes
    return services.issue(wanted.pop("phone", PHONE), now=now, **wanted)


def verify(digits, now, **changes):
    wanted = {"phone": PHONE, "purpose": Purpose.REGISTER, "bound_to": "browser"} | changes
    services.verify(digits, now=now, **wanted)


def other_than(digits):
    return f"{(int(digits) + 1) % 10**6:06d}"


def test_a_code_has_six_digits_and_works_once(now, code_for):
    issue(now)
    assert len(code_for(PHONE)) == 6
    verify(code_for(PHONE), now)
    with pytest.raises(services.WrongCode, match="失效"):
        verify(code_for(PHONE), now)


def test_a_code_works_until_its_ten_minutes_are_over(now, code_for):
    issue(now)
    with pytest.raises(services.WrongCode, match="失效"):
        verify(code_for(PHONE), now + timedelta(minutes=10))
    verify(code_for(PHONE), now + timedelta(minutes=9, seconds=59))


def test_five_wrong_answers_spend_a_code(now, code_for):
    issue(now)
    for _ in range(5):
        with pytest.raises(services.WrongCode):
            verify(other_than(code_for(PHONE)), now)
    with pytest.raises(services.WrongCode, match="过多"):
        verify(code_for(PHONE), now)


def test_the_fifth_answer_may_still_be_right(now, code_for):
    issue(now)
    for _ in range(4):
        with pytest.raises(services.WrongCode):
            verify(other_than(code_for(PHONE)), now)
    verify(code_for(PHONE), now)


def test_a_new_code_ends_the_one_before(now, code_for):
    issue(now)
    first = code_for(PHONE)
    later = now + timedelta(seconds=61)
    issue(later)
    if first != code_for(PHONE):
        with pytest.raises(services.WrongCode):
            verify(first, later)
    verify(code_for(PHONE), later)


@pytest.mark.parametrize(
    "changes", [{"bound_to": "another"}, {"purpose": Purpose.APPEAL}, {"phone": fictitious_phone(6)}]
)
def test_a_code_counts_only_for_its_own_request(now, code_for, changes):
    issue(now)
    with pytest.raises(services.WrongCode):
        verify(code_for(PHONE), now, **changes)
    verify(code_for(PHONE), now)


def test_a_phone_gets_one_code_a_minute_and_five_an_hour(now):
    issue(now)
    with pytest.raises(services.TooManyCodes, match="60 秒"):
        issue(now + timedelta(seconds=59), bound_to="another browser", ip="10.0.0.2")
    for n in range(1, 5):
        issue(now + timedelta(minutes=2 * n), ip=f"10.0.0.{n}")
    with pytest.raises(services.TooManyCodes, match="频繁"):
        issue(now + timedelta(minutes=20))
    issue(now + timedelta(minutes=61))


def test_an_address_cannot_send_codes_to_the_whole_country(now):
    for n in range(10):
        issue(now, phone=fictitious_phone(n))
    with pytest.raises(services.TooManyCodes, match="当前网络"):
        issue(now, phone=fictitious_phone(11))
    issue(now, phone=fictitious_phone(11), ip="10.0.0.2")


def test_limits_hold_for_decoys_too_and_nothing_is_sent(now):
    issue(now, is_decoy=True)
    assert not Message.objects.exists()
    with pytest.raises(services.TooManyCodes):
        issue(now, is_decoy=True)


def test_no_digits_satisfy_a_decoy(now):
    code = issue(now, is_decoy=True)
    SmsCode.objects.filter(pk=code.pk).update(digest=services._digest(code, "123456"))
    with pytest.raises(services.WrongCode):
        verify("123456", now)


def test_the_database_holds_neither_code_nor_phone(now, code_for):
    code = issue(now)
    stored = SmsCode.objects.values().get(pk=code.pk)
    assert all(code_for(PHONE) != value and PHONE not in str(value) for value in stored.values())


def test_without_a_service_nothing_is_issued(now, settings):
    settings.DEMO = False
    with pytest.raises(channels.Unreachable):
        issue(now)
    assert not SmsCode.objects.exists()


def test_the_outbox_is_there_in_the_demo_only(client, settings, now, code_for):
    issue(now)
    assert code_for(PHONE) in client.get("/demo/messages/").content.decode()
    settings.DEMO = False
    assert client.get("/demo/messages/").status_code == 404
