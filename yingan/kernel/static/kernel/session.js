/* Nothing is lost when a session ends while a form is open (design §6).
   Before a form of a signed-in page is posted we ask whether the session still stands. If not, a dialog lets the person
   sign in again in a new window, by whichever entry they use; the page with everything typed stays as it is, takes the new
   CSRF token, and sends the form. What was typed is kept in the page only, never in the browser's storage. */
(() => {
  const dialog = document.getElementById('session');
  if (!dialog) return;
  const me = document.body.dataset.user;
  const channel = new BroadcastChannel('yingan-session');
  let again = null;   /* what to do once signed in: called with no argument */

  async function state() {
    const answer = await fetch(dialog.dataset.stateUrl, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }
  function take(token) {
    document.querySelector('meta[name=csrf-token]').content = token;
    document.querySelectorAll('input[name=csrfmiddlewaretoken]').forEach(input => { input.value = token; });
  }
  /* Is it still the same person? Takes the current token, or asks to sign in and remembers what to do then. */
  async function alive(then) {
    const now = await state();
    if (now.user === me) { take(now.csrf); return true; }
    again = then;
    dialog.querySelector('[data-say=expired]').hidden = now.user !== null;
    dialog.querySelector('[data-say=other]').hidden = now.user === null;
    if (!dialog.open) dialog.showModal();
    return false;
  }
  dialog.querySelector('[data-sign-in]').addEventListener('click', () => {
    window.open(dialog.dataset.signInUrl, 'yingan-sign-in', 'width=1100,height=760');
  });
  channel.addEventListener('message', async () => {
    if (!dialog.open || !await alive(again)) return;
    dialog.close();
    const todo = again;
    again = null;
    if (todo) todo();
  });

  /* ordinary forms */
  const cleared = new WeakSet();
  document.addEventListener('submit', event => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || 'plain' in form.dataset) return;
    if (cleared.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    const send = () => { cleared.add(form); form.requestSubmit(submitter); };
    alive(send).then(yes => yes && send()).catch(() => {
      YA.toast('没有连上服务器，内容没有提交，仍保留在本页。请检查网络后再提交一次。', 'error');
    });
  }, true);

  /* htmx: a request that ended on the sign-in page is not shown, but repeated after signing in */
  document.body.addEventListener('htmx:beforeSwap', event => {
    const { xhr, requestConfig, elt, target } = event.detail;
    const path = new URL(xhr.responseURL || location.href).pathname;
    if (path !== new URL(dialog.dataset.signInUrl, location.href).pathname) return;
    event.detail.shouldSwap = false;
    if (requestConfig.headers['X-Background']) return;   /* nobody asked for it: nobody is interrupted */
    const redo = () => htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, target });
    alive(redo).then(yes => yes && location.assign(xhr.responseURL));
  });

  /* typing is use: it keeps the session of the person at the keyboard, at most one request in five minutes */
  let told = Date.now();
  document.addEventListener('input', () => {
    if (Date.now() - told < 300000) return;
    told = Date.now();
    state().then(now => now.user === me && take(now.csrf)).catch(() => {});
  });
})();
