/* The curve of one point: [data-series] names the figures. YA.trend(id, data, options) is used by the alarm page too.
   A span of time is drawn from its lowest to its highest value, so that no peak is hidden; a gap stays a gap. */
(() => {
  const colors = { high_high: 'r1-ink', low_low: 'r1-ink', high: 'r2-ink', low: 'r2-ink' };
  const pad = number => String(number).padStart(2, '0');
  const local = time => new Date(time + 8 * 36e5);   /* Asia/Shanghai, whatever the clock of this machine is set to */
  const clock = time => { const d = local(time); return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}`; };
  const moment = time => { const d = local(time); return `${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())} ${clock(time)}:${pad(d.getUTCSeconds())}`; };
  function figure(value) {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    if (size > 0 && size < 0.01) return value.toPrecision(2);
    return String(Number(value.toFixed(size >= 100 ? 1 : size >= 1 ? 2 : 3)));
  }
  function gapped(spans, width) {
    const rows = [];
    spans.forEach((span, i) => {
      if (i && span[0] - spans[i - 1][0] > width) rows.push([spans[i - 1][0] + 1, null, null, null, 0]);
      rows.push(span);
    });
    return rows;
  }
  function bounds(data) {
    const values = [...data.spans.flatMap(span => [span[1], span[3]]), ...data.limits.map(limit => limit[2])].filter(v => v !== null);
    if (!values.length) return {};
    const low = Math.min(...values), high = Math.max(...values), room = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
    const fromZero = low >= 0 && low < high / 2;
    const step = 10 ** Math.floor(Math.log10((fromZero ? high : high - low) + room)) / 5;
    const tidy = value => Number(value.toPrecision(12));
    return { min: fromZero ? 0 : tidy(Math.floor((low - room) / step) * step), max: tidy(Math.ceil((high + room) / step) * step) };
  }
  YA.figure = figure;
  YA.moment = moment;
  YA.trend = (id, data, { marks = [], area = null } = {}) => {
    const day = data.to - data.from > 26 * 36e5;
    const rows = gapped(data.spans, Math.max((data.to - data.from) / 60, 6e5));
    const isBand = data.spans.some(span => span[1] !== span[3]);
    const lines = data.limits.map(([rule, word, value]) => ({
      yAxis: value, lineStyle: { color: YA.color(colors[rule]), type: [6, 4], width: 1.5 },
      label: { formatter: `${word} ${figure(value)}`, color: YA.color(colors[rule]), position: rule === 'high' || rule === 'low_low' ? 'insideStartBottom' : 'insideStartTop', fontSize: 12, fontWeight: 600 },
    }));
    const times = marks.map(([time, text], i) => ({
      xAxis: time, lineStyle: { color: YA.color('r1'), type: 'solid', width: 1 }, label: { formatter: text, position: 'end', align: marks.length > 1 ? (i ? 'left' : 'right') : 'center', color: YA.color('r1-ink'), fontSize: 12 },
    }));
    const band = [
      { name: '最低', type: 'line', stack: 'band', symbol: 'none', silent: true, lineStyle: { opacity: 0 }, data: rows.map(r => [r[0], r[1]]) },
      { name: '最低～最高', type: 'line', stack: 'band', stackStrategy: 'all', symbol: 'none', silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: YA.color('accent'), opacity: 0.22 }, itemStyle: { color: YA.color('accent-line') },
        data: rows.map(r => [r[0], r[1] === null ? null : r[3] - r[1]]) },
    ];
    YA.chart(id, {
      grid: { left: 12, right: 20, top: 34, bottom: 8, containLabel: true },
      legend: isBand ? { data: ['平均', '最低～最高'], left: 64, top: 4 } : undefined,
      tooltip: { trigger: 'axis', formatter: parts => {
        const row = rows[parts[0].dataIndex];
        if (!row || row[1] === null) return moment(parts[0].value[0]);
        const one = row[1] === row[3];
        return `${moment(row[0])}<br>` + (one ? `${figure(row[2])} ${data.unit}` : `最低 ${figure(row[1])}　平均 ${figure(row[2])}　最高 ${figure(row[3])} ${data.unit}`);
      } },
      xAxis: { type: 'time', min: data.from, max: data.to, axisLabel: { formatter: time => day ? moment(time).slice(0, 5) : clock(time) } },
      yAxis: { type: 'value', name: data.unit, nameGap: 10, ...bounds(data) },
      series: [...(isBand ? band : []), {
        name: '平均', type: 'line', showSymbol: data.spans.length < 3, symbolSize: 5, data: rows.map(r => [r[0], r[2]]), color: YA.color('accent'), lineStyle: { width: isBand ? 1.5 : 2 }, connectNulls: false,
        markLine: { symbol: 'none', silent: true, data: [...lines, ...times] },
        markArea: area ? { silent: true, itemStyle: { color: YA.color('r1-bg'), opacity: 0.7 }, data: [[{ xAxis: area[0] }, { xAxis: area[1] }]] } : undefined,
      }],
    });
    YA.table(id, ['时间', `最低（${data.unit}）`, `平均（${data.unit}）`, `最高（${data.unit}）`, '个数'],
      [...data.spans].reverse().map(([time, low, average, high, n]) => [moment(time), figure(low), figure(average), figure(high), n]));
  };

  function facts(data) {
    const good = data.spans.filter(span => span[1] !== null);
    const n = good.reduce((sum, span) => sum + span[4], 0);
    const found = {
      low: good.length ? figure(Math.min(...good.map(s => s[1]))) : '–', high: good.length ? figure(Math.max(...good.map(s => s[3]))) : '–',
      average: n ? figure(good.reduce((sum, s) => sum + s[2] * s[4], 0) / n) : '–', n: String(n),
    };
    for (const name in found) document.querySelectorAll(`[data-stat=${name}]`).forEach(el => { el.textContent = found[name]; });
  }
  async function load(el) {
    const answer = await fetch(el.dataset.series, { headers: { 'X-Background': '1' }, redirect: 'manual' }).catch(() => null);
    if (!answer || !answer.ok) return;
    const data = await answer.json();
    YA.trend(el.id, data, { marks: data.marks || [], area: data.area || null });
    facts(data);
    document.querySelectorAll(`[data-none-for=${el.id}]`).forEach(note => { note.hidden = data.spans.length > 0; });
  }
  document.querySelectorAll('[data-series]').forEach(el => { load(el); setInterval(() => { if (!document.hidden) load(el); }, 60000); });
})();
