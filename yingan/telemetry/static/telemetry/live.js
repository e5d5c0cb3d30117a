/* Values that move: [data-live] names a stream, [data-poll] what is asked instead while the stream is cut.
   Rows are [data-point=ID]; in them [data-value], [data-level-link], [data-age-cell], [data-net], [data-health], [data-spark].
   What lies in [data-refresh] is fetched again by htmx when the counts, or the sign of a list, are others. */
(() => {
  const POLL_MS = 15000, SILENT_MS = 12000;
  const levels = { high_high: ['hh', 'chevrons-up', '高高报'], high: ['h', 'chevron-up', '高报'], low: ['l', 'chevron-down', '低报'], low_low: ['ll', 'chevrons-down', '低低报'] };
  const $ = (selector, root = document) => root.querySelector(selector);
  let host = null, source = null, polling = 0, waiting = 0, heard = Date.now(), last = null;
  const trends = new Map();   /* point → [[time, low, high], …] of the last hour */

  function icon(name) {
    const i = document.createElement('i');
    i.className = `ti ti-${name}`;
    i.setAttribute('aria-hidden', 'true');
    return i;
  }
  function tag(cell, [kind, name, word, why]) {
    if (!cell || cell.textContent.trim() === word) return;
    const span = document.createElement('span');
    span.className = `ya-tag is-${kind}`;
    if (why) span.title = why;
    span.append(icon(name), word);
    cell.replaceChildren(span);
  }
  function level(link, rule) {
    if (!link) return;
    link.hidden = !rule;
    const [short, name, word] = levels[rule] || [];
    if (!rule) { link.replaceChildren(); return; }
    const span = document.createElement('span');
    span.className = 'ya-alarm';
    span.dataset.level = short;
    span.append(icon(name), word);
    link.replaceChildren(span);
  }
  function age(cell, at) {
    if (!cell || !at) return;
    let span = $('.ya-age', cell);
    if (!span) { span = document.createElement('span'); span.className = 'ya-age'; cell.replaceChildren(span); }
    span.dataset.since = at;
    span.dataset.at = at.slice(5, 19).replace('T', ' ');
    span.title = '采集时间 ' + at.slice(0, 19).replace('T', ' ');
  }
  function paint([id, text, rule, at, net, health, value]) {
    document.querySelectorAll(`[data-point="${id}"]`).forEach(row => {
      const shown = $('[data-value]', row);
      if (shown) shown.textContent = text;
      row.classList.toggle('is-alarm', Boolean(rule));
      level($('[data-level-link]', row), rule);
      age($('[data-age-cell]', row), at);
      tag($('[data-net]', row), net);
      tag($('[data-health]', row), health);
    });
    const trend = trends.get(id);
    if (trend && at && value !== null) {
      const time = Date.parse(at);
      if (!trend.length || trend[trend.length - 1][0] < time) trend.push([time, value, value]);
      draw(id);
    }
  }
  function draw(id) {
    const end = YA.now(), start = end - 3600000;
    const trend = trends.get(id).filter(part => part[0] >= start - 60000);
    trends.set(id, trend);
    const all = trend.flatMap(part => [part[1], part[2]]);
    let low = Math.min(...all), high = Math.max(...all);
    const flat = Math.max(Math.abs(high) * 0.002, 1e-9);
    if (high - low < flat) { low -= flat; high += flat; }
    const y = value => (26 - (value - low) / (high - low) * 24).toFixed(1);
    const points = trend.flatMap(([time, a, b]) => {
      const x = Math.max(0, (time - start) / 30000).toFixed(1);
      return a === b ? [`${x},${y(a)}`] : [`${x},${y(a)}`, `${x},${y(b)}`];
    });
    document.querySelectorAll(`[data-point="${id}"] [data-spark] polyline`).forEach(line => line.setAttribute('points', points.join(' ')));
  }
  async function loadTrends() {
    const url = host.dataset.trends;
    if (!url) return;
    const rows = [...document.querySelectorAll('[data-point]')].filter(row => $('[data-spark]', row));
    const ids = rows.map(row => row.dataset.point).filter(id => !trends.has(Number(id)));
    for (let i = 0; i < ids.length; i += 12) {
      const answer = await fetch(`${url}?points=${ids.slice(i, i + 12)}`, { headers: { 'X-Background': '1' } }).catch(() => null);
      if (!answer || !answer.ok) return;
      const found = (await answer.json()).points;
      for (const id in found) { trends.set(Number(id), found[id]); draw(Number(id)); }
    }
  }

  function take(news) {
    heard = Date.now();
    if (news.at) document.querySelectorAll('[data-clock]').forEach(el => { el.textContent = news.at.slice(11, 19); });
    (news.points || []).forEach(paint);
    const sign = JSON.stringify(news.counts || news.sign || null);
    const changed = last !== null && sign !== last;
    last = sign;
    if (changed) refresh();
  }
  function refresh() {   /* what is shown, or its order, is another now: fetch the part again, unless somebody is choosing rows */
    const target = host.dataset.refresh;
    if (!target || document.querySelector('[data-pick]:checked, dialog[open]')) return;
    htmx.ajax('GET', location.href, { target, swap: host.getAttribute('hx-ext') === 'morph' ? 'morph:outerHTML' : 'outerHTML', headers: { 'X-Background': '1' } }).then(() => { trends.forEach((_, id) => draw(id)); loadTrends(); });
  }

  function bar(text, login) {
    document.querySelectorAll('[data-cut]').forEach(el => {
      el.hidden = !text;
      if (text) $('[data-cut-text]', el).textContent = text;
      const link = $('[data-cut-login]', el);
      link.hidden = !login;
      link.href = '/login/?next=' + encodeURIComponent(location.pathname + location.search);
    });
    document.querySelectorAll('[data-as-of]').forEach(el => { el.dataset.age = text ? 'stale' : 'fresh'; });
  }
  async function poll() {
    const answer = await fetch(host.dataset.poll, { headers: { 'X-Background': '1' }, redirect: 'manual' }).catch(() => null);
    if (answer && answer.ok) { take(await answer.json()); bar('实时连接已断开，改为每 15 秒刷新'); }
    else if (answer && (answer.type === 'opaqueredirect' || answer.status === 401)) bar('登录已超时，数据不再更新。', true);
    else bar('与服务器的连接已断开，页面上的数据不再更新，正在重试');
  }
  function cut() {
    waiting = 0;
    if (polling) return;
    bar('实时连接已断开，改为每 15 秒刷新');
    polling = setInterval(() => { poll(); if (source.readyState === EventSource.CLOSED) connect(); }, POLL_MS);
    poll();
  }
  function mended() {
    clearInterval(polling);
    clearTimeout(waiting);
    polling = waiting = 0;
    bar('');
  }
  function connect() {
    if (source) source.close();
    source = new EventSource(host.dataset.live);
    source.onmessage = event => { mended(); take(JSON.parse(event.data)); };
    source.addEventListener('over', () => { source.close(); cut(); });
    source.onerror = () => {   /* streams end now and then and come back by themselves within 3 s: no alarm for that */
      if (source.readyState === EventSource.CLOSED) cut();
      else if (!waiting) waiting = setTimeout(cut, 5000);
    };
  }
  function start() {
    const found = $('[data-live]');
    if (found === host) return;
    host = found;
    last = null;
    if (!host) { if (source) source.close(); return; }
    connect();
    loadTrends();
  }
  setInterval(() => { if (host && !polling && Date.now() - heard > SILENT_MS) { source.close(); cut(); } }, 3000);
  document.body.addEventListener('htmx:afterSettle', start);   /* another page of a list: other rows, another stream */
  addEventListener('pagehide', () => { if (source) source.close(); });
  start();
})();
