"""The main job in one go: registration, first sign-in, promise, review, monitoring, alarm, answer (manual §3, §4, §6).

Real processes, a real browser, a real MQTT client: nothing stands in for anything.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Browser, Page, expect

from tests.journeys.people import in_another_window, person
from yingan.kernel.identifiers import fictitious_credit_code, fictitious_id_number, fictitious_phone

if TYPE_CHECKING:
    from tests.journeys.conftest import Camera, Platform

pytestmark = pytest.mark.processes
NUMBER = 421
NAME = "旅程示例化工有限公司"
PASSWORD = "qing-shan-lv-shui-421"
LOCAL_PASSWORD = "chang-jiang-dong-qu-421"
COUNTY = 420107
ADDRESS = "湖北省武汉市青山区示例路421号"
COUNTS = {"units_total": 4, "units_running": 3, "units_stopped": 1}


def test_the_main_job_from_registration_to_the_answered_alarm(
    platform: Platform, page: Page, browser: Browser, camera: Camera
) -> None:
    register(platform, page, camera)
    sign_in_as_legal_person(platform, page, camera)
    choose_supervision(page, camera)
    check_the_data(platform, page, camera)
    promise(platform, page, camera)
    review(platform, browser, camera)
    see_the_board(platform, page, camera)
    device = connect_a_gateway(platform, page, camera)
    with device:
        see_it_live(platform, page, device, camera)
        answer_the_alarm(platform, page, device, camera)
        the_authority_sees_it(platform, browser, camera)


def register(platform: Platform, page: Page, camera: Camera) -> None:
    """Manual §3: 法人注册 on 统一身份认证平台, the code comes by text message."""
    page.goto(f"{platform.site}/")
    camera.take(page, "portal")
    page.goto(f"{platform.identity}/register/")
    page.get_by_role("link", name=re.compile("法人")).first.click()
    phone = fictitious_phone(NUMBER)
    page.get_by_label("统一社会信用代码").fill(fictitious_credit_code(NUMBER))
    page.get_by_label("企业名称").fill(NAME)
    page.get_by_label("法定代表人姓名").fill("示例法人")
    page.get_by_label("法人身份证号").fill(fictitious_id_number(NUMBER))
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").fill(code_from_outbox(platform, page))
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_label("确认密码").fill(PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    camera.take(page, "register")
    page.get_by_role("button", name="注册", exact=True).click()
    expect(page.get_by_text("注册成功")).to_be_visible()


def code_from_outbox(platform: Platform, page: Page) -> str:
    """Return the newest code that the demo's 短信发件箱 shows."""
    page.wait_for_timeout(500)
    with in_another_window(page, f"{platform.identity}/demo/messages/") as outbox:
        found = re.search(r"(?<!\d)\d{6}(?!\d)", outbox.locator("main").inner_text())
    assert found, "no code in the outbox"
    return found.group()


