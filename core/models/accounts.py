from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now

from core.models.base import Identified


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person's account. Without a password it signs in only after a reset or invitation."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def system(self, name: str) -> "User":
        """The account on whose behalf a job or import acts; made at first use, and nobody can sign in to it."""
        user, _ = self.get_or_create(
            email=f"{name}@system.invalid",
            defaults={"name": name, "kind": User.Kind.SYSTEM, "password": "!"},
        )
        return user


class User(Identified, AbstractBaseUser, PermissionsMixin):
    """An account: a person's, an integration client's or a job's. What it may do follows from its roles."""

    class Kind(models.TextChoices):
        PERSON = "person"
        CLIENT = "client", "integration client"
        SYSTEM = "system"

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSON, db_default=Kind.PERSON)
    language = models.CharField(max_length=10, default="en", db_default="en", help_text="BCP 47.")
    is_staff = models.BooleanField("may open the admin", default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="core_user_email",
                violation_error_message="An account with this e-mail address already exists.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email
