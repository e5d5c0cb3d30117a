/* Behaviour that pages ask for by attribute (the list: docs/shell.md). No page has a script of its own for these.
   YA.toast(text, level)   says what happened; errors and warnings stay until closed
   YA.ask(text, label)     asks in our own dialog: a promise of true or false
   YA.token()              the CSRF token as it is now (a sign-in in another window changes it)
   YA.data(id)             the value of a json_script
   YA.now()                the server's clock, so that ages do not depend on the clock of this machine */
window.YA = window.YA || {};
(() => {
  const body = document.body;
  const $ = id => document.getElementById(id);
  const skew = Date.parse(body.dataset.now) - Date.now();
  YA.now = () => Date.now() + (skew || 0);
  YA.data = id => JSON.parse($(id).textContent);
  YA.token = () => document.querySelector('meta[name=csrf-token]').content;

  /* ---- messages ---- */
  const icons = { success: 'circle-check', info: 'info-circle', warning: 'alert-triangle', error: 'alert-circle' };
  function settle(toast) {
    if (toast.matches('.is-error, .is-warning')) return;
    setTimeout(() => { if (!toast.matches(':hover, :focus-within')) toast.remove(); else settle(toast); }, 6000);
  }
  YA.toast = (text, level = 'info') => {
    const toast = document.createElement('div');
    toast.className = `ya-toast is-${level}`;
    toast.innerHTML = `<i class="ti ti-${icons[level] || icons.info}" aria-hidden="true"></i><span></span><button type="button" data-close-toast aria-label="关闭"><i class="ti ti-x" aria-hidden="true"></i></button>`;
    toast.querySelector('span').textContent = text;
    $('_messages').append(toast);
    settle(toast);
  };
  document.querySelectorAll('[data-toast]').forEach(settle);
  body.addEventListener('toast', event => YA.toast(event.detail.text || event.detail.value, event.detail.level));

  /* ---- confirmation: submit buttons, links and forms with data-confirm, and hx-confirm ---- */
  let answered = null;   /* the element whose question was just answered with yes */
  YA.ask = (text, label = '确定') => new Promise(resolve => {
    const dialog = $('confirm');
    $('confirm-text').textContent = text;
    dialog.querySelector('[data-yes]').textContent = label;
    dialog.returnValue = 'no';
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    dialog.showModal();
  });
  function question(event) {
    const el = event.target.closest('[data-confirm]');
    if (!el || (event.type === 'click' && el.tagName === 'FORM') || (event.type === 'submit' && el.tagName !== 'FORM')) return;
    if (answered === el) { answered = null; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    YA.ask(el.dataset.confirm, el.dataset.confirmLabel).then(yes => {
      if (!yes) return;
      answered = el;
      if (el.tagName === 'FORM') el.requestSubmit(submitter); else el.click();
    });
  }
  document.addEventListener('click', question, true);
  document.addEventListener('submit', question, true);
  body.addEventListener('htmx:confirm', event => {
    if (!event.detail.question) return;
    event.preventDefault();
    YA.ask(event.detail.question, event.detail.elt.dataset.confirmLabel).then(yes => yes && event.detail.issueRequest(true));
  });

  /* ---- htmx ---- */
  body.addEventListener('htmx:configRequest', event => { event.detail.headers['X-CSRFToken'] = YA.token(); });
  const isQuiet = event => Boolean(event.detail.requestConfig && event.detail.requestConfig.headers['X-Background']);   /* asked by the page, not by the person */
  const trouble = event => isQuiet(event) || YA.toast('没有连上服务器，刚才的操作没有完成。请检查网络后再试一次。', 'error');
  body.addEventListener('htmx:sendError', trouble);
  body.addEventListener('htmx:timeout', trouble);
  body.addEventListener('htmx:responseError', event => {
    if (isQuiet(event)) return;
    const status = event.detail.xhr.status;
    if (status === 404) YA.toast('这条记录已不存在，或不在您的权限内。请刷新页面。', 'error');
    else if (status === 403) YA.toast('页面已过期，请刷新后再试一次。', 'error');
    else YA.toast('服务器没有完成刚才的操作，数据没有改变。请稍后再试；仍不行请联系运维。', 'error');
  });
  body.addEventListener('htmx:afterSwap', event => {
    if (event.detail.target.id === 'dialog-body' && !$('dialog').open) $('dialog').showModal();
  });
  body.addEventListener('dialog-close', () => $('dialog').close());

  /* ---- clicks ---- */
  const clicks = {
    '[data-close-toast]': el => el.closest('.ya-toast').remove(),
    '[data-open-dialog]': el => $(el.dataset.openDialog).showModal(),
    '[data-close-dialog]': el => el.closest('dialog').close(),
    '[data-print]': () => window.print(),
    '[data-go-back]': (el, event) => { if (history.length > 1) { event.preventDefault(); history.back(); } },
    '[data-menu]': el => menu(!$('menu').classList.contains('is-open'), el),
    '[aria-disabled=true]': (el, event) => event.preventDefault(),
  };
  document.addEventListener('click', event => {
    for (const selector in clicks) {
      const el = event.target.closest(selector);
      if (el) clicks[selector](el, event);
    }
    if (!event.target.closest('#menu, [data-menu]')) menu(false);
  });
  function menu(open) {
    const button = document.querySelector('[data-menu]');
    if (!button || $('menu').classList.contains('is-open') === open) return;
    $('menu').classList.toggle('is-open', open);
    button.setAttribute('aria-expanded', open);
    if (open) $('menu').querySelector('a, summary').focus(); else button.focus();
  }

  /* ---- keyboard: / goes to the filter, Esc closes the phone menu (dialogs and drop-downs do it themselves) ---- */
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') menu(false);
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, [contenteditable], dialog')) return;
    const fields = document.querySelectorAll('.ya-filter :is(input, select), [data-filter] :is(input, select)');
    const field = [...fields].find(el => el.offsetParent && el.type !== 'hidden');
    if (field) { event.preventDefault(); field.focus(); }
  });

  /* ---- changes: file names, drop-downs that send their form, rows that were picked, a form left with changes ---- */
  document.addEventListener('change', event => {
    const el = event.target;
    if (el.matches('[data-file-name]')) {
      const files = [...el.files];
      $(el.dataset.fileName).textContent = files.map(f => f.name).join('、') || '未选择文件';
      document.querySelectorAll(`[data-needs-file="${el.id}"]`).forEach(b => { b.disabled = !files.length; });
    }
    if (el.matches('[data-auto-submit]')) el.form.requestSubmit();
    if (el.matches('[data-pick-all]')) {
      el.closest('table').querySelectorAll('[data-pick]').forEach(box => { box.checked = el.checked; });
    }
    if (el.matches('[data-pick-all], [data-pick]')) count(el.closest('table'));
    const form = el.closest('form[data-guard]');
    if (form) form.dataset.changed = 'yes';
  });
  function count(table) {
    const boxes = [...table.querySelectorAll('[data-pick]')];
    const picked = boxes.filter(box => box.checked);
    boxes.forEach(box => box.closest('tr').setAttribute('aria-selected', box.checked));
    const all = table.querySelector('[data-pick-all]');
    if (all) { all.checked = picked.length === boxes.length && boxes.length > 0; all.indeterminate = picked.length > 0 && !all.checked; }
    document.querySelectorAll('[data-picked]').forEach(el => { el.hidden = !picked.length; el.querySelector('b').textContent = picked.length; });
  }
  document.addEventListener('submit', event => { if (!event.defaultPrevented) delete event.target.dataset.changed; });
  addEventListener('beforeunload', event => { if (document.querySelector('form[data-changed]')) event.preventDefault(); });

  /* ---- ages ---- */
  const stale = Number(body.dataset.staleAfter), lost = Number(body.dataset.lostAfter);
  function words(s) {
    if (s < 1) return '刚刚';
    if (s < 60) return `${Math.floor(s)} 秒前`;
    if (s < 3600) return `${Math.floor(s / 60)} 分钟前`;
    return s < 172800 ? `${Math.floor(s / 3600)} 小时前` : `${Math.floor(s / 86400)} 天前`;
  }
  function tick() {
    const now = YA.now();
    document.querySelectorAll('[data-since]').forEach(el => {
      const seconds = Math.max(0, (now - Date.parse(el.dataset.since)) / 1000);
      const state = seconds > lost ? 'lost' : seconds > stale ? 'stale' : 'fresh';
      const text = (el.dataset.prefix || '') + words(seconds);
      if (el.textContent !== text) el.textContent = text;
      if (el.dataset.age !== state) el.dataset.age = state;
      const host = el.closest('[data-ages]');
      if (host) host.classList.toggle('is-stale', state !== 'fresh');
    });
  }
  tick();
  setInterval(tick, 1000);

  /* ---- the bell: asked again when the page is looked at; asking does not prolong the session ---- */
  const refreshBell = () => {
    const bell = $('_bell');
    if (bell && !document.hidden) htmx.ajax('GET', bell.dataset.refresh, { target: '#_bell', swap: 'outerHTML', headers: { 'X-Background': '1' } });
  };
  document.addEventListener('visibilitychange', refreshBell);
  setInterval(refreshBell, 60000);

  /* ---- the first error of a form gets the focus ---- */
  const wrong = document.querySelector('[data-errors]');
  if (wrong) { wrong.tabIndex = -1; wrong.focus(); }
})();
