"""Going through who has access."""

from datetime import datetime

from django.db import transaction

from clinic.models import AccessReview, StaffMember
from clinic.permissions import require


@transaction.atomic
def record_access_review(*, by: StaffMember, now: datetime) -> AccessReview:
    """Keeps that this manager went through the list of staff today. Raises NotAllowed."""
    require(by, "review_access")
    active = StaffMember.objects.for_clinic(by.clinic).filter(is_active=True)
    return AccessReview.objects.create(
        clinic=by.clinic, reviewed_at=now, reviewed_by=by, members=active.count()
    )
