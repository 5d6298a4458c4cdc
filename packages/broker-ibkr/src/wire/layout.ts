import { Either } from "effect"

/** The name in a word of a layout: `#orderId`, `status`, `origin=0`. */
type NameIn<W extends string> = W extends `${infer N}=${string}` ? NameIn<N> : W extends `#${infer N}` ? N : W
type NamesIn<L extends string, N extends string = never> = L extends `${infer W} ${infer Rest}`
  ? NamesIn<Rest, N | NameIn<W>>
  : N | NameIn<L>

/** A value by its name; within what repeats, of the same repetition. */
type Lookup = (name: string) => string | undefined

/** What walks over a message: it reads fields, or writes them. */
interface Walk {
  readonly version: number
  readonly isOver: () => boolean
  readonly value: Lookup
  /** The next field; empty where there is none. */
  readonly field: (name: string, initial: string, isInteger: boolean) => string
  readonly within: (count: string, repetition: number) => Walk
}

/** A part of a message: which fields it has, in order, with a phantom of their names. */
export interface Layout<N extends string> {
  readonly walk: (walk: Walk) => void
  readonly names?: N
}

/** The names of a layout's fields. */
export type NamesOf<L> = L extends Layout<infer N> ? N : never

/** Numbers that stand for "not set". */
const aliases = new Map([
  ["unset", "1.7976931348623157E308"],
  ["unsetInteger", "2147483647"]
])

/**
 * Fields by their names, with spaces between them. `#name` is an integer, or empty; behind `=` is what is written where nothing is said,
 * else it is empty.
 */
export const fields = <const L extends ReadonlyArray<string>>(...lines: L): Layout<NamesIn<L[number]>> => {
  const words = lines
    .flatMap((line) => line.split(" "))
    .map((word) => {
      const [marked = "", initial = ""] = word.split("=")
      return {
        name: marked.replace("#", ""),
        isInteger: marked.startsWith("#"),
        initial: aliases.get(initial) ?? initial
      }
    })
  return {
    walk: (walk) => {
      for (const { initial, isInteger, name } of words) walk.field(name, initial, isInteger)
    }
  }
}

/** Parts, one behind the other. */
export const all = <P extends ReadonlyArray<Layout<string>>>(...parts: P): Layout<NamesOf<P[number]>> => ({
  walk: (walk) => {
    for (const part of parts) part.walk(walk)
  }
})

/** A part that is there where this holds of the fields before it. */
export const when = <N extends string>(holds: (value: Lookup) => boolean, part: Layout<N>): Layout<N> => ({
  walk: (walk) => {
    if (holds(walk.value)) part.walk(walk)
  }
})

/** A part that messages have from a version on. */
export const since = <N extends string>(version: number, part: Layout<N>): Layout<N> => ({
  walk: (walk) => {
    if (walk.version >= version) part.walk(walk)
  }
})

/** A part that messages have up to a version. */
export const before = <N extends string>(version: number, part: Layout<N>): Layout<N> => ({
  walk: (walk) => {
    if (walk.version < version) part.walk(walk)
  }
})

/** How often a part is there, and the part so often: its fields are `NAME/COUNT.0`, `NAME/COUNT.1` and so on. */
export const times = <const C extends string, N extends string>(
  count: C,
  part: Layout<N>
): Layout<C | `${N}/${C}.${number}`> => ({
  walk: (walk) => {
    const repetitions = Number(walk.field(count, "0", true))
    for (let i = 0; i < repetitions && !walk.isOver(); i += 1) part.walk(walk.within(count, i))
  }
})

/** A kind of message: the number that it begins with, and what is behind that. */
export interface Kind<N extends string> {
  readonly id: string
  readonly layout: Layout<N>
}

/** The fields of a message by their names; empty where it has none of that name. */
export type Read<N extends string> = (name: N) => string

/** What is read of messages of a kind. */
export type ReadOf<K extends Kind<string>> = Read<NamesOf<K["layout"]>>

const INTEGER = /^-?\d*$/

/** What a message says, by the version that was agreed on; or why it is none of its kind, so that nothing of it is believed. */
export const read = <N extends string>(
  { layout }: Kind<N>,
  version: number,
  tokens: ReadonlyArray<string>
): Either.Either<Read<N>, string> => {
  const seen = new Map<string, string>()
  let next = 1
  let fault: string | undefined
  const walkOf = (suffix: string): Walk => ({
    version,
    isOver: () => fault !== undefined,
    value: (name) => seen.get(`${name}${suffix}`),
    within: (count, repetition) => walkOf(`${suffix}/${count}.${repetition}`),
    field: (name, _initial, isInteger) => {
      const token = tokens[next]
      if (fault !== undefined) return ""
      if (token === undefined) fault = `it ends before '${name}', field ${next}`
      else if (isInteger && !INTEGER.test(token)) fault = `'${name}', field ${next}, is no integer`
      next += 1
      seen.set(`${name}${suffix}`, token ?? "")
      return token ?? ""
    }
  })
  layout.walk(walkOf(""))
  if (fault === undefined && next < tokens.length) fault = `it has ${tokens.length} fields, and ${next} at this version`
  return fault === undefined ? Either.right((name) => seen.get(name) ?? "") : Either.left(fault)
}

/** A message as its fields, at the version that was agreed on. */
export type Said = (version: number) => ReadonlyArray<string>

/** What a message says by the names of its fields; what is left out is as it is where nothing is said. */
export type Values<N extends string> = { readonly [name in N]?: string | number }

/** Writes a message. */
export const say = <N extends string>(kind: Kind<N>, values: Values<NoInfer<N>> = {}): Said => {
  const said = new Map<string, string | number | undefined>(Object.entries(values))
  return write(kind, (name) => said.get(name))
}

/** Writes a message, of values that are looked up. */
export const write =
  ({ id, layout }: Kind<string>, valueOf: (name: string) => string | number | undefined): Said =>
  (version) => {
    const tokens: Array<string> = [id]
    const walkOf = (suffix: string): Walk => {
      const seen = new Map<string, string>()
      return {
        version,
        isOver: () => false,
        value: (name) => seen.get(name),
        within: (count, repetition) => walkOf(`${suffix}/${count}.${repetition}`),
        field: (name, initial) => {
          const token = String(valueOf(`${name}${suffix}`) ?? initial)
          seen.set(name, token)
          tokens.push(token)
          return token
        }
      }
    }
    layout.walk(walkOf(""))
    return tokens
  }
