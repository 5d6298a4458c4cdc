import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Books } from "@roundlot/core/adapter"
import { Effect, type Layer } from "effect"
import { roundlot } from "../cli/roundlot.ts"
import type { Tree } from "../cli/Tree.ts"
import { escape, pageOf } from "./page.ts"

/** The help of every verb under a word, in the order in which they are listed. */
const helpsOf = async (words: string, tree: Tree): Promise<ReadonlyArray<string>> => {
  if (tree._tag === "Leaf") {
    const help = (await tree.load()).help()
    return [`<h2 id="${words.replaceAll(" ", "-")}">${words}</h2><pre tabindex="0"><code>${escape(help)}</code></pre>`]
  }
  const inner = Object.entries(tree.verbs).map(([word, verb]) => helpsOf(`${words} ${word}`.trim(), verb))
  return (await Promise.all(inner)).flat()
}

const commands = Effect.map(
  Effect.promise(() => helpsOf("", roundlot)),
  (helps) => pageOf("Command line", "Every verb, as it explains itself with <code>--help</code>.", helps.join(""))
)

const tableOf = (name: string, { columns, key }: (typeof Books.tables)[keyof typeof Books.tables]): string => {
  const rows = Object.entries(columns).map(([column, { kind, literals = [], nullable }]) => {
    const cells = [column, kind, nullable ? "may be missing" : "", literals.join(", ")]
    return `<tr><td><code>${escape(column)}</code></td>${cells
      .slice(1)
      .map((cell) => `<td>${escape(cell)}</td>`)
      .join("")}</tr>`
  })
  const head = "<tr><th>column</th><th>kind</th><th>missing</th><th>one of</th></tr>"
  const wide = `<div class="wide" tabindex="0" role="region" aria-label="Columns of ${name}"><table>${head}${rows.join("")}</table></div>`
  return `<h2 id="${name}">${name}</h2><p>Key: <code>${escape(key.join(", "))}</code></p>${wide}`
}

const tables = pageOf(
  "Tables",
  "What every store keeps, column by column, of the descriptions that the stores are made of. Decimals are exact text, instants microseconds.",
  Object.entries(Books.tables)
    .map(([name, table]) => tableOf(name, table))
    .join("")
)

/** The references that are made of definitions: the command line at `/docs/commands`, the tables of a store at `/docs/tables`. */
export const layer: Layer.Layer<never> = HttpApiBuilder.Router.use((router) =>
  Effect.gen(function* () {
    yield* router.get(
      "/docs/commands",
      Effect.map(commands, (text) => HttpServerResponse.html(text))
    )
    yield* router.get(
      "/docs/tables",
      Effect.sync(() => HttpServerResponse.html(tables))
    )
  })
)
