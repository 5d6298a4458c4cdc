import type { Documents } from "@roundlot/api"
import { Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Templates, type Template } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { ListDocument } from "./listing.ts"
import * as Columns from "./table.ts"

/** The document of a template. */
export const documentOf = ({ name, savedAt, savedBy, terms }: Template.Template): Documents.TemplateDocument => ({
  name,
  terms,
  savedAt: Instant.format(savedAt),
  savedBy
})

/** All templates, by name. */
export const list: Effect.Effect<
  ListDocument<Documents.TemplateDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> = Effect.map(Templates.all, (templates) => ({ items: templates.map(documentOf), nextCursor: null }))

/** What people see of templates. */
const columns: ReadonlyArray<Columns.TableColumn<Documents.TemplateDocument>> = [
  Columns.words("NAME", (each) => each.name),
  Columns.words("TERMS", (each) => JSON.stringify(each.terms)),
  Columns.times("SAVED", (each) => each.savedAt),
  Columns.words("BY", (each) => each.savedBy)
]

/** Templates as a table for people. */
export const table = Columns.tableOf<Documents.TemplateDocument>(columns)
