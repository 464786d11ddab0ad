"""Components say what they must (word beside colour, label beside field) and never let a value become markup."""

import datetime
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.utils import timezone, translation

from core.models import User
from tests.core.rendering import render

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
HOSTILE = [
    "<img src=x onerror=alert(1)>\"'&",
    "' onfocus=alert(1) x='",
    # Quoted at both ends: cotton's own `{{ attrs }}` takes it for markup that is escaped already.
    '"a" onfocus=alert(1) x="b"',
]

# Each component with a value of a member's making in every attribute that takes words.
SAMPLES = {
    "badge": '<c-badge status="due" :title="word">{{ word }}</c-badge>',
    "button": '<c-button variant="main" :name="word" :data-x="word">{{ word }}</c-button>',
    "link": '<c-button :href="word" aria-label="{{ word }}">{{ word }}</c-button>',
    "post": '<c-post :action="word" :data-x="word">{{ word }}</c-post>',
    "card": '<c-card :title="word" :meta="word" :href="word" icon="event" :data-x="word">{{ word }}</c-card>',
    "page_head": '<c-page-head :title="word" :sub="word" />',
    "crumbs": '<c-crumbs :items="items" />',
    "coverage_card": '<c-coverage-card :product="word" :state="word" :name="word" :limit="2" :label="word" />',
    "visit": '<c-visit :date="day" :title="word" :sub="word" />',
    "row": '<c-row :title="word" :sub="word" :avatar="word" />',
    "member_banner": '<c-member-banner :name="word" :line="word" :mrn="word" :second="word" :here="word" />',
    "rail": '<c-rail :items="items" :label="word" />',
    "tabs": '<c-tabs :items="items" :label="word" />',
    "table": '<c-table :caption="word" :columns="items"><tr><td>{{ word }}</td></tr></c-table>',
    "worklist": '<c-worklist :label="word" :action="word">{{ word }}</c-worklist>',
    "work": '<c-work :title="word" :href="word" :line="word" :value="word" :detail="word" />',
    "trend": '<c-trend :trend="trend" />',
    "bars": '<c-bars :bars="bars">{{ word }}</c-bars>',
    "funnel": '<c-funnel :funnel="funnel">{{ word }}</c-funnel>',
    "progress": '<c-progress :label="word" :state="word" :remaining="word" :detail="word" :poll="word" />',
    "state": '<c-state kind="empty" :title="word" :text="word" />',
    "notice": '<c-notice :title="word">{{ word }}</c-notice>',
    "messages": '<c-messages :messages="messages" />',
    "pages": '<c-pages :count="word" :next="word" :previous="word" />',
    "steps": '<c-steps :steps="words" :current="1" />',
    "event": '<c-timeline :label="word"><c-event :when="word" :title="word" :href="word" /></c-timeline>',
    "task": '<c-task :title="word" :owner="word" :due="word" :href="word" />',
    "dialog": '<c-dialog id="d" :title="word">{{ word }}</c-dialog>',
    "confirm": '<c-confirm id="d" :title="word" :action="word" :confirm="word">{{ word }}</c-confirm>',
    "facts": '<c-facts :items="items" />',
    "times": '<c-times :days="days" :chosen="word" />',
    "said": '<c-thread :label="word"><c-said :who="word" :when="word">{{ word }}</c-said></c-thread>',
    "value": '<c-value :value="word" :unit="word" :when="word" :range="word" :was="word" :word="word" />',
    "figure": '<c-figure :value="word" :label="word" :change="word" />',
    "loading": '<c-loading :label="word" :src="word" />',
}


