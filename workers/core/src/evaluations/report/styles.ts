/** The page's whole style, light and dark. */
export const styles = `
:root{color-scheme:light dark;--page:#fbfaf7;--ink:#1d1c1a;--soft:#6c675f;--line:#e4dfd6;--card:#fff;--accent:#1f5f8b;--faint:#1f5f8b22;--warn:#9a4b00;--bar:#efebe3}
@media(prefers-color-scheme:dark){:root{--page:#16171a;--ink:#ece9e3;--soft:#a09a90;--line:#33353b;--card:#1e2025;--accent:#7db8e0;--faint:#7db8e033;--warn:#f0b070;--bar:#2a2d33}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:62rem;margin:0 auto;padding:3rem 1.5rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .4rem;letter-spacing:-.01em}
h2{font-size:1.1rem;margin:2.6rem 0 .8rem}
h3{font-size:1rem;margin:0}
p{margin:.3rem 0}
.soft{color:var(--soft)}
.warn{color:var(--warn)}
code{font:13px ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:.9rem;margin:1.6rem 0}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.15rem}
.tile b{display:block;font-size:1.7rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.card{margin:0 0 1rem;overflow-x:auto}
.scroll{overflow-x:auto}
svg{display:block;width:100%;height:auto}
svg text{fill:var(--ink);font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
svg .axis{fill:var(--soft);font-size:11px}
svg .track{fill:var(--bar)}
svg .value{fill:var(--accent)}
svg .whisker{stroke:var(--ink);stroke-width:1.5}
svg .grid{stroke:var(--line)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.42rem .7rem .42rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:13px;white-space:nowrap}
td.n,th.n{text-align:right}
tr.main td{font-weight:650}
tr:last-child td{border-bottom:0}
details{margin-top:.7rem}
summary{cursor:pointer;color:var(--accent)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.2rem;margin:0}
dt{color:var(--soft)}
dd{margin:0;min-width:0}
@media print{body{background:#fff}main{padding:0}.card,.tile{break-inside:avoid}}
`;
