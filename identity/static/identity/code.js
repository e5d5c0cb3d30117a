// The button 获取验证码: asks for a code without leaving the form, then counts down. Without this script it is a submit.
(() => {
  const countDown = (button, seconds) => {
    let left = seconds;
    button.disabled = true;
    button.textContent = `重新获取（${left}）`;
    const timer = setInterval(() => {
      left -= 1;
      button.textContent = left > 0 ? `重新获取（${left}）` : "重新获取";
      if (left <= 0) { clearInterval(timer); button.disabled = false; }
    }, 1000);
  };

  const say = (button, sentence, isBad) => {
    const place = button.closest(".f").querySelector("[data-code-status]");
    place.textContent = sentence;
    place.classList.toggle("ya-red", isBad);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-code-for]");
    if (!button) return;
    event.preventDefault();
    const form = button.form;
    const body = new FormData();
    body.set("phone", document.getElementById(button.dataset.codeFor).value);
    body.set("send_code", "1");
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    button.disabled = true;
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json();
      button.disabled = false;
      say(button, said.sentence, !answer.ok);
      if (answer.ok) { countDown(button, said.wait_s); form.elements.code.focus(); }
    } catch {
      button.disabled = false;
      say(button, "网络不通，请稍后重试", true);
    }
  });
})();
