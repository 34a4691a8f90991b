// Runs before the first paint, so that a dark page never flashes white.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem('usher-theme'); } catch { /* storage is switched off: follow the system */ }
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => document.documentElement.classList.toggle('dark', chosen ? chosen === 'dark' : system.matches);
  system.addEventListener('change', apply);
  document.addEventListener('usher:theme', (e) => { chosen = e.detail; apply(); });
  apply();
})();
