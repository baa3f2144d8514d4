"""The patient's addresses."""

from django.urls import path

from patients.views import (
    browsers,
    letters,
    own_walks,
    plan,
    pressing,
    privacy,
    progress,
    signing_in,
    today,
    walk_log,
    your_data,
)

app_name = "patients"
urlpatterns = [
    path("", signing_in.home, name="home"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="code"),
    path("sign-in/link/", signing_in.use_the_link, name="use-link"),
    path("sign-in/link/<str:token>/", signing_in.link, name="link"),
    path("sign-in/letter/", letters.sign_in_by_letter, name="letter"),
    path("choose/", signing_in.choose, name="choose"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("signed-in/", browsers.signed_in, name="signed-in"),
    path("signed-in/sign-out/", browsers.sign_out_all, name="sign-out-all"),
    path("signed-out/", browsers.signed_out, name="signed-out"),
    path("today/", today.today, name="today"),
    path("walks/new/", walk_log.log, name="log-walk"),
    path("walks/<uuid:walk_id>/safety/", walk_log.safety, name="safety"),
    path("walks/<uuid:walk_id>/saved/", walk_log.saved, name="saved"),
    path("walks/<uuid:walk_id>/change/", own_walks.change, name="change-walk"),
    path("walks/<uuid:walk_id>/take-back/", own_walks.take_back, name="take-back"),
    path("plan/", plan.plan, name="plan"),
    path("plan/print/", plan.print_plan, name="print-plan"),
    path("plan/repeat/", pressing.repeat, name="repeat-week"),
    path("plan/flare-up/", pressing.flare_up, name="flare-up"),
    path("plan/flare-up/over/", pressing.flare_up_over, name="flare-up-over"),
    path("plan/flare-up/<uuid:overlay_id>/", pressing.flare_up_saved, name="flare-up-saved"),
    path("progress/", progress.progress, name="progress"),
    path("privacy/", privacy.notice, name="privacy"),
    path("privacy/first/", privacy.first, name="privacy-first"),
    path("privacy/<uuid:text_id>/", privacy.one_text, name="privacy-text"),
    path("privacy/<uuid:text_id>/read/", privacy.read, name="privacy-read"),
    path("your-data/", your_data.your_data, name="your-data"),
    path("your-data/ask/", your_data.ask, name="ask-about-data"),
    path("your-data/code/", your_data.send_code, name="data-code"),
    path("your-data/copy/", your_data.copy, name="data-copy"),
    path("your-data/consents/<uuid:acceptance_id>/withdraw/", privacy.withdraw, name="withdraw-consent"),
]
