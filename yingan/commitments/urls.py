"""The site map of the commitments."""

from django.urls import path

from yingan.commitments.views import authority, board, editing, layers, own
from yingan.commitments.workflow import REVIEW_ACTIONS

urlpatterns = [
    path("commitments/", own.list_commitments, name="commitment-list"),
    path("commitments/new/", editing.add, name="commitment-new"),
    path("commitments/check/", editing.check, name="commitment-check"),
    path("commitments/export/", own.export, name="commitment-export"),
    path("commitments/today/", own.today_card, name="commitment-today-card"),
    path("commitments/template/", own.edit_template, name="commitment-template"),
    path("commitments/reports/", layers.list_reports, name="commitment-reports"),
    path("commitments/reports/<int:department_id>/<str:day>/", layers.edit_report, name="commitment-report"),
    path("commitments/reports/<int:pk>/withdraw", layers.withdraw, name="commitment-report-withdraw"),
    path("commitments/<int:pk>/", own.show, name="commitment-detail"),
    path("commitments/<int:pk>/edit/", editing.change, name="commitment-edit"),
    path("commitments/<int:pk>/print/", own.show_paper, name="commitment-print"),
    path("commitments/<int:pk>/delete/", own.discard, name="commitment-delete"),
    path("board/<str:token>/", board.show_board, name="commitment-board"),
    path("authority/", authority.desk, name="authority-desk"),
    path("authority/commitments/", authority.list_day, name="authority-commitments"),
    path("authority/commitments/remind/", authority.remind, name="authority-remind"),
    path("authority/commitments/<int:pk>/", authority.review, name="authority-review"),
    *[
        path(
            f"authority/commitments/<int:pk>/{action}/",
            authority.decide,
            {"action": action},
            name=f"authority-{action}",
        )
        for action in REVIEW_ACTIONS
    ],
    path("authority/roll-up/", authority.roll_up, name="authority-roll-up"),
]
