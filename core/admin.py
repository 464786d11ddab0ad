from allauth.account.decorators import secure_admin_login
from django.contrib import admin

# One door for all: the admin's own sign-in knows neither the second proof nor the limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)
