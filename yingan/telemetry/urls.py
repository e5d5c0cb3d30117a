"""The monitoring pages and their stream."""

from django.urls import path

from yingan.kernel.crud import crud_urls
from yingan.telemetry import pages
from yingan.telemetry.views import gateways, live, points

urlpatterns = [
    path("live/points/", live.stream_points, name="live-points"),
    path("monitoring/live/", live.show_board, name="monitoring-live"),
    path("monitoring/live/values/", live.poll_points, name="monitoring-values"),
    path("monitoring/live/trends/", live.show_trends, name="monitoring-trends"),
    path("monitoring/points/<int:pk>/series/", points.series_of_point, name="point-series"),
    *crud_urls(
        pages.POINTS,
        list=points.list_points,
        add=points.edit_point,
        edit=points.edit_point,
        delete=points.retire_point,
        detail=points.show_point,
    ),
    *crud_urls(pages.EQUIPMENT, edit=points.edit_equipment, delete=points.delete_equipment),
    path("monitoring/gateways/", gateways.list_gateways, name="gateway-list"),
    path("monitoring/gateways/protocol/", gateways.show_protocol, name="gateway-protocol"),
    path("monitoring/gateways/new/", gateways.edit_gateway, name="gateway-add"),
    path("monitoring/gateways/<int:pk>/", gateways.show_gateway, name="gateway-detail"),
    path("monitoring/gateways/<int:pk>/edit/", gateways.edit_gateway, name="gateway-edit"),
    path("monitoring/gateways/<int:pk>/password/", gateways.renew_password, name="gateway-password"),
    path("monitoring/gateways/<int:pk>/retire/", gateways.retire_gateway, name="gateway-retire"),
]
