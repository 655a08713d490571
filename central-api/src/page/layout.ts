/** The frame of every page: one small stylesheet, no script, nothing from elsewhere. */
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** What `html` gives: escaped text, or a promise of it when a part was one. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Sent with each page: even a mistake in escaping could not run a script. */
export const pageHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const

export function layout(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header><a href="/">Citygate</a><nav><a href="/docs">REST reference</a></nav></header>
<main>
${content}
</main>
</body>
</html>
`
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d9dde3, #343a43); --soft: light-dark(#5a6470, #9aa5b1);
  --page: light-dark(#fbfbfa, #15181c); --card: light-dark(#fff, #1c2026); --accent: light-dark(#8a4b12, #e5a463); }
body { margin: 0; background: var(--page); font: 1rem/1.5 system-ui, sans-serif; }
header, main { max-width: 60rem; margin: auto; padding: 1rem; }
header { display: flex; justify-content: space-between; border-bottom: 1px solid var(--line); }
header > a { font-weight: 700; text-decoration: none; }
a { color: var(--accent); }
h1 { font-size: 1.6rem; margin: 1rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: .9rem; }
.soft { color: var(--soft); }
.up { color: light-dark(#1c7a3e, #6fcf8f); } .down { color: light-dark(#b3261e, #f2968f); }
.full, .draining, .stale { color: light-dark(#8a6100, #e6c35c); }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input, button { font: inherit; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: .3rem; }
pre, code { font-size: .9rem; } pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); padding: .7rem; }
`
