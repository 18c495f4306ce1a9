/** Style of a report: light and dark, screen and paper. Mail programs that drop it leave a readable page. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6470; --line: #d9dee5; --paper: #ffffff; --card: #f6f8fa; --good: #1a7f4b; --bad: #c0392b; --look: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa4b2; --line: #323a45; --paper: #14181d; --card: #1b2027; --good: #4cc38a; --bad: #ff7b6b; --look: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 800px; margin: 0 auto; padding: 32px 20px 56px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 44px 0 4px; letter-spacing: -0.005em; }
p.meta, p.caption { color: var(--soft); margin: 0 0 12px; font-size: 13.5px; }
section.words { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 6px 20px 16px; margin: 22px 0 8px; }
section.words h2 { font-size: 15px; margin: 14px 0 2px; }
section.words ul { margin: 4px 0 0; padding-left: 18px; }
section.words li { margin: 3px 0; }
.better { color: var(--good); } .worse { color: var(--bad); } .look { color: var(--look); }
figure { margin: 0; break-inside: avoid; overflow-x: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 8px; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 8px 20px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; margin: 6px 0 0; }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); padding: 5px 10px 5px 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: 5px 10px 5px 0; }
td.number, th.number { text-align: right; }
details { margin-top: 8px; } summary { cursor: pointer; color: var(--soft); font-size: 13px; }
footer { margin-top: 48px; border-top: 1px solid var(--line); padding-top: 12px; color: var(--soft); font-size: 12.5px; }
@media screen and (max-width: 640px) { figure > svg { min-width: 600px; } }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --card: #fff; } body { font-size: 11pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; } details > summary { display: none; } details::details-content { content-visibility: visible; display: block; } }
`;
