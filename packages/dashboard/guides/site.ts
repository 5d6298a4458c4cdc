import MarkdownIt from "markdown-it"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join, posix } from "node:path"
import { glossary } from "../src/words/glossary.ts"

/** What a daemon tells of itself, made of its definitions while it runs. */
const live = [
  ["/docs/commands", "Command line"],
  ["/docs/tables", "Tables"],
  ["/docs/api", "HTTP API"],
  ["/openapi.json", "OpenAPI"]
] as const

/** A page of the guides: where it stands under `/docs`, and its text. */
interface Page {
  readonly path: string
  readonly title: string
  readonly text: string
}

/** The pages in the order of reading; what is in a folder and not named comes after, by its title. */
const shelves = [
  {
    title: "Guides",
    folder: "guides",
    first: ["first-steps", "concepts", "dashboard", "batches", "operating", "deployment", "troubleshooting", "embed"]
  },
  { title: "Reference", folder: "reference", first: [] },
  { title: "Inside", folder: "", first: ["architecture", "rules", "reliability", "performance"] },
  { title: "Decisions", folder: "decisions", first: ["README"] }
] as const

/** Where a file is shown that is no page: its folder in the repository means nothing there. */
const filesOfPages = /\.(svg|json)$/

const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-")

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? "Roundlot"

const pathOf = (file: string): string => `/docs/${file.replace(/\.md$/, "").replace(/(^|\/)README$/, "$1index")}`

const pageOf = (docs: string, file: string): Page => {
  const text = readFileSync(join(docs, file), "utf8")
  return { path: pathOf(file), title: titleOf(text), text }
}

/** The words that the dashboard explains, as one page. */
const words = (): Page => {
  const entries = Object.values(glossary).toSorted((a, b) => a.head.localeCompare(b.head))
  const items = entries.map(({ head, help }) => `- **${head}**: ${help}`)
  const told = "What the heads, figures and fields of the dashboard mean, in the words that it shows."
  return { path: "/docs/reference/glossary", title: "Glossary", text: `# Glossary\n\n${told}\n\n${items.join("\n")}\n` }
}

const shelfOf = (docs: string, { first, folder, title }: (typeof shelves)[number]) => {
  const names = readdirSync(join(docs, folder)).filter((name) => name.endsWith(".md"))
  const placeOf = (name: string): number => {
    const place = first.findIndex((each) => `${each}.md` === name)
    return place < 0 ? first.length : place
  }
  const ordered = names.toSorted((a, b) => placeOf(a) - placeOf(b) || a.localeCompare(b))
  const pages = ordered.map((name) => pageOf(docs, posix.join(folder, name)))
  return { title, pages: title === "Reference" ? [words(), ...pages] : pages }
}

/** Where a link of a page leads on the site: pages and their files here, anything else of the repository to nothing. */
const linkOf = (docs: string, from: string, link: string): string | undefined => {
  if (/^(?:https?:|#|\/)/.test(link)) return link
  const [path = "", anchor] = link.split("#")
  const target = posix.join(posix.dirname(from), path)
  const suffix = anchor === undefined ? "" : `#${anchor}`
  if (target.startsWith("/docs/") && existsSync(join(docs, target.slice("/docs/".length)))) {
    const file = target.slice("/docs/".length)
    if (file.endsWith(".md")) return `${addressOf(pathOf(file))}${suffix}`
    if (filesOfPages.test(file)) return target
  }
  return undefined
}

/** A drawing of ours stands in the page itself, where it has the page's colours and its words can be read out and found. */
const pictureIn = (docs: string, from: string, source: string): string | undefined => {
  const file = join(docs, posix.join(posix.dirname(from), source).slice("/docs/".length))
  if (!source.endsWith(".svg") || !existsSync(file)) return undefined
  const picture = readFileSync(file, "utf8").replaceAll(/>\s+</g, "><").trim()
  return `<span class="picture" tabindex="0" role="group" aria-label="Picture">${picture}</span>`
}

/** The front page of a folder is asked for by the folder's name. */
const addressOf = (path: string): string => path.replace(/\/index$/, "")

const fenceOf = (content: string): string => `<pre tabindex="0"><code>${escape(content)}</code></pre>\n`

/** Markdown as HTML: headings can be linked to, links lead to where a page stands here, HTML in a text is text. */
const renderer = (docs: string, from: string): MarkdownIt => {
  const markdown = new MarkdownIt({ html: false, linkify: false })
  markdown.core.ruler.push("places", ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      if (token.type === "heading_open") token.attrSet("id", slugOf(tokens[at + 1]?.content.replaceAll("`", "") ?? ""))
      // The corner above the names of rows is the head of nothing.
      if (token.type === "th_open" && tokens[at + 1]?.content === "") {
        for (const tag of [token, tokens[at + 2]]) if (tag !== undefined) tag.tag = "td"
      }
      const open: Array<boolean> = []
      for (const inner of token.children ?? []) {
        if (inner.type === "link_open") {
          const link = linkOf(docs, from, inner.attrGet("href") ?? "")
          if (link === undefined) inner.tag = "span"
          open.push(link === undefined)
          inner.attrs = link === undefined ? null : [["href", link]]
        }
        if (inner.type === "link_close" && open.pop() === true) inner.tag = "span"
        if (inner.type === "image") {
          const source = inner.attrGet("src") ?? ""
          inner.attrSet("src", linkOf(docs, from, source) ?? "")
          inner.meta = pictureIn(docs, from, source)
        }
      }
    }
  })
  // A region that can be scrolled to has a name that no other has.
  markdown.renderer.rules["table_open"] = (tokens, at) => {
    const place = tokens.slice(0, at + 1).filter(({ type }) => type === "table_open").length
    return `<div class="wide" tabindex="0" role="region" aria-label="Table ${place}"><table>`
  }
  markdown.renderer.rules["table_close"] = () => "</table></div>"
  const { image } = markdown.renderer.rules
  markdown.renderer.rules.image = (tokens, at, ...rest) => {
    const picture: unknown = tokens[at]?.meta
    return typeof picture === "string" ? picture : (image?.(tokens, at, ...rest) ?? "")
  }
  markdown.renderer.rules.fence = (tokens, at) => fenceOf(tokens[at]?.content ?? "")
  return markdown
}

