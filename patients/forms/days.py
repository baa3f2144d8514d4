"""What a patient says on days without a walk, after some days, or to be called."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import choice

CAN_IT_WAIT = [("yes", _("Yes, it can wait")), ("no", _("No, please call me soon"))]


class CallForm(forms.Form):
    """Please call me."""

    can_wait = choice(CAN_IT_WAIT, required=True)
