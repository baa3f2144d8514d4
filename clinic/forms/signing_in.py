"""What staff type to sign in, and about their own sign-in."""

import json
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.models import StaffMember, User

NOT_NOW = _(
    "There were too many tries. Wait a quarter of an hour, or use a computer you have signed in on before."
)


def _password(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": _("Enter a password.")},
        **options,
    )


class StaffSignInForm(forms.Form):
    """E-mail and password. A patient's login, a former colleague and a wrong password read the same."""

    WRONG = _("E-mail address and password do not belong to a member of staff. Check both.")

    username = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Enter your e-mail address.")},
    )
    password = _password(_("Password"), "current-password")


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    WRONG = _("This code is not right, or it was used before. Wait for the next one.")

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits that your authenticator app shows now."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Enter the code.")},
    )


class SecondStepForm(CodeForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits that your authenticator app shows now, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Enter the code.")},
    )


class PasskeyForm(forms.Form):
    """What the browser's passkey said, as JSON; a script fills it in."""

    name = forms.CharField(
        label=_("Name"), max_length=40, required=False, help_text=_("For example: my phone.")
    )
    credential = forms.CharField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("The browser sent no passkey. Try again, or set up an authenticator app."),
        },
    )

    def clean_credential(self) -> Any:
        """What the JSON says. Endless numbers and nesting, over which JSONField trips, are no answer."""
        try:
            return json.loads(self.cleaned_data["credential"])
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.fields["credential"].error_messages["required"]) from error


class ConfirmForm(forms.Form):
    """One's own password once more."""

    WRONG = _("This is not your password.")

    password = _password(_("Password"), "current-password")


class NewPasswordForm(forms.Form):
    """A password of one's own choice, twice."""

    new_password = _password(_("New password"), "new-password")
    again = _password(_("The same again"), "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["new_password"]
        field.hints = password_validators_help_texts()  # type: ignore[attr-defined]  # a list below the label
        field.widget.attrs["aria-describedby"] = "id_new_password_hints id_new_password_error"

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "new_password" in data and "again" in data and data["new_password"] != data["again"]:
            self.add_error("again", ValidationError(_("The two passwords differ.")))
        return data


class ForgottenForm(forms.Form):
    """The address to which a link goes, if it is a member of staff's."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Enter your e-mail address.")},
    )


class ClinicChoiceForm(forms.Form):
    """For people who work in more than one clinic."""

    membership = forms.ChoiceField(
        label=_("Clinic"), widget=forms.RadioSelect, error_messages={"required": _("Choose a clinic.")}
    )

    def __init__(self, *args: Any, memberships: list[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(member.pk), f"{member.clinic} – {member.get_role_display()}") for member in memberships
        ]
        self.fields["membership"].choices = choices  # type: ignore[attr-defined]
