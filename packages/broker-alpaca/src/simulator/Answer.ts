import type { Exchange } from "@roundlot/broker-paper"
import type { Serving } from "@roundlot/broker-paper/serving"

/** What is answered over HTTP, or that nothing is. */
export type Answer = Serving.Answer

/** An answer of 200. */
export const ok = (body: unknown): Answer => ({ _tag: "Json", status: 200, body })

/** An error as Alpaca words it. */
export const error = (
  status: number,
  code: number | undefined,
  message: string,
  extra: { readonly [name: string]: string } = {}
): Answer => ({ _tag: "Json", status, body: { ...(code === undefined ? {} : { code }), message, ...extra } })

/** Wrong parameters. */
export const unprocessable = (message: string, extra: { readonly [name: string]: string } = {}): Answer =>
  error(422, 42210000, message, extra)

/** A refusal of the business kind: one code, many meanings. */
export const forbidden = (message: string, extra: { readonly [name: string]: string } = {}): Answer =>
  error(403, 40310000, message, extra)

/** No such order. */
export const noOrder = (id: string): Answer => error(404, 40410000, `order not found for ${id}`)

const EIGHT_DIGITS = /^[1-5]\d{7}$/

/** How Alpaca says what the exchange refuses by itself. */
const words: ReadonlyMap<string, Answer> = new Map([
  ["duplicate_client_order_id", error(422, 40010001, "client_order_id must be unique")],
  ["session_closed", forbidden("market is closed")],
  ["not_cancelable", error(422, 42210000, "order is not cancelable")],
  ["insufficient_buying_power", forbidden("insufficient buying power")]
])

/** What the exchange replied instead of doing as asked. An instruction's code of eight digits is sent as it is, with its status. */
export const ofReply = (reply: Exclude<Exchange.Reply<never>, { readonly _tag: "Done" }>): Answer => {
  switch (reply._tag) {
    case "Lost":
      return reply
    case "Status":
      return typeof reply.body === "string"
        ? { _tag: "Text", status: reply.status, text: reply.body, headers: reply.headers }
        : {
            _tag: "Json",
            status: reply.status,
            body: reply.body ?? { message: wordOf(reply.status) },
            headers: reply.headers
          }
    case "Refused": {
      const known = words.get(reply.code)
      if (known !== undefined) return known
      return EIGHT_DIGITS.test(reply.code)
        ? error(Number(reply.code.slice(0, 3)), Number(reply.code), reply.words)
        : forbidden(reply.words)
    }
  }
}

const wordOf = (status: number): string => {
  if (status === 401) return "unauthorized."
  return status === 429 ? "too many requests." : "internal server error occurred"
}
