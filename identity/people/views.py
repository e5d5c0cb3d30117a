"""Pages of registration and of one's own account. Signing in, second factor and sessions are allauth's views."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from identity.codes import asking
from identity.codes import services as codes
from identity.codes.models import Purpose
from identity.people import forms, services
from identity.people.gate import PersonRequest, signed_in
from yingan.kernel import clock

INVALID = 422
REGISTERED = "registered_account"
FORMS: dict[str, type[forms.Registration]] = {"legal": forms.LegalPersonForm, "natural": forms.NaturalPersonForm}


def choose_kind(request: HttpRequest) -> HttpResponse:
    """Show 选择用户类型."""
    return render(request, "people/register_choose.html")


@never_cache
@sensitive_post_parameters("password", "repeated", "id_number", "code")
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the registration form of one kind and register."""
    form_class = FORMS[kind]
    if asking.asks_for_code(request):
        form = form_class(initial=request.POST.dict())
        return asking.answer(request, Purpose.REGISTER) or _registration(request, kind, form)
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor = asking.visitor_of(request)
        try:
            person = services.register(form.details(), code=form.cleaned_data["code"], visitor=visitor, now=clock.now())
        except codes.WrongCode as refusal:
            form.add_error("code", str(refusal))
        except services.AlreadyRegistered as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session[REGISTERED] = person.username
            return redirect("register-done")
    return _registration(request, kind, form)


def _registration(request: HttpRequest, kind: str, form: forms.Registration) -> HttpResponse:
    context = {"form": form, "kind": kind, "is_registered": _has_error(form, "registered")}
    return render(request, f"people/register_{kind}.html", context, status=INVALID if form.errors else 200)


def _has_error(form: forms.Registration, code: str) -> bool:
    return any(form.has_error(name, code) for name in form.errors)


def register_done(request: HttpRequest) -> HttpResponse:
    """Show that the registration is done, and the way on."""
    account = request.session.get(REGISTERED)
    if account is None:
        return redirect("register")
    return render(request, "people/register_done.html", {"account": account})


@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
@never_cache
def change_phone(request: PersonRequest) -> HttpResponse:
    """Show the form 更换手机号 and change the phone, after the password has been given again."""
    if asking.asks_for_code(request):
        form = forms.PhoneForm(initial=request.POST.dict())
        return asking.answer(request, Purpose.REBIND) or render(request, "people/phone.html", {"form": form})
    form = forms.PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.rebind_phone(
                request.user, form.cleaned_data["phone"], code=form.cleaned_data["code"],
                visitor=asking.visitor_of(request), now=clock.now(),
            )  # fmt: skip
        except codes.WrongCode as refusal:
            form.add_error("code", str(refusal))
        except services.AlreadyRegistered as refusal:
            form.add_error("phone", str(refusal))
        else:
            messages.success(request, "手机号已更换")
            return redirect("account")
    return render(request, "people/phone.html", {"form": form}, status=INVALID if form.errors else 200)
