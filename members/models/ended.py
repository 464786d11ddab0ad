from django.db import models
from django.db.models.functions import Now

from members.models.owned import MemberOwned


class EndedByDeath(MemberOwned):
    """One thing that ended because the member's death was recorded: named, should the death be taken back."""

    kind = models.CharField(max_length=20, help_text="A registered kind, like medicine or visit.")
    what = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now(), editable=False)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta(MemberOwned.Meta):
        pass
