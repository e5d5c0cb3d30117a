"""忘记密码: the scenarios of spec/security.md L09 and §5.4."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.idp.oidc.models import Token
from django.test import Client

from identity.conftest import NEW_PASSWORD, PASSWORD
from identity.people.models import Person
from identity.people.setup import make_client
from identity.recovery.models import Reset
from yingan.kernel.identifiers import fictitious_id_number, fictitious_phone

pytestmark = pytest.mark.django_db
SENT = "如信息匹配，验证码已发送"
HOUR = 3600


def ask(client, account):
    return client.post("/password/forgotten/", {"account": account}, follow=True)


def prove(client, code, id_number):
    return client.post("/password/forgotten/proof/", {"code": code, "id_number": id_number})


def choose(client, password=NEW_PASSWORD):
    return client.post("/password/forgotten/new/", {"password": password, "repeated": password})


def link_in(texts, kind):
    return next(found[0] for text in texts if (found := re.search(rf"/password/{kind}/[\w-]+/", text)))


def knows(account, password):
    return Person.objects.get(pk=account.pk).check_password(password)


@pytest.fixture
def held(guest, enterprise, code_for):
    """Bring a reset of the enterprise, which has no second factor, into its hold."""
    ask(guest, enterprise.username)
    answer = prove(guest, code_for(enterprise.phone), enterprise.id_number)
    assert answer.url == "/password/forgotten/hold/"
    return Reset.objects.get(person=enterprise)


def test_known_and_unknown_accounts_get_the_same_answer(enterprise):
    known = ask(Client(), enterprise.username)
    unknown = ask(Client(), "919900000000000990")
    texts = []
    for page in (known, unknown):
        text = page.content.decode()
        assert SENT in text
        assert page.redirect_chain == [("/password/forgotten/proof/", 302)]
        texts.append(re.sub(r'1\d\d\*{4}\d{4}|value="[^"]+"', "", text))
    assert texts[0] == texts[1]


def test_an_unknown_account_shows_the_same_invented_phone_each_time(enterprise):
    shown = set()
    for later in (0, 61):
        with time_machine.travel(time.time() + later):
            page = ask(Client(), "919900000000000990").content.decode()
        shown.add(re.search(r"1\d\d\*{4}\d{4}", page)[0])
    assert len(shown) == 1


def test_nobody_gets_in_by_an_unknown_account(guest, inbox):
    ask(guest, "919900000000000990")
    for digits in ("000000", "123456"):
        assert prove(guest, digits, fictitious_id_number(1)).status_code == 422
    assert Reset.objects.get().state == "asked"


def test_without_a_second_factor_the_password_is_set_after_a_day(guest, enterprise, held, inbox):
    assert choose(guest).url == "/password/forgotten/hold/"
    assert knows(enterprise, PASSWORD)
    link = link_in(inbox(enterprise.phone), "link")
    assert guest.get(link).url == "/password/forgotten/new/"
    assert guest.get("/password/forgotten/new/").url == "/password/forgotten/hold/"
    with time_machine.travel(time.time() + 24 * HOUR + 60):
        later = Client()
        assert later.get(link, follow=True).status_code == 200
        assert choose(later).url == "/password/forgotten/done/"
        assert knows(enterprise, NEW_PASSWORD)
        assert "已重置" in inbox(enterprise.phone)[0]
        assert later.get(link).url == "/password/forgotten/"


def test_the_hold_lasts_to_the_minute(guest, held, inbox, enterprise):
    link = link_in(inbox(enterprise.phone), "link")
    with time_machine.travel(time.time() + 24 * HOUR - 60):
        late = Client()
        late.get(link)
        assert choose(late).url == "/password/forgotten/hold/"
    assert knows(enterprise, PASSWORD)


def test_sim_swap_with_a_known_id_number_is_stopped_by_one_click(guest, enterprise, held, inbox):
    cancel = link_in(inbox(enterprise.phone), "cancel")
    owner = Client()
    assert "取消重置" in owner.get(cancel).content.decode()
    assert Reset.objects.get(pk=held.pk).state == "held"  # reading the page changes nothing
    assert "原密码继续有效" in owner.post(cancel).content.decode()
    with time_machine.travel(time.time() + 25 * HOUR):
        thief = Client()
        thief.get(link_in(inbox(enterprise.phone), "link"))
        assert choose(thief).url == "/password/forgotten/"
    assert knows(enterprise, PASSWORD)


def test_the_owner_sees_the_hold_after_signing_in_and_cancels(signed_in, enterprise, held):
    owner = signed_in(enterprise)
    assert "申请重置您的密码" in owner.get("/account/").content.decode()
    owner.post("/password/cancel/")
    assert Reset.objects.get(pk=held.pk).state == "cancelled"
    assert "申请重置您的密码" not in owner.get("/account/").content.decode()


def test_former_phone_and_mailbox_are_told_of_the_hold(guest, person, code_for, inbox):
    person.previous_phone = fictitious_phone(500)
    person.save()
    ask(guest, "zhangsan")
    prove(guest, code_for(person.phone), person.id_number)
    for receiver in (person.phone, fictitious_phone(500), person.email):
        assert link_in(inbox(receiver), "cancel")


def test_a_recycled_number_alone_stays_out(guest, enterprise, code_for):
    ask(guest, enterprise.username)
    answer = prove(guest, code_for(enterprise.phone), fictitious_id_number(2))
    assert answer.status_code == 422
    assert "验证码或身份证号不正确" in answer.content.decode()
    assert Reset.objects.get().state == "asked"


def test_five_tries_end_the_request_even_for_the_right_answer(guest, enterprise, code_for):
    ask(guest, enterprise.username)
    code = code_for(enterprise.phone)
    for _ in range(5):
        prove(guest, code, fictitious_id_number(2))
    assert "次数过多" in prove(guest, code, enterprise.id_number).content.decode()
    assert Reset.objects.get().state == "refused"


def test_the_counter_of_tries_survives_a_new_code(guest, enterprise, code_for):
    ask(guest, enterprise.username)
    for _ in range(5):
        prove(guest, "000000", enterprise.id_number)
    with time_machine.travel(time.time() + 61):
        guest.post("/password/forgotten/code/")
        assert prove(guest, code_for(enterprise.phone), enterprise.id_number).status_code == 422


def test_with_a_second_factor_it_is_demanded_and_no_day_is_lost(guest, guarded, code_for, totp_code):
    ask(guest, guarded.username)
    assert prove(guest, code_for(guarded.phone), guarded.id_number).url == "/password/forgotten/second-factor/"
    assert choose(guest).url == "/password/forgotten/"
    ask_again = Client()
    with time_machine.travel(time.time() + 90):
        ask(ask_again, guarded.username)
        prove(ask_again, code_for(guarded.phone), guarded.id_number)
        assert ask_again.post("/password/forgotten/second-factor/", {"code": "000000"}).status_code == 422
        done = ask_again.post("/password/forgotten/second-factor/", {"code": totp_code()})
        assert done.url == "/password/forgotten/new/"
        assert choose(ask_again).url == "/password/forgotten/done/"
    assert knows(guarded, NEW_PASSWORD)


def test_the_second_factor_cannot_be_guessed(guest, guarded, code_for, totp_code):
    ask(guest, guarded.username)
    prove(guest, code_for(guarded.phone), guarded.id_number)
    for _ in range(5):
        guest.post("/password/forgotten/second-factor/", {"code": "000000"})
    answer = guest.post("/password/forgotten/second-factor/", {"code": totp_code()})
    assert "次数过多" in answer.content.decode()


@pytest.mark.parametrize(
    ("bound", "verified"), [(timedelta(hours=71), timedelta(hours=71)), (timedelta(days=400), timedelta(days=181))]
)
def test_a_phone_too_new_or_not_proven_for_long_leads_to_an_appeal(guest, enterprise, code_for, now, bound, verified):
    enterprise.phone_bound_at, enterprise.phone_verified_at = now - bound, now - verified
    enterprise.save()
    ask(guest, enterprise.username)
    page = prove(guest, code_for(enterprise.phone), enterprise.id_number).content.decode()
    assert "帐号申诉" in page
    assert Reset.objects.get().state == "refused"
    assert choose(guest).url == "/password/forgotten/"


def test_a_phone_bound_for_seventy_three_hours_is_enough(guest, enterprise, code_for, now):
    enterprise.phone_bound_at = enterprise.phone_verified_at = now - timedelta(hours=73)
    enterprise.save()
    ask(guest, enterprise.username)
    assert prove(guest, code_for(enterprise.phone), enterprise.id_number).status_code == 302


def test_after_a_reset_all_sessions_and_tokens_are_gone(guest, signed_in, guarded, code_for, totp_code, now):
    elsewhere = signed_in(guarded)
    client = make_client("yingan", "secret", "http://127.0.0.1:8000")
    Token.objects.create(
        client=client, user=guarded, type=Token.Type.ACCESS_TOKEN, hash="x", expires_at=now + timedelta(hours=1)
    )
    ask(guest, guarded.username)
    prove(guest, code_for(guarded.phone), guarded.id_number)
    guest.post("/password/forgotten/second-factor/", {"code": totp_code()})
    choose(guest)
    assert elsewhere.get("/account/").status_code == 302
    assert not Token.objects.exists()


def test_the_new_password_keeps_the_policy(guest, guarded, code_for, totp_code):
    ask(guest, guarded.username)
    prove(guest, code_for(guarded.phone), guarded.id_number)
    guest.post("/password/forgotten/second-factor/", {"code": totp_code()})
    assert choose(guest, guarded.username).status_code == 422
    assert knows(guarded, PASSWORD)


def test_a_reset_of_another_browser_is_out_of_reach(guest, enterprise, held):
    with time_machine.travel(time.time() + 25 * HOUR):
        assert choose(Client()).url == "/password/forgotten/"
    assert knows(enterprise, PASSWORD)


def test_reviewers_do_not_come_back_by_phone(guest, reviewers, inbox):
    assert SENT in ask(guest, reviewers[0].username).content.decode()
    assert not inbox(reviewers[0].phone)


def test_an_account_may_be_asked_for_five_times_an_hour(enterprise):
    start = time.time()
    for n in range(5):
        with time_machine.travel(start + n * 70):
            ask(Client(), enterprise.username)
    with time_machine.travel(start + 600):
        assert "频繁" in ask(Client(), enterprise.username).content.decode()
