"""`./kp draw_models`: one diagram of each room's models, written from the models themselves."""

from pathlib import Path
from typing import Any, cast

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import models

from core.security import is_history

FOLDER = Path(settings.BASE_DIR) / "docs" / "models"


def diagram(app: AppConfig) -> str:
    """A Markdown page with a Mermaid class diagram of the room's models and the rules Postgres holds for each."""
    own = [model for model in app.get_models() if not is_history(model)]
    lines = [f"# {app.label}", "", (app.module.__doc__ or "").strip(), "", "```mermaid", "classDiagram"]
    for model in own:
        lines += _box(model)
    for model in own:
        lines += _arrows(model)
    lines += ["```", ""]
    for model in own:
        summary = (model.__doc__ or "").strip().splitlines()[0]
        rules = ", ".join(f"`{constraint.name}`" for constraint in model._meta.constraints)
        lines.append(f"- **{model.__name__}**: {'' if summary.startswith(model.__name__ + '(') else summary}")
        if rules:
            lines.append(f"  Rules: {rules}.")
    return "\n".join(lines) + "\n"


def _box(model: type[models.Model]) -> list[str]:
    fields = [field for field in model._meta.local_fields if not field.is_relation and not field.primary_key]
    return [f"    class {model.__name__} {{", *(f"        {field.name}" for field in fields), "    }"]


def _arrows(model: type[models.Model]) -> list[str]:
    arrows = []
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if not field.is_relation or field.name == "member":
            continue
        target = cast(type[models.Model], field.related_model)
        name = (
            target.__name__
            if target._meta.app_label == model._meta.app_label
            else f"{target._meta.app_label}_{target.__name__}"
        )
        many = "*" if field.many_to_many else "1"
        arrows.append(f'    {model.__name__} --> "{many}" {name} : {field.name}')
    return arrows


class Command(BaseCommand):
    help = "Write docs/models/<room>.md from the models; --check fails where a page is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        stale = []
        for label in settings.ROOMS:
            page, text = FOLDER / f"{label}.md", diagram(apps.get_app_config(label))
            if not page.exists() or page.read_text() != text:
                stale.append(page.name)
                if not check:
                    page.write_text(text)
        if check and stale:
            self.stderr.write(f"Out of date: {', '.join(stale)}. Run ./kp draw_models.")
            raise SystemExit(1)
