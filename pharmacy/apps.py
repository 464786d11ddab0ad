from django.apps import AppConfig


class PharmacyConfig(AppConfig):
    name = "pharmacy"

    def ready(self) -> None:
        from pharmacy import permissions, plugs  # noqa: F401  (permissions: states who may)

        plugs.register()
