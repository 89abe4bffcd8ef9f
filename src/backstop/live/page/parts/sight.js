/** What is out of sight: it is left as it is while a slider is dragged, and drawn anew when it comes to rest or into sight. */

import { html } from "vendor/htm";
import { useEffect, useRef, useState } from "vendor/hooks";

/** Pixels beyond the edge of the window within which something counts as in sight. */
const NEAR = "120px";

/**
 * A part of a screen; `draw` gives what stands in it, `moving` is whether another picture will follow at once. What has a
 * `name` says in `app.sight` whether it is seen.
 */
export function InSight({ app, moving, draw, name = null }) {
  const place = useRef(null);
  const kept = useRef(null);
  const [seen, setSeen] = useState(name === null);
  const tell = (on) => {
    if (name !== null && Boolean(app.sight.peek()[name]) !== on) app.sight.value = { ...app.sight.peek(), [name]: on };
  };
  useEffect(() => {
    const watching = new IntersectionObserver((entries) => {
      setSeen(entries.at(-1).isIntersecting);
      tell(entries.at(-1).isIntersecting);
    }, { rootMargin: NEAR });
    watching.observe(place.current);
    return () => {
      watching.disconnect();
      tell(false);
    };
  }, []);
  if (seen || !moving || kept.current === null) kept.current = draw();
  return html`<div ref=${place}>${kept.current}</div>`;
}
