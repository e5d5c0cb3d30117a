/* One look for every ECharts figure. Colours come from yingan.css, so charts and pages never differ.
   YA.chart(id, option)        draws into #id, keeps the size, describes itself to screen readers; returns the ECharts instance
   YA.table(id, head, rows)    the same figures as a table in #id-table; the 图表/列表 buttons switch between the two */
window.YA = window.YA || {};
(() => {
  const css = getComputedStyle(document.documentElement);
  const color = name => css.getPropertyValue('--ya-' + name).trim();
  const font = { fontFamily: css.getPropertyValue('--ya-font').trim(), fontSize: 12, color: color('ink-2') };
  const axis = {
    axisLine: { lineStyle: { color: color('edge') } }, axisTick: { show: false },
    axisLabel: { ...font, hideOverlap: true }, nameTextStyle: { ...font, color: color('ink-3') },
    splitLine: { lineStyle: { color: color('line') } },
  };
  echarts.registerTheme('yingan', {
    color: [color('accent'), '#7c93b3', color('r2-line'), color('r1'), color('ok'), '#5f6978'],
    textStyle: font, animation: false,
    categoryAxis: { ...axis, splitLine: { show: false } }, timeAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    legend: { textStyle: font, itemWidth: 14, itemHeight: 10, itemGap: 14, top: 4 },
    tooltip: { backgroundColor: '#fff', borderColor: color('line-2'), padding: [6, 10], textStyle: { ...font, color: color('ink') }, confine: true },
    line: { symbolSize: 6, lineStyle: { width: 2 } }, bar: { barMaxWidth: 18 },
  });
  const grid = { left: 12, right: 12, top: 34, bottom: 8, containLabel: true };
  function chart(id, option) {
    const el = document.getElementById(id);
    const view = echarts.getInstanceByDom(el) || echarts.init(el, 'yingan', { renderer: 'svg' });
    view.setOption({ grid, tooltip: { trigger: 'axis' }, ...option });
    if (el.dataset.drawn) return view;
    el.dataset.drawn = 'yes';
    const fit = () => {   /* the viewBox lets the print styles scale the drawing to the paper */
      view.resize();
      el.querySelector('svg').setAttribute('viewBox', `0 0 ${view.getWidth()} ${view.getHeight()}`);
    };
    new ResizeObserver(() => { if (el.clientWidth) fit(); }).observe(el);
    return view;
  }
  function table(id, head, rows) {
    const line = (cells, tag) => {
      const tr = document.createElement('tr');
      cells.forEach((text, i) => {
        const cell = tr.appendChild(document.createElement(tag));
        cell.textContent = text ?? '–';
        if (!i) cell.className = 'l';
        if (tag === 'th') cell.scope = 'col';
      });
      return tr;
    };
    const made = document.createElement('table');
    made.className = 'ya-table is-lined is-tight ya-stick';
    made.createTHead().append(line(head, 'th'));
    made.createTBody().append(...rows.map(row => line(row, 'td')));
    document.getElementById(id + '-table').replaceChildren(made);
  }
  function show(id, what) {
    document.querySelectorAll(`[data-for="${id}"] [data-show]`).forEach(b => b.setAttribute('aria-pressed', b.dataset.show === what));
    document.getElementById(id).hidden = what !== 'chart';
    document.getElementById(id + '-table').hidden = what !== 'table';
  }
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-show]');
    if (button) show(button.closest('[data-for]').dataset.for, button.dataset.show);
  });
  if (matchMedia('(max-width: 767px)').matches)   /* figures too wide for a phone open as tables */
    document.querySelectorAll('[data-wide] [data-for]').forEach(group => show(group.dataset.for, 'table'));
  Object.assign(YA, { chart, table, color, font });
})();
