import { OrderPolicy } from "./OrderPolicy.ts"
import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { batchModes } from "./batchModes.ts"

/** What separates the fields of a file. */
export const separators = [",", ";", "\t", "|"] as const

/** How the numbers of a file have their point. */
export const decimals = ["point", "comma"] as const

/** In which order a day, its month and its year are written; `iso` is ours. */
export const dateOrders = ["iso", "dmy", "mdy"] as const

/** What a template says of a batch, and of how its file is written; what it leaves out is asked for each time. */
export const TemplateTerms = Schema.Struct({
  mode: Schema.optional(Schema.Literal(...batchModes)),
  account: Schema.optional(Schema.String),
  priority: Schema.optional(Schema.Int),
  source: Schema.optional(Schema.String),
  /** The file's own names of its columns, by ours. */
  columns: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  separator: Schema.optional(Schema.Literal(...separators)),
  decimal: Schema.optional(Schema.Literal(...decimals)),
  /** How its times are written, and where their clock stands. */
  dates: Schema.optional(Schema.Literal(...dateOrders)),
  zone: Schema.optional(Schema.String),
  /** How its orders are sent, where a row says nothing. */
  ...OrderPolicy.fields,
  /** Lines before its header. */
  skip: Schema.optional(Schema.Int)
})

/** What a template says of a batch. */
export type TemplateTerms = typeof TemplateTerms.Type

/** How batches of a kind are submitted, under a name. Operational: not audited. */
export const Template = Schema.Struct({
  name: Column.text,
  terms: Column.json(TemplateTerms),
  savedAt: Column.instant,
  savedBy: Column.text,
  deletedAt: Column.optional(Column.instant)
})

/** How batches of a kind are submitted. */
export type Template = typeof Template.Type

/** The operational table of templates. */
export const TemplateTable = Table.make({
  name: "ops_templates",
  schema: Template,
  key: ["name"],
  keyOf: (template): string => template.name
})
