"""The first wall: rows of an enterprise have no `objects`.

Pages say `Tank.visible_to(user)`, services say `Tank.unscoped`; forgetting is an AttributeError and a mypy error.
Links between owned rows are `OwnedForeignKey`: the composite key is added by `walls.OwnedTable` in the migration.
"""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.http import Http404

from yingan.kernel.tenancy import scope_of


class OwnedForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # the types come from the call
    """A link to another row of the same enterprise; the database checks (enterprise_id, x_id) together."""

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        options.setdefault("related_name", "+")
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        """Return what a migration needs to make the field again."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class EnterpriseOwned(models.Model):
    """A row of one enterprise."""

    enterprise = models.ForeignKey(
        settings.TENANT_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="企业"
    )

    unscoped = models.Manager()

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, user: Any) -> models.QuerySet[Self]:
        """Return the rows of the user's own enterprise, or of those that the user's office supervises."""
        return cls.unscoped.filter(scope_of(user).condition())

    @classmethod
    def visible_or_404(cls, user: Any, pk: Any) -> Self:
        """Return the row if `user` may see it; another enterprise's row does not exist for them.

        :raises Http404: if there is no such row for this user
        """
        row = cls.visible_to(user).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row
