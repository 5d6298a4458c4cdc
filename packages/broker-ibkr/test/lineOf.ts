import { Effect } from "effect"
import type { Line } from "../src/Line.ts"
import type { Message } from "../src/Message.ts"

/** A line that says what the test has it say. */
export const lineOf = (parts: Partial<Line> = {}) => {
  const listeners = new Set<(message: Message) => void>()
  const line: Line = {
    send: () => undefined,
    accounts: [],
    connectedAt: "",
    nextOrderId: () => 1,
    nextRequestId: () => 1,
    isDegraded: () => false,
    knowsSecurities: () => true,
    isLost: () => false,
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    timed: (_endpoint, request) => request,
    drop: () => undefined,
    lost: Effect.never,
    ...parts
  }
  return { line, say: (message: Message) => listeners.forEach((listener) => listener(message)) }
}
