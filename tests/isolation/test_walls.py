"""Each wall alone: rows of other enterprises do not exist."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from yingan.accounts.models import User
from yingan.enterprises.models import Department, Enterprise
from yingan.enterprises.tests import factories as places
from yingan.kernel import tenancy

pytestmark = pytest.mark.django_db


def names_seen_by(user: User) -> set[str]:
    """Read every department without the first wall, as the web role in the user's scope."""
    with tenancy.acting_as(user):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yingan_web")
        names = set(Department.unscoped.values_list("name", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    return names


@pytest.fixture
def departments(plant: Enterprise, neighbour: User, rival: User) -> None:
    places.department(plant, "本厂")
    assert neighbour.enterprise
    places.department(neighbour.enterprise, "邻厂")
    assert rival.enterprise
    places.department(rival.enterprise, "外市厂")


@pytest.mark.usefixtures("departments")
@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("admin", {"本厂"}),
        ("neighbour", {"邻厂"}),
        ("reviewer", {"本厂", "邻厂"}),
        ("city_reviewer", {"本厂", "邻厂"}),
        ("provincial_reviewer", {"本厂", "邻厂", "外市厂"}),
        ("other_county", set()),
        ("other_trade", set()),
        ("system_admin", set()),
        ("nobody", set()),
    ],
)
def test_both_walls_alone_show_the_same_rows(persona: str, expected: set[str], request: pytest.FixtureRequest) -> None:
    user: User = request.getfixturevalue(persona)
    assert names_seen_by(user) == expected  # the second wall alone
    user = User.objects.get(pk=user.pk)
    assert set(Department.visible_to(user).values_list("name", flat=True)) == expected  # the first wall alone


@pytest.mark.usefixtures("departments")
def test_a_row_cannot_be_written_for_another_enterprise(admin: User, neighbour: User) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), tenancy.acting_as(admin):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yingan_web")
        Department.unscoped.create(enterprise_id=neighbour.enterprise_id, name="混入")


def test_a_link_cannot_lead_to_another_enterprise(plant: Enterprise, neighbour: User) -> None:
    assert neighbour.enterprise
    foreign = places.department(neighbour.enterprise, "邻厂")
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.unscoped.create(enterprise=plant, name="混入", parent=foreign)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_without_a_scope_there_is_nothing(plant: Enterprise) -> None:
    places.department(plant, "本厂")
    with transaction.atomic(), connection.cursor() as cursor:
        tenancy.set_scope(tenancy.NOBODY)
        cursor.execute("SET LOCAL ROLE yingan_web")
        assert not Department.unscoped.exists()
        assert not Enterprise.unscoped.exists()
        cursor.execute("RESET ROLE")
