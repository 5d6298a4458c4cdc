/** A value of JSON that has members. */
export type Json = Readonly<Record<string, unknown>>

/** Has it members? */
export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Rewrites every object of a document, the innermost first. */
export const rewritten = (value: unknown, rewrite: (object: Json) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((each) => rewritten(each, rewrite))
  if (!isRecord(value)) return value
  return rewrite(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rewritten(each, rewrite)])))
}

const SCHEMAS = "#/components/schemas/"

/** A reference to a schema of a name. */
export const refTo = (name: string): Json => ({ $ref: `${SCHEMAS}${name}` })

/** The name that a reference has; nothing where it is none. */
export const nameIn = (schema: unknown): string | undefined => {
  const ref = isRecord(schema) ? schema["$ref"] : undefined
  return typeof ref === "string" && ref.startsWith(SCHEMAS) ? ref.slice(SCHEMAS.length) : undefined
}

const isNull = (schema: unknown): boolean => isRecord(schema) && isSame(schema, { type: "null" })

/** What may be null too: said by the type, or the words, where it has one. */
const orNull = (schema: Json): Json | undefined => {
  const { enum: words, type } = schema
  if (Array.isArray(words)) return { ...schema, enum: [...words, null] }
  return typeof type === "string" ? { ...schema, type: [type, "null"] } : undefined
}

/** Names of the platform's own that say no more than their type. */
const plain: Readonly<Record<string, Json>> = {
  Int: { type: "integer" },
  NonEmptyString: { type: "string", minLength: 1 },
  // The platform's own answer to what it cannot decode, which `guards` says as a problem.
  HttpApiDecodeError: { not: {} }
}

/** Values that documents have everywhere, and that are named where they may be null too. */
const scalars = ["Decimal", "Id", "Time"] as const

const isScalar = (name: string): boolean => scalars.some((each) => each === name)

/** The schemas of the scalars that may be null. */
export const nullableScalars: Json = Object.fromEntries(
  scalars.map((name) => [`${name}OrNull`, { anyOf: [refTo(name), { type: "null" }] }])
)

const isNothing = (schema: unknown): boolean => isSame(schema, { not: {} })

/** Without the words that the platform has for a pattern or bounds: only those have a title. */
const untitled = (schema: Json): Json => {
  const { description: _, title, ...rest } = schema
  return typeof title === "string" ? rest : schema
}

const withoutEmpty = (schema: Json): Json => {
  const { required, ...rest } = schema
  return Array.isArray(required) && required.length === 0 ? rest : schema
}

/** Words say themselves that they are texts, and one word is a constant. */
const worded = (schema: Json): Json => {
  const { enum: words, type: _, ...rest } = schema
  if (!Array.isArray(words)) return schema
  return words.length === 1 ? { ...rest, const: words[0] } : { ...rest, enum: words }
}

/** A schema in the fewest words that mean the same. */
export const simplified = (schema: Json): Json => {
  const named = plain[nameIn(schema) ?? ""]
  if (named !== undefined) {
    const { $ref: _, ...beside } = untitled(schema)
    return { ...named, ...beside }
  }
  // A name that is no place: what has one twice is read by no strict client.
  const { $id: _, anyOf, ...rest } = worded(withoutEmpty(untitled(schema)))
  if (!Array.isArray(anyOf)) return rest
  const members = anyOf.filter((each) => !isNothing(each))
  const [one, ...others] = members.filter((each) => !isNull(each))
  if (!isRecord(one) || others.length > 0) return { ...rest, anyOf: members }
  if (members.length === 1) return { ...one, ...rest }
  const single = nameIn(one)
  if (single !== undefined && isScalar(single)) return { ...rest, ...refTo(`${single}OrNull`) }
  const nullable = orNull(one)
  return nullable === undefined ? { ...rest, anyOf: members } : { ...nullable, ...rest }
}

/** The names of the schemas that a value needs, and those that they need. */
export const neededBy = (value: unknown, schemas: Json): ReadonlySet<string> => {
  const needed = new Set<string>()
  const look = (each: unknown): unknown =>
    rewritten(each, (object) => {
      const name = nameIn(object)
      if (name !== undefined && !needed.has(name)) {
        needed.add(name)
        look(schemas[name])
      }
      return object
    })
  look(value)
  return needed
}

/** A program ignores what an answer has beside; a later version may say more. */
export const open = (schema: Json): Json => {
  const { additionalProperties, ...rest } = schema
  return additionalProperties === false ? rest : schema
}

interface Fields {
  readonly name: string
  readonly properties: Json
  /** How each property is written, and whether it is always there. */
  readonly written: ReadonlyMap<string, string>
}

const fieldsOf = (name: string, schema: unknown): ReadonlyArray<Fields> => {
  if (!isRecord(schema) || schema["type"] !== "object" || !isRecord(schema["properties"])) return []
  const { properties } = schema
  const required = list(schema["required"])
  const written = new Map(
    Object.entries(properties).map(([field, each]) => [field, `${required.includes(field)} ${JSON.stringify(each)}`])
  )
  return [{ name, properties, written }]
}

/** Has the one all fields of the other, and more? */
const isMore = (one: Fields, other: Fields): boolean =>
  other.written.size < one.written.size &&
  [...other.written].every(([field, written]) => one.written.get(field) === written)

const LEAST_SHARED = 3

/** What an object has beside those of a named one. */
const beside = (schema: Json, own: Fields, base: Fields): Json => {
  const isOwn = (field: string) => !base.written.has(field)
  const { properties: _properties, required, type: _type, ...rest } = schema
  const needed = list(required).map(String).filter(isOwn)
  const properties = Object.fromEntries(Object.entries(own.properties).filter(([field]) => isOwn(field)))
  return {
    ...rest,
    allOf: [refTo(base.name), { ...(needed.length === 0 ? {} : { required: needed }), properties }]
  }
}

/** Objects that have all fields of another named one are said by that one, and what they have beside. */
export const extended = (schemas: Json): Json => {
  const all = Object.entries(schemas).flatMap(([name, schema]) => fieldsOf(name, schema))
  const bases = all.filter(({ written }) => written.size >= LEAST_SHARED)
  const largestFirst = bases.toSorted((a, b) => b.written.size - a.written.size)
  const extending = all.flatMap((own) => {
    const schema = schemas[own.name]
    // What refuses all other fields cannot be put together of parts.
    if (!isRecord(schema) || schema["additionalProperties"] === false) return []
    const base = largestFirst.find((each) => isMore(own, each))
    return base === undefined ? [] : [[own.name, beside(schema, own, base)] as const]
  })
  return { ...schemas, ...Object.fromEntries(extending) }
}
