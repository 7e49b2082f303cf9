// Runs in Allure's page before its own script. finish.mjs puts it there.

// Tree and result beside each other need a desk's width.
if (window.innerWidth < 900) window.allureReportOptions.layout = "base";

// The frame of a description is as high as what it shows, also when the window becomes narrower; Allure measures it once.
document.addEventListener(
  "load",
  ({ target }) => {
    if (target.dataset?.testid !== "test-result-description-frame") return;
    const shown = target.contentDocument.documentElement;
    new ResizeObserver(() => {
      target.style.height = `${Math.ceil(shown.getBoundingClientRect().height)}px`;
    }).observe(shown);
  },
  true,
);

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
