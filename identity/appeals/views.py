"""Pages of applicants: the form, its receipt, and looking an appeal up."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from identity.appeals import forms, services
from identity.appeals.models import Appeal
from identity.codes import asking
from identity.codes import services as codes
from identity.codes.models import Purpose
from yingan.kernel import clock

INVALID = 422
RECEIPT = "appeal_number"
RATES = {"look_up": "20/10m/ip"}


@never_cache
@sensitive_post_parameters("id_number", "code")
def submit(request: HttpRequest) -> HttpResponse:
    """Show the form 帐号申诉 and take the appeal in."""
    if asking.asks_for_code(request):
        form = forms.AppealForm(initial=request.POST.dict())
        return asking.answer(request, Purpose.APPEAL) or render(request, "appeals/submit.html", {"form": form})
    form = forms.AppealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        visitor = asking.visitor_of(request)
        try:
            appeal = services.submit(
                form.declaration(), code=form.cleaned_data["code"], visitor=visitor, now=clock.now()
            )
        except codes.WrongCode as refusal:
            form.add_error("code", str(refusal))
        except services.Refused as refusal:
            form.add_error("uscc", str(refusal))
        else:
            request.session[RECEIPT] = appeal.number
            return redirect("appeal-receipt")
    return render(request, "appeals/submit.html", {"form": form}, status=INVALID if form.errors else 200)


@never_cache
def receipt(request: HttpRequest) -> HttpResponse:
    """Show the number of the appeal that this browser has just submitted."""
    appeal = Appeal.objects.filter(number=request.session.get(RECEIPT, "")).first()
    if appeal is None:
        return redirect("appeal-status")
    return render(request, "appeals/receipt.html", {"appeal": appeal})


@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """Look an appeal up by its number and the credit code."""
    form = forms.StatusForm(request.POST or None)
    appeal = None
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, app="identity", action="look_up", config=RATES):
            form.add_error(None, "查询过于频繁，请稍后再试")
        else:
            data = form.cleaned_data
            appeal = Appeal.objects.filter(number=data["number"], person__username=data["uscc"]).first()
            if appeal is None:
                form.add_error(None, "没有查到该申诉，请核对申诉编号和统一社会信用代码")
    context = {"form": form, "appeal": appeal}
    return render(request, "appeals/status.html", context, status=INVALID if form.errors else 200)
