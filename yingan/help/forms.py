"""The editing forms of the help page."""

from typing import Any

from django import forms

from yingan.help.models import Contact, Question


class ContactForm(forms.ModelForm[Contact]):
    """A technician and the groups."""

    class Meta:
        model = Contact
        fields = [
            "subsystem", "name", "phone", "qq", "enterprise_group", "group_state", "operations_group", "position",
            "is_shown",
        ]  # fmt: skip


class QuestionForm(forms.ModelForm[Question]):
    """A question and its answer."""

    class Meta:
        model = Question
        fields = ["title", "answer", "position", "is_shown"]
        widgets: dict[str, Any] = {"answer": forms.Textarea(attrs={"rows": 6})}
