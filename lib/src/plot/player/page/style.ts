/** How a player looks: in the colours of the page around it, whether that is light or dark; pictures bring their white. */
export const STYLE: string = `
:host { display: block; max-width: 760px; margin: 8px 0; color: inherit; font: 14px/1.4 system-ui, sans-serif; }
.player { outline: none; }
.player:focus-visible { outline: 2px solid currentColor; outline-offset: 4px; }
.track { margin: 0 0 6px; }
.several .track { padding-left: 8px; border-left: 6px solid transparent; }
.several .track.chosen { border-color: #0b74d1; }
.name { margin: 0 0 2px; }
.chosen .name { font-weight: 600; }
.picture { position: relative; width: fit-content; max-width: 100%; cursor: crosshair; touch-action: pan-y pinch-zoom;
  user-select: none; -webkit-user-select: none; }
img { display: block; max-width: 100%; height: auto; background: white; }
.plot { position: absolute; overflow: hidden; pointer-events: none; }
.head { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: #d00000;
  box-shadow: 0 0 0 1px white; }
.stretch { position: absolute; top: 0; bottom: 0; box-sizing: border-box; background: rgba(80, 170, 255, .35);
  border: solid #0b74d1; border-width: 0 2px; }
[hidden] { display: none; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
button { min-width: 32px; height: 32px; padding: 0 8px; border: 1px solid currentColor; border-radius: 6px;
  background: none; color: inherit; font: inherit; cursor: pointer; }
button[aria-pressed=true] { background: #0b5cab; border-color: #0b5cab; color: white; }
button:focus-visible, input:focus-visible { outline: 2px solid #0b74d1; outline-offset: 2px; }
.sign { display: block; width: 12px; height: 14px; margin: auto; background: currentColor;
  clip-path: polygon(0 0, 100% 50%, 0 100%); }
.playing .sign { clip-path: polygon(0 0, 35% 0, 35% 100%, 65% 100%, 65% 0, 100% 0, 100% 100%, 0 100%); }
.switch { display: flex; flex-wrap: wrap; gap: 4px; }
input { flex: 1 1 120px; min-width: 80px; height: 24px; margin: 0; accent-color: #0b74d1; }
.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (forced-colors: active) {
  .sign { background: ButtonText; forced-color-adjust: none; }
  .head, .stretch { forced-color-adjust: none; }
  .several .track:not(.chosen) { border-color: Canvas; }
  button[aria-pressed=true] { background: Highlight; border-color: Highlight; color: HighlightText;
    forced-color-adjust: none; }
}
@media print { .bar { display: none; } }
`;
