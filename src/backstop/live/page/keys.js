/**
 * The keyboard of the page: what each key does, told on the sheet that `?` opens.
 *
 * Single keys can be switched off (WCAG 2.1.4); they never act while text is typed or another key is held.
 */

/** Whether what has the focus takes letters itself. */
const typing = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === "TEXTAREA" ||
    target.tagName === "SELECT" ||
    (target.tagName === "INPUT" && !["range", "checkbox", "radio", "button"].includes(target.type)));

/**
 * Listen to keys of a document.
 *
 * `commands`: [{keys: ["u"], label, run, where}] with `where` "anywhere" or "slider"; `single()` says whether single keys
 * are on. Returns how to stop.
 */
export function listen(target, commands, single) {
  const act = (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    const name = (held ? "Ctrl+" : "") + (event.shiftKey && (held || event.key.length > 1) ? "Shift+" : "") + (held ? event.key.toLowerCase() : event.key);
    if (!held && typing(event.target)) return;
    if (!held && event.key.length === 1 && !single()) return;
    if (event.target instanceof Element && event.target.closest("dialog") && name !== "?") return;
    const slider = event.target instanceof Element ? event.target.closest("[data-control]") : null;
    for (const command of commands) {
      if (!command.keys.includes(name)) continue;
      if (command.where === "slider" && !slider) continue;
      event.preventDefault();
      command.run(slider?.getAttribute("data-control") ?? null);
      return;
    }
  };
  target.addEventListener("keydown", act);
  return () => target.removeEventListener("keydown", act);
}

const REACHED = "button:not(:disabled), input:not(:disabled), select:not(:disabled), a[href]";

/**
 * Keep the focus where it is worked: what can no longer be pressed, such as a slider that was just locked or a step back that
 * was the last, hands it to what stands beside it.
 */
export function keepFocus(root) {
  // A browser may take the focus away before this hears of it.
  let last = null;
  root.addEventListener("focusin", ({ target }) => (last = target));
  root.addEventListener("pointerdown", ({ target }) => {
    if (!last?.contains(target)) last = null;
  });
  new MutationObserver((changes) => {
    if (!last?.disabled || !changes.some(({ target }) => target === last)) return;
    if (document.activeElement !== last && document.activeElement !== document.body) return;
    const beside = last.closest("[data-control]") ?? last.closest("[role=group], fieldset") ?? last.parentElement;
    const next = beside?.querySelector("[aria-pressed=true]:not(:disabled)") ?? beside?.querySelector(REACHED) ?? document.getElementById("screen-title");
    next?.focus();
  }).observe(root, { attributes: true, attributeFilter: ["disabled"], subtree: true });
}

/** How a key is written on the sheet. */
export const keyName = (key) => ({ " ": "Space", ArrowLeft: "←", ArrowRight: "→" })[key] ?? key;
