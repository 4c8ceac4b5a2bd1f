// The month's grid by keyboard: arrows walk the days, PageUp and PageDown turn the months. Without it the days are plain links.
const grid = document.querySelector('[data-month="grid"]');
if (grid) {
  const days = [...grid.querySelectorAll('[data-day]')];
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  grid.addEventListener('keydown', (event) => {
    const at = days.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in steps) {
      const next = days[at + steps[event.key]];
      if (next) next.focus();
      event.preventDefault();
    }
    const turn = { PageUp: 'before', PageDown: 'after' }[event.key];
    if (turn) {
      document.querySelector(`[data-month="${turn}"]`).click();
      event.preventDefault();
    }
  });
}
