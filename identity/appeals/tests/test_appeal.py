"""帐号申诉: submitting, looking up, two reviewers, and what approval changes."""

import re
from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from identity.appeals.models import Appeal, Evidence
from identity.conftest import NEW_PASSWORD, PASSWORD, row
from identity.people.models import Person, SecurityEvent
from yingan.kernel.identifiers import fictitious_id_number, fictitious_phone

pytestmark = pytest.mark.django_db
NEW_PHONE = fictitious_phone(801)


def scan(name="营业执照.png"):
    body = BytesIO()
    Image.new("RGB", (60, 40), "white").save(body, "PNG")
    return SimpleUploadedFile(name, body.getvalue(), "application/octet-stream")


def filled(**changes):
    given = row(1)
    return {
        "uscc": given["uscc"], "enterprise_name": "示例化工1厂", "legal_person": "钱七",
        "id_number": fictitious_id_number(44), "phone": NEW_PHONE, "reason": "phone_gone", "explanation": "",
        "licence": scan(),
    } | changes  # fmt: skip


@pytest.fixture
def submit(guest, code_for):
    """Return what submits an appeal with a code to its phone."""

    def send(**changes):
        form = filled(**changes)
        guest.post("/appeals/", {"phone": form["phone"], "send_code": "1"}, headers={"accept": "application/json"})
        return guest.post("/appeals/", form | {"code": code_for(form["phone"])})

    return send


@pytest.fixture
def appeal(enterprise, submit):
    """Submit an appeal about the enterprise's account."""
    assert submit().url == "/appeals/receipt/"
    return Appeal.objects.get()


def decide(client, appeal, step, text="与营业执照一致"):
    return client.post(f"/review/{appeal.number}/{step}/", {"text": text})


def state_of(appeal):
    return Appeal.objects.get(pk=appeal.pk).state


def test_an_appeal_gets_a_number_and_the_old_phone_is_told(guest, appeal, enterprise, inbox):
    assert re.fullmatch(r"SS\d{8}[2-9A-Z]{8}", appeal.number)
    assert appeal.number in guest.get("/appeals/receipt/").content.decode()
    assert "提交了帐号申诉" in inbox(enterprise.phone)[0]
    assert appeal.evidence.get().file_name == "营业执照.png"


def test_its_state_is_found_by_number_and_credit_code(appeal, enterprise):
    found = Client().post("/appeals/status/", {"number": appeal.number.lower(), "uscc": enterprise.username})
    assert "待审核" in found.content.decode()
    wrong = Client().post("/appeals/status/", {"number": appeal.number, "uscc": row(2)["uscc"]})
    assert "没有查到" in wrong.content.decode()


def test_looking_up_is_slowed_down(appeal, enterprise):
    client = Client()
    for n in range(20):
        client.post("/appeals/status/", {"number": f"SS{n}", "uscc": enterprise.username})
    answer = client.post("/appeals/status/", {"number": appeal.number, "uscc": enterprise.username})
    assert "过于频繁" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"uscc": row(2)["uscc"]}, "尚未注册"),
        ({"id_number": "990000198001010013"}, "校验位不正确"),
        ({"reason": ""}, "请选择申诉原因"),
        ({"reason": "other"}, "请填写说明"),
        ({"licence": ""}, "请上传营业执照扫描件"),
        ({"licence": SimpleUploadedFile("a.pdf", b"<script>alert(1)</script>", "application/pdf")}, "请上传 PDF、JPG"),
    ],
)
def test_wrong_appeals_are_refused_with_a_sentence(enterprise, submit, changes, sentence):
    answer = submit(**changes)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Appeal.objects.exists()


def test_a_wrong_code_keeps_the_appeal_out(enterprise, guest):
    assert guest.post("/appeals/", filled(code="000000")).status_code == 422
    assert not Appeal.objects.exists()


def test_one_appeal_at_a_time(appeal, submit, code_for):
    answer = submit(phone=fictitious_phone(802))
    assert "正在审核" in answer.content.decode()
    assert Appeal.objects.count() == 1


