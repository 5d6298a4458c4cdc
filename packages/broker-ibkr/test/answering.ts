import { frame } from "../src/wire/frames.ts"
import { type Said, say } from "../src/wire/layout.ts"
import * as tws from "../src/wire/messages.ts"
import { NEWEST } from "../src/wire/versions.ts"
import { peer } from "./setup.ts"

/** The account behind the login. */
export const NUMBER = "DU1234567"

const bytes = (...all: ReadonlyArray<Said>): Buffer => Buffer.concat(all.map((said) => frame(said(NEWEST))))

/** A TWS that answers each kind of request, by its number, with these messages; its port. */
export const answering = (answers: { readonly [kind: string]: (reqId: string) => ReadonlyArray<Said> }) =>
  peer(
    frame([NEWEST, "20261123 12:00:00 US/Eastern"]),
    bytes(say(tws.accounts, { accounts: NUMBER }), say(tws.nextOrderId, { orderId: 1 })),
    ([kind = "", , reqId = ""]) => bytes(...(answers[kind]?.(reqId) ?? []))
  )
