/** The badge's style sheet. Colours come from system colours, so dark mode and forced colours need no second set. */
export const BADGE_STYLE = `
:host { display: inline-block; position: relative; font: 0.8125rem/1.4 system-ui, sans-serif; }
:host([hidden]) { display: none; }
summary {
  display: inline-flex; align-items: center; gap: 0.375em; cursor: pointer; list-style: none;
  padding: 0.125em 0.625em; border: 1px solid GrayText; border-radius: 1em;
  color: CanvasText; background: Canvas;
}
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
.mark { font-weight: 700; }
.holds summary { border-color: CanvasText; }
.stale summary, .unchecked summary, .none summary { border-style: dashed; }
.broken summary { border-width: 2px; }
.panel {
  position: absolute; z-index: 1; inset-block-start: 100%; inset-inline-start: 0; margin-block-start: 0.25em;
  box-sizing: border-box; inline-size: max-content; max-inline-size: min(24rem, 90vw);
  padding: 0.5em 0.875em; border: 1px solid GrayText; border-radius: 0.5em; color: CanvasText; background: Canvas;
}
p { margin: 0.25em 0; }
.heading { font-weight: 700; margin-block-start: 0.75em; }
ul { margin: 0.25em 0; padding-inline-start: 1.25em; }
`;
