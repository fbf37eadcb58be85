/** The page's style. Every colour is a pair for the light and the dark scheme; text keeps a contrast of at least 4.5. */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f6f4, #101215);
  --surface: light-dark(#ffffff, #181b20);
  --sunken: light-dark(#f2f2ef, #121418);
  --text: light-dark(#1b1d21, #e7e9ec);
  --muted: light-dark(#5a6068, #a0a7b1);
  --line: light-dark(#e1e2de, #2a2f37);
  --strong-line: light-dark(#8a9098, #6d7580);
  --link: light-dark(#1a56b0, #86b6ff);
  --red: light-dark(#b3261e, #ff9188);
  --red-tint: light-dark(#fdf1f0, #2c1715);
  --red-fill: light-dark(#b3261e, #a3241d);
  --amber: light-dark(#855400, #ecbf56);
  --amber-tint: light-dark(#fdf6e6, #292010);
  --amber-fill: light-dark(#8a5a05, #805406);
  --green: light-dark(#18703a, #6ed49a);
  --green-tint: light-dark(#eff8f1, #11261a);
  --green-fill: light-dark(#1b7340, #1b6b3c);
  --blue: light-dark(#2b5c9e, #93bbf2);
  --blue-tint: light-dark(#f0f5fb, #162130);
  --radius: 8px;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }

*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 15px/1.55 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
code, .subject, .chip, th[scope="row"] > code { font-family: var(--mono); }
code { font-size: 0.9em; }
a { color: var(--link); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
h1, h2, h3, h4, p, dl, dd, ol, ul { margin: 0; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
h3, h4 { font-size: 0.8125rem; font-weight: 650; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }
html:not([data-scripted]) :is(.scripted, .copy) { display: none; }
html[data-scripted] .unscripted { display: none; }
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--surface); padding: 0.5rem 0.75rem; }
.flag { white-space: nowrap; }
.note { color: var(--muted); font-size: 0.8125rem; }
.prose { color: var(--muted); max-width: 46rem; }

button, select, input[type="search"] {
  font: inherit; font-size: 0.875rem; color: var(--text); background: var(--surface);
  border: 1px solid var(--strong-line); border-radius: 6px; padding: 0.375rem 0.625rem; min-height: 2.25rem;
}
button { cursor: pointer; }
button:hover, select:hover { background: var(--sunken); }

.top {
  position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 0.5rem 1.5rem;
  padding: 0.625rem max(1.25rem, calc((100% - 72rem) / 2)); background: var(--surface); border-bottom: 1px solid var(--line);
}
.brand { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; }
.brand b { font-weight: 650; }
.brand span { color: var(--muted); font-size: 0.8125rem; }
.top nav { display: flex; gap: 1.125rem; margin-left: auto; font-size: 0.875rem; }
.top nav a { color: var(--muted); text-decoration: none; white-space: nowrap; }
.top nav a:hover { color: var(--text); text-decoration: underline; }
#theme { min-height: 2rem; padding: 0.25rem 0.625rem; font-size: 0.8125rem; white-space: nowrap; }

main { max-width: 74.5rem; margin: 0 auto; padding: 1.75rem 1.25rem 3rem; display: grid; gap: 2.75rem; grid-template-columns: minmax(0, 1fr); }
main section > h2 { margin-bottom: 0.875rem; }
main section > .prose { margin: -0.375rem 0 1rem; }
footer { padding: 1.5rem 1.25rem 2.5rem; text-align: center; color: var(--muted); font-size: 0.8125rem; border-top: 1px solid var(--line); }

.verdict {
  display: grid; grid-template-columns: minmax(13rem, auto) minmax(0, 1fr); background: var(--surface);
  border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden;
}
.verdict h1 {
  display: flex; align-items: center; gap: 0.75rem; padding: 1.75rem 2rem; color: #fff;
  font-size: 2.25rem; line-height: 1.1; font-weight: 700; letter-spacing: -0.02em; overflow-wrap: normal;
}
.verdict svg { width: 2.5rem; height: 2.5rem; flex: none; }
.verdict.fail h1 { background: var(--red-fill); }
.verdict.pass h1 { background: var(--green-fill); }
.verdict.inconclusive h1 { background: var(--amber-fill); font-size: 1.875rem; }
.why { padding: 1.375rem 1.75rem; display: grid; gap: 0.75rem; align-content: center; }
.reason { font-size: 1.1875rem; line-height: 1.4; font-weight: 550; text-wrap: pretty; }
.next { margin-top: 0.375rem; max-width: 52rem; text-wrap: pretty; }
.next strong { font-weight: 650; margin-right: 0.25rem; }

.figures { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); margin-top: -1.5rem; }
.figure { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 0.25rem 1rem; border-left: 1px solid var(--line); }
.figure:first-child { border-left: 0; padding-left: 0.25rem; }
.figure dd { display: contents; }
.figure b { order: 1; font-size: 1.875rem; line-height: 1.2; font-weight: 600; letter-spacing: -0.02em; }
.figure dt { font-weight: 550; }
.figure dd span { order: -1; color: var(--muted); font-size: 0.8125rem; }
.figure.violation b, td.violation, b.violation { color: var(--red); }
.figure.improvement b, td.improvement, b.improvement, b.inconclusive { color: var(--amber); }
.figure.information b, td.information, b.information { color: var(--blue); }
b.pass { color: var(--green); }

.beside { display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); gap: 2rem 2.5rem; }
.steps ol { padding-left: 1.375rem; display: grid; gap: 0.75rem; }
.steps li::marker { color: var(--muted); font-weight: 600; }
.steps li p:first-child { font-weight: 550; line-height: 1.4; }

/* Positioned, so that what is unseen inside scrolls along instead of widening the page. */
.scroll { position: relative; overflow-x: auto; }
section > .scroll { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; overflow-wrap: break-word; }
th, td { text-align: left; padding: 0.5rem 0.875rem; vertical-align: top; }
thead th { font-size: 0.8125rem; font-weight: 550; color: var(--muted); white-space: nowrap; border-bottom: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 550; }
th.n, td.n { text-align: right; }
td.n { font-weight: 600; }
td.zero, .mark.zero { color: var(--muted); font-weight: 400; }
.beside table :is(th, td) { white-space: nowrap; padding-inline: 0.75rem; }
section > .note { margin-top: 0.625rem; }
th[scope="row"] > span, th[scope="row"] > code, th[scope="row"] > small { display: block; }
th[scope="row"] > code, th[scope="row"] > small { color: var(--muted); font-weight: 400; font-size: 0.8125rem; }
table:is(.matrix, .numbers) tbody th:has(code) { min-width: 16rem; }
table.matrix td { white-space: nowrap; overflow-wrap: normal; }
.mark { display: inline-block; margin-right: 0.75rem; font-weight: 600; }
.mark.violation { color: var(--red); } .mark.improvement { color: var(--amber); } .mark.information { color: var(--blue); }
.mark.inconclusive { color: var(--amber); font-weight: 500; } .mark.pass { color: var(--green); font-weight: 500; }
td a { color: inherit; text-decoration-color: var(--strong-line); }
td a .mark { text-decoration: underline; text-decoration-color: inherit; }
td a:hover .mark { text-decoration-thickness: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.125rem; margin: -0.375rem 0 0.75rem !important; }
.pill { white-space: nowrap; font-weight: 600; }
.pill.fail { color: var(--red); } .pill.pass { color: var(--green); } .pill.inconclusive { color: var(--amber); }
.aside { margin-top: 0.375rem; font-size: 0.8125rem; }
.aside summary { cursor: pointer; color: var(--muted); width: fit-content; }
.aside .facts { margin-top: 0.5rem; }

.filters { display: grid; grid-template-columns: minmax(14rem, 1.6fr) repeat(3, minmax(8rem, 1fr)) auto; gap: 0.75rem; align-items: end; }
.filters fieldset { grid-column: 1 / -1; border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.375rem 1.25rem; }
.filters .field { display: grid; gap: 0.25rem; min-width: 0; }
.filters .field label { font-size: 0.8125rem; color: var(--muted); }
.filters select, .filters input[type="search"] { width: 100%; }
.filters .toggle { display: flex; align-items: center; gap: 0.5rem; font-size: 0.875rem; font-weight: 550; min-height: 2rem; cursor: pointer; }
.toggle.violation { color: var(--red); } .toggle.improvement { color: var(--amber); } .toggle.information { color: var(--blue); }
.toggle input { width: 1rem; height: 1rem; margin: 0; }
.toggle.violation input { accent-color: var(--red); } .toggle.improvement input { accent-color: var(--amber); } .toggle.information input { accent-color: var(--blue); }
#shown { margin: 0.875rem 0 0.5rem; }
#more { display: block; margin: 1rem auto 0; }
.empty { color: var(--muted); }

.findings { list-style: none; padding: 0; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); }
.findings:empty { display: none; }
.findings > li + li { border-top: 1px solid var(--line); }
.finding > summary {
  display: grid; grid-template-columns: 7.75rem minmax(0, 1fr) auto 4rem 1rem; gap: 0.25rem 1rem; align-items: baseline;
  padding: 0.75rem 1rem; cursor: pointer; list-style: none; border-radius: var(--radius);
}
.finding > summary::-webkit-details-marker { display: none; }
.finding > summary::after {
  content: ""; width: 0.4375rem; height: 0.4375rem; margin: 0.375rem 0.125rem 0; justify-self: end; align-self: start;
  border: solid var(--muted); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg);
}
.finding[open] > summary::after { transform: translateY(0.25rem) rotate(225deg); }
.finding > summary:hover { background: var(--sunken); }
.finding[open] > summary { border-radius: var(--radius) var(--radius) 0 0; }
.level { font-size: 0.8125rem; font-weight: 600; display: flex; gap: 0.4375rem; }
.level .symbol { width: 0.875rem; text-align: center; }
.level.violation { color: var(--red); } .level.improvement { color: var(--amber); } .level.information { color: var(--blue); }
.gist { display: grid; gap: 0.125rem; }
.subject { font-size: 0.875rem; font-weight: 600; }
.subject .path { color: var(--muted); font-weight: 400; }
.place { font-size: 0.8125rem; color: var(--muted); }
.chips { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.25rem; max-width: 17rem; }
.chip { font-size: 0.75rem; line-height: 1.5; padding: 0 0.375rem; border: 1px solid var(--line); border-radius: 4px; color: var(--muted); white-space: nowrap; }
.times { text-align: right; font-weight: 600; font-size: 0.875rem; }
.detail { padding: 0.875rem 1rem 1.125rem 9.75rem; }
.detail h4 { margin: 1.125rem 0 0.25rem; color: var(--muted); font-weight: 550; }
.beats { display: grid; gap: 0.375rem; }
.beat { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: 0.5rem; }
.beat dt { color: var(--muted); font-size: 0.875rem; }
.beat.fix { margin-top: 0.25rem; padding: 0.5rem 0.75rem; margin-inline: -0.75rem; background: var(--blue-tint); border-radius: 6px; }
.beat.fix dd { font-weight: 550; }
.detail table { font-size: 0.8125rem; }
.detail th, .detail td { padding: 0.3125rem 0.75rem 0.3125rem 0; }
.copyable { display: inline-flex; align-items: baseline; gap: 0.5rem; }
.copy { min-height: 1.5rem; padding: 0 0.4375rem; font-size: 0.75rem; color: var(--muted); border-color: var(--line); white-space: nowrap; }
.tail { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; margin-top: 1rem; font-size: 0.75rem; color: var(--muted); }

.plain { list-style: none; padding: 0; display: grid; gap: 0.75rem; }
#problems li { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: 0.875rem 1.5rem; }
.facts { display: grid; gap: 0.375rem; }
.facts > div { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0.75rem; }
.facts dt { color: var(--muted); }

@media (max-width: 60rem) {
  .top { flex-wrap: wrap; }
  .top nav { order: 1; width: 100%; margin: 0; overflow-x: auto; }
  .brand { flex: 1 1 0; }
  .beside { grid-template-columns: minmax(0, 1fr); }
  .figures { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.25rem 0; }
  .figure:nth-child(4) { border-left: 0; padding-left: 0.25rem; }
  .filters { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .filters .search { grid-column: 1 / -1; }
  .finding > summary { grid-template-columns: minmax(0, 1fr) auto 1rem; }
  .finding > summary::after { grid-column: 3; grid-row: 1; }
  .finding .level { grid-column: 1; }
  .finding .times { grid-column: 2; grid-row: 1; }
  .finding .gist, .finding .chips { grid-column: 1 / -1; justify-content: flex-start; max-width: none; }
  .detail { padding-left: 1rem; }
}
@media (max-width: 40rem) {
  .top { position: static; }
  html { scroll-padding-top: 1rem; }
  main { padding-top: 1rem; gap: 2.25rem; }
  .verdict { grid-template-columns: minmax(0, 1fr); }
  .verdict h1 { padding: 1.125rem 1.25rem; }
  .why { padding: 1.125rem 1.25rem; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-top: -0.75rem; }
  .figure:nth-child(n) { border-left: 1px solid var(--line); padding-left: 1rem; }
  .figure:nth-child(odd) { border-left: 0; padding-left: 0.25rem; }
  .beat { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  table:is(.matrix, .numbers) tbody th:has(code) { min-width: 12rem; }
  th, td { padding-inline: 0.625rem; }
  .copyable { flex-wrap: wrap; }
}
@media print {
  :root { color-scheme: light; --page: #fff; }
  .top { position: static; }
  .top nav, #theme, .filters, .copy, #more, .skip { display: none; }
  .finding > summary, .beats, tr, .verdict, .steps li { break-inside: avoid; }
  h2, h3, h4, thead, .finding > summary { break-after: avoid; }
  .scroll { overflow: visible; }
  .verdict h1 { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