const chaptersOf = (text: string): string => {
  const outside = text.replaceAll(/^```[^]*?^```/gm, "")
  const heads = [...outside.matchAll(/^## (.+)$/gm)].map(([, head = ""]) => head.replaceAll("`", ""))
  if (heads.length < 2) return ""
  const items = heads.map((head) => `<li><a href="#${slugOf(head)}">${escape(head)}</a></li>`)
  return `<nav class="chapters" aria-label="On this page"><ul>${items.join("")}</ul></nav>`
}

const htmlOf = (docs: string, { path, text, title }: Page, shelved: ReadonlyArray<ReturnType<typeof shelfOf>>) => {
  const lists = shelved.map(({ pages, title: shelf }) => {
    const items = pages.map(
      (page) =>
        `<li><a href="${addressOf(page.path)}"${page.path === path ? ' aria-current="page"' : ""}>${escape(page.title)}</a></li>`
    )
    const made = shelf === "Reference" ? live.map(([at, name]) => `<li><a href="${at}">${name}</a></li>`) : []
    return `<h2>${shelf}</h2><ul>${[...items, ...made].join("")}</ul>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Roundlot</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/theme.js"></script>
<link rel="stylesheet" href="/docs/guides.css">
</head>
<body>
<a class="skip" href="#page">To the text</a>
<header><a href="/">Roundlot</a> <a href="/docs">Guides</a></header>
<nav class="shelves" aria-label="Guides"><details><summary>All pages</summary>${lists.join("")}</details><div>${lists.join("")}</div></nav>
<main id="page">${chaptersOf(text)}<article>${renderer(docs, path).render(text)}</article></main>
</body>
</html>
`
}

const front = (shelved: ReadonlyArray<ReturnType<typeof shelfOf>>): string => {
  const lists = shelved.map(({ pages, title }) => {
    const items = pages.map((page) => {
      const [, told = ""] = /^# .+\n\n([^#|`\n][^]*?)(?:\n\n|$)/.exec(page.text) ?? []
      const plain = told.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("\n", " ")
      return `- [${page.title}](${addressOf(page.path)}): ${/^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, ".") ?? plain}`
    })
    return `## ${title}\n\n${items.join("\n")}`
  })
  return `# Guides\n\nFrom the first trade to a machine that trades by itself. The dashboard is at [/](/), the HTTP API at [/docs/api](/docs/api).\n\n${lists.join("\n\n")}\n`
}

/** The files of the guides as a site, by their path: HTML of every Markdown page in `docs`, and the pictures that they show. */
export const site = (docs: string, style: string): ReadonlyMap<string, string> => {
  const shelved = shelves.map((shelf) => shelfOf(docs, shelf))
  const pages = [
    ...shelved.flatMap((shelf) => shelf.pages),
    { path: "/docs/index", title: "Guides", text: front(shelved) }
  ]
  const pictures = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter((file) => filesOfPages.test(file))
  return new Map([
    ...pages.map((page) => [`${page.path}.html`, htmlOf(docs, page, shelved)] as const),
    ...pictures.map(
      (file) => [posix.join("/docs", dirname(file), basename(file)), readFileSync(join(docs, file), "utf8")] as const
    ),
    ["/docs/guides.css", style] as const
  ])
}
