import { messages } from "./messages.ts"

/** Texts of how an order is executed. */
export const texts = messages({
  market: "market",
  limit: "limit",
  stop: "stop",
  stop_limit: "stop limit",
  day: "day",
  gtc: "good till cancelled",
  gtd: "good till a time",
  ioc: "immediate or cancel",
  fok: "fill or kill",
  opg: "opening auction",
  cls: "closing auction",
  session: "{session} session",
  oldestFirst: "oldest trade first (FIFO)",
  proRata: "pro rata",
  byKey: "by each owner's weight",
  goodTill: "good till {time}",
  offset: "{offset} bp beyond the reference price",
  offsets: "{offsets} bp beyond the reference price, step by step",
  endedAfter: "cancelled after {seconds} s",
  step: "step {step} of {steps}: limit {offset} bp beyond the reference price"
})
