/* Clocks of alarms: how long one lasts, and how long until it must be acknowledged. They follow the server's clock. */
(() => {
  const two = number => String(number).padStart(2, '0');
  function words(seconds) {
    const s = Math.max(0, Math.floor(seconds)), m = Math.floor(s / 60), h = Math.floor(m / 60);
    if (h >= 24) return `${Math.floor(h / 24)} 天 ${h % 24} 小时`;
    if (h) return `${h} 小时 ${m % 60} 分`;
    return m ? `${m} 分 ${s % 60} 秒` : `${s} 秒`;
  }
  function tick() {
    const now = YA.now();
    document.querySelectorAll('[data-lasting]').forEach(el => { el.textContent = words((now - Date.parse(el.dataset.lasting)) / 1000); });
    document.querySelectorAll('[data-due]').forEach(el => {
      const left = Math.round((Date.parse(el.dataset.due) - now) / 1000), abs = Math.abs(left);
      el.textContent = abs < 3600 ? `${two(Math.floor(abs / 60))}:${two(abs % 60)}` : words(abs);
      el.parentElement.classList.toggle('is-late', left < 0);
      el.previousElementSibling.textContent = left < 0 ? '确认已超时' : '距确认时限';
    });
  }
  tick();
  setInterval(tick, 1000);
  document.addEventListener('change', event => {   /* names of the chosen pictures */
    if (event.target.id === 'id_photos') {
      const names = [...event.target.files].map(file => file.name).join('、');
      document.getElementById('photo-names').textContent = names || '最多 10 张';
    }
  });
})();
