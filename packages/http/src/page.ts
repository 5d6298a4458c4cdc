/** A text as it stands in a page. */
export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** A page beside the dashboard, which needs no script: its title, what it is about, and the rest as HTML. */
export const pageOf = (title: string, about: string, body: string, head = ""): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Roundlot</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/theme.js"></script>
<link rel="stylesheet" href="/docs/guides.css">${head}
</head>
<body>
<header><a href="/">Roundlot</a> <a href="/docs">Guides</a></header>
<main><article><h1>${title}</h1><p>${about}</p>${body}</article></main>
</body>
</html>
`
