/* The reviewer's desk: J/K go through the queue, common opinions go into the field, the chosen row is marked. */
(() => {
  const links = () => [...document.querySelectorAll('[data-queue] tbody a')];
  function mark(link) {
    links().forEach(other => {
      other.toggleAttribute('aria-current', other === link);
      other.closest('tr').setAttribute('aria-selected', other === link);
    });
    history.replaceState(null, '', link.getAttribute('href'));
  }
  document.addEventListener('click', event => {
    const opinion = event.target.closest('[data-opinion]');
    if (opinion) {
      const note = document.getElementById('note');
      note.value = [note.value.trim(), opinion.dataset.opinion].filter(Boolean).join('\n');
      note.focus();
    }
    const link = event.target.closest('[data-queue] tbody a');
    if (link) mark(link);
  });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog')) return;
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (!step) return;
    const all = links();
    const next = all[all.findIndex(link => link.closest('tr').getAttribute('aria-selected') === 'true') + step];
    if (next) { event.preventDefault(); next.focus(); next.click(); }
  });
})();
