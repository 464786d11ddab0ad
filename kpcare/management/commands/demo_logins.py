"""`./kp demo_logins`: one sign-in for each role of the demo world."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.models import User
from kpcare.demo.sign_ins import PASSWORD


class Command(BaseCommand):
    help = "Print one login per role of the demo world."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            return
        for user in User.objects.filter(email__endswith="@demo.example").order_by("created_at", "email"):
            role = user.role_assignments.values_list("role", flat=True).first() or "member"
            name = "admin" if user.is_superuser else role.replace("_", " ")
            self.stdout.write(f"{name:<24} {user.email:<42} {PASSWORD}")
