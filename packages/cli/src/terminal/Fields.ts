/** A document by the names of its fields. */
export type Fields = Readonly<Record<string, unknown>>

/** Is it a document, and no list? */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
