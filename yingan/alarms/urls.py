"""The alarm pages, their stream, and 企业监测 for officers; each step has an address of its own, others are a 404."""

from django.urls import path

from yingan.alarms.views import authority, details, lists

urlpatterns = [
    path("live/alarms/", lists.stream_news, name="live-alarms"),
    path("alarms/", lists.list_alarms, name="alarm-list"),
    path("alarms/news/", lists.poll_news, name="alarm-news"),
    path("alarms/bar/", lists.show_bar, name="alarm-bar"),
    path("alarms/acknowledge/", lists.acknowledge_several, name="alarm-acknowledge-several"),
    path("alarms/<int:pk>/", details.show_alarm, name="alarm-detail"),
    path("alarms/<int:pk>/curve/", details.curve_of_alarm, name="alarm-curve"),
    path("alarms/<int:pk>/handle/", details.handle_alarm, name="alarm-handle"),
    *[
        path(f"alarms/<int:pk>/{action}/", details.take_step, {"action": action}, name=f"alarm-{action}")
        for action in details.STEPS
    ],
    path("authority/monitoring/", authority.list_enterprises, name="authority-monitoring"),
]
