from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from core.adminbase import register_app

# One door for all: the admin's own sign-in knows neither the second proof nor the limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)
# Secrets, and a way to give rights past the registry.
for _model in (Authenticator, Group):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)

register_app("core")
