/**
 * The badge's style sheet. Colours are the system's, so dark pages and forced colours need no second set; what opens
 * stands in the flow of the page, so that it fits a phone.
 */
export const BADGE_STYLE = `
:host { display: inline-block; max-inline-size: 100%; vertical-align: top; font: 0.8125rem/1.4 system-ui, sans-serif; }
:host([hidden]) { display: none; }
summary {
  display: inline-flex; align-items: center; gap: 0.375em; cursor: pointer; list-style: none;
  padding: 0.125em 0.625em; border: 1px solid GrayText; border-radius: 1em;
  color: CanvasText; background: Canvas;
}
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
.mark { font-weight: 700; }
.account summary, .present summary { border-color: CanvasText; }
.stale summary, .unchecked summary, .none summary { border-style: dashed; }
.broken summary { border-width: 2px; }
.panel {
  box-sizing: border-box; max-inline-size: 26rem; margin-block-start: 0.25em; overflow-wrap: anywhere;
  padding: 0.5em 0.875em; border: 1px solid GrayText; border-radius: 0.5em; color: CanvasText; background: Canvas;
}
p { margin: 0.25em 0; }
.heading { font-weight: 700; margin-block-start: 0.75em; }
ul { margin: 0.25em 0; padding-inline-start: 1.25em; }
`;
