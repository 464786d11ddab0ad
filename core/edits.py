"""Two people at one form: who saves later sees what the other has saved, and what either typed is lost to neither.

    class PersonEditForm(Edits, PersonForm): ...

    # the row is locked first: between looking and saving nobody else saves
    form = PersonEditForm(request.POST or None, instance=Member.objects.select_for_update().get(pk=member.pk))

A page says in a hidden field what stood when it was made. Where something else stands now the form is not valid: the
page comes again, with what the other saved in the fields that the later one had left alone, and both values where both
changed one. The REST interface asks the same by `If-Match`.
"""

import datetime
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    _Form = forms.BaseForm
else:
    _Form = object

SEEN = "seen"


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def encoded(value: Any) -> str:
    """A value as text that is the same for equal values; what is empty is so in every form of it."""
    if value is None or value is False or value in ("", [], ()):
        return "null"
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    elif isinstance(value, tuple):
        value = list(value)
    return json.dumps(getattr(value, "pk", value), cls=_Encoder, sort_keys=True)


class Edits(_Form):
    """A form over what stands: its initial values (or its instance's), and `standing`, what the page shows besides.

    Without `watches_fields` only `standing` is watched: for a form that adds to what the page shows.
    """

    watches_fields = True
    # A form of Django's admin, which other programs fill in as well, takes a post that does not say what it saw.
    must_say = True
    # Whether the page showed something else than what stands.
    is_stale = False

    def __init__(self, *args: Any, standing: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [name for name in self.fields if name != SEEN] if self.watches_fields else []
        self.stands: dict[str, Any] = {
            **{name: self.get_initial_for_field(self.fields[name], name) for name in fields},
            **(standing or {}),
        }
        self.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.initial = {**self.initial, SEEN: self.token}

    @property
    def token(self) -> str:
        """What stands now, for the hidden field."""
        return json.dumps({name: encoded(value) for name, value in self.stands.items()})

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        said = self.cleaned_data if said is None else said
        said.pop(SEEN, None)
        seen = self._seen()
        if seen is None:
            if self.must_say or self.data.get(self.add_prefix(SEEN)):
                self._show_again(_("This page did not say what it showed. Look at what stands now, and save again."))
            return said
        others = [name for name, value in self.stands.items() if seen.get(name) != encoded(value)]
        mine = {name: encoded(said[name]) for name in others if name in said}
        others = [name for name in others if mine.get(name) != encoded(self.stands[name])]
        if others:
            self._show_again(_("Somebody else saved this meanwhile. Look at what stands now, and save again."))
            for name in others:
                self._show_both(name, is_mine=name in self.fields and mine.get(name, "") != seen.get(name))
        return said

    def _seen(self) -> dict[str, str] | None:
        try:
            found = json.loads(self.data.get(self.add_prefix(SEEN), ""))
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def _show_again(self, why: str) -> None:
        self.is_stale = True
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix(SEEN)] = self.token
        self.data = data
        self.add_error(None, why)

    def _show_both(self, name: str, *, is_mine: bool) -> None:
        """Where the later one typed something of their own it stays, beside what the other saved; else that stands."""
        if name not in self.fields:
            return
        value = self.stands[name]
        if not is_mine:
            self._put(name, value)
            words = _("Saved meanwhile by somebody else, and taken over here: %(value)s")
        else:
            words = _("Saved meanwhile by somebody else: %(value)s. What you typed stands in the field.")
        self.add_error(name, words % {"value": self._words(name, value)})

    def _put(self, name: str, value: Any) -> None:
        key, data = self.add_prefix(name), cast(QueryDict, self.data)
        if isinstance(self.fields[name].widget, forms.CheckboxInput):
            data.pop(key, None)
            if value:
                data[key] = "on"
        elif isinstance(value, list | tuple | set | frozenset):
            data.setlist(key, [str(one) for one in value])
        elif isinstance(value, datetime.date | datetime.time):
            data[key] = value.isoformat()
        else:
            data[key] = "" if value is None else str(getattr(value, "pk", value))

    def _words(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        choices = getattr(self.fields[name], "choices", None) or getattr(self.fields[name].widget, "choices", None)
        labels = {str(key): force_str(label) for key, label in choices} if choices else {}
        many = value if isinstance(value, list | tuple | set | frozenset) else [value]
        said = ", ".join(labels.get(str(one), str(one)) for one in many if one not in (None, ""))
        return said or _("nothing")


class AdminEditForm(Edits, forms.ModelForm):
    """The form of an admin page: two administrators may have one place or product open."""

    must_say = False
    # Named here, since the admin shows the fields that a form names.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
