"""Where django-helpdesk's pages and its API are: everywhere."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls"))]
