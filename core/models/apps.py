from django.contrib.postgres.fields import ArrayField
from django.db import models


class AppScopes(models.Model):
    """The scopes that an administrator allows an app to ask for. An app without a row may ask for none."""

    application = models.OneToOneField(
        "oauth2_provider.Application", models.CASCADE, primary_key=True, related_name="allowed_scopes"
    )
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "scopes of an app"
        verbose_name_plural = "scopes of apps"

    def __str__(self) -> str:
        return str(self.application)
