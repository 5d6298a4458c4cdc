import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Books } from "@roundlot/core/adapter"
import { Effect, type Layer } from "effect"
import { escape, pageOf } from "./page.ts"

/** A verb of a command line, by its words, and how it explains itself. */
export interface Help {
  readonly words: string
  readonly text: string
}

const helpOf = ({ text, words }: Help): string =>
  `<h2 id="${words.replaceAll(" ", "-")}">${words}</h2><pre tabindex="0"><code>${escape(text)}</code></pre>`

const pageOfCommands = (helps: ReadonlyArray<Help>) =>
  pageOf("Command line", "Every verb with its <code>--help</code> text.", helps.map(helpOf).join(""))

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
  "The tables of every store, column by column. Decimals are exact text, instants are microseconds.",
  Object.entries(Books.tables)
    .map(([name, table]) => tableOf(name, table))
    .join("")
)

/** The references that are made of definitions: the command line at `/docs/commands`, the tables of a store at `/docs/tables`. */
export const layer = (helps: Effect.Effect<ReadonlyArray<Help>>): Layer.Layer<never> =>
  HttpApiBuilder.Router.use((router) =>
    Effect.gen(function* () {
      yield* router.get(
        "/docs/commands",
        Effect.map(helps, (found) => HttpServerResponse.html(pageOfCommands(found)))
      )
      yield* router.get(
        "/docs/tables",
        Effect.sync(() => HttpServerResponse.html(tables))
      )
    })
  )
