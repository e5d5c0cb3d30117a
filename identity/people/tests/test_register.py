"""自然人 and 法人注册 through their pages."""

import pytest
from stdnum.cn import uscc

from identity.conftest import PASSWORD, row
from identity.people.models import Person, SecurityEvent
from yingan.kernel.identifiers import check_credit_code, fictitious_id_number, fictitious_phone

pytestmark = pytest.mark.django_db
LETTER_CODE = "A1990000MA0000001" + uscc.calc_check_digit("A1990000MA0000001")


def filled(n=7, **changes):
    given = row(n)
    form = {
        "uscc": given["uscc"], "enterprise_name": given["enterprise_name"], "real_name": given["legal_person"],
        "id_number": given["id_number"], "phone": given["phone"], "password": PASSWORD, "repeated": PASSWORD,
        "agreed": "on", "enterprise_type": "limited", "email": "",
    }  # fmt: skip
    return form | changes


@pytest.fixture
def with_code(guest, code_for):
    """Ask for a code to the form's phone and return the form with it."""

    def ask(form, kind="legal"):
        answer = guest.post(
            f"/register/{kind}/", {"phone": form["phone"], "send_code": "1"}, headers={"accept": "application/json"}
        )
        assert answer.status_code == 200, answer.content.decode()
        return form | {"code": code_for(form["phone"])}

    return ask


def test_an_enterprise_registers_and_can_sign_in(guest, with_code):
    form = with_code(filled())
    done = guest.post("/register/legal/", form)
    assert done.status_code == 302
    assert done.url == "/register/done/"
    person = Person.objects.get(username=form["uscc"])
    assert (person.kind, person.enterprise_name, person.real_name) == ("legal", "示例化工7厂", "赵六")
    assert person.events.filter(action=SecurityEvent.Action.REGISTERED).exists()
    signed = guest.post("/login/", {"login": form["uscc"].lower(), "password": PASSWORD})
    assert signed.url == "/account/"


def test_the_id_number_is_sealed_in_the_database(guest, with_code):
    from django.db import connection

    guest.post("/register/legal/", with_code(filled()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, phone FROM people_person")
        assert row(7)["id_number"] not in str(cursor.fetchall())


def test_a_credit_code_may_begin_with_a_letter(guest, with_code):
    assert check_credit_code(LETTER_CODE) == LETTER_CODE
    assert guest.post("/register/legal/", with_code(filled(uscc=LETTER_CODE))).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"uscc": row(7)["uscc"][:-1] + "0"}, "校验位不正确"),
        ({"uscc": "1234"}, "请输入 18 位统一社会信用代码"),
        ({"id_number": row(7)["id_number"][:-1] + ("1" if row(7)["id_number"][-1] != "1" else "2")}, "校验位不正确"),
        ({"id_number": "990000198013010012"}, "出生日期不存在"),
        ({"phone": "12345"}, "请输入 11 位手机号码"),
        ({"password": "short", "repeated": "short"}, "至少"),
        ({"password": "password1234", "repeated": "password1234"}, "密码"),
        ({"repeated": "another"}, "两次输入的密码不一致"),
        ({"agreed": ""}, "注册协议"),
        ({"enterprise_name": ""}, "请输入企业名称"),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(guest, changes, sentence):
    answer = guest.post("/register/legal/", filled(code="123456", **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Person.objects.exists()


def test_the_same_form_without_the_mistake_is_accepted(guest, with_code):
    assert guest.post("/register/legal/", with_code(filled())).status_code == 302


def test_a_registered_credit_code_leads_to_forgotten_password(guest, enterprise):
    page = guest.post("/register/legal/", filled(1, code="123456")).content.decode()
    assert "统一社会信用代码已注册" in page
    assert 'href="/password/forgotten/"' in page
    assert Person.objects.count() == 1


def test_a_wrong_code_registers_nobody_and_is_counted(guest, with_code):
    form = with_code(filled())
    wrong = form | {"code": f"{(int(form['code']) + 1) % 10**6:06d}"}
    for _ in range(5):
        assert "验证码" in guest.post("/register/legal/", wrong).content.decode()
    assert guest.post("/register/legal/", form).status_code == 422
    assert not Person.objects.exists()


def test_a_code_of_another_browser_does_not_count(guest, with_code, client):
    assert client.post("/register/legal/", with_code(filled())).status_code == 422


def test_the_code_button_works_without_a_script_and_keeps_what_was_typed(guest, inbox):
    page = guest.post("/register/legal/", filled(send_code="1")).content.decode()
    assert "验证码已发送至" in page
    assert "示例化工7厂" in page
    assert PASSWORD not in page
    assert inbox(row(7)["phone"])


def test_a_bad_phone_gets_a_sentence_and_no_code(guest):
    answer = guest.post("/register/legal/", {"phone": "1", "send_code": "1"}, headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert "11 位" in answer.json()["sentence"]


def natural(**changes):
    return {
        "username": "lisi_01", "real_name": "李四", "id_number": fictitious_id_number(9), "phone": fictitious_phone(9),
        "password": PASSWORD, "repeated": PASSWORD, "agreed": "on", "email": "",
    } | changes  # fmt: skip


def test_a_natural_person_signs_in_by_name_and_by_phone(guest, with_code, client):
    assert guest.post("/register/natural/", with_code(natural(), "natural")).status_code == 302
    for login in ("lisi_01", "LISI_01", fictitious_phone(9)):
        assert client.post("/login/", {"login": login, "password": PASSWORD}).status_code == 302, login
        client.logout()


def test_a_phone_belongs_to_one_natural_person(guest, person):
    page = guest.post("/register/natural/", natural(phone=person.phone, code="123456")).content.decode()
    assert "手机号已注册" in page
    assert Person.objects.count() == 1


def test_a_user_name_cannot_look_like_a_credit_code(guest):
    assert guest.post("/register/natural/", natural(username=LETTER_CODE, code="123456")).status_code == 422
