"""Where the REST interface has nothing: a problem, not a page."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from core.api.errors import MEDIA_TYPE, TYPE
from core.permissions import public


@public
@csrf_exempt
def missing(request: HttpRequest, rest: str = "") -> JsonResponse:
    said = "There is no such place. Ids are UUIDs, and every path ends with a slash."
    problem = {
        "type": f"{TYPE}not_found",
        "title": "Not Found",
        "status": 404,
        "detail": said,
        "errors": [{"code": "not_found", "detail": said, "attr": None}],
    }
    return JsonResponse(problem, status=404, content_type=MEDIA_TYPE)
