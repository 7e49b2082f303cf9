// Runs in Allure's page before its own script. finish.mjs puts it there.

// Tree and result beside each other need a desk's width.
if (window.innerWidth < 900) window.allureReportOptions.layout = "base";

// Allure scrolls to the tree when it opens; on a phone that hides the overview. It stays until the reader moves.
if (!location.hash) {
  const stay = ({ target }) => {
    if (target.scrollTop > 0) target.scrollTop = 0;
  };
  addEventListener("scroll", stay, true);
  for (const move of ["pointerdown", "touchstart", "wheel", "keydown"]) {
    addEventListener(move, () => removeEventListener("scroll", stay, true), { capture: true, once: true });
  }
}
