/* The edit form of a commitment: 恢复模板原文, yesterday's values in bold once they differ, the typed day moves the page. */
(() => {
  const form = document.querySelector('form[data-commitment]');
  if (!form) return;
  form.addEventListener('click', event => {
    const button = event.target.closest('[data-restore]');
    if (!button) return;
    const field = document.getElementById(button.dataset.restore);
    field.value = button.dataset.text;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
  form.addEventListener('input', event => {
    const hint = event.target.closest('.f')?.querySelector('[data-before]');
    if (!hint) return;
    const radio = event.target.type === 'radio';
    const now = radio ? event.target.closest('label').textContent.trim() : event.target.value.trim();
    hint.classList.toggle('is-changed', now !== '' && now !== hint.dataset.before);
  });
})();