class Elements(HTMLParser):
    """The elements of some HTML, each as (tag, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.found if found == tag]

    def one(self, tag: str) -> dict[str, str | None]:
        (attrs,) = self.all(tag)
        return attrs


def declared_in(text: str) -> set[str]:
    """The attributes and slots that a component declares."""
    return set(re.findall(r"[\s:]([a-z_]+)=", (re.search(r"<c-vars(.*?)/>", text) or [""])[0]))


def message(text: str, **more: str) -> Message:
    return Message(messages.SUCCESS, text, **more)


def context_of(word: str) -> dict:
    item = {"label": word, "value": word, "url": word, "count": word}
    point = {"date": datetime.date(2026, 3, 1), "value": Decimal("6.8"), "note": word}
    return {
        "word": word,
        "words": [word],
        "days": [{"date": datetime.date(2026, 12, 3), "times": [{"value": word, "label": word, "note": word}]}],
        "items": [item],
        "day": datetime.datetime(2026, 12, 3, 9, 20),
        "messages": [message(word, extra_tags=f"undo={word}")],
        "bars": {"unit": word, "goal": None, "groups": [{"label": word, "value": 5, "low": 3, "high": 7}]},
        "funnel": {"label": word, "steps": [word, word], "rows": [{"label": word, "counts": [5, 3]}]},
        "trend": {"label": word, "unit": word, "goal": word, "points": [point], "low": None, "high": None},
    }


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("name", SAMPLES)
def test_words_of_a_member_stay_words(name, word):
    elements = Elements(render(SAMPLES[name], **context_of(word)))

    assert not elements.all("img")
    assert not any(key.startswith("on") for _, attrs in elements.found for key in attrs)


@pytest.mark.parametrize("name", SAMPLES)
def test_component_takes_nothing_from_the_page_around_it(name):
    declared = {name for path in COMPONENTS for name in declared_in(path.read_text())}
    around = dict.fromkeys(declared - set(context_of("")), "LEAKED")

    assert "LEAKED" not in render(SAMPLES[name], context={**around, **context_of("word")})


def test_every_component_that_takes_words_has_a_hostile_sample():
    without_words = {
        "icon",
        "sparkline",
        "avatar",
        "date_tile",
        "list",
        "calm",
        "timeline",
        "thread",
        "work",
        "field",
        "form",
        "error_summary",
    }
    without_words |= {"offline", "language_switch", "account_menu"}

    assert {path.stem for path in COMPONENTS} - without_words <= set(SAMPLES)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_component_tells_its_attributes_and_declares_them(path):
    text = path.read_text()
    assert text.startswith("{% comment %}"), "Say at the top what it is and which attributes it takes."

    declared = declared_in(text)
    body = re.sub(r"{% comment %}.*?{% endcomment %}|<c-vars.*?/>", "", text, flags=re.DOTALL)
    read = set(re.findall(r"{{ ([a-z_]+)", body)) | set(re.findall(r"{% (?:el)?if (?:not )?([a-z_]+)", body))
    set_inside = set(re.findall(r"\bas ([a-z_]+)", body)) | set(
        re.findall(r"(?:with|for) ([a-z_, ]+?)(?:=| in )", body)
    )
    set_inside |= {name.strip() for names in set_inside for name in names.split(",")}
    set_inside |= set(re.findall(r"\b([a-z_]+)=", " ".join(re.findall(r"{% (?:blocktranslate )?with [^%]*%}", body))))
    set_inside |= set(re.findall(r"\b([a-z_]+)=", " ".join(re.findall(r"{% blocktranslate [^%]*%}", body))))

    assert read - declared - set_inside <= {"slot", "attrs", "request", "forloop", "csrf_token"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_holds_to_the_content_policy(path):
    text = path.read_text()

    assert not re.search(r"\sstyle=", text), "A style attribute is refused by the policy: use a class."
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+=", text), "An inline handler is refused by the policy: use a data attribute."
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or "application/json" in tag
    assert "https://" not in text


# --- Status, buttons ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["due", "stop", "good", "info"])
def test_status_is_word_and_icon_and_colour(status):
    html = render(f'<c-badge status="{status}">The word</c-badge>')

    assert f"kp-badge--{status}" in html
    assert "The word" in html
    assert re.search(r"sprite\.svg#\w+", html)


def test_icon_is_decoration_unless_it_has_a_label():
    assert Elements(render('<c-icon name="event" />')).one("svg")["aria-hidden"] == "true"
    labelled = Elements(render('<c-icon name="event" label="Date" />')).one("svg")
    assert (labelled["role"], labelled["aria-label"]) == ("img", "Date")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_icons_exist_in_the_sprite(path):
    sprite = (Path(settings.BASE_DIR) / "core/static/vendor/uswds/img/sprite.svg").read_text()

    wanted = set(re.findall(r'<c-icon name="([a-z_]+)"', path.read_text())) | set(
        re.findall(r'\bicon="([a-z_]+)"', path.read_text())
    )
    missing = {name for name in wanted if name != "none" and f'id="{name}"' not in sprite}
    assert not missing


def test_a_post_carries_the_token():
    elements = Elements(render('<c-post action="/do/" variant="main">Do it</c-post>'))

    assert elements.one("form") == {"method": "post", "action": "/do/"}
    assert elements.one("input")["name"] == "csrfmiddlewaretoken"


# --- Figures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "style", "said"),
    [
        (0, "", "$0"),
        (Decimal("340.00"), "", "$340"),
        (Decimal("340.5"), "", "$340.50"),
        (Decimal("1234567.005"), "cents", "$1,234,567.01"),
        (Decimal(-12), "cents", "−$12.00"),
        (None, "", "–"),
        ("abc", "", "–"),
    ],
)
def test_money(value, style, said):
    from core.templatetags.kp import money

    assert money(value, style) == said


def test_record_number_is_grouped_as_it_is_read_aloud():
    assert render("{{ number|mrn }}", number="110488237") == "1104\N{NO-BREAK SPACE}8823\N{NO-BREAK SPACE}7"


def test_date_has_its_year_where_it_is_not_this_one(time_machine_or_skip):
    from core.templatetags.kp import short_date

    with time_machine_or_skip(datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)):
        assert short_date(datetime.date(2026, 8, 12)) == "12 Aug"
        assert short_date(datetime.date(2025, 8, 12)) == "12 Aug 2025"
        assert short_date(datetime.date(2026, 12, 3), "weekday") == "Thu 3 Dec"
        with translation.override("es"):
            assert short_date(datetime.date(2026, 8, 12), "year") == "12 ago 2026"
    assert short_date(None) == "–"


@pytest.fixture
def time_machine_or_skip():
    import time_machine

    return lambda instant: time_machine.travel(instant, tick=False)


@pytest.mark.parametrize(
    ("name", "said"), [("Dr. Amara Chen", "AC"), ("Jo Park", "JP"), ("Prince", "P"), ("", ""), ("Ana M. de la O", "AO")]
)
def test_initials(name, said):
    from core.templatetags.kp import initials

    assert initials(name) == said


def test_coverage_card_shows_the_way_to_the_limit():
    html = render(
        '<c-coverage-card product="Gold HMO" name="Maria" mrn="110488237" :spent="spent" :limit="3500" />',
        spent=Decimal("340.5"),
    )

    bar = Elements(html).one("progress")
    assert (bar["value"], bar["max"]) == ("340.5", "3500")
    assert "$340.50 of $3,500" in html
    assert bar["aria-label"]


def test_numbers_for_the_browser_do_not_follow_the_language():
    with translation.override("es"):
        html = render('<c-progress label="Job" state="Corriendo" :done="1234.5" :total="99999" />')

    bar = Elements(html).one("progress")
    assert (bar["value"], bar["max"]) == ("1234.5", "99999")


# --- Tables, worklists, trends --------------------------------------------------------------------------


def test_sorted_column_says_so_and_turns_round():
    columns = [{"label": "Name", "sort": "name", "direction": "ascending"}, {"label": "Due", "sort": "due"}]
    html = render(
        '<c-table caption="People" :columns="columns"></c-table>', path="/list/?q=x&cursor=9", columns=columns
    )

    elements = Elements(html)
    heads, links = elements.all("th"), elements.all("a")
    assert [head.get("aria-sort") for head in heads] == ["ascending", None]
    assert [link["href"] for link in links] == ["?q=x&sort=-name", "?q=x&sort=due"]
    assert "<caption>People</caption>" in html


def test_trend_has_its_numbers_in_a_table_too():
    trend = {
        "label": "HbA1c",
        "unit": "%",
        "low": None,
        "high": Decimal("7.0"),
        "points": [
            {"date": datetime.date(2025, 1, 5), "value": Decimal("7.4")},
            {"date": datetime.date(2026, 11, 20), "value": Decimal("6.80")},
        ],
    }
    html = render('<c-trend :trend="trend" />', trend=trend)

    assert [head["scope"] for head in Elements(html).all("th")] == ["col", "col", "row", "row"]
    assert ">6.80</td>" in html, "A result keeps the digits that the laboratory gave."
    assert Elements(html).one("canvas")["data-trend"].count('"value"') == 2


def test_running_job_is_asked_again_and_a_finished_one_is_not():
    running = Elements(render('<c-progress label="Job" state="Running" poll="/runs/7/" :done="1" :total="2" />'))
    done = Elements(render('<c-progress label="Job" state="Done" status="good" :done="2" :total="2" />'))

    assert running.all("div")[0]["hx-get"] == "/runs/7/"
    assert "hx-get" not in done.all("div")[0]


def test_undo_is_offered_where_the_action_gave_a_way_back():
    html = render(
        '<c-messages :messages="messages" />', messages=[message("Moved.", extra_tags="undo=/visits/7/undo/")]
    )
    assert Elements(html).one("form")["action"] == "/visits/7/undo/"

    html = render('<c-messages :messages="messages" />', messages=[message("Moved.")])
    assert not Elements(html).all("form")


# --- Forms ----------------------------------------------------------------------------------------------


class VisitForm(forms.Form):
    reason = forms.CharField(label="Reason", help_text="In a few words.", max_length=5)
    how = forms.ChoiceField(label="How", choices=[("v", "Video"), ("p", "Phone")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"placeholder": "Type here"}))


def test_field_is_tied_to_its_label_hint_and_error():
    html = render('<c-field :field="form.reason" />', form=VisitForm({"reason": "far too long"}))

    elements = Elements(html)
    control = elements.one("input")
    ids = {attrs["id"] for _, attrs in elements.found if "id" in attrs}
    assert elements.one("label")["for"] == control["id"]
    assert control["aria-invalid"] == "true"
    assert set(control["aria-describedby"].split()) == {"id_reason_hint", "id_reason_error"} <= ids


def test_choices_are_a_group_with_a_legend():
    elements = Elements(render('<c-field :field="form.how" />', form=VisitForm({})))

    assert elements.one("fieldset")["aria-describedby"].split() == ["id_how_error"]
    assert len(elements.all("legend")) == 1
    assert {label["for"] for label in elements.all("label")} == {radio["id"] for radio in elements.all("input")}


def test_optional_field_says_so_and_has_no_placeholder():
    html = render('<c-field :field="form.note" />', form=VisitForm())

    assert "(optional)" in html
    assert "placeholder" not in Elements(html).one("textarea")


def test_a_form_that_requires_nothing_does_not_call_each_field_optional():
    class Vitals(forms.Form):
        weight = forms.DecimalField(required=False)
        height = forms.DecimalField(required=False)

    assert "(optional)" not in render('<c-form :form="form" />', form=Vitals())
    assert "(optional)" in render('<c-form :form="form" />', form=VisitForm())


def test_a_choice_of_rows_names_its_blank(db):
    class WhoForm(forms.Form):
        who = forms.ModelChoiceField(User.objects.none())
        also = forms.ModelChoiceField(User.objects.none(), required=False)

    html = render('<c-form :form="form" />', form=WhoForm())
    assert ">Choose</option>" in html
    assert "---" not in html


def test_error_summary_leads_to_each_field_and_is_absent_without_errors():
    html = render('<c-form :form="form" />', form=VisitForm({"reason": "", "how": "x"}))
    elements = Elements(html)
    ids = {attrs["id"] for _, attrs in elements.found if "id" in attrs}
    targets = {link["href"].removeprefix("#") for link in elements.all("a")}
    assert {"id_reason", "id_agree"} <= targets
    assert targets <= ids

    assert 'role="alert"' not in render('<c-form :form="form" />', form=VisitForm())


# --- Errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_page_needs_neither_request_nor_database(name):
    from django.template.loader import get_template

    html = get_template(f"{name}.html").render()

    assert html.count("<h1>") == 1
    assert 'href="/"' in html, "It says where to go next."


# --- Account mail ---------------------------------------------------------------------------------------

MAILS = ["email_confirmation", "email_confirmation_signup", "password_reset_key", "unknown_account", "login_code"]


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_account_mail_has_what_it_is_for_and_one_line_of_subject(name, language):
    from django.template.loader import render_to_string

    context = {"activate_url": "https://x/a?b=1&c=2", "password_reset_url": "https://x/p", "code": ""}
    if name == "login_code":
        context["code"] = "QWER-TYUI"
    with translation.override(language):
        subject = render_to_string(f"account/email/{name}_subject.txt", context).strip()
        body = render_to_string(f"account/email/{name}_message.txt", context)

    assert subject
    assert "\n" not in subject
    wanted = {"password_reset_key": "https://x/p", "login_code": "QWER-TYUI", "unknown_account": ""}
    assert wanted.get(name, "https://x/a?b=1&c=2") in body


def test_combo_box_and_money_keep_label_and_note_tied():
    from core.widgets import ComboBox, Money

    class PriceForm(forms.Form):
        drug = forms.ChoiceField(label="Drug", choices=[("1", "<b>Metformin</b>")], widget=ComboBox, help_text="Type.")
        price = forms.DecimalField(label="Price", widget=Money)

    drug = Elements(render('<c-field :field="form.drug" />', form=PriceForm()))
    assert drug.one("select")["id"] == drug.one("label")["for"]
    assert drug.one("select")["aria-describedby"] == "id_drug_hint"
    assert not drug.all("b")

    price = Elements(render('<c-field :field="form.price" />', form=PriceForm({"price": "a lot"})))
    assert price.one("input")["aria-invalid"] == "true"
    assert price.one("input")["class"] == "usa-input"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141 Safari/537.36 Edg/141", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8", "curl/8"),
        ("", "–"),
    ],
)
def test_a_device_is_named_so_that_one_knows_it_again(agent, said):
    from core.templatetags.kp import browser_name

    assert browser_name(agent) == said


def test_time_of_day_is_local():
    from core.templatetags.kp import short_time

    assert short_time(datetime.time(0, 5)) == "12:05 am"
    assert short_time(datetime.time(13, 40)) == "1:40 pm"
    assert short_time(None) == "–"
    with timezone.override("America/Los_Angeles"):
        assert short_time(datetime.datetime(2026, 12, 3, 17, 20, tzinfo=datetime.UTC)) == "9:20 am"
