"""The tags of shared pieces: ages, states, form controls."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.template import Context, Template

from yingan.kernel import clock
from yingan.kernel.templatetags import shell


class Sample(forms.Form):
    """A form with each kind of control."""

    name = forms.CharField(label="名称")
    kind = forms.ChoiceField(label="类型", choices=[("", "---------"), ("a", "甲")])
    agreed = forms.BooleanField(label="已核对")
    state = forms.ChoiceField(label="状态", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "刚刚"),
        (1, "1 秒前"),
        (59, "59 秒前"),
        (60, "1 分钟前"),
        (3599, "59 分钟前"),
        (3600, "1 小时前"),
        (172800, "2 天前"),
    ],
)
def test_ages_in_words(seconds: int, words: str) -> None:
    assert shell.words_for(seconds) == words


@pytest.mark.parametrize(("seconds", "state"), [(299, "fresh"), (302, "stale"), (599, "stale"), (602, "lost")])
def test_an_age_is_fresh_stale_or_lost_by_the_settings(seconds: int, state: str, settings: object) -> None:
    settings.STALE_AFTER_SECONDS, settings.LOST_AFTER_SECONDS = 300, 600  # type: ignore[attr-defined]
    assert f'data-age="{state}"' in shell.age(clock.now() - dt.timedelta(seconds=seconds))


def test_a_point_that_never_reported_says_so() -> None:
    assert "从未上报" in shell.age(None)


def test_a_state_has_its_icon_and_its_word_and_escapes_it() -> None:
    made = shell.tag("ok", "circle-check", "<正常>")
    assert "ti-circle-check" in made
    assert "&lt;正常&gt;" in made


def test_controls_get_the_class_of_their_kind_and_the_choice_of_nothing_says_what_to_do() -> None:
    form = Sample()
    assert 'class="form-control"' in shell.control(form["name"])
    assert 'class="form-check-input"' in shell.control(form["agreed"])
    select = shell.control(form["kind"])
    assert 'class="form-select"' in select
    assert "请选择" in select
    assert "---------" not in select


def test_a_field_says_what_is_missing_and_points_to_its_control() -> None:
    form = Sample({"name": ""})
    made = Template("{% for field in form %}{% include 'kernel/_field.html' %}{% endfor %}").render(
        Context({"form": form})
    )
    for words in ("请输入名称", "请选择类型", "请选择已核对", "请选择状态"):
        assert words in made
    assert 'aria-invalid="true"' in made
    assert 'role="group"' in made
    assert 'id="id_name_error"' in made
    assert 'aria-describedby="id_name_error"' in made
