/**
 * Keeps the counters of the overview fresh: fetches the same fragment the server put into the page and exchanges it.
 * Pauses while the page is hidden, slows down when the service does not answer, and stops at a button.
 */
(() => {
  const place = document.querySelector('[data-live]');
  const toggle = document.querySelector('[data-live-toggle]');
  if (!place || !toggle) return;
  const EVERY_MS = 3000;
  const SLOWEST_MS = 60000;
  let wait = EVERY_MS;
  let running = true;
  const refresh = async () => {
    if (running && !document.hidden) {
      try {
        const response = await fetch(place.dataset.live, { headers: { accept: 'text/html' } });
        if (response.status === 401) return location.reload();
        if (!response.ok) throw new Error(String(response.status));
        const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
        place.replaceChildren(...fresh.body.childNodes);
        wait = EVERY_MS;
      } catch {
        wait = Math.min(SLOWEST_MS, wait * 2);
      }
    }
    setTimeout(refresh, wait);
  };
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    running = !running;
    toggle.setAttribute('aria-pressed', String(!running));
    toggle.textContent = running ? 'Pause live counters' : 'Resume live counters';
  });
  setTimeout(refresh, wait);
})();
