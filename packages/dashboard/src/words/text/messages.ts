import { createElement, Fragment, type ReactNode } from "react"

/** A whole sentence or label with placeholders in braces: one text, or one for each form of its number, `count`. */
type Message = string | { readonly one: string; readonly other: string }

/** The placeholders of a text: of `{count} of {total}` they are `"count" | "total"`. */
type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

/** A text whose placeholders are filled: a string of plain values, and what React shows where one is an element. */
interface Filled<Name extends string, Counted extends object> {
  (values: Readonly<Record<Name, string | number>> & Counted): string
  (values: Readonly<Record<Name, ReactNode>> & Counted): ReactNode
}

interface Count {
  /** Which form of the number is said. */
  readonly count: number
}

/** A message without placeholders is its text; any other is a function of them. */
type Text<M extends Message> = M extends string
  ? [NamesIn<M>] extends [never]
    ? M
    : Filled<NamesIn<M>, object>
  : M extends { readonly one: infer One extends string; readonly other: infer Other extends string }
    ? Filled<Exclude<NamesIn<One> | NamesIn<Other>, "count">, Count>
    : never

type Texts<M> = { readonly [K in keyof M]: M[K] extends Message ? Text<M[K]> : never }

type Values = Readonly<Record<string, ReactNode>>

const PLACEHOLDER = /\{(\w+)\}/

const rules = new Intl.PluralRules("en")

const isPlain = (value: ReactNode): value is string | number => typeof value === "string" || typeof value === "number"

const fill = (text: string, values: Values): ReactNode => {
  const parts = text.split(PLACEHOLDER).map((part, index) => (index % 2 === 0 ? part : values[part]))
  return parts.every(isPlain) ? parts.join("") : createElement(Fragment, null, ...parts)
}

const formOf = (forms: Message, { count }: Values): string => {
  if (typeof forms === "string") return forms
  return typeof count === "number" && rules.select(count) === "one" ? forms.one : forms.other
}

const textOf = (forms: Message): unknown =>
  typeof forms === "string" && !PLACEHOLDER.test(forms)
    ? forms
    : (values: Values) => fill(formOf(forms, values), values)

/** Returns the texts of a room: what has placeholders is a function that asks for each of them. */
export function messages<const M extends Readonly<Record<string, Message>>>(catalogue: M): Texts<M>
export function messages(catalogue: Readonly<Record<string, Message>>): object {
  return Object.fromEntries(Object.entries(catalogue).map(([name, message]) => [name, textOf(message)]))
}
