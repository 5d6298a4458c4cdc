import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { asTyped, body, byId, bySymbol, idempotent, text, versioned } from "./shared.ts"

/** The body of a command, which has a name where it is of the usual fields only. */
const command = <const Usual extends Schema.Struct.Fields, const Fields extends Schema.Struct.Fields>(
  identifier: string,
  usual: Usual,
  fields: Fields
) => {
  const said = body({ ...Documents.command, ...usual, ...fields })
  return Object.keys(fields).length === 0 ? said.annotations(Documents.describedAs(identifier)) : said
}

/** Sets the trading state of everything, an account or a symbol. */
export const setState = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  line: string,
  fields: Fields
) =>
  HttpApiEndpoint.post(name, `/api/v1/controls/${name}`)
    .setHeaders(idempotent)
    .setPayload(command("StateCommand", { account: text, symbol: text }, fields))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)
    .pipe(asTyped(`${line} --account {account} --symbol {symbol} --reason {reason}`))

/** A command on the record of an id: what it asks beside why, and how it is typed. */
export const on = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  path: HttpApiEndpoint.PathSegment,
  line: string,
  fields: Fields
) =>
  HttpApiEndpoint.post(name, path)
    .setPath(byId)
    .setHeaders(versioned)
    .setPayload(command("Command", {}, fields))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)
    .pipe(asTyped(`${line} --reason {reason}`))

/** What the books held, in signed shares, when that was decided: where they hold something else by now it is refused. */
export const held = Schema.optional(Documents.Decimal)

/** A command on a symbol of an account. */
export const onSymbol = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  path: HttpApiEndpoint.PathSegment,
  line: string,
  fields: Fields
) =>
  HttpApiEndpoint.post(name, path)
    .setPath(bySymbol)
    .setHeaders(idempotent)
    .setPayload(body({ ...Documents.command, account: text, ...fields }))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)
    .pipe(asTyped(`${line} --account {account} --reason {reason}`))