def test_two_reviewers_pass_it_and_the_account_changes_hands(appeal, enterprise, reviewers, signed_in, inbox):
    first, second = map(signed_in, reviewers)
    elsewhere = signed_in(enterprise)
    old_phone = enterprise.phone
    assert decide(first, appeal, "pass").url == "/review/"
    assert state_of(appeal) == "endorsed"
    enterprise.refresh_from_db()
    assert enterprise.phone == old_phone
    assert decide(second, appeal, "pass").url == "/review/"
    assert state_of(appeal) == "approved"
    enterprise.refresh_from_db()
    assert (enterprise.phone, enterprise.previous_phone) == (NEW_PHONE, old_phone)
    assert (enterprise.real_name, enterprise.id_number) == ("钱七", fictitious_id_number(44))
    assert elsewhere.get("/account/").status_code == 302
    assert "手机号已按帐号申诉更换" in inbox(old_phone)[0]
    link = re.search(r"/password/link/[\w-]+/", inbox(NEW_PHONE)[0])[0]
    applicant = Client()
    assert applicant.get(link).url == "/password/forgotten/new/"
    form = {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    assert applicant.post("/password/forgotten/new/", form).url == "/password/forgotten/done/"
    assert Person.objects.get(pk=enterprise.pk).check_password(NEW_PASSWORD)
    assert Client().get(link).url == "/password/forgotten/"


def test_one_reviewer_cannot_do_both_steps(appeal, reviewers, signed_in):
    first = signed_in(reviewers[0])
    decide(first, appeal, "pass")
    again = decide(first, appeal, "pass")
    assert again.status_code == 409
    assert "另一名审核人员" in again.content.decode()
    assert decide(first, appeal, "reject").status_code == 409
    assert state_of(appeal) == "endorsed"


@pytest.mark.parametrize("passed_before", [0, 1])
def test_a_rejection_changes_nothing_and_tells_why(
    appeal, enterprise, reviewers, signed_in, inbox, passed_before, guest
):
    for reviewer in reviewers[:passed_before]:
        decide(signed_in(reviewer), appeal, "pass")
    assert decide(signed_in(reviewers[passed_before]), appeal, "reject", "执照不清晰").status_code == 302
    assert "执照不清晰" in inbox(NEW_PHONE)[0]
    enterprise.refresh_from_db()
    assert enterprise.phone == row(1)["phone"]
    assert enterprise.check_password(PASSWORD)
    page = guest.post("/appeals/status/", {"number": appeal.number, "uscc": enterprise.username}).content.decode()
    assert "驳回" in page
    assert "执照不清晰" in page
    assert decide(signed_in(reviewers[1 - passed_before]), appeal, "pass").status_code == 409


def test_an_opinion_is_demanded(appeal, reviewers, signed_in):
    assert decide(signed_in(reviewers[0]), appeal, "pass", "  ").status_code == 422
    assert state_of(appeal) == "submitted"


def test_an_account_registered_by_somebody_else_loses_their_second_factor(guarded, submit, reviewers, signed_in):
    submit(reason="not_mine")
    appeal = Appeal.objects.get()
    for reviewer in reviewers:
        decide(signed_in(reviewer), appeal, "pass")
    assert not Authenticator.objects.filter(user=guarded).exists()
    assert not Person.objects.get(pk=guarded.pk).check_password(PASSWORD)


def test_a_lost_phone_does_not_lose_the_second_factor(guarded, submit, reviewers, signed_in):
    submit()
    for reviewer in reviewers:
        decide(signed_in(reviewer), Appeal.objects.get(), "pass")
    assert Authenticator.objects.filter(user=guarded, type="totp").exists()


def test_the_queue_lists_filters_and_finds(appeal, reviewers, signed_in):
    client = signed_in(reviewers[0])
    for query in ("", "?state=submitted", f"?q={appeal.number}", "?q=示例化工1", f"?q={row(1)['uscc']}"):
        assert appeal.number in client.get(f"/review/{query}").content.decode(), query
    for query in ("?state=approved", "?q=nothing"):
        assert appeal.number not in client.get(f"/review/{query}").content.decode(), query
    page = client.get(f"/review/{appeal.number}/").content.decode()
    assert "钱七" in page
    assert "登记信息" in page


def test_review_pages_do_not_exist_for_others(appeal, enterprise, signed_in):
    evidence = Evidence.objects.get()
    pages = ["/review/", f"/review/{appeal.number}/", f"/review/evidence/{evidence.pk}/"]
    for page in pages:
        assert signed_in(enterprise).get(page).status_code == 404
        assert Client().get(page).url.startswith("/login/")
    assert decide(signed_in(enterprise), appeal, "pass").status_code == 404
    assert decide(Client(), appeal, "pass").url.startswith("/login/")
    assert state_of(appeal) == "submitted"


def test_a_reviewer_without_second_factor_reviews_nothing(appeal, reviewers, signed_in):
    Authenticator.objects.filter(user=reviewers[0]).delete()
    assert signed_in(reviewers[0]).get("/review/").url.endswith("/totp/activate/")
    decide(signed_in(reviewers[0]), appeal, "pass")
    assert state_of(appeal) == "submitted"


def test_documents_are_handed_out_as_attachments_and_that_is_recorded(appeal, reviewers, signed_in, settings):
    evidence = Evidence.objects.get()
    stored = (settings.EVIDENCE_DIR / str(evidence.pk)).read_bytes()
    assert b"PNG" not in stored
    answer = signed_in(reviewers[0]).get(f"/review/evidence/{evidence.pk}/")
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert SecurityEvent.objects.filter(action="evidence_seen", actor=reviewers[0]).exists()
