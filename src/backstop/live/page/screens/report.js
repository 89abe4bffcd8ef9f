/** The printed report, as it was written: it stands below and does not move. */

import { html } from "vendor/htm";
import { isChanged } from "../sentences.js";

export const screen = {
  name: "report",
  title: "Printed report",
  key: "p",
  served: false,
  /** A server makes reports on request. */
  filed: true,
  render: (app) => html`<div><h1 id="screen-title" tabindex="-1">The printed report</h1><p class="quiet">As it was written${isChanged(app) ? "; nothing that you have set is in it" : ""}. Its figures do not move.</p></div>`,
};
