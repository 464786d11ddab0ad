"""What somebody asks a page for, where it names a person: posted, and kept in their session under a number.

An address with somebody's name, birth date, record number or phone in it stays in browser histories and in the logs of
every proxy on the way. So such a question is posted, the answer's address says its number alone (`?asked=3`), and going
back, the next page of the list, or loading it again shows what was found under that number.

    if request.method == "POST":
        return questions.ask(request, "record_number", "user", "since")
    form = AuditFilter(questions.asked(request, "record_number", "user") or None)
"""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from core.http import AuthenticatedHttpRequest

# The oldest question gives way to the newest.
KEPT, LONGEST = 20, 254
SESSION_KEY = "questions"
ASKED = "asked"


def ask(request: AuthenticatedHttpRequest, *names: str, beside: Iterable[str] = ()) -> HttpResponse:
    """Keep what was posted as `names`, and lead to the page's address with its number.

    What was posted as `beside` names nobody and goes into the address.
    """
    said = {name: request.POST.get(name, "").strip()[:LONGEST] for name in names}
    said = {name: value for name, value in said.items() if value}
    address = QueryDict(mutable=True)
    address.update({name: request.POST[name] for name in beside if request.POST.get(name)})
    if said:
        address[ASKED] = keep(request, said)
    return redirect(f"{request.path}?{address.urlencode()}" if address else request.path)


def keep(request: HttpRequest, said: dict[str, str]) -> str:
    """The number under which the session holds what was `said` to this page."""
    before = request.session.get(SESSION_KEY, {})
    number = str(max(map(int, before), default=0) + 1)
    request.session[SESSION_KEY] = dict([*before.items(), (number, {"at": request.path, "said": said})][-KEPT:])
    return number


def kept(request: HttpRequest, number: str) -> dict[str, str]:
    """What was said to this page under a number; nothing where this session holds no such question."""
    found = request.session.get(SESSION_KEY, {}).get(number)
    return found["said"] if found and found["at"] == request.path else {}


def asked(request: AuthenticatedHttpRequest, *private: str) -> QueryDict:
    """What the page is asked for: the words of its address and the question kept under its number.

    What the address itself says as `private` counts as not asked, so that nobody gets used to writing it there.
    """
    found = request.GET.copy()
    number = found.pop(ASKED, [""])[0]
    for name in private:
        found.pop(name, None)
    found.update(kept(request, number))
    return found