def sign_in_as_legal_person(platform: Platform, page: Page, camera: Camera) -> None:
    """Manual §4.3: the first sign-in is 法人用户登录; it creates enterprise and administrator."""
    page.goto(f"{platform.identity}/logout/")
    page.goto(f"{platform.site}/")
    page.get_by_role("tab", name="法人用户登录").click()
    page.get_by_role("link", name="前往登录").click()
    page.wait_for_url(f"{platform.identity}/**")
    page.locator("input[name=login]").fill(fictitious_credit_code(NUMBER))
    page.locator("input[name=password]").fill(PASSWORD)
    camera.take(page, "provider-login")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{platform.site}/enterprise/registration/**")
    camera.take(page, "registration")


def choose_supervision(page: Page, camera: Camera) -> None:
    """Manual §4.3 step 2: 企业注册信息 with 监管类型 and 监管部门, then the local password."""
    page.get_by_role("link", name="修改", exact=True).first.click()
    fill_registration(page)
    camera.take(page, "registration-edit")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("待确认").first).to_be_visible()
    camera.take(page, "registration-saved")


def check_the_data(platform: Platform, page: Page, camera: Camera) -> None:
    """Manual §4.3 and §6.3: set the local password; 已核对 for data and users before the first promise."""
    page.get_by_role("link", name="修改密码").click()
    page.get_by_label("新密码", exact=True).fill(LOCAL_PASSWORD)
    page.get_by_label("确认新密码").fill(LOCAL_PASSWORD)
    camera.take(page, "password")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(lambda url: "/password/" not in url)
    page.goto(f"{platform.site}/enterprise/")
    camera.take(page, "enterprise")
    page.get_by_role("button", name="已核对").first.click()
    expect(page.get_by_text("核对", exact=False).first).to_be_visible()
    page.get_by_role("button", name="已核对").last.click()
    page.wait_for_load_state()
    camera.take(page, "enterprise-checked")


def fill_registration(page: Page) -> None:
    """Fill in everything that 企业注册信息 demands; the offices follow the county."""
    texts = {
        "所属行业": "有机化学原料制造", "经济类型": "有限责任公司", "从业人数": "86",
        "注册地址": ADDRESS, "实际经营地址": ADDRESS, "法人手机": fictitious_phone(NUMBER),
        "主要负责人": "示例负责人", "主要负责人手机": fictitious_phone(NUMBER + 1),
        "安全负责人": "示例安全员", "安全负责人手机": fictitious_phone(NUMBER + 2), "乡镇（街道）": "示例街道",
    }  # fmt: skip
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("企业规模").select_option(label="小型")
    for label, choice in (("市（州）", "武汉市"), ("县（市、区）", "青山区"), ("监管类型", "危化企业")):
        with page.expect_response("**/registration/places/**"):
            page.get_by_label(label).select_option(label=choice)
        page.wait_for_timeout(200)
    page.get_by_label("监管部门").select_option(label="青山区应急管理局")


def promise(platform: Platform, page: Page, camera: Camera) -> None:
    """Manual §6.3: 增加, fill in, 保存 is a draft, 保存并提交 goes to the authority."""
    page.goto(f"{platform.site}/commitments/")
    page.get_by_role("link", name="增加", exact=True).click()
    for field in page.locator("main input[name^=units_]:visible, main input[name$=_jobs][type=text]:visible").all():
        field.fill(str(COUNTS.get(field.get_attribute("name") or "", 0)))
    for name in ("contractor_jobs", "is_trial_production", "is_starting_or_stopping", "is_pilot_test"):
        group = f"has_{name}" if name == "contractor_jobs" else name
        page.locator(f"input[name={group}][value=false]").check()
    page.locator("input[name=has_major_hazards][value=false]").check()
    page.locator("input[name=is_tank_safe][value=true]").check()
    camera.take(page, "commitment-form")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url(re.compile(r"/commitments/(\d+/edit/)?$"))
    page.goto(f"{platform.site}/commitments/new/")
    expect(page.get_by_text("暂存").first).to_be_visible()
    page.get_by_role("button", name="保存并提交").click()
    answer_dialog(page)
    expect(page.locator("main").get_by_text("待审核").first).to_be_visible()
    camera.take(page, "commitment-submitted")


def answer_dialog(page: Page) -> None:
    """Say yes where the page asks once more."""
    page.wait_for_timeout(400)
    for dialog in page.locator("dialog[open]").all():
        dialog.locator("button.btn-primary, button[value=ok]").first.click()


def review(platform: Platform, browser: Browser, camera: Camera) -> None:
    """Manual §6.3 政府端审核: the county's reviewer confirms the supervision and passes the promise."""
    with person(platform, browser, f"r{COUNTY}", second_factor=True) as officer:
        officer.goto(f"{platform.site}/authority/confirmations/")
        camera.take(officer, "confirmations")
        officer.get_by_role("row", name=re.compile(NAME)).get_by_role("link").first.click()
        camera.take(officer, "confirmation")
        officer.get_by_role("button", name="确认", exact=True).click()
        answer_dialog(officer)
        officer.goto(f"{platform.site}/authority/")
        officer.get_by_role("link", name=NAME).first.click()
        camera.take(officer, "desk")
        officer.get_by_role("button", name="通过").click()
        answer_dialog(officer)
        officer.wait_for_timeout(800)
        officer.goto(f"{platform.site}/authority/roll-up/")
        camera.take(officer, "roll-up")


def see_the_board(platform: Platform, page: Page, camera: Camera) -> None:
    """The promise stands published, and on the public board at the gate."""
    page.goto(f"{platform.site}/commitments/")
    expect(page.locator("tbody").get_by_text("审核通过").first).to_be_visible()
    board = page.get_by_role("link", name="承诺公告牌").get_attribute("href")
    with in_another_window(page, f"{platform.site}{board}") as gate:
        expect(gate.get_by_text(NAME).first).to_be_visible()
        camera.take(gate, "board")


class Device:
    """The enterprise's gateway as a vendor would write it: MQTT 3.1.1, QoS 1, numbered messages."""

    def __init__(self, platform: Platform, user: str, password: str) -> None:
        self.topic, self.seq = f"gw/{user}/data", 0
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"journey-{user}")
        self.client.username_pw_set(user, password)
        self.client.connect(platform.values["MQTT_HOST"], int(platform.values["MQTT_PORT"]))

    def __enter__(self) -> Device:
        self.client.loop_start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def send(self, value: float) -> None:
        """Send one reading of now, and wait until the broker has it on disk."""
        self.seq += 1
        row = {"p": "LT-901", "t": time.time_ns() // 1_000_000, "v": value}
        body = {"version": 1, "boot": "journey", "seq": self.seq, "rows": [row]}
        self.client.publish(self.topic, json.dumps(body), qos=1).wait_for_publish(20)


def connect_a_gateway(platform: Platform, page: Page, camera: Camera) -> Device:
    """Gateway, equipment and point are described on their pages; the password is shown once."""
    page.goto(f"{platform.site}/monitoring/gateways/new/")
    page.get_by_label("网关编码").fill("WG-J1")
    page.get_by_label("网关名称").fill("旅程网关")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/monitoring/gateways/**")
    camera.take(page, "gateway")
    shown = page.locator("main").inner_text()
    user = re.search(r"gw/([0-9a-f]{32})/data", shown)
    password = re.search(r"妥善保存[:：]\s*(\S{20,})", shown)
    assert user, shown
    assert password, shown
    page.goto(f"{platform.site}/monitoring/equipment/add/")
    page.get_by_label("设备编码").fill("T-901")
    page.get_by_label("设备名称").fill("旅程储罐")
    page.get_by_label("设备类型").select_option(label="储罐")
    with page.expect_navigation():
        page.get_by_role("button", name="保存").click()
    page.goto(f"{platform.site}/monitoring/points/add/")
    page.locator("main input[name=name]").fill("旅程储罐液位")
    page.get_by_label("设备", exact=True).select_option(label="旅程储罐")
    page.get_by_label("指标类型").select_option(label="液位")
    for name, text in {"unit": "m", "tag": "LT-901", "range_low": "0", "range_high": "12", "high": "10"}.items():
        page.locator(f"main input[name={name}]").fill(text)
    page.locator("main input[name=high_high]").fill("11")
    page.get_by_label("网关", exact=True).select_option(index=1)
    camera.take(page, "point-form")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("LT-901").first).to_be_visible()
    return Device(platform, user.group(1), password.group(1))


def see_it_live(platform: Platform, page: Page, device: Device, camera: Camera) -> None:
    """The value comes into the open page by itself."""
    page.goto(f"{platform.site}/monitoring/live/")
    device.send(8.42)
    expect(page.locator("main").get_by_text("8.42").first).to_be_visible(timeout=20_000)
    camera.take(page, "live")
    device.send(11.37)
    expect(page.locator("main").get_by_text("高高报").first).to_be_visible(timeout=20_000)
    camera.take(page, "live-alarm")


def answer_the_alarm(platform: Platform, page: Page, device: Device, camera: Camera) -> None:
    """确认, 处理 with reason and measure, 办结 once the value is back."""
    page.goto(f"{platform.site}/alarms/")
    camera.take(page, "alarms")
    page.locator("tbody tr", has_text="高高报").get_by_role("link", name=re.compile("处理")).click()
    camera.take(page, "alarm")
    page.get_by_role("button", name="确认警情").click()
    expect(page.locator("main").get_by_text("已确认").first).to_be_visible()
    device.send(7.9)
    page.get_by_label("报警原因").select_option(label="误操作")
    page.get_by_label("处置措施").fill("关闭进料阀，液位已回落，对当班人员重新交底。")
    camera.take(page, "alarm-handling")
    page.get_by_role("button", name="保存处理结果").click()
    expect(page.locator("main").get_by_text("已消警").first).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="办结").first.click()
    answer_dialog(page)
    expect(page.locator("main").get_by_text("已办结").first).to_be_visible()
    camera.take(page, "alarm-closed")


def the_authority_sees_it(platform: Platform, browser: Browser, camera: Camera) -> None:
    """The county sees the enterprise's alarm and who answered it; another county does not."""
    with person(platform, browser, f"r{COUNTY}", second_factor=True) as officer:
        officer.goto(f"{platform.site}/alarms/?state=all")
        expect(officer.locator("tbody").get_by_text(NAME).first).to_be_visible()
        camera.take(officer, "alarms-of-the-county")
    with person(platform, browser, "r420583", second_factor=True) as other:
        other.goto(f"{platform.site}/alarms/?state=all")
        expect(other.get_by_text(NAME)).to_have_count(0)
