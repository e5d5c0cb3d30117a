/* The portal's two entries as tabs, and the name of the browser with what it is good for. */
(() => {
  const list = document.querySelector('[role=tablist]');
  const tabs = [...list.querySelectorAll('[role=tab]')];
  function choose(tab) {
    for (const t of tabs) {
      const on = t === tab;
      t.setAttribute('aria-selected', on);
      t.tabIndex = on ? 0 : -1;
      document.getElementById(t.getAttribute('aria-controls')).hidden = !on;
    }
  }
  list.addEventListener('click', event => { const tab = event.target.closest('[role=tab]'); if (tab) choose(tab); });
  list.addEventListener('keydown', event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
  if (location.hash === '#legal') choose(tabs[1]);

  const agent = navigator.userAgent;
  const known = [['360 浏览器', /(?:QIHU|360[SE]E)/], ['QQ 浏览器', /QQBrowser/], ['搜狗浏览器', /MetaSr/], ['Edge', /Edg\/(\d+)/], ['Firefox', /Firefox\/(\d+)/], ['Chrome', /Chrome\/(\d+)/], ['Safari', /Version\/(\d+).*Safari/]];
  const hit = known.find(([, pattern]) => pattern.test(agent));
  if (!hit) return;
  const engine = /Chrome\/(\d+)/.exec(agent);
  const version = (hit[1].exec(agent) || [])[1] || '';
  const old = (engine && Number(engine[1]) < 90) || (hit[0] === 'Firefox' && Number(version) < 91);
  const box = document.querySelector('[data-browser]');
  box.querySelector('[data-name]').textContent = `${hit[0]} ${version}`.trim();
  box.querySelector(old ? '[data-old]' : '[data-good]').hidden = false;
  box.hidden = false;
})();
