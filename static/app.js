// What pages gain where scripts run; every page works without this file.
(() => {
  const each = (root, selector, act) => {
    if (root.matches?.(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  };

  const toggleTheme = () => {
    const theme = document.documentElement.classList.contains('dark') ? 'light' : 'dark';
    try { localStorage.setItem('usher-theme', theme); } catch { /* lasts for this page only */ }
    document.dispatchEvent(new CustomEvent('usher:theme', { detail: theme }));
  };

  // A toast goes after seven seconds, unless it is a danger or someone is reading it.
  const dismissLater = (toast) => {
    if (toast.dataset.tone === 'danger' || toast.dataset.timed) return;
    toast.dataset.timed = 'yes';
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 7000); };
    const stop = () => clearTimeout(timer);
    ['mouseenter', 'focusin'].forEach((name) => toast.addEventListener(name, stop));
    ['mouseleave', 'focusout'].forEach((name) => toast.addEventListener(name, start));
    start();
  };

  // A field with data-when-key is there only while the field of that name has one of the wanted values.
  const valueOf = (form, name) => {
    const inputs = [...form.elements].filter((el) => el.name === name);
    const pick = inputs.find((el) => !/^(checkbox|radio)$/.test(el.type) || el.checked);
    return pick ? pick.value : '';
  };
  const showDependents = (form) => each(form, '[data-when-key]', (row) => {
    const on = row.dataset.whenValue.split('|').includes(valueOf(form, row.dataset.whenKey));
    row.hidden = !on;
    each(row, 'input, select, textarea', (el) => {
      if (on && el.dataset.asleep) { el.disabled = false; delete el.dataset.asleep; }
      if (!on && !el.disabled) { el.disabled = true; el.dataset.asleep = 'yes'; }
    });
  });

  const copy = async (button) => {
    const input = document.getElementById(button.dataset.copy);
    const word = button.querySelector('[data-copy-word]');
    input.select();
    try { await navigator.clipboard.writeText(input.value); } catch { document.execCommand('copy'); }
    word.textContent = 'Copied';
    setTimeout(() => { word.textContent = 'Copy'; }, 2000);
  };

  // A ready expression replaces the one that was written in last; before there is one, it is copied.
  let written = null;
  const write = (el, text) => {
    el.value = text;
    el.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const use = async (button) => {
    if (written?.isConnected) { write(written, button.dataset.ready); written.focus(); return; }
    const word = button.querySelector('[data-copy-word]');
    try { await navigator.clipboard.writeText(button.dataset.ready); } catch { return; }
    word.textContent = 'Copied';
    setTimeout(() => { word.textContent = 'Use'; }, 2000);
  };
  const restore = (button) => each(button.closest('[data-row]'), '[data-default]', (el) => {
    if (el.value !== el.dataset.default) write(el, el.dataset.default);
  });

  const prepare = (root) => {
    each(root, '[data-theme-toggle], [data-copy], [data-ready]', (el) => { el.hidden = false; });
    each(root, '[data-toast]', dismissLater);
    each(root, 'form', showDependents);
  };

  document.addEventListener('click', (e) => {
    const hit = (selector) => e.target.closest(selector);
    if (hit('[data-theme-toggle]')) toggleTheme();
    hit('[data-toast-close]')?.closest('[data-toast]').remove();
    if (hit('[data-copy]')) copy(hit('[data-copy]'));
    if (hit('[data-ready]')) use(hit('[data-ready]'));
    if (hit('[data-restore]')) { e.preventDefault(); restore(hit('[data-restore]')); }
    document.querySelectorAll('details[data-menu][open]').forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
  });
  document.addEventListener('keydown', (e) => {
    const menu = e.key === 'Escape' && document.querySelector('details[data-menu][open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  });
  document.addEventListener('focusin', (e) => { if (e.target.matches('[data-expression]')) written = e.target; });
  document.addEventListener('change', (e) => { if (e.target.form) showDependents(e.target.form); });
  document.addEventListener('reset', (e) => setTimeout(() => showDependents(e.target)));
  new MutationObserver((changes) => changes.forEach((c) => c.addedNodes.forEach((n) => n.nodeType === 1 && prepare(n))))
    .observe(document.body, { childList: true, subtree: true });
  prepare(document.body);
  document.querySelector('[data-focus]')?.focus();
})();
