"""What the portal and the help page show."""

from dataclasses import dataclass

from django.db.models import QuerySet

from yingan.help.models import Contact, Question


@dataclass(frozen=True)
class Block:
    """The contacts of one sub-system (manual §1 has three)."""

    label: str
    contacts: list[Contact]


def contact_blocks() -> list[Block]:
    """Return the three blocks in the manual's order, each with the contacts that are shown."""
    shown = list(Contact.objects.filter(is_shown=True))
    return [
        Block(label, [contact for contact in shown if contact.subsystem == value])
        for value, label in Contact.SubSystem.choices
    ]


def questions() -> QuerySet[Question]:
    """Return the questions that are shown."""
    return Question.objects.filter(is_shown=True)
