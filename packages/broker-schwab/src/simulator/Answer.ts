import type { Exchange } from "@roundlot/broker-paper"
import type { Serving } from "@roundlot/broker-paper/serving"
import { Decimal } from "@roundlot/core"

/** What is answered over HTTP, or that nothing is. */
export type Answer = Serving.Answer

const NUMBER = /"#(-?\d+(?:\.\d+)?)"/g

/** A decimal as it is written in a body: a number, digit by digit. Whole ones end in `.0`, as Schwab's doubles do. */
export const number = (value: Decimal.Decimal): string => {
  const text = Decimal.format(value)
  return `#${text.includes(".") ? text : `${text}.0`}`
}

/** An id as it is written in a body: a number, however long. */
export const integer = (digits: string): string => `#${digits}`

/** An answer with a body; what `number` and `integer` made stands in it as numbers. */
export const json = (status: number, body: unknown): Answer => ({
  _tag: "Text",
  status,
  text: JSON.stringify(body).replace(NUMBER, "$1"),
  headers: { "content-type": "application/json" }
})

/** An answer of 200. */
export const ok = (body: unknown): Answer => json(200, body)

/** An error as the Trader API words it. */
export const error = (status: number, message: string, errors: ReadonlyArray<string> = []): Answer =>
  json(status, { message, ...(errors.length === 0 ? {} : { errors }) })

/** An error as Schwab's gateway words it. */
export const gatewayError = (status: number, title: string): Answer =>
  json(status, { errors: [{ id: "00000000-0000-4000-8000-000000000000", status: String(status), title }] })

/** No such order. */
export const noOrder: Answer = error(404, "Order not found")

/** What the exchange replied instead of doing as asked. */
export const ofReply = (reply: Exclude<Exchange.Reply<never>, { readonly _tag: "Done" }>): Answer => {
  switch (reply._tag) {
    case "Lost":
      return reply
    case "Status":
      if (typeof reply.body === "string")
        return { _tag: "Text", status: reply.status, text: reply.body, headers: reply.headers }
      if (reply.body === null && reply.status < 400)
        return { _tag: "Empty", status: reply.status, headers: reply.headers }
      return {
        _tag: "Json",
        status: reply.status,
        body: reply.body ?? { errors: [{ status: String(reply.status), title: wordOf(reply.status) }] },
        headers: reply.headers
      }
    case "Refused":
      return reply.code === "unknown_order" ? noOrder : error(400, reply.words)
  }
}

const wordOf = (status: number): string => {
  if (status === 401) return "Unauthorized"
  return status === 429 ? "Too many requests" : "The request could not be processed"
}
