"""Passkeys: what the browser is asked, and what it answered. The checks are allauth's and python-fido2's."""

import json
from ipaddress import ip_address
from typing import Any

from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from clinic.forms import PasskeyForm
from clinic.models import User
from clinic.services.second_factor import PASSKEY, factors_of, keep_passkey, note_used

# What python-fido2 raises for answers that no browser of ours would send.
ODD_ANSWERS = (ValidationError, ValueError, TypeError, KeyError, AttributeError)


def passkeys_work_here(request: HttpRequest) -> bool:
    """Passkeys belong to a name: browsers refuse them for a bare address, such as 127.0.0.1."""
    try:
        ip_address(request.get_host().partition(":")[0])
    except ValueError:
        return True
    return False


def passkey_options(request: HttpRequest, user: User) -> str:
    """What the browser needs to sign in with one of the user's passkeys; "" when there is none to use."""
    if not passkeys_work_here(request) or not factors_of(user).filter(type=PASSKEY).exists():
        return ""
    return _as_json(auth.begin_authentication(user))


def passkey_passes(request: HttpRequest, user: User) -> str | None:
    """Whether the posted answer is that of one of the user's passkeys, to the question of this session."""
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return None
    try:
        auth.parse_authentication_response(form.cleaned_data["credential"])
        used = auth.complete_authentication(user, form.cleaned_data["credential"])
    except ODD_ANSWERS:
        auth.clear_state()  # a question is asked once
        return None
    note_used(factor=used, now=timezone.now())
    return str(PASSKEY)


def creation_options(user: User) -> str:
    return _as_json(auth.begin_registration(user, False))


def keep(form: PasskeyForm, user: User, now: Any) -> bool:
    """Keeps the new passkey; False, with the reason in the form, when the answer is not what was asked."""
    credential = form.cleaned_data["credential"]
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except ODD_ANSWERS:
        auth.clear_state()
        form.add_error(None, form.fields["credential"].error_messages["required"])
        return False
    name = form.cleaned_data["name"] or "Passkey"
    keep_passkey(user=user, name=name, credential=credential, now=now)
    return True


def _as_json(options: Any) -> str:
    return json.dumps(options)
