"""Seeds the three blocks of manual §1 with placeholders, and the questions of manual §3.3 and §4."""

from django.db import migrations

CONTACTS = [
    ("mining_epidemic", "示例技术员甲", "138-0000-0002", "示例QQ-02", "示例群-01", "full", "示例运维群-01"),
    ("mining_epidemic", "示例技术员乙", "138-0000-0005", "示例QQ-05", "示例群-02", "open", "示例运维群-01"),
    ("industry_dual", "示例技术员丙", "138-0000-0003", "示例QQ-03", "示例群-03", "open", "示例运维群-02"),
    ("hazchem", "示例技术员丁", "138-0000-0004", "示例QQ-04", "示例群-04", "open", "示例运维群-03"),
]
QUESTIONS = [
    (
        "第一次使用，应该从哪个入口登录？",
        "先在省统一身份认证平台注册法人账号，再从【法人用户登录】进入一次。系统会自动建立企业和管理员账号，"
        "并进入【企业注册信息】，请选择监管类型和监管部门，设置登录密码。以后两个入口都可以使用。",
    ),
    (
        "为什么要到省统一身份认证平台注册？",
        "各委办厅局的系统不能设置注册入口，统一在省统一身份认证平台注册。注册一次后，"
        "可以从【法人用户登录】登录，也可以设置密码后直接从【企业个人入口】登录，减少验证时间。",
    ),
    ("注册时提示“统一社会信用代码已注册”怎么办？", "说明本企业已有账号。请在登录页点击【忘记密码】找回。"),
    (
        "找回密码时手机号已停用，或法人身份证号不符，收不到验证码怎么办？",
        "请在省统一身份认证平台登录页点击【帐号申诉】，提交营业执照等材料，审核通过后更换手机号。也可以拨打 12345 咨询。",
    ),
    (
        "部门负责人和员工的账号从哪里来？",
        "由本企业管理员在【用户组织管理】中新增或导入，系统生成一次性激活链接（可打印发放或短信发送），"
        "本人打开链接设置密码后，从【企业个人入口】登录。",
    ),
    (
        "忘记了企业个人入口的密码怎么办？",
        "部门负责人和员工请联系本企业管理员重发激活链接；企业管理员从【法人用户登录】进入后，在【企业注册信息】点击【修改密码】重新设置。",
    ),
    ("选错了监管类型或监管部门怎么办？", "在【企业注册信息】点击【修改】重新选择。首次选择立即生效；以后的变更须经监管部门确认后生效。"),
    ("页面显示不完整或按钮没有反应怎么办？", "多半是浏览器处在“兼容模式”。请切换为【极速模式】，或改用谷歌浏览器、Edge。"),
    ("填写时间较长，登录超时了，内容会丢失吗？", "不会。提交时会提示在新窗口重新登录，登录后原页面自动继续提交，已填写的内容都在。"),
]


def seed(apps, schema_editor):
    Contact, Question = apps.get_model("help", "Contact"), apps.get_model("help", "Question")
    names = ("subsystem", "name", "phone", "qq", "enterprise_group", "group_state", "operations_group")
    for position, values in enumerate(CONTACTS, start=1):
        Contact.objects.create(position=position * 10, **dict(zip(names, values, strict=True)))
    for position, (title, answer) in enumerate(QUESTIONS, start=1):
        Question.objects.create(position=position * 10, title=title, answer=answer)


class Migration(migrations.Migration):
    dependencies = [("help", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
